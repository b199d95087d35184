//! What a change means: seats before and after, services that users gain and lose, errors that come and go.

mod services;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    assignment::{Source, Verdict, Violation},
    device::{DeviceTouch, touched},
    event::Event,
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::Bits,
    subscription::SeatTotals,
    tenant::Tenant,
    time::Timestamp,
};

/// What a change means for seats, services and errors.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// Products whose seats or holders change, in their order.
    pub products: Vec<ProductImpact>,
    /// Users whose services change, alike ones together.
    pub services: Vec<ServiceImpact>,
    /// Errors that come and go.
    pub errors: Vec<ErrorImpact>,
    /// Devices that become noncompliant, or compliant again.
    pub devices: Vec<DeviceTouch>,
}

/// What a change means for a product.
#[derive(Clone, Debug)]
pub struct ProductImpact {
    /// The product.
    pub product: ProductOrdinal,
    /// Seats before.
    pub before: SeatTotals,
    /// Seats after.
    pub after: SeatTotals,
    /// Users who hold it now.
    pub gained: Bits,
    /// Users who hold it no longer.
    pub lost: Bits,
}

/// Users whose services change alike.
#[derive(Clone, Debug)]
pub struct ServiceImpact {
    /// Ids of service plans that they have now.
    pub gained: BTreeSet<Uuid>,
    /// Ids of service plans that they have no longer.
    pub lost: BTreeSet<Uuid>,
    /// The users.
    pub users: Bits,
}

/// Users with whom an error of a license appears or disappears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorImpact {
    /// The group whose license it is.
    pub group: GroupOrdinal,
    /// The product.
    pub product: ProductOrdinal,
    /// The error.
    pub violation: Violation,
    /// Whether it disappears.
    pub is_healed: bool,
    /// The users.
    pub users: Bits,
}

impl Impact {
    /// What the way from one state to another by some events means, if they happen now.
    pub fn of(before: &Tenant, after: &Tenant, events: &[Event], now: Timestamp) -> Self {
        Self {
            devices: touched(before, after, now),
            ..Self::of_licenses(before, after, events)
        }
    }

    /// The same without devices, which cost a look at each one: for whoever asks only what users lose.
    pub fn of_licenses(before: &Tenant, after: &Tenant, events: &[Event]) -> Self {
        Self {
            products: products(before, after),
            services: services::services(before, after, events),
            errors: errors(before, after, events),
            devices: Vec::new(),
        }
    }

    /// Users who lose at least one service.
    pub fn losers(&self) -> Bits {
        let mut losers = Bits::default();
        for change in self
            .services
            .iter()
            .filter(|change| !change.lost.is_empty())
        {
            losers.union_with(&change.users);
        }
        losers
    }
}

fn products(before: &Tenant, after: &Tenant) -> Vec<ProductImpact> {
    let nobody = Bits::default();
    after
        .products()
        .filter_map(|(product, _)| {
            let had = before.holders(product).unwrap_or(&nobody);
            let has = after.holders(product).unwrap_or(&nobody);
            let impact = ProductImpact {
                product,
                before: before.seats(product),
                after: after.seats(product),
                gained: has.difference(had),
                lost: had.difference(has),
            };
            let is_changed = impact.before != impact.after
                || !impact.gained.is_empty()
                || !impact.lost.is_empty();
            is_changed.then_some(impact)
        })
        .collect()
}

/// An error of a license: group, product, violation.
type Error = (GroupOrdinal, ProductOrdinal, Violation);

fn errors(before: &Tenant, after: &Tenant, events: &[Event]) -> Vec<ErrorImpact> {
    let mut came: BTreeMap<Error, Bits> = BTreeMap::new();
    let mut went: BTreeMap<Error, Bits> = BTreeMap::new();
    let decided: BTreeSet<(GroupOrdinal, ProductOrdinal)> = events
        .iter()
        .filter_map(|event| match event {
            Event::Decided { group, product, .. } => Some((*group, *product)),
            _ => None,
        })
        .collect();
    for (group, product) in decided {
        let (old, new) = (
            failures(before, group, product),
            failures(after, group, product),
        );
        for violation in Violation::ALL {
            let none = Bits::default();
            let had = old.get(&violation).unwrap_or(&none);
            let has = new.get(&violation).unwrap_or(&none);
            note(&mut came, (group, product, violation), &has.difference(had));
            note(&mut went, (group, product, violation), &had.difference(has));
        }
    }
    for event in events {
        if let Event::AssignmentsChanged {
            users,
            removed,
            added,
            ..
        } = event
        {
            for (grants, errors) in [(removed, &mut went), (added, &mut came)] {
                for grant in grants {
                    if let Source::Kept { group, violation } = grant.source {
                        note(errors, (group, grant.product, violation), &users.to_bits());
                    }
                }
            }
        }
    }
    let impact = |is_healed| {
        move |((group, product, violation), users)| ErrorImpact {
            group,
            product,
            violation,
            is_healed,
            users,
        }
    };
    came.into_iter()
        .map(impact(false))
        .chain(went.into_iter().map(impact(true)))
        .collect()
}

fn note(errors: &mut BTreeMap<Error, Bits>, error: Error, users: &Bits) {
    if !users.is_empty() {
        errors.entry(error).or_default().union_with(users);
    }
}

fn failures(
    tenant: &Tenant,
    group: GroupOrdinal,
    product: ProductOrdinal,
) -> BTreeMap<Violation, Bits> {
    let mut failures: BTreeMap<Violation, Bits> = BTreeMap::new();
    if let Some(group) = tenant.groups().get(group) {
        for (verdict, users) in group.verdicts_of(product) {
            if let Some(violation) = Verdict::violation(verdict) {
                failures.entry(violation).or_default().union_with(users);
            }
        }
    }
    failures
}
