//! Which services users gain and lose by a change.
//!
//! Most users of a large change are alike: the same licenses come and go, and nothing else that they have gives any of
//! the plans concerned. They are judged as one set; all others one by one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::ServiceImpact;
use crate::{
    assignment::{EffectiveLicense, Source, Verdict},
    event::Event,
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// Up to so many users are judged one by one.
const FEW: u32 = 64;
/// More sets than so many are not worth the while.
const MAX_CLASSES: usize = 64;

/// Users by the plans that they gain and lose.
type Services = BTreeMap<(BTreeSet<Uuid>, BTreeSet<Uuid>), Bits>;

pub fn services(before: &Tenant, after: &Tenant, events: &[Event]) -> Vec<ServiceImpact> {
    let mut users = concerned(before, after, events);
    let mut services = Services::new();
    let is_same_catalog = Arc::ptr_eq(before.catalog(), after.catalog());
    if users.len() > FEW
        && is_same_catalog
        && let Some(classes) = classes(before, after, events)
    {
        for class in classes {
            let plain = class.plain(before, after);
            users.subtract(&plain);
            let (gained, lost) = class.plans(before, after);
            if !(plain.is_empty() || gained.is_empty() && lost.is_empty()) {
                services
                    .entry((gained, lost))
                    .or_default()
                    .union_with(&plain);
            }
        }
    }
    judge_singly(before, after, &users, &mut services);
    services
        .into_iter()
        .map(|((gained, lost), users)| ServiceImpact {
            gained,
            lost,
            users,
        })
        .collect()
}

/// Users whose licenses events may change.
fn concerned(before: &Tenant, after: &Tenant, events: &[Event]) -> Bits {
    let mut users = Bits::default();
    for event in events {
        match event {
            Event::AssignmentsChanged { users: some, .. } | Event::Decided { users: some, .. } => {
                users.union_with(&some.to_bits());
            }
            Event::UserDeleted { user, .. } | Event::UserRestored { user } => {
                users.insert(user.0);
            }
            Event::CatalogAdopted { .. } | Event::PlansSwitchedOff { .. } => {
                for (product, _) in before.products() {
                    for tenant in [before, after] {
                        if let Some(holders) = tenant.holders(product) {
                            users.union_with(holders);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    users
}

/// A license that comes or goes: the group that gives it, product and disabled plans.
type Part = (Option<GroupOrdinal>, ProductOrdinal, u128);

/// Users for whom the same licenses come and go.
struct Class {
    users: Bits,
    gone: Vec<Part>,
    come: Vec<Part>,
}

/// Splits users by what comes and goes for them; nothing if that does not say it all, or if there are too many ways.
fn classes(before: &Tenant, after: &Tenant, events: &[Event]) -> Option<Vec<Class>> {
    let mut classes: Vec<Class> = Vec::new();
    for event in events {
        for (users, gone, come) in changes(before, after, event)? {
            split(&mut classes, users, &gone, &come);
        }
        if classes.len() > MAX_CLASSES {
            return None;
        }
    }
    Some(classes)
}

type Change = (Bits, Vec<Part>, Vec<Part>);

/// What an event takes from whom and gives, if it does; nothing at all if it changes more than licenses.
fn changes(before: &Tenant, after: &Tenant, event: &Event) -> Option<Vec<Change>> {
    match event {
        Event::UserDeleted { .. }
        | Event::UserRestored { .. }
        | Event::UserPurged { .. }
        | Event::PlansSwitchedOff { .. }
        | Event::PolicyChanged { .. } => None,
        Event::AssignmentsChanged {
            users,
            removed,
            added,
            ..
        } => {
            let is_own = |source| !matches!(source, Source::Kept { .. } | Source::Ending { .. });
            // What is kept back or ends later is told by more than this event.
            if !removed
                .iter()
                .chain(added)
                .all(|grant| is_own(grant.source))
            {
                return None;
            }
            let part = |grant: &crate::event::Grant| (None, grant.product, grant.disabled);
            Some(vec![(
                users.to_bits(),
                removed.iter().map(part).collect(),
                added.iter().map(part).collect(),
            )])
        }
        Event::Decided {
            group,
            product,
            users,
            before: old,
            after: new,
            ..
        } => {
            let part = |tenant: &Tenant, verdict: Option<Verdict>| {
                let given = verdict?.given(*product)?;
                let license = *tenant.groups().get(*group)?.license(*product)?;
                let disabled = if given == *product {
                    license.disabled
                } else {
                    tenant.carry_over(*product, license.disabled, given)
                };
                Some((Some(*group), given, disabled))
            };
            Some(vec![(
                users.to_bits(),
                part(before, *old).into_iter().collect(),
                part(after, *new).into_iter().collect(),
            )])
        }
        _ => Some(Vec::new()),
    }
}

fn split(classes: &mut Vec<Class>, users: Bits, gone: &[Part], come: &[Part]) {
    let mut rest = users;
    let mut finer = Vec::new();
    for class in classes.drain(..) {
        let both = class.users.intersection(&rest);
        if both.is_empty() {
            finer.push(class);
            continue;
        }
        rest.subtract(&both);
        let others = class.users.difference(&both);
        finer.push(Class {
            users: both,
            gone: [&class.gone, gone].concat(),
            come: [&class.come, come].concat(),
        });
        if !others.is_empty() {
            finer.push(Class {
                users: others,
                ..class
            });
        }
    }
    if !rest.is_empty() {
        finer.push(Class {
            users: rest,
            gone: gone.to_vec(),
            come: come.to_vec(),
        });
    }
    *classes = finer;
}

impl Class {
    /// The plans that the parts that come give and those that go do not, and the other way around.
    fn plans(&self, before: &Tenant, after: &Tenant) -> (BTreeSet<Uuid>, BTreeSet<Uuid>) {
        let plans = |tenant: &Tenant, parts: &[Part]| {
            let licenses = parts
                .iter()
                .map(|(_, product, disabled)| (*product, *disabled));
            plans_of(tenant, &intersected(licenses))
        };
        let (old, new) = (plans(before, &self.gone), plans(after, &self.come));
        let gained = new.difference(&old).copied().collect();
        let lost = old.difference(&new).copied().collect();
        (gained, lost)
    }

    /// The live users of the class who have nothing else that gives any of the plans concerned.
    fn plain(&self, before: &Tenant, after: &Tenant) -> Bits {
        let (gained, lost) = self.plans(before, after);
        let mut plain = self.users.intersection(after.users().live());
        plain.subtract(after.kept());
        plain.subtract(before.kept());
        plain.subtract(after.ending());
        plain.subtract(before.ending());
        for (product, owned) in after.products() {
            let is_concerned = owned
                .plans
                .iter()
                .any(|owned| gained.contains(&owned.plan.id) || lost.contains(&owned.plan.id));
            let is_changed = self
                .gone
                .iter()
                .chain(&self.come)
                .any(|(_, changed, _)| *changed == product);
            if is_concerned || is_changed {
                plain.subtract(&self.others(after, product));
            }
        }
        plain
    }

    /// Users who have a product from something that does not change.
    fn others(&self, after: &Tenant, product: ProductOrdinal) -> Bits {
        let changes = |group: Option<GroupOrdinal>| {
            self.gone
                .iter()
                .chain(&self.come)
                .any(|(changed, given, _)| *changed == group && *given == product)
        };
        let mut users = after.holders_through(product, |group| !changes(Some(group)));
        if !changes(None)
            && let Some(assigned) = after.assigned(product)
        {
            users.union_with(assigned);
        }
        users
    }
}

/// Licenses with one entry per product: a plan is off where all switch it off.
fn intersected(licenses: impl Iterator<Item = (ProductOrdinal, u128)>) -> Licenses {
    let mut all: BTreeMap<ProductOrdinal, u128> = BTreeMap::new();
    for (product, disabled) in licenses {
        all.entry(product)
            .and_modify(|mask| *mask &= disabled)
            .or_insert(disabled);
    }
    all.into_iter().collect()
}

/// What a user has, as products with their disabled plans.
type Licenses = Vec<(ProductOrdinal, u128)>;

fn licenses_of(tenant: &Tenant, user: UserOrdinal) -> Licenses {
    let view = tenant.users().view(user).filter(UserView::is_live);
    let pair = |license: EffectiveLicense| (license.product, license.disabled);
    view.map_or_else(Vec::new, |view| {
        tenant.effective(&view).into_iter().map(pair).collect()
    })
}

/// Judges users by what they have before and after. Those with the same case are judged once.
fn judge_singly(before: &Tenant, after: &Tenant, users: &Bits, services: &mut Services) {
    let mut cases: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    // Users next to each other are often alike: those of one case are gathered before they are filed.
    let (mut case, mut current) = (Vec::new(), Vec::new());
    let mut gathered: Vec<u32> = Vec::new();
    for user in users.iter() {
        current.clear();
        for tenant in [before, after] {
            describe(tenant, UserOrdinal(user), &mut current);
        }
        if case != current {
            if !gathered.is_empty() {
                let old = std::mem::take(&mut case);
                cases.entry(old).or_default().append(&mut gathered);
            }
            case.clone_from(&current);
        }
        gathered.push(user);
    }
    if !gathered.is_empty() {
        cases.entry(case).or_default().append(&mut gathered);
    }
    for users in cases.into_values() {
        let Some(first) = users.first().copied().map(UserOrdinal) else {
            continue;
        };
        let old = plans_of(before, &licenses_of(before, first));
        let new = plans_of(after, &licenses_of(after, first));
        let gained: BTreeSet<Uuid> = new.difference(&old).copied().collect();
        let lost: BTreeSet<Uuid> = old.difference(&new).copied().collect();
        if !(gained.is_empty() && lost.is_empty()) {
            let users: Bits = users.into_iter().collect();
            services
                .entry((gained, lost))
                .or_default()
                .union_with(&users);
        }
    }
}

/// Adds to a description all that a user's licenses depend on: two users with one description have the same.
fn describe(tenant: &Tenant, user: UserOrdinal, description: &mut Vec<u32>) {
    const END: u32 = u32::MAX;
    if let Some(view) = tenant.users().view(user).filter(UserView::is_live) {
        description.extend(view.holdings.iter().map(|holding| holding.shape.0));
        description.push(END);
        let mut add = |ordinal: GroupOrdinal| {
            let Some(group) = tenant.groups().get(ordinal) else {
                return;
            };
            for (place, decided) in (0_u32..).zip(group.decisions.values()) {
                if decided.contains(user.0) {
                    description.extend([ordinal.0, place]);
                }
            }
        };
        if tenant.policy().nests() {
            tenant.units(&view).iter().for_each(|unit| add(unit.group));
        } else {
            view.memberships.iter().for_each(|known| add(known.group));
        }
    }
    description.push(END);
}

fn plans_of(tenant: &Tenant, licenses: &Licenses) -> BTreeSet<Uuid> {
    licenses
        .iter()
        .filter_map(|(product, disabled)| Some((tenant.product(*product)?, *disabled)))
        .flat_map(|(product, disabled)| {
            product
                .plans_with_state(disabled)
                .filter(|(_, is_on)| *is_on)
                .map(|(owned, _)| owned.plan.id)
        })
        .collect()
}
