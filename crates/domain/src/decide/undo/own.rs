//! Licenses of users' own: direct ones, and those in their grace period. What could not be taken away follows from
//! groups and is not put back here.

use std::collections::{BTreeMap, BTreeSet};

use super::{Remainder, RemainderReason};
use crate::{
    assignment::{Resolved, Source, check_end_state},
    catalog::{AppliesTo, LicenseBase},
    event::{Event, Grant, UserSet},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::{UserOrdinal, UserView},
};

/// What a change did to a license: plans switched off before and after, nothing where there was no license.
#[derive(Clone, Copy)]
struct Fact {
    product: ProductOrdinal,
    source: Source,
    before: Option<u128>,
    after: Option<u128>,
    at: Timestamp,
}

/// Users to whose own licenses a change did the same.
pub struct Class {
    users: Bits,
    facts: Vec<Fact>,
}

/// Users by what is to be removed from them and added to them, exactly.
pub type Cases = BTreeMap<(Vec<Grant>, Vec<Grant>), Vec<u32>>;

/// Whether somebody decided about a license from this source, rather than that it follows from groups.
pub const fn is_decided(source: Source) -> bool {
    !matches!(source, Source::Kept { .. })
}

/// What events did to licenses of users' own, each user in one class.
pub fn classes(events: &[Event]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    let mut seen = Bits::default();
    for event in events {
        let Event::AssignmentsChanged {
            users,
            removed,
            added,
            at,
        } = event
        else {
            continue;
        };
        let facts = facts(removed, added, *at);
        if facts.is_empty() {
            continue;
        }
        let mut users = users.to_bits();
        let mut both = Vec::new();
        // Nearly always each user is in one event.
        if !seen.is_disjoint(&users) {
            for class in &mut classes {
                let again = class.users.intersection(&users);
                class.users.subtract(&again);
                users.subtract(&again);
                both.push(Class {
                    users: again,
                    facts: joined(&class.facts, &facts),
                });
            }
        }
        seen.union_with(&users);
        classes.extend(both);
        classes.push(Class { users, facts });
        classes.retain(|class| !class.users.is_empty());
    }
    classes
}

fn facts(removed: &[Grant], added: &[Grant], at: Timestamp) -> Vec<Fact> {
    let fact = |grant: &Grant, before, after| Fact {
        product: grant.product,
        source: grant.source,
        before,
        after,
        at,
    };
    let removed = removed
        .iter()
        .map(|grant| fact(grant, Some(grant.disabled), None));
    let added = added
        .iter()
        .map(|grant| fact(grant, None, Some(grant.disabled)));
    let mut facts: Vec<Fact> = Vec::new();
    for next in removed.chain(added).filter(|fact| is_decided(fact.source)) {
        add(&mut facts, next);
    }
    facts
}

/// Facts of one event and of a later one about the same users.
fn joined(earlier: &[Fact], later: &[Fact]) -> Vec<Fact> {
    let mut facts = earlier.to_vec();
    for fact in later {
        add(&mut facts, *fact);
    }
    facts
}

fn add(facts: &mut Vec<Fact>, next: Fact) {
    let known = facts
        .iter_mut()
        .find(|known| (known.product, known.source) == (next.product, next.source));
    match known {
        Some(known) => {
            known.after = next.after;
            known.at = next.at;
        }
        None => facts.push(next),
    }
}

/// What putting back takes from users and gives to them, where what the change made is still there.
pub fn undone(tenant: &Tenant, classes: &[Class], remainders: &mut Vec<Remainder>) -> Cases {
    let mut cases = Cases::new();
    for class in classes {
        for user in class.users.iter().map(UserOrdinal) {
            let view = tenant.users().view(user).filter(UserView::is_live);
            let Some(view) = view else {
                remainders.push(of(user, RemainderReason::Gone));
                continue;
            };
            let (mut removed, mut added) = (Vec::new(), Vec::new());
            let mut is_changed_since = false;
            for fact in &class.facts {
                let now = held(tenant, &view, fact);
                if now.map(|(disabled, _)| disabled) == fact.before {
                    continue;
                }
                if now != fact.after.map(|disabled| (disabled, fact.at)) {
                    is_changed_since = true;
                    continue;
                }
                let grant = |disabled| Grant {
                    product: fact.product,
                    disabled,
                    source: fact.source,
                };
                removed.extend(fact.after.map(grant));
                added.extend(fact.before.map(grant));
            }
            if is_changed_since {
                remainders.push(of(user, RemainderReason::ChangedSince));
            }
            if !(removed.is_empty() && added.is_empty()) {
                cases.entry((removed, added)).or_default().push(user.0);
            }
        }
    }
    cases
}

/// The plans switched off in the license that a fact is about, and since when it is as it is.
fn held(tenant: &Tenant, user: &UserView<'_>, fact: &Fact) -> Option<(u128, Timestamp)> {
    user.holdings.iter().find_map(|holding| {
        let shape = tenant.shape(holding.shape)?;
        ((shape.product, shape.source) == (fact.product, fact.source))
            .then(|| (shape.disabled, holding.at()))
    })
}

const fn of(user: UserOrdinal, reason: RemainderReason) -> Remainder {
    Remainder {
        user: Some(user),
        group: None,
        reason,
    }
}

/// A change that the rules allow, for the users whom they allow it.
struct Allowed {
    removed: Vec<Grant>,
    added: Vec<Grant>,
    users: Vec<u32>,
}

/// The events that make the changes which the rules allow; whom they refuse it, is noted.
///
/// Each user is judged on the end state. Seats that some give back go to others, whatever the order.
pub fn judge(
    tenant: &Tenant,
    cases: Cases,
    at: Timestamp,
    remainders: &mut Vec<Remainder>,
) -> Vec<Event> {
    let mut allowed = Vec::with_capacity(cases.len());
    for ((removed, added), mut users) in cases {
        let change = resolved(&removed, &added);
        let general = check_products(tenant, &change);
        users.retain(|user| {
            let user = UserOrdinal(*user);
            let judged = general.clone().and_then(|()| {
                tenant.users().view(user).map_or(Ok(()), |view| {
                    check_end_state(tenant, &view, &change, |_| u32::MAX)
                })
            });
            match judged {
                Ok(()) => true,
                Err(rejection) => {
                    remainders.push(of(user, RemainderReason::Refused(rejection)));
                    false
                }
            }
        });
        allowed.push(Allowed {
            removed,
            added,
            users,
        });
    }
    ration(tenant, &mut allowed, remainders);
    allowed
        .into_iter()
        .filter(|change| !change.users.is_empty())
        .map(|change| Event::AssignmentsChanged {
            users: UserSet::of(&change.users.into_iter().collect::<Bits>()),
            removed: change.removed,
            added: change.added,
            at,
        })
        .collect()
}

/// The change of direct licenses. Rules do not ask for what is in its grace period.
fn resolved(removed: &[Grant], added: &[Grant]) -> Resolved {
    let is_direct = |grant: &&Grant| grant.source == Source::Direct;
    let add: Vec<Grant> = added.iter().filter(is_direct).copied().collect();
    let remove = removed
        .iter()
        .filter(is_direct)
        .map(|grant| grant.product)
        .filter(|product| !add.iter().any(|grant| grant.product == *product))
        .collect();
    Resolved { add, remove }
}

fn check_products(tenant: &Tenant, change: &Resolved) -> Result<(), Rejection> {
    if tenant.policy().refuses_direct() && !change.add.is_empty() {
        return Err(Rejection::DirectAssignmentsOff);
    }
    change
        .add
        .iter()
        .try_for_each(|grant| check_assignable(tenant, grant.product))
}

/// A product can be given only while it is owned, and only if it is for users.
pub fn check_assignable(tenant: &Tenant, product: ProductOrdinal) -> Result<(), Rejection> {
    let Some(owned) = tenant.product(product) else {
        return Ok(());
    };
    let sku_id = owned.sku_id;
    if !tenant.owns(product) {
        return Err(Rejection::ProductNotOwned { sku_id });
    }
    if owned.applies_to == AppliesTo::Company || owned.base == LicenseBase::Device {
        return Err(Rejection::ProductNotAssignable { sku_id });
    }
    Ok(())
}

/// Refuses changes that lack a seat, the latest users first, until there are seats for all that are left.
fn ration(tenant: &Tenant, allowed: &mut [Allowed], remainders: &mut Vec<Remainder>) {
    let products: BTreeSet<ProductOrdinal> = allowed
        .iter()
        .flat_map(|change| change.added.iter().map(|grant| grant.product))
        .collect();
    loop {
        let mut refused: BTreeMap<u32, ProductOrdinal> = BTreeMap::new();
        for product in &products {
            for user in without_seat(tenant, allowed, *product) {
                refused.entry(user).or_insert(*product);
            }
        }
        if refused.is_empty() {
            return;
        }
        for change in allowed.iter_mut() {
            change.users.retain(|user| !refused.contains_key(user));
        }
        for (user, product) in refused {
            let sku_id = tenant.product(product).map(|product| product.sku_id);
            let rejection = Rejection::NoSeats {
                sku_id: sku_id.unwrap_or_default(),
            };
            remainders.push(of(UserOrdinal(user), RemainderReason::Refused(rejection)));
        }
    }
}

/// Users for whom no seat of a product is left after all changes.
fn without_seat(tenant: &Tenant, allowed: &[Allowed], product: ProductOrdinal) -> Vec<u32> {
    let gives_it = |change: &&Allowed| change.added.iter().any(|grant| grant.product == product);
    let needs = |user: &&u32| !tenant.holds(UserOrdinal(**user), product);
    let takers = || {
        allowed
            .iter()
            .filter(gives_it)
            .flat_map(|change| &change.users)
    };
    let needed = i64::try_from(takers().filter(needs).count()).unwrap_or(i64::MAX);
    let seats = tenant.seats(product);
    let free = i64::from(seats.enabled) + i64::from(seats.warning) - i64::from(seats.consumed);
    if needed <= free.max(0) {
        return Vec::new();
    }
    let left = free.saturating_add(released(tenant, allowed, product));
    let left = usize::try_from(left).unwrap_or(0);
    let takers: BTreeSet<u32> = takers().filter(needs).copied().collect();
    takers.into_iter().skip(left).collect()
}

/// How many seats of a product the changes give back.
fn released(tenant: &Tenant, allowed: &[Allowed], product: ProductOrdinal) -> i64 {
    let has = |grants: &[Grant]| grants.iter().any(|grant| grant.product == product);
    let gives_back = |change: &Allowed, user: u32| {
        let gone = change
            .removed
            .iter()
            .filter(|grant| grant.product == product);
        let view = tenant.users().view(UserOrdinal(user));
        view.is_some_and(|view| {
            let sources = tenant.sources(&view);
            let held = sources
                .iter()
                .filter(|source| source.product == product && source.state.is_applied());
            held.count() <= gone.count()
        })
    };
    let count = allowed
        .iter()
        .filter(|change| has(&change.removed) && !has(&change.added))
        .map(|change| {
            let users = change.users.iter();
            users.filter(|user| gives_back(change, **user)).count()
        })
        .sum::<usize>();
    i64::try_from(count).unwrap_or(i64::MAX)
}
