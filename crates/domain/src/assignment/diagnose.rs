//! Says exactly why a license of a group is not as it was meant to be; its state only sums that up.

use super::{LicenseSource, LicenseState, Violation, check, rules::RuleViolation};
use crate::{
    event::Grant, product::ProductOrdinal, rejection::Rejection, tenant::Tenant, user::UserView,
};

/// The refusal that a user's group licenses run into first: an error of its own before one of a sibling.
pub fn first_refusal(tenant: &Tenant, user: &UserView<'_>) -> Option<Rejection> {
    tenant
        .sources(user)
        .iter()
        .filter(|source| source.state.violation() != Some(Violation::Other))
        .find_map(|source| refusal_of(tenant, user, source))
}

/// The refusal that a license runs into, as it is now. For an error that would no longer occur, that of its kind which
/// needs least words.
pub fn refusal_of(
    tenant: &Tenant,
    user: &UserView<'_>,
    source: &LicenseSource,
) -> Option<Rejection> {
    let sku_id = tenant.product(source.product)?.sku_id;
    Some(match source.state.violation()? {
        Violation::Count | Violation::Other => Rejection::NoSeats { sku_id },
        Violation::MutuallyExclusive => Rejection::MutuallyExclusive {
            plan_ids: excluded(tenant, user, source),
        },
        Violation::Dependency => {
            let (plan_id, requires) = missing(tenant, user, source)?;
            Rejection::DependencyMissing { plan_id, requires }
        }
        Violation::ProhibitedInUsageLocation => Rejection::ProhibitedInLocation {
            sku_id,
            location: user
                .head
                .usage_location
                .or(tenant.profile().default_usage_location)?,
        },
        Violation::Uniqueness => Rejection::AddressNotUnique {
            address: check::taken_address(tenant, user).unwrap_or_default(),
        },
    })
}

/// What the user has besides one license.
fn others<'a>(
    sources: &'a [LicenseSource],
    source: &'a LicenseSource,
) -> impl Iterator<Item = (ProductOrdinal, u128)> + 'a {
    sources
        .iter()
        .filter(move |other| *other != source && other.state.is_applied() && !other.is_ending)
        .map(|other| (other.product, other.disabled))
}

/// The plan as the group wants it: for one that was kept, as the group has it now.
fn wanted(tenant: &Tenant, source: &LicenseSource) -> Option<Grant> {
    let license = source
        .group
        .and_then(|group| tenant.groups().get(group))
        .and_then(|group| group.license(source.product))?;
    Some(Grant {
        product: license.product,
        disabled: license.disabled,
        source: super::Source::Direct,
    })
}

fn excluded(tenant: &Tenant, user: &UserView<'_>, source: &LicenseSource) -> Vec<uuid::Uuid> {
    let sources = tenant.sources(user);
    let before = tenant.rule_plans(others(&sources, source));
    let wanted = wanted(tenant, source).map(|grant| (grant.product, grant.disabled));
    let after = tenant.rule_plans(others(&sources, source).chain(wanted));
    match tenant.rules().first_new_violation(&before, &after) {
        Some(RuleViolation::Exclusive { plans }) => plans,
        _ => Vec::new(),
    }
}

fn missing(
    tenant: &Tenant,
    user: &UserView<'_>,
    source: &LicenseSource,
) -> Option<(uuid::Uuid, Vec<uuid::Uuid>)> {
    let sources = tenant.sources(user);
    let with =
        tenant.rule_plans(others(&sources, source).chain([(source.product, source.disabled)]));
    let without = tenant.rule_plans(others(&sources, source));
    match source.state {
        // Taking it away would leave another plan without what it needs.
        LicenseState::ActiveWithError(_) => tenant.rules().first_newly_missing(&with, &without),
        _ => tenant.rules().first_newly_missing(&without, &with),
    }
}
