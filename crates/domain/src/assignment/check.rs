//! The rules of direct assignment in the order of licensing.md 2.1; the first that fails is reported.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    rules::RuleViolation,
    shape::{Shape, Source},
    sources::LicenseSource,
};
use crate::{
    catalog::{AppliesTo, LicenseBase, ProhibitedSubject},
    event::Grant,
    location::Location,
    product::{OwnedProduct, ProductOrdinal},
    rejection::Rejection,
    tenant::Tenant,
    user::UserView,
};

/// What a caller wants to add and remove, by ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssignmentRequest {
    /// Products to add, or whose disabled plans to replace.
    pub add: Vec<ProductRequest>,
    /// Products to remove.
    pub remove: Vec<Uuid>,
}

/// A product to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRequest {
    /// The product's id.
    pub sku_id: Uuid,
    /// Ids of plans to switch off; all others are on.
    pub disabled_plans: Vec<Uuid>,
}

/// A request whose ids are known to be good, for use on any number of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Products to add.
    pub add: Vec<Grant>,
    /// Products to remove.
    pub remove: Vec<ProductOrdinal>,
}

/// Judges what does not depend on the user: something is asked for, products are owned and assignable, plans belong to
/// their products.
pub fn resolve(tenant: &Tenant, request: &AssignmentRequest) -> Result<Resolved, Rejection> {
    resolve_where(tenant, request, |product| tenant.owns(product))
}

/// The same for a group, which may have a product that is no longer owned: it can be removed.
pub fn resolve_for_group(
    tenant: &Tenant,
    request: &AssignmentRequest,
) -> Result<Resolved, Rejection> {
    resolve_where(tenant, request, |_| true)
}

fn resolve_where(
    tenant: &Tenant,
    request: &AssignmentRequest,
    can_be_removed: impl Fn(ProductOrdinal) -> bool,
) -> Result<Resolved, Rejection> {
    if request.add.is_empty() && request.remove.is_empty() {
        return Err(Rejection::NoLicenseChanges);
    }
    let added: Vec<Uuid> = request.add.iter().map(|product| product.sku_id).collect();
    let owned = |sku_id: Uuid| {
        tenant
            .find_product(sku_id)
            .filter(|product| tenant.owns(*product))
            .ok_or(Rejection::ProductNotOwned { sku_id })
    };
    let mut products = Vec::with_capacity(added.len());
    for sku_id in &added {
        products.push(owned(*sku_id)?);
    }
    let remove = request
        .remove
        .iter()
        .map(|sku_id| {
            tenant
                .find_product(*sku_id)
                .filter(|product| can_be_removed(*product))
                .ok_or(Rejection::ProductNotOwned { sku_id: *sku_id })
        })
        .collect::<Result<Vec<_>, _>>()?;
    // Replacing is asked for by adding alone, so a product in both lists, or twice in one, has no clear meaning.
    let mut seen = BTreeSet::new();
    if let Some(sku_id) = added
        .iter()
        .chain(&request.remove)
        .find(|sku_id| !seen.insert(**sku_id))
    {
        return Err(Rejection::ProductNamedTwice { sku_id: *sku_id });
    }
    let mut add = Vec::with_capacity(products.len());
    for (ordinal, wanted) in products.into_iter().zip(&request.add) {
        let sku_id = wanted.sku_id;
        let product = tenant
            .product(ordinal)
            .ok_or(Rejection::ProductNotOwned { sku_id })?;
        if product.applies_to == AppliesTo::Company || product.base == LicenseBase::Device {
            return Err(Rejection::ProductNotAssignable { sku_id });
        }
        add.push(Grant {
            product: ordinal,
            disabled: 0,
            source: Source::Direct,
        });
    }
    for (grant, wanted) in add.iter_mut().zip(&request.add) {
        grant.disabled = disabled_mask(tenant.product(grant.product), wanted)?;
    }
    Ok(Resolved { add, remove })
}

fn disabled_mask(
    product: Option<&OwnedProduct>,
    wanted: &ProductRequest,
) -> Result<u128, Rejection> {
    wanted.disabled_plans.iter().try_fold(0, |mask, plan_id| {
        product
            .and_then(|product| product.plan_bit(*plan_id))
            .map(|bit| mask | bit)
            .ok_or(Rejection::PlanNotInProduct {
                sku_id: wanted.sku_id,
                plan_id: *plan_id,
            })
    })
}

/// Judges what depends on the user, on the end state of all additions and removals together.
///
/// `free_seats` says how many seats of a product are left; it is asked only for products that the user does not hold.
pub fn check_end_state(
    tenant: &Tenant,
    user: &UserView<'_>,
    change: &Resolved,
    free_seats: impl Fn(ProductOrdinal) -> u32,
) -> Result<(), Rejection> {
    let held: Vec<LicenseSource> = tenant
        .sources(user)
        .into_iter()
        .filter(|source| source.state.is_applied())
        .collect();
    let holds = |product: ProductOrdinal| held.iter().any(|held| held.product == product);
    let is_direct = |source: &LicenseSource| source.group.is_none() && !source.is_ending;
    let holds_directly = |product: ProductOrdinal| {
        held.iter()
            .any(|held| held.product == product && is_direct(held))
    };
    let sku_id_of = |product| {
        tenant
            .product(product)
            .map(|product| product.sku_id)
            .unwrap_or_default()
    };

    if let Some(missing) = change
        .remove
        .iter()
        .find(|product| !holds_directly(**product))
    {
        let sku_id = sku_id_of(*missing);
        let is_inherited = tenant
            .sources(user)
            .iter()
            .any(|source| source.product == *missing && source.group.is_some());
        return Err(if is_inherited {
            Rejection::LicenseInherited { sku_id }
        } else {
            Rejection::LicenseNotHeld { sku_id }
        });
    }
    if !change.add.is_empty() {
        let location = user
            .head
            .usage_location
            .ok_or(Rejection::UsageLocationMissing)?;
        check_location(tenant, &change.add, location)?;
    }
    // What ends anyway stands in nobody's way, and nothing may rest on it.
    let stays = |source: &&LicenseSource| {
        let is_changed = change.remove.contains(&source.product)
            || change
                .add
                .iter()
                .any(|grant| grant.product == source.product);
        !(source.is_ending || is_direct(source) && is_changed)
    };
    let added: Vec<Shape> = change
        .add
        .iter()
        .map(|grant| Shape {
            product: grant.product,
            source: grant.source,
            disabled: grant.disabled,
        })
        .collect();
    let plans = |source: &LicenseSource| (source.product, source.disabled);
    let before = tenant.rule_plans(held.iter().map(plans));
    let added_plans = added.iter().map(|shape| (shape.product, shape.disabled));
    let after = tenant.rule_plans(held.iter().filter(stays).map(plans).chain(added_plans));
    match tenant.rules().first_new_violation(&before, &after) {
        Some(RuleViolation::Exclusive { plans }) => {
            return Err(Rejection::MutuallyExclusive { plan_ids: plans });
        }
        Some(RuleViolation::Missing { plan, requires }) => {
            return Err(Rejection::DependencyMissing {
                plan_id: plan,
                requires,
            });
        }
        None => {}
    }
    if let Some(full) = added
        .iter()
        .find(|shape| !holds(shape.product) && free_seats(shape.product) == 0)
    {
        return Err(Rejection::NoSeats {
            sku_id: sku_id_of(full.product),
        });
    }
    check_addresses(tenant, user, &added)
}

/// No product and no plan that would be on may be prohibited where the user is.
pub(super) fn check_location(
    tenant: &Tenant,
    grants: &[Grant],
    location: Location,
) -> Result<(), Rejection> {
    let prohibitions = &tenant.catalog().rules.prohibited_locations;
    for grant in grants {
        let Some(product) = tenant.product(grant.product) else {
            continue;
        };
        let concerns = |subject: &ProhibitedSubject| match subject {
            ProhibitedSubject::Product(id) => *id == product.sku_id,
            ProhibitedSubject::Plan(id) => product
                .plans_with_state(grant.disabled)
                .any(|(owned, enabled)| enabled && owned.plan.id == *id),
        };
        let is_prohibited = prohibitions.iter().any(|rule| {
            rule.locations
                .iter()
                .any(|code| code == location.as_str().as_bytes())
                && concerns(&rule.subject)
        });
        if is_prohibited {
            return Err(Rejection::ProhibitedInLocation {
                sku_id: product.sku_id,
                location,
            });
        }
    }
    Ok(())
}

/// A mailbox needs addresses that nobody else has (licensing.md 2.2 E13).
pub(super) fn check_addresses(
    tenant: &Tenant,
    user: &UserView<'_>,
    added: &[Shape],
) -> Result<(), Rejection> {
    let has_mailbox = |shape: &Shape| {
        tenant
            .product(shape.product)
            .is_some_and(|product| product.enables_mailbox(shape.disabled))
    };
    if !added.iter().any(has_mailbox) {
        return Ok(());
    }
    taken_address(tenant, user).map_or(Ok(()), |address| {
        Err(Rejection::AddressNotUnique { address })
    })
}

/// The first mail address of a user that belongs to another user too.
pub(super) fn taken_address(tenant: &Tenant, user: &UserView<'_>) -> Option<String> {
    user.addresses()
        .find(|address| {
            tenant
                .users()
                .find_address(address)
                .any(|other| other.ordinal != user.ordinal)
        })
        .map(str::to_owned)
}
