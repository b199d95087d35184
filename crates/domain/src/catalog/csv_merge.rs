//! Merging Microsoft's published list into a catalog.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::csv_list::{Doubt, List, ListedPlan, ListedProduct};
use super::csv_text::{ImportError, decode, rows};
use super::model::{AppliesTo, Catalog, LicenseBase, MAX_PLANS_PER_PRODUCT, Product, ServicePlan};
use super::parse::keep_positions;
use super::report::{ImportNote, ImportReport, by_line};

/// Plans with such a name serve the whole tenant; the list does not say so of itself.
const COMPANY_PLANS: &str = "EXCHANGE_S_FOUNDATION";

impl Catalog {
    /// This catalog with Microsoft's list "Product names and service plan identifiers for licensing" (CSV) merged in.
    ///
    /// `bytes` is the file: UTF-8 or UTF-16 with a byte order mark, UTF-8 without, or Windows-1252; any line ends; the
    /// columns of the header in any order. Faults of the file are repaired or the row is refused, as the report says
    /// with line numbers; other rows go on.
    ///
    /// New products and plans are added. Known ones take the list's names; new plans go to the end of a product's list,
    /// and plans that the list no longer has leave it, unless a refused row may have named them. What the list does not
    /// have stays: products of one's own, and base, service, flags and rules. Importing a file twice changes nothing
    /// the second time.
    pub fn merge_csv(&self, bytes: &[u8]) -> Result<(Catalog, ImportReport), ImportError> {
        let (text, encoding) = decode(bytes);
        let mut report = ImportReport::default();
        if let Some(encoding) = encoding {
            report.repaired.push(ImportNote {
                line: 1,
                text: format!("the file is {encoding}, not UTF-8"),
            });
        }
        let list = List::of(rows(&text)?, &mut report);
        let mut merged = self.clone();
        for (id, listed) in &list.plans {
            merged.merge_plan(*id, listed, &mut report);
        }
        for (id, listed) in list.products {
            merged.merge_product(id, listed, &list.doubt, &mut report);
        }
        report.added = by_line(report.added);
        report.changed = by_line(report.changed);
        report.repaired = by_line(report.repaired);
        report.noticed = by_line(report.noticed);
        report.refused = by_line(report.refused);
        Ok((merged, report))
    }

    fn merge_plan(&mut self, id: Uuid, listed: &ListedPlan, report: &mut ImportReport) {
        let (name, display_name) = (listed.names.winner(), listed.display_names.winner());
        let Some(plan) = self.plans.get_mut(&id) else {
            let company = name.starts_with(COMPANY_PLANS);
            let plan = ServicePlan {
                id,
                name: name.to_owned(),
                display_name: display_name.to_owned(),
                service: String::new(),
                applies_to: if company {
                    AppliesTo::Company
                } else {
                    AppliesTo::User
                },
                device_management: false,
                pending_activation: false,
            };
            self.plans.insert(id, plan);
            report.added.push(ImportNote {
                line: listed.line,
                text: format!("plan `{name}` ({id})"),
            });
            return;
        };
        let mut changes = Changes::default();
        changes.set("name", &mut plan.name, name);
        changes.set("friendly name", &mut plan.display_name, display_name);
        changes.report(listed.line, &format!("plan `{name}`"), report);
    }

    fn merge_product(
        &mut self,
        id: Uuid,
        listed: ListedProduct,
        doubt: &Doubt,
        report: &mut ImportReport,
    ) {
        let line = listed.line;
        let title = format!("product `{}`", listed.part_number);
        let known = self.products.get(&id);
        let mut plans = known.map_or_else(Vec::new, |product| product.plans.clone());
        let vanished: Vec<Uuid> = difference(&plans, &listed.plans);
        let joined: Vec<Uuid> = difference(&listed.plans, &plans);
        let doubtful = !vanished.is_empty() && doubt.concerns(id, &listed.part_number);
        if doubtful {
            plans.extend(&joined);
            let text = format!(
                "{title} keeps {}, because a row that was refused may name them",
                self.titles(&vanished)
            );
            report.noticed.push(ImportNote { line, text });
        } else {
            plans = keep_positions(&plans, &listed.plans);
        }
        if plans.len() > MAX_PLANS_PER_PRODUCT {
            let text = format!(
                "{title} has {} plans; at most {MAX_PLANS_PER_PRODUCT} are possible",
                plans.len()
            );
            report.refused.push(ImportNote { line, text });
            return;
        }
        let (joined_titles, vanished_titles) = (self.titles(&joined), self.titles(&vanished));
        let Some(product) = self.products.get_mut(&id) else {
            let text = format!("{title} ({id}), {} plans", plans.len());
            report.added.push(ImportNote { line, text });
            let (base, applies_to) = (LicenseBase::User, AppliesTo::User);
            let product = Product {
                id,
                part_number: listed.part_number,
                name: listed.name,
                base,
                applies_to,
                plans,
            };
            self.products.insert(id, product);
            return;
        };
        let mut changes = Changes::default();
        changes.set("part number", &mut product.part_number, &listed.part_number);
        changes.set("name", &mut product.name, &listed.name);
        if !joined.is_empty() {
            changes.0.push(format!("new plans {joined_titles}"));
        }
        if !vanished.is_empty() && !doubtful {
            changes.0.push(format!("plans gone: {vanished_titles}"));
        }
        product.plans = plans;
        changes.report(line, &title, report);
    }

    /// The names of known plans, for people.
    fn titles(&self, plans: &[Uuid]) -> String {
        let title = |id: &Uuid| {
            self.plans
                .get(id)
                .map_or_else(|| id.to_string(), |plan| plan.name.clone())
        };
        plans.iter().map(title).collect::<Vec<_>>().join(", ")
    }
}

/// The items of `from` that `without` lacks, in order.
fn difference(from: &[Uuid], without: &[Uuid]) -> Vec<Uuid> {
    let without: BTreeSet<&Uuid> = without.iter().collect();
    from.iter()
        .filter(|id| !without.contains(id))
        .copied()
        .collect()
}

/// What became different about one object.
#[derive(Default)]
struct Changes(Vec<String>);

impl Changes {
    fn set(&mut self, what: &str, field: &mut String, value: &str) {
        if field != value {
            self.0.push(format!("{what} `{field}` is now `{value}`"));
            value.clone_into(field);
        }
    }

    fn report(self, line: u64, title: &str, report: &mut ImportReport) {
        if self.0.is_empty() {
            report.unchanged += 1;
        } else {
            report.changed.push(ImportNote {
                line,
                text: format!("{title}: {}", self.0.join("; ")),
            });
        }
    }
}
