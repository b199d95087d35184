//! Giving one product instead of another, per user whole or not at all; plans that both have are never off in between.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Context, Outcome, Plan, group_licenses, groups, users::find};
use crate::{
    assignment::{AssignmentRequest, ProductRequest, Resolved, Source, check_end_state, resolve},
    command::SwapScope,
    event::{Event, Grant, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

pub fn swap(
    tenant: &Tenant,
    scope: &SwapScope,
    from: Uuid,
    to: Uuid,
    disabled_plans: &[Uuid],
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let request = AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: to,
            disabled_plans: disabled_plans.to_vec(),
        }],
        remove: vec![from],
    };
    match scope {
        SwapScope::Group(group) => swap_of_group(tenant, *group, &request, context),
        SwapScope::Users(keys) => {
            let (from, to) = products(tenant, &request)?;
            let users = keys.iter().map(|key| find(tenant, key));
            Ok(swap_of_users(tenant, users.collect(), from, to, context))
        }
        SwapScope::AllUsers => {
            let (from, to) = products(tenant, &request)?;
            let users = tenant
                .assigned(from)
                .into_iter()
                .flat_map(Bits::iter)
                .filter_map(|user| tenant.users().view(UserOrdinal(user)))
                .filter(|user| user.is_live() && tenant.direct_license(user, from).is_some())
                .map(Ok)
                .collect();
            Ok(swap_of_users(tenant, users, from, to, context))
        }
    }
}

fn products(
    tenant: &Tenant,
    request: &AssignmentRequest,
) -> Result<(ProductOrdinal, Grant), Rejection> {
    let Resolved { add, remove } = resolve(tenant, request)?;
    if tenant.policy().refuses_direct() {
        return Err(Rejection::DirectAssignmentsOff);
    }
    match (remove.first(), add.first()) {
        (Some(from), Some(to)) => Ok((*from, *to)),
        _ => Err(Rejection::NoLicenseChanges),
    }
}

/// Each user alone; scarce seats go in the order of the users.
fn swap_of_users(
    tenant: &Tenant,
    users: Vec<Result<UserView<'_>, Rejection>>,
    from: ProductOrdinal,
    to: Grant,
    context: &Context<'_>,
) -> Plan {
    let mut free = tenant.seats(to.product).available();
    let mut seen = Bits::default();
    let mut changes: BTreeMap<(Vec<Grant>, Vec<Grant>), Vec<u32>> = BTreeMap::new();
    let mut refused = Vec::new();
    for (place, user) in users.into_iter().enumerate() {
        let judged = user.and_then(|user| {
            if !seen.insert(user.ordinal.0) {
                return Ok(());
            }
            let change = swapped(tenant, &user, from, to);
            check_end_state(tenant, &user, &change, |_| free)?;
            if !tenant.holds(user.ordinal, to.product) {
                free = free.saturating_sub(1);
            }
            let grants = exact(tenant, &user, &change);
            changes.entry(grants).or_default().push(user.ordinal.0);
            Ok(())
        });
        if let Err(rejection) = judged {
            refused.push((place, rejection));
        }
    }
    let events = changes
        .into_iter()
        .map(|((removed, added), users)| Event::AssignmentsChanged {
            users: UserSet::of(&users.into_iter().collect::<Bits>()),
            removed,
            added,
            at: context.now,
        })
        .collect();
    Plan {
        outcome: Outcome::Bulk(refused),
        ..super::follow(tenant, events, context)
    }
}

/// The change for one user: what is off in the old product is off in the new one, unless the user has it on there
/// already.
fn swapped(tenant: &Tenant, user: &UserView<'_>, from: ProductOrdinal, to: Grant) -> Resolved {
    let disabled_in = |product| {
        tenant
            .direct_license(user, product)
            .map(|(_, shape)| shape.disabled)
    };
    let carried = disabled_in(from).map_or(0, |mask| tenant.carry_over(from, mask, to.product));
    let disabled = disabled_in(to.product).unwrap_or(u128::MAX) & (to.disabled | carried);
    Resolved {
        add: vec![Grant { disabled, ..to }],
        remove: vec![from],
    }
}

/// What the change takes and gives. Nothing of it ends after a grace period: the new product stands in for the old one.
fn exact(tenant: &Tenant, user: &UserView<'_>, change: &Resolved) -> (Vec<Grant>, Vec<Grant>) {
    let (removed, mut added) = super::licenses::grants(tenant, user, change);
    added.retain(|grant| grant.source == Source::Direct);
    (removed, added)
}

fn swap_of_group(
    tenant: &Tenant,
    id: Uuid,
    request: &AssignmentRequest,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (_, group) = groups::find(tenant, id)?;
    let mut request = request.clone();
    let from = request
        .remove
        .first()
        .and_then(|from| tenant.find_product(*from))
        .and_then(|from| group.license(from));
    if let (Some(from), Some(add)) = (from, request.add.first_mut())
        && let Some(to) = tenant.find_product(add.sku_id)
    {
        let carried = tenant.carry_over(from.product, from.disabled, to);
        if let Some(product) = tenant.product(to) {
            for owned in product.disabled_plans(carried) {
                if !add.disabled_plans.contains(&owned.plan.id) {
                    add.disabled_plans.push(owned.plan.id);
                }
            }
        }
    }
    group_licenses::assign(tenant, id, &request, context)
}
