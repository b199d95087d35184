//! Decisions about direct assignments.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::{Context, Outcome, Plan, consequences::Work, users::find};
use crate::{
    assignment::{AssignmentRequest, Resolved, Retry, Source, check_end_state, resolve},
    event::{Event, Grant, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
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
    refuse_direct(tenant, &change)?;
    check_end_state(tenant, &user, &change, |product| {
        tenant.seats(product).available()
    })?;
    let outcome = Outcome::User(user.ordinal);
    let (removed, added) = grants(tenant, &user, &change);
    if removed.is_empty() && added.is_empty() {
        return Ok(Plan {
            outcome,
            ..Plan::default()
        });
    }
    let event = Event::AssignmentsChanged {
        users: UserSet::One(user.ordinal),
        removed,
        added,
        at: context.now,
    };
    Ok(Plan {
        outcome,
        ..super::follow(tenant, vec![event], context)
    })
}

/// The tenant's policy may want all licenses to come from groups.
fn refuse_direct(tenant: &Tenant, change: &Resolved) -> Result<(), Rejection> {
    if tenant.policy().refuses_direct() && !change.add.is_empty() {
        Err(Rejection::DirectAssignmentsOff)
    } else {
        Ok(())
    }
}

/// Many users alike, each alone; scarce seats go in the order of the command.
pub fn assign_in_bulk(
    tenant: &Tenant,
    keys: &[UserKey],
    request: &AssignmentRequest,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let change = resolve(tenant, request)?;
    refuse_direct(tenant, &change)?;
    let mut free: BTreeMap<ProductOrdinal, u32> = change
        .add
        .iter()
        .map(|grant| (grant.product, tenant.seats(grant.product).available()))
        .collect();
    let mut seen = RoaringBitmap::new();
    let mut changes: BTreeMap<(Vec<Grant>, Vec<Grant>), Vec<u32>> = BTreeMap::new();
    let mut refused = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let judged = find(tenant, key).and_then(|user| {
            // A user named twice is changed once; the second time finds the same end state and takes no seat.
            if !seen.contains(user.ordinal.0) {
                check_end_state(tenant, &user, &change, |product| {
                    free.get(&product).copied().unwrap_or(0)
                })?;
            }
            Ok(user)
        });
        match judged {
            Ok(user) => {
                let grants = grants(tenant, &user, &change);
                if !(grants.0.is_empty() && grants.1.is_empty()) && seen.insert(user.ordinal.0) {
                    take_seats(tenant, &user, &change, &mut free);
                    changes.entry(grants).or_default().push(user.ordinal.0);
                }
            }
            Err(rejection) => refused.push((place, rejection)),
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
    Ok(Plan {
        outcome: Outcome::Bulk(refused),
        ..super::follow(tenant, events, context)
    })
}

fn take_seats(
    tenant: &Tenant,
    user: &UserView<'_>,
    change: &Resolved,
    free: &mut BTreeMap<ProductOrdinal, u32>,
) {
    for grant in &change.add {
        if !tenant.holds(user.ordinal, grant.product)
            && let Some(seats) = free.get_mut(&grant.product)
        {
            *seats = seats.saturating_sub(1);
        }
    }
}

/// What a change takes from a user and gives to it, exactly; nothing of what stays as it is.
pub fn grants(tenant: &Tenant, user: &UserView<'_>, change: &Resolved) -> (Vec<Grant>, Vec<Grant>) {
    let held = |product| {
        let (_, shape) = tenant.direct_license(user, product)?;
        Some(Grant {
            product,
            disabled: shape.disabled,
            source: Source::Direct,
        })
    };
    let mut removed: Vec<Grant> = change
        .remove
        .iter()
        .filter_map(|product| held(*product))
        .collect();
    let mut added = Vec::new();
    if tenant.policy().grace_days() > 0 {
        added.extend(removed.iter().map(|grant| Grant {
            source: Source::Ending { group: None },
            ..*grant
        }));
    }
    for grant in &change.add {
        let old = held(grant.product);
        if old.is_none_or(|old| old.disabled != grant.disabled) {
            removed.extend(old);
            added.push(*grant);
        }
    }
    (removed, added)
}

/// Licenses whose grace period is over.
pub fn due(work: &mut Work<'_>) {
    let grace_days = i64::from(work.state.policy().grace_days());
    let mut over: BTreeMap<Vec<Grant>, Vec<u32>> = BTreeMap::new();
    for user in work.state.ending().iter().map(UserOrdinal) {
        let Some(view) = work.state.users().view(user) else {
            continue;
        };
        let removed: Vec<Grant> = work
            .state
            .licenses(&view)
            .filter(|(holding, shape, _)| {
                matches!(shape.source, Source::Ending { .. })
                    && holding.at().plus_days(grace_days) <= work.now
            })
            .map(|(_, shape, _)| Grant {
                product: shape.product,
                disabled: shape.disabled,
                source: shape.source,
            })
            .collect();
        if !removed.is_empty() {
            over.entry(removed).or_default().push(user.0);
        }
    }
    for (removed, users) in over {
        work.record(Event::AssignmentsChanged {
            users: UserSet::of(&users.into_iter().collect::<Bits>()),
            removed,
            added: Vec::new(),
            at: work.now,
        });
    }
}

/// Decides a user's group licenses again (licensing.md 2.4).
pub fn reprocess(tenant: &Tenant, key: &UserKey, context: &Context<'_>) -> Result<Plan, Rejection> {
    let user = find(tenant, key)?.ordinal;
    let mut work = Work::new(tenant, context);
    work.record(Event::UserReprocessed { user });
    work.retry(user, Retry::All);
    let finished = work.finish();
    let violation = finished
        .state
        .users()
        .view(user)
        .and_then(|view| crate::assignment::first_refusal(&finished.state, &view));
    Ok(Plan {
        outcome: Outcome::Reprocessed { user, violation },
        ..Plan::from(finished)
    })
}
