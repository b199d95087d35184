//! The catalog: which products exist, of which service plans they are made, and which plans exclude or need each other.
//!
//! A catalog is data. The built-in one is the folder `catalog/` of the repository; Microsoft's published list
//! ([`Catalog::merge_csv`]) and tables of one's own ([`Catalog::merge_toml`]) are merged into it. A tenant may own a
//! product that its catalog does not know.
//!
//! Source of the built-in data: Microsoft's documentation "Product names and service plan identifiers for licensing"
//! (CC BY 4.0).

mod builtin;
mod check;
mod csv_list;
mod csv_merge;
mod csv_text;
mod error;
mod model;
mod names;
mod parse;
mod report;
mod rows;
mod text;

#[cfg(test)]
mod tests;

pub use check::Problem;
pub use csv_text::ImportError;
pub use error::{CatalogError, Place};
pub use model::{
    AppliesTo, Catalog, Dependency, Exclusion, LicenseBase, Location, MAX_PLANS_PER_PRODUCT,
    Product, ProhibitedSubject, Prohibition, Rules, ServicePlan,
};
pub use report::{ImportNote, ImportReport};
