//! From direct licenses to those of groups: a direct license that a group gives as well can go.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Context, Outcome, Plan, users::find};
use crate::{
    assignment::{Resolved, Source, check_end_state},
    event::{Event, Grant, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    user::{UserKey, UserOrdinal, UserView},
};

/// A direct license that a group gives as well and that was left in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDirect {
    /// Whose.
    pub user: UserOrdinal,
    /// Of which product.
    pub product: ProductOrdinal,
    /// Ids of plans that the user would lose, since no group gives them.
    pub lost_plans: Vec<Uuid>,
    /// The rule that refuses it, if one does.
    pub refused: Option<Rejection>,
}

/// Removes the direct licenses of users that groups give as well. Where plans would be lost, only if that is accepted.
pub fn migrate(
    tenant: &Tenant,
    keys: Option<&[UserKey]>,
    accept_lost_plans: bool,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let users: Bits = match keys {
        Some(keys) => keys
            .iter()
            .map(|key| find(tenant, key).map(|user| user.ordinal.0))
            .collect::<Result<_, _>>()?,
        None => tenant.users().live().clone(),
    };
    let mut changes: BTreeMap<Vec<Grant>, Vec<u32>> = BTreeMap::new();
    let mut kept = Vec::new();
    for user in users
        .iter()
        .filter_map(|user| tenant.users().view(UserOrdinal(user)))
        .filter(|user| !user.memberships.is_empty() && !user.holdings.is_empty())
    {
        let mut removed = Vec::new();
        for (grant, lost_plans) in doubled(tenant, &user) {
            let refused = check_end_state(tenant, &user, &removal(&removed, grant), |_| 0).err();
            if refused.is_some() || !(lost_plans.is_empty() || accept_lost_plans) {
                kept.push(KeptDirect {
                    user: user.ordinal,
                    product: grant.product,
                    lost_plans,
                    refused,
                });
            } else {
                removed.push(grant);
            }
        }
        if !removed.is_empty() {
            changes.entry(removed).or_default().push(user.ordinal.0);
        }
    }
    let events = changes
        .into_iter()
        .map(|(removed, users)| Event::AssignmentsChanged {
            users: UserSet::of(&users.into_iter().collect::<Bits>()),
            removed,
            added: Vec::new(),
            at: context.now,
        })
        .collect();
    Ok(Plan {
        outcome: Outcome::Migrated(kept),
        ..super::follow(tenant, events, context)
    })
}

fn removal(removed: &[Grant], grant: Grant) -> Resolved {
    Resolved {
        add: Vec::new(),
        remove: removed
            .iter()
            .chain([&grant])
            .map(|grant| grant.product)
            .collect(),
    }
}

/// Direct licenses of products that a group gives as well, each with the plans that only the direct one gives.
fn doubled(tenant: &Tenant, user: &UserView<'_>) -> Vec<(Grant, Vec<Uuid>)> {
    let sources = tenant.sources(user);
    sources
        .iter()
        .filter(|source| source.group.is_none() && !source.is_ending)
        .filter_map(|direct| {
            let inherited = sources
                .iter()
                .filter(|source| {
                    source.product == direct.product
                        && source.group.is_some()
                        && source.state.is_applied()
                        && !source.is_ending
                })
                .map(|source| source.disabled)
                .reduce(|all, disabled| all & disabled)?;
            let product = tenant.product(direct.product)?;
            let lost_plans = product
                .plans_with_state(direct.disabled)
                .zip(product.plans_with_state(inherited))
                .filter(|((_, is_on), (_, stays_on))| *is_on && !stays_on)
                .map(|((owned, _), _)| owned.plan.id)
                .collect();
            let grant = Grant {
                product: direct.product,
                disabled: direct.disabled,
                source: Source::Direct,
            };
            Some((grant, lost_plans))
        })
        .collect()
}
