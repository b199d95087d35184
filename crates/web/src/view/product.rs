//! Names of products and plans.

use zetel_domain::{
    catalog::{AppliesTo, LicenseBase, ServicePlan},
    product::OwnedProduct,
};

/// The name of a service plan, for people.
pub(crate) fn plan_name(plan: &ServicePlan) -> &str {
    if plan.display_name.is_empty() {
        &plan.name
    } else {
        &plan.display_name
    }
}

/// A product in as few letters as a cell has room for: its name without the maker's.
pub(crate) fn short_name(product: &OwnedProduct) -> &str {
    let name = product.name.as_str();
    let short = name.strip_prefix("Microsoft ").unwrap_or(name);
    if short.is_empty() {
        &product.part_number
    } else {
        short
    }
}

/// The plans of a product that can be switched on and off by one.
pub(crate) fn plans_of(product: &OwnedProduct) -> impl Iterator<Item = &ServicePlan> {
    let plans = product.plans.iter().filter(|owned| !owned.retired);
    plans
        .map(|owned| &owned.plan)
        .filter(|plan| plan.applies_to == AppliesTo::User)
}

/// Whether users and groups can be assigned a product.
pub(crate) fn is_assignable(product: &OwnedProduct) -> bool {
    product.applies_to == AppliesTo::User && product.base == LicenseBase::User
}
