//! Decisions about direct assignments.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::{Context, Outcome, Plan, users::find};
use crate::{
    assignment::{AssignmentRequest, Resolved, check_end_state, resolve},
    event::{Event, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    tenant::Tenant,
    user::{UserKey, UserOrdinal, UserView},
};

/// One user, all or nothing.
pub fn assign(
    tenant: &Tenant,
    key: &UserKey,
    request: &AssignmentRequest,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let user = find(tenant, key)?;
    let change = resolve(tenant, request)?;
    check_end_state(tenant, &user, &change, |product| {
        tenant.seats(product).available()
    })?;
    let outcome = Outcome::User(user.ordinal);
    if !changes_anything(tenant, &user, &change) {
        return Ok(Plan {
            events: Vec::new(),
            outcome,
        });
    }
    let event = Event::LicensesChanged {
        users: UserSet::One(user.ordinal),
        removed: change.remove,
        added: change.add,
        at: context.now,
    };
    Ok(Plan {
        events: vec![event],
        outcome,
    })
}

/// Many users alike, each alone; scarce seats go in the order of the command.
pub fn assign_in_bulk(
    tenant: &Tenant,
    keys: &[UserKey],
    request: &AssignmentRequest,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let change = resolve(tenant, request)?;
    let mut free: BTreeMap<ProductOrdinal, u32> = change
        .add
        .iter()
        .map(|grant| (grant.product, tenant.seats(grant.product).available()))
        .collect();
    let mut granted = RoaringBitmap::new();
    let mut refused = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let judged = find(tenant, key).and_then(|user| {
            // A user named twice is changed once; the second time finds the same end state and takes no seat.
            if !granted.contains(user.ordinal.0) {
                check_end_state(tenant, &user, &change, |product| {
                    free.get(&product).copied().unwrap_or(0)
                })?;
            }
            Ok(user)
        });
        match judged {
            Ok(user) => {
                if changes_anything(tenant, &user, &change) && granted.insert(user.ordinal.0) {
                    take_seats(tenant, &user, &change, &mut free);
                }
            }
            Err(rejection) => refused.push((place, rejection)),
        }
    }
    let users = match (granted.len(), granted.min()) {
        (1, Some(only)) => UserSet::One(UserOrdinal(only)),
        _ => UserSet::Many(granted),
    };
    let events = if users.is_empty() {
        Vec::new()
    } else {
        vec![Event::LicensesChanged {
            users,
            removed: change.remove,
            added: change.add,
            at: context.now,
        }]
    };
    Ok(Plan {
        events,
        outcome: Outcome::Bulk(refused),
    })
}

fn take_seats(
    tenant: &Tenant,
    user: &UserView<'_>,
    change: &Resolved,
    free: &mut BTreeMap<ProductOrdinal, u32>,
) {
    for grant in &change.add {
        if tenant.direct_license(user, grant.product).is_none()
            && let Some(seats) = free.get_mut(&grant.product)
        {
            *seats = seats.saturating_sub(1);
        }
    }
}

fn changes_anything(tenant: &Tenant, user: &UserView<'_>, change: &Resolved) -> bool {
    !change.remove.is_empty()
        || change.add.iter().any(|grant| {
            tenant
                .direct_license(user, grant.product)
                .is_none_or(|(_, shape)| shape.disabled != grant.disabled)
        })
}
