//! Decisions about purchases and their life (licensing.md 6).

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Context, Outcome, Plan};
use crate::{
    catalog::{LicenseBase, MAX_PLANS_PER_PRODUCT},
    command::NewSubscription,
    event::{Event, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    subscription::{ManagedBy, NextChange, Status, Subscription},
    tenant::Tenant,
    time::Timestamp,
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
        events,
        outcome: Outcome::Created(id),
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
    Ok(Plan::of(vec![Event::QuantityChanged { id, quantity }]))
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
    let ends = start.plus_months(subscription.term.months);
    Ok(Plan::of(vec![Event::Renewed {
        id,
        ends,
        at: context.now,
        renews,
    }]))
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

/// What has come due by a time, in the order in which it came due, however long ago the last tick was.
pub fn due(tenant: &Tenant, now: Timestamp) -> Vec<Event> {
    let mut state = tenant.clone();
    let mut events = Vec::new();
    let mut record = |state: &mut Tenant, event: Event| {
        state.apply(&event);
        events.push(event);
    };
    loop {
        let next = state
            .subscriptions()
            .values()
            .filter_map(|subscription| {
                let (at, change) = subscription.next_change()?;
                Some((at, subscription.id, change))
            })
            .filter(|(at, ..)| *at <= now)
            .min_by_key(|(at, id, _)| (*at, *id));
        let Some((at, id, change)) = next else { break };
        let Some(subscription) = state.subscriptions().get(&id).cloned() else {
            break;
        };
        match change {
            NextChange::Renewal => {
                let ends = subscription.ends.plus_months(subscription.term.months);
                if ends <= subscription.ends {
                    break; // the calendar ends in the year 9999, and no term begins after it
                }
                record(
                    &mut state,
                    Event::Renewed {
                        id,
                        ends,
                        at,
                        renews: true,
                    },
                );
            }
            NextChange::Status(status) => {
                record(
                    &mut state,
                    Event::StatusChanged {
                        id,
                        status,
                        since: at,
                    },
                );
                if status == Status::Deleted
                    && !state.owns(subscription.product)
                    && let Some(event) = fall_away(&state, subscription.product, at)
                {
                    record(&mut state, event);
                }
            }
        }
    }
    events
}

/// With its last subscription deleted, a product's licenses fall away (licensing.md 6.2).
fn fall_away(tenant: &Tenant, product: ProductOrdinal, at: Timestamp) -> Option<Event> {
    let holders = tenant
        .users()
        .iter()
        .filter(|user| {
            tenant
                .licenses(user)
                .any(|(_, shape, _)| shape.product == product)
        })
        .map(|user| user.ordinal.0)
        .collect::<roaring::RoaringBitmap>();
    (!holders.is_empty()).then(|| Event::LicensesChanged {
        users: UserSet::Many(holders),
        removed: vec![product],
        added: Vec::new(),
        at,
    })
}
