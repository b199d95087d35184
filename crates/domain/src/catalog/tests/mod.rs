//! Tests of the catalog.

mod builtin;
mod csv_import;
mod csv_repair;
mod text;

use uuid::Uuid;

use super::{Catalog, Product};

/// The id that a text spells.
fn id(text: &str) -> Uuid {
    Uuid::try_parse(text).unwrap()
}

/// The only product with a part number.
fn product<'a>(catalog: &'a Catalog, part_number: &str) -> &'a Product {
    let found = catalog.find_part_number(part_number);
    assert_eq!(
        found.len(),
        1,
        "products with the part number {part_number}"
    );
    found[0]
}

/// The names of a product's plans, in its order.
fn plan_names(catalog: &Catalog, part_number: &str) -> Vec<String> {
    product(catalog, part_number)
        .plans
        .iter()
        .map(|plan| catalog.plans[plan].name.clone())
        .collect()
}
