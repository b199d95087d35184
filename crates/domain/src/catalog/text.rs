//! Catalog to catalog text.

use uuid::Uuid;

use super::model::{AppliesTo, Catalog, LicenseBase, Product, ProhibitedSubject, ServicePlan};
use super::names::PlanNames;

impl Catalog {
    /// The whole catalog as one file, in one canonical form: equal catalogs give the same bytes, and
    /// [`Catalog::parse`] gives the same catalog back.
    pub fn to_text(&self) -> String {
        let names = PlanNames::of(&self.plans);
        let name = |id: &Uuid| quoted(&names.reference(self.plans.get(id), *id));
        let list =
            |ids: &mut dyn Iterator<Item = &Uuid>| ids.map(name).collect::<Vec<_>>().join(", ");
        let mut text = String::from("[plan]\n");
        for plan in self.plans.values() {
            text.push_str(&plan_line(plan));
        }
        for product in self.products.values() {
            text.push_str(&product_head(product));
            put(
                &mut text,
                format_args!("plans = [{}]\n", list(&mut product.plans.iter())),
            );
        }
        for exclusion in &self.rules.exclusions {
            let (title, plans) = (quoted(&exclusion.name), list(&mut exclusion.plans.iter()));
            put(
                &mut text,
                format_args!("\n[[exclusion]]\nname = {title}\nplans = [{plans}]\n"),
            );
        }
        for dependency in &self.rules.dependencies {
            let (plan, required) = (
                name(&dependency.plan),
                list(&mut dependency.requires_any.iter()),
            );
            put(
                &mut text,
                format_args!("\n[[dependency]]\nplan = {plan}\nrequires_any = [{required}]\n"),
            );
        }
        for prohibition in &self.rules.prohibited_locations {
            let subject = match prohibition.subject {
                ProhibitedSubject::Plan(id) => format!("plan = {}", name(&id)),
                ProhibitedSubject::Product(id) => format!("product = \"{id}\""),
            };
            let letters = |location: &[u8; 2]| quoted(&String::from_utf8_lossy(location));
            let locations = prohibition
                .locations
                .iter()
                .map(letters)
                .collect::<Vec<_>>()
                .join(", ");
            put(
                &mut text,
                format_args!("\n[[prohibited_location]]\n{subject}\nlocations = [{locations}]\n"),
            );
        }
        text
    }
}

fn plan_line(plan: &ServicePlan) -> String {
    let mut line = format!("{} = {{ name = {}", plan.id, quoted(&plan.name));
    if plan.display_name != plan.name {
        put(
            &mut line,
            format_args!(", display_name = {}", quoted(&plan.display_name)),
        );
    }
    if !plan.service.is_empty() {
        put(
            &mut line,
            format_args!(", service = {}", quoted(&plan.service)),
        );
    }
    if plan.applies_to == AppliesTo::Company {
        line.push_str(", applies_to = \"company\"");
    }
    if plan.device_management {
        line.push_str(", device_management = true");
    }
    if plan.pending_activation {
        line.push_str(", pending_activation = true");
    }
    line.push_str(" }\n");
    line
}

fn product_head(product: &Product) -> String {
    let (part_number, name) = (quoted(&product.part_number), quoted(&product.name));
    let mut head = format!(
        "\n[product.{}]\npart_number = {part_number}\nname = {name}\n",
        product.id
    );
    if product.base == LicenseBase::Device {
        head.push_str("base = \"device\"\n");
    }
    if product.applies_to == AppliesTo::Company {
        head.push_str("applies_to = \"company\"\n");
    }
    head
}

/// A TOML basic string. Written here so that the bytes of stored catalogs do not depend on a library's taste.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control.is_control() => {
                put(&mut quoted, format_args!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.push_str(&arguments.to_string());
}
