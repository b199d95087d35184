//! Catalog text to catalog.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use uuid::Uuid;

use super::error::{CatalogError, Place};
use super::model::{
    Catalog, Dependency, Exclusion, Location, MAX_PLANS_PER_PRODUCT, Product, ProhibitedSubject,
    Prohibition, Rules, ServicePlan,
};
use super::names::{NameError, PlanNames};
use super::rows::{FileRows, PlanRow, ProductRow, ProhibitionRow};

impl Catalog {
    /// Reads a catalog from its files, given as name and content. Files may refer to each other's plans; their order
    /// does not matter, except that rules keep the order of the files.
    ///
    /// The error names file, line and column: text that is not TOML, an unknown field, an id that is not a GUID or is
    /// given twice, a plan name that no plan or more than one plan has, a product with more than
    /// [`MAX_PLANS_PER_PRODUCT`] plans or with one plan twice, a location that is not two letters.
    pub fn parse(files: &[(&str, &str)]) -> Result<Catalog, CatalogError> {
        read(BTreeMap::new(), files)
    }

    /// This catalog with the tables of one more file added: own products, plans and rules.
    ///
    /// A product or plan whose id is known already is replaced by the file's; its plan list keeps the positions of the
    /// plans that stay. A rule replaces the rule for the same thing (exclusion: same name, dependency: same plan,
    /// prohibition: same plan or product). So merging a file twice is the same as merging it once.
    ///
    /// Errors are those of [`Catalog::parse`]. Call [`Catalog::check`] on the result for contradictions.
    pub fn merge_toml(&self, file: &str, text: &str) -> Result<Catalog, CatalogError> {
        let addition = read(self.plans.clone(), &[(file, text)])?;
        let mut merged = Catalog {
            plans: addition.plans,
            ..self.clone()
        };
        for (id, mut product) in addition.products {
            if let Some(known) = self.products.get(&id) {
                product.plans = keep_positions(&known.plans, &product.plans);
            }
            merged.products.insert(id, product);
        }
        merged.rules.replace_with(addition.rules);
        Ok(merged)
    }
}

/// The plans of `listed`, those of `known` first and in their order.
pub(super) fn keep_positions(known: &[Uuid], listed: &[Uuid]) -> Vec<Uuid> {
    let wanted: BTreeSet<Uuid> = listed.iter().copied().collect();
    let held: BTreeSet<Uuid> = known.iter().copied().collect();
    let stay = known.iter().filter(|id| wanted.contains(id));
    let join = listed.iter().filter(|id| !held.contains(id));
    stay.chain(join).copied().collect()
}

impl Rules {
    fn replace_with(&mut self, rules: Rules) {
        put_all(&mut self.exclusions, rules.exclusions, |one, other| {
            one.name == other.name
        });
        put_all(&mut self.dependencies, rules.dependencies, |one, other| {
            one.plan == other.plan
        });
        put_all(
            &mut self.prohibited_locations,
            rules.prohibited_locations,
            |one, other| one.subject == other.subject,
        );
    }
}

/// Puts each item in the place of the first that is about the same thing, or at the end.
fn put_all<T>(items: &mut Vec<T>, additions: Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for addition in additions {
        match items.iter_mut().find(|item| same(item, &addition)) {
            Some(item) => *item = addition,
            None => items.push(addition),
        }
    }
}

/// One file: its name and text for error messages.
#[derive(Clone, Copy)]
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn error<T>(&self, at: &Spanned<T>, message: String) -> CatalogError {
        CatalogError {
            place: Place::of(self.file, self.text, at.span().start),
            message,
        }
    }
}

/// Reads files whose references may also name the plans of `plans`. The result holds those plans, replaced where a file
/// gives them anew, and the products and rules of the files alone.
fn read(
    plans: BTreeMap<Uuid, ServicePlan>,
    files: &[(&str, &str)],
) -> Result<Catalog, CatalogError> {
    let mut parsed = Vec::with_capacity(files.len());
    for (file, text) in files {
        let rows: FileRows = toml::from_str(text).map_err(|error| CatalogError {
            place: Place::of(file, text, error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        parsed.push((Source { file, text }, rows));
    }
    let mut catalog = Catalog {
        plans,
        ..Catalog::default()
    };
    let mut places = BTreeMap::new();
    for (source, rows) in &mut parsed {
        for (key, row) in std::mem::take(&mut rows.plan) {
            let id = new_id(*source, &key, &mut places)?;
            catalog.plans.insert(id, plan_of(id, row));
        }
    }
    let names = PlanNames::of(&catalog.plans);
    let mut places = BTreeMap::new();
    for (source, rows) in parsed {
        let reader = Reader {
            source,
            names: &names,
            plans: &catalog.plans,
        };
        for (key, row) in rows.product {
            let id = new_id(source, &key, &mut places)?;
            catalog.products.insert(id, reader.product(id, &key, row)?);
        }
        for row in rows.exclusion {
            catalog.rules.exclusions.push(Exclusion {
                name: row.name,
                plans: reader.plans(&row.plans)?,
            });
        }
        for row in rows.dependency {
            let (plan, requires_any) = (reader.plan(&row.plan)?, reader.plans(&row.requires_any)?);
            catalog
                .rules
                .dependencies
                .push(Dependency { plan, requires_any });
        }
        for row in rows.prohibited_location {
            catalog
                .rules
                .prohibited_locations
                .push(reader.prohibition(&row)?);
        }
    }
    Ok(catalog)
}

fn plan_of(id: Uuid, row: PlanRow) -> ServicePlan {
    ServicePlan {
        id,
        display_name: row.display_name.unwrap_or_else(|| row.name.clone()),
        name: row.name,
        service: row.service,
        applies_to: row.applies_to.into(),
        device_management: row.device_management,
        pending_activation: row.pending_activation,
    }
}

/// The id that a table's key spells; an error if the files have had it before.
fn new_id(
    source: Source<'_>,
    key: &Spanned<String>,
    places: &mut BTreeMap<Uuid, Place>,
) -> Result<Uuid, CatalogError> {
    let id = id_of(source, key)?;
    let place = Place::of(source.file, source.text, key.span().start);
    match places.insert(id, place) {
        None => Ok(id),
        Some(first) => Err(source.error(
            key,
            format!("the id {id} was used before ({first}); remove one of the two"),
        )),
    }
}

fn id_of(source: Source<'_>, text: &Spanned<String>) -> Result<Uuid, CatalogError> {
    Uuid::try_parse(text.get_ref()).map_err(|_| {
        source.error(
            text,
            format!(
                "`{}` is not a GUID such as c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
                text.get_ref()
            ),
        )
    })
}

/// Turns the rows of one file into parts of a catalog.
struct Reader<'a> {
    source: Source<'a>,
    names: &'a PlanNames<'a>,
    plans: &'a BTreeMap<Uuid, ServicePlan>,
}

impl Reader<'_> {
    fn plan(&self, reference: &Spanned<String>) -> Result<Uuid, CatalogError> {
        let name = reference.get_ref();
        self.names.resolve(name).map_err(|error| {
            let message = match error {
                NameError::Unknown => {
                    format!("no service plan is called `{name}`; add it to the table [plan]")
                }
                NameError::Ambiguous => format!(
                    "several service plans are called `{name}`; write the plan's id instead"
                ),
            };
            self.source.error(reference, message)
        })
    }

    fn plans(&self, references: &[Spanned<String>]) -> Result<Vec<Uuid>, CatalogError> {
        references
            .iter()
            .map(|reference| self.plan(reference))
            .collect()
    }

    fn product(
        &self,
        id: Uuid,
        key: &Spanned<String>,
        row: ProductRow,
    ) -> Result<Product, CatalogError> {
        let mut plans = Vec::with_capacity(row.plans.len());
        let mut seen = BTreeSet::new();
        for reference in &row.plans {
            let plan = self.plan(reference)?;
            let fault = if !self.plans.contains_key(&plan) {
                "is not known; add it to the table [plan]"
            } else if !seen.insert(plan) {
                "is listed twice; remove one of the two"
            } else {
                plans.push(plan);
                continue;
            };
            let message = format!(
                "plan `{}` of product `{}` {fault}",
                reference.get_ref(),
                row.part_number
            );
            return Err(self.source.error(reference, message));
        }
        if plans.len() > MAX_PLANS_PER_PRODUCT {
            let message = format!(
                "product `{}` has {} service plans; at most {MAX_PLANS_PER_PRODUCT} are possible",
                row.part_number,
                plans.len()
            );
            return Err(self.source.error(key, message));
        }
        Ok(Product {
            id,
            part_number: row.part_number,
            name: row.name,
            base: row.base.into(),
            applies_to: row.applies_to.into(),
            plans,
        })
    }

    fn prohibition(&self, row: &Spanned<ProhibitionRow>) -> Result<Prohibition, CatalogError> {
        let ProhibitionRow {
            plan,
            product,
            locations,
        } = row.get_ref();
        let subject = match (plan, product) {
            (Some(plan), None) => ProhibitedSubject::Plan(self.plan(plan)?),
            (None, Some(product)) => ProhibitedSubject::Product(id_of(self.source, product)?),
            _ => {
                let message =
                    "a prohibited location needs either `plan` or `product`, and not both"
                        .to_owned();
                return Err(self.source.error(row, message));
            }
        };
        let locations = locations
            .iter()
            .map(|text| self.location(text))
            .collect::<Result<_, _>>()?;
        Ok(Prohibition { subject, locations })
    }

    fn location(&self, text: &Spanned<String>) -> Result<Location, CatalogError> {
        match text.get_ref().as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok([first.to_ascii_uppercase(), second.to_ascii_uppercase()])
            }
            _ => Err(self.source.error(
                text,
                format!("`{}` is not a two-letter country code", text.get_ref()),
            )),
        }
    }
}
