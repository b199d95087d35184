//! The guard stops changes that take services from many at once, until whoever wants them has seen what they do.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Context, Plan};
use crate::{event::Event, impact::Impact, policy::Approval, rejection::Rejection, tenant::Tenant};

/// Judges what events would take from users. `before` is the tenant without them.
pub fn check(before: &Tenant, events: &[Event], context: &Context<'_>) -> Result<(), Rejection> {
    let guard = &before.policy().guard;
    if !guard.enabled {
        return Ok(());
    }
    let at_most: u64 = events.iter().map(may_lose).fold(0, u64::saturating_add);
    if at_most <= u64::from(guard.max_users.min(guard.min_users_for_percent)) {
        return Ok(());
    }
    let mut after = before.clone();
    for event in events {
        after.apply(event);
    }
    let impact = Impact::of_licenses(before, &after, events);
    let users = impact.losers().len();
    let products: Vec<(Uuid, u32, u32)> = impact
        .products
        .iter()
        .filter_map(|product| {
            let lost = product.lost.len();
            let held = product.before.consumed;
            let is_much = lost > guard.min_users_for_percent
                && u64::from(lost) * 100 > u64::from(held) * u64::from(guard.max_percent);
            let sku_id = after.product(product.product)?.sku_id;
            is_much.then_some((sku_id, lost, held))
        })
        .collect();
    if users <= guard.max_users && products.is_empty() {
        return Ok(());
    }
    let token = token(before, &impact);
    let is_confirmed = context.confirmation.as_deref() == Some(token.as_str());
    let stopped = |needs_approval| {
        Err(Rejection::Guarded {
            token: token.clone(),
            users,
            products: products.clone(),
            needs_approval,
        })
    };
    match (is_confirmed, guard.second_approver) {
        (false, _) => stopped(guard.second_approver),
        (true, false) => Ok(()),
        (true, true) => {
            let counts =
                |approval: &&Approval| approval.token == token && approval.is_valid(context.now);
            let approvals: Vec<&Approval> = before.approvals().iter().filter(counts).collect();
            let is_approved = approvals
                .iter()
                .any(|approval| approval.approver != context.actor);
            if is_approved {
                Ok(())
            } else if approvals.is_empty() {
                stopped(true)
            } else {
                Err(Rejection::OwnApproval)
            }
        }
    }
}

/// How many users may lose something by an event at most.
fn may_lose(event: &Event) -> u64 {
    match event {
        Event::AssignmentsChanged { users, removed, .. } if !removed.is_empty() => users.len(),
        Event::Decided {
            product,
            users,
            before: Some(before),
            after,
            ..
        } if before.given(*product) != after.and_then(|after| after.given(*product)) => users.len(),
        Event::GroupLicensesChanged { removed, .. } if !removed.is_empty() => u64::MAX,
        Event::CatalogAdopted { .. } => u64::MAX,
        Event::UserDeleted { .. } => 1,
        _ => 0,
    }
}

/// The token of a plan: a digest of all that it takes from users. It holds as long as nothing of that changes.
pub fn token(tenant: &Tenant, impact: &Impact) -> String {
    let mut digest = Sha256::new();
    digest.update(tenant.id().as_bytes());
    for change in impact
        .services
        .iter()
        .filter(|change| !change.lost.is_empty())
    {
        for plan in &change.lost {
            digest.update(plan.as_bytes());
        }
        for (number, chunk) in change.users.chunks() {
            digest.update(number.to_le_bytes());
            digest.update(&chunk);
        }
        digest.update([0xff]);
    }
    for product in impact
        .products
        .iter()
        .filter(|product| !product.lost.is_empty())
    {
        digest.update(product.product.0.to_le_bytes());
        for (number, chunk) in product.lost.chunks() {
            digest.update(number.to_le_bytes());
            digest.update(&chunk);
        }
    }
    let bytes = digest.finalize();
    bytes.iter().take(16).fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Somebody approves a change that the guard stopped; it counts for a day, and not for the approver's own change.
pub fn approve(token: &str, context: &Context<'_>) -> Result<Plan, Rejection> {
    let is_token = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_token {
        return Err(Rejection::InvalidToken);
    }
    Ok(Plan::of(vec![Event::ChangeApproved {
        token: token.to_ascii_lowercase(),
        approver: context.actor.clone(),
        at: context.now,
    }]))
}
