//! What a user has.

use zetel_domain::{Tenant, assignment::LicenseState, user::UserView};

use super::short_name;

/// A product that a user has or should have, in a cell.
pub(crate) struct Holding {
    /// Its short name.
    pub name: String,
    /// Whether only groups give it.
    pub is_inherited: bool,
    /// Whether it could not be applied.
    pub is_failed: bool,
}

/// What a user has and should have, a line for each product.
pub(crate) fn holdings(tenant: &Tenant, user: &UserView<'_>) -> Vec<Holding> {
    let sources = tenant.sources(user);
    let by_product = sources.chunk_by(|left, right| left.product == right.product);
    let holding = |sources: &[zetel_domain::assignment::LicenseSource]| {
        let product = tenant.product(sources.first()?.product)?;
        let applied = |state: LicenseState| state.is_applied();
        Some(Holding {
            name: short_name(product).to_owned(),
            is_inherited: sources.iter().all(|source| source.group.is_some()),
            is_failed: !sources.iter().any(|source| applied(source.state)),
        })
    };
    by_product.filter_map(holding).collect()
}
