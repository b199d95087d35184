//! Decisions about purchases and their life (licensing.md 6).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Context, Outcome, Plan, consequences::Work};
use crate::{
    assignment::{Verdict, Violation},
    catalog::{LicenseBase, MAX_PLANS_PER_PRODUCT},
    command::NewSubscription,
    event::{Event, Grant, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    subscription::{ManagedBy, NextChange, Status, Subscription},
    tenant::Tenant,
    user::UserOrdinal,
};

pub fn add(
    tenant: &Tenant,
    purchase: &NewSubscription,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let sku_id = purchase.product.sku_id;
    if purchase.quantity == 0 || purchase.quantity > i32::MAX as u32 || purchase.term.months == 0 {
        return Err(Rejection::InvalidQuantity);
    }
    let known = tenant.catalog().products.get(&sku_id);
    let owned = tenant.find_product(sku_id);
    // What is owned already was completed by the catalog when it was bought or adopted.
    let per_device = owned
        .and_then(|product| tenant.product(product))
        .map(|product| product.base)
        .or(known.map(|product| product.base))
        .map_or(purchase.product.per_device, |base| {
            base == LicenseBase::Device
        });
    if per_device && purchase.channel.is_user_based_only() {
        return Err(Rejection::DeviceProductNeedsAgreement { sku_id });
    }
    let plans = known.map_or(purchase.product.plans.len(), |product| product.plans.len());
    if plans > MAX_PLANS_PER_PRODUCT {
        return Err(Rejection::TooManyPlans { sku_id });
    }
    let mut events = Vec::new();
    let product = if let Some(product) = owned {
        product
    } else {
        let next =
            u16::try_from(tenant.products().count()).map_err(|_| Rejection::TooManyProducts)?;
        let mut definition = purchase.product.clone();
        if known.is_some() {
            definition.plans.clear(); // the catalog's list, in its order
        }
        let mut seen = BTreeSet::new();
        definition.plans.retain(|plan| seen.insert(plan.id)); // a plan has one bit
        events.push(Event::ProductAdded {
            product: ProductOrdinal(next),
            definition,
        });
        ProductOrdinal(next)
    };
    let id = purchase.id.unwrap_or_else(|| (context.new_id)());
    if tenant.subscriptions().contains_key(&id) {
        return Err(Rejection::IdTaken { id });
    }
    let subscription = Subscription {
        id,
        commerce_id: (context.new_id)(),
        product,
        channel: purchase.channel,
        quantity: purchase.quantity,
        term: purchase.term,
        renews: purchase.renews,
        created: context.now,
        ends: context.now.plus_months(purchase.term.months),
        status: Status::Enabled,
        status_since: context.now,
        owner_id: purchase.owner_id,
    };
    events.push(Event::SubscriptionAdded { subscription });
    Ok(Plan {
        outcome: Outcome::Created(id),
        ..super::follow(tenant, events, context)
    })
}

fn find(tenant: &Tenant, id: Uuid) -> Result<&Subscription, Rejection> {
    tenant
        .subscriptions()
        .get(&id)
        .ok_or(Rejection::SubscriptionNotFound { id })
}

/// Fewer seats than are consumed take nothing from anybody (licensing.md 0, rule 16).
pub fn change_quantity(
    tenant: &Tenant,
    id: Uuid,
    quantity: u32,
    on_behalf_of_manager: bool,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let subscription = find(tenant, id)?;
    let managed_by = subscription.channel.managed_by();
    if managed_by != ManagedBy::Organization && !on_behalf_of_manager {
        return Err(Rejection::QuantityManagedElsewhere { managed_by });
    }
    if quantity == 0 || quantity > i32::MAX as u32 {
        return Err(Rejection::InvalidQuantity);
    }
    if !subscription.status.is_assignable() {
        return Err(Rejection::WrongSubscriptionStatus {
            status: subscription.status,
        });
    }
    if subscription.quantity == quantity {
        return Ok(Plan::default());
    }
    let event = Event::QuantityChanged {
        id,
        quantity,
        before: subscription.quantity,
    };
    Ok(super::follow(tenant, vec![event], context))
}

pub fn reactivate(
    tenant: &Tenant,
    id: Uuid,
    renews: bool,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let subscription = find(tenant, id)?;
    if subscription.status == Status::Deleted {
        return Err(Rejection::WrongSubscriptionStatus {
            status: subscription.status,
        });
    }
    let start = if subscription.status == Status::Enabled {
        subscription.ends
    } else {
        context.now
    };
    let event = Event::Renewed {
        id,
        ends: start.plus_months(subscription.term.months),
        at: context.now,
        renews,
    };
    Ok(super::follow(tenant, vec![event], context))
}

pub fn set_renewal(
    tenant: &Tenant,
    id: Uuid,
    renews: bool,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let subscription = find(tenant, id)?;
    if subscription.status != Status::Enabled {
        return Err(Rejection::WrongSubscriptionStatus {
            status: subscription.status,
        });
    }
    if subscription.renews == renews {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Event::Renewed {
        id,
        ends: subscription.ends,
        at: context.now,
        renews,
    }]))
}

pub fn cancel(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let subscription = find(tenant, id)?;
    match subscription.status {
        Status::Enabled | Status::Warning | Status::Suspended => {
            Ok(Plan::of(vec![Event::StatusChanged {
                id,
                status: Status::LockedOut,
                since: context.now,
            }]))
        }
        status => Err(Rejection::WrongSubscriptionStatus { status }),
    }
}

/// Does what has come due, in the order in which it came due, however long ago the last tick was. Returns the
/// subscriptions whose deletion the guard holds back, each with its refusal.
pub fn due(work: &mut Work<'_>, context: &Context<'_>) -> Vec<(Uuid, Rejection)> {
    let mut held: Vec<(Uuid, Rejection)> = Vec::new();
    loop {
        let next = work
            .state
            .subscriptions()
            .values()
            .filter(|subscription| !held.iter().any(|(id, _)| *id == subscription.id))
            .filter_map(|subscription| {
                let (at, change) = subscription.next_change()?;
                Some((at, subscription.id, change))
            })
            .filter(|(at, ..)| *at <= work.now)
            .min_by_key(|(at, id, _)| (*at, *id));
        let Some((at, id, change)) = next else { break };
        let Some(subscription) = work.state.subscriptions().get(&id).cloned() else {
            break;
        };
        match change {
            NextChange::Renewal => {
                let ends = subscription.ends.plus_months(subscription.term.months);
                if ends <= subscription.ends {
                    break; // the calendar ends in the year 9999, and no term begins after it
                }
                work.record(Event::Renewed {
                    id,
                    ends,
                    at,
                    renews: true,
                });
            }
            NextChange::Status(status) => {
                let event = Event::StatusChanged {
                    id,
                    status,
                    since: at,
                };
                if status == Status::Deleted {
                    if let Err(refusal) = delete(work, event, &subscription, context) {
                        held.push((id, refusal));
                    }
                } else {
                    work.record(event);
                }
            }
        }
    }
    held
}

/// Deletes a subscription, and with the last one of a product its licenses, unless the guard stops it.
fn delete(
    work: &mut Work<'_>,
    event: Event,
    subscription: &Subscription,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let mut trial = work.clone();
    let done = trial.events.len();
    trial.record(event);
    if !trial.state.owns(subscription.product) {
        fall_away(&mut trial, subscription.product);
        let events = trial.events.get(done..).unwrap_or_default();
        super::guard::check(&work.state, events, context)?;
    }
    *work = trial;
    Ok(())
}

/// With its last subscription deleted, a product's licenses fall away (licensing.md 6.2). What groups give of it stays
/// meant, and waits for seats.
fn fall_away(work: &mut Work<'_>, product: ProductOrdinal) {
    let mut own: BTreeMap<Vec<Grant>, Bits> = BTreeMap::new();
    let assigned = work.state.assigned(product).cloned().unwrap_or_default();
    for view in assigned
        .iter()
        .filter_map(|user| work.state.users().view(UserOrdinal(user)))
    {
        let grants: Vec<Grant> = work
            .state
            .licenses(&view)
            .filter(|(_, shape, _)| shape.product == product)
            .map(|(_, shape, _)| Grant {
                product,
                disabled: shape.disabled,
                source: shape.source,
            })
            .collect();
        own.entry(grants).or_default().insert(view.ordinal.0);
    }
    let at = work.now;
    for (removed, users) in own {
        work.record(Event::AssignmentsChanged {
            users: UserSet::of(&users),
            removed,
            added: Vec::new(),
            at,
        });
    }
    let mut decided = Vec::new();
    for (ordinal, group) in work.state.groups().iter() {
        for ((intended, verdict), users) in &group.decisions {
            if verdict.given(*intended) == Some(product) {
                decided.push((ordinal, *intended, *verdict, users.clone()));
            }
        }
    }
    for (group, intended, verdict, users) in decided {
        work.record(Event::Decided {
            group,
            product: intended,
            users: UserSet::of(&users),
            before: Some(verdict),
            after: Some(Verdict::Failed(Violation::Count)),
            at,
        });
    }
}
