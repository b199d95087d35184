//! Putting licenses back as they were at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    RemainderReason, Reversal,
    inverse::as_of,
    own,
    own::Cases,
    verify::{Decisions, Report},
};
use crate::{
    assignment::Retry,
    command::RestoreScope,
    decide::{Context, Outcome, Plan, groups, users},
    event::{Event, Grant},
    group::{Group, GroupGrant, GroupOrdinal, GroupState},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::{UserKey, UserOrdinal, UserState, UserView},
};

/// Puts licenses back as they were before some events: direct ones, what groups give, and who is in groups that have no
/// rule. Users and groups who came since had nothing then. Plans that were switched off in all assignments since, as new
/// ones in the product, stay off.
pub fn restore(
    tenant: &Tenant,
    at: Timestamp,
    events: &[Event],
    scope: &RestoreScope,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let scope = Scope::of(tenant, scope)?;
    let past = as_of(tenant, events);
    let mut restoring = Restoring {
        reversal: Reversal::new(tenant, None, Some(at), context),
        now: tenant,
        past: &past,
        scope,
        switched_off: switched_off(events),
        gone: Bits::default(),
    };
    restoring.note_gone_users(events);
    for group in concerned_groups(events) {
        restoring.put_group_back(group);
    }
    let decisions = Decisions::of(events);
    let members = |group, users| scope.members(group, users);
    for user in decisions.losers(tenant, members).iter().map(UserOrdinal) {
        restoring.reversal.work.retry(user, Retry::All);
    }
    restoring.reversal.settle(context);
    let cases = restoring.own_cases(events);
    restoring.reversal.put_own_back(cases, context);

    let Restoring {
        mut reversal, gone, ..
    } = restoring;
    for user in gone.iter().map(UserOrdinal) {
        reversal.leave(Some(user), None, RemainderReason::Gone);
    }
    let losses = Report {
        past: Some(&past),
        members: &members,
    };
    reversal.report_licenses(events, &decisions, &losses);
    let is_changed = reversal.has_events();
    Ok(Plan {
        events: if is_changed {
            reversal.work.events
        } else {
            Vec::new()
        },
        outcome: Outcome::Reverted(reversal.remainders),
    })
}

/// Whose licenses are put back.
#[derive(Clone, Copy)]
enum Scope {
    Tenant,
    User(UserOrdinal),
    Group(GroupOrdinal),
}

impl Scope {
    /// Finds whom a command names, in the recycle bin, too: then it is told that it is there.
    fn of(tenant: &Tenant, scope: &RestoreScope) -> Result<Self, Rejection> {
        Ok(match scope {
            RestoreScope::Tenant => Self::Tenant,
            RestoreScope::User(key) => {
                let deleted = match key {
                    UserKey::Id(id) => tenant.users().find_id(*id),
                    UserKey::PrincipalName(_) => None,
                };
                let user = deleted.map_or_else(|| users::find(tenant, key), Ok)?;
                Self::User(user.ordinal)
            }
            RestoreScope::Group(id) => {
                let deleted = tenant.groups().find_id(*id);
                Self::Group(deleted.map_or_else(|| groups::find(tenant, *id), Ok)?.0)
            }
        })
    }

    /// The users, among some, whose own licenses are put back.
    fn users(self, among: Bits) -> Bits {
        match self {
            Self::Tenant => among,
            Self::User(user) => among.intersection(&Bits::from_iter([user.0])),
            Self::Group(_) => Bits::default(),
        }
    }

    /// The users, among some, whose membership in a group is put back.
    fn members(self, group: GroupOrdinal, among: Bits) -> Bits {
        match self {
            Self::Group(scope) if scope == group => among,
            _ => self.users(among),
        }
    }

    /// Whether licenses and nested groups of a group are put back.
    fn has_group(self, group: GroupOrdinal) -> bool {
        match self {
            Self::Tenant => true,
            Self::User(_) => false,
            Self::Group(scope) => scope == group,
        }
    }
}

/// Groups whose licenses or members events changed.
fn concerned_groups(events: &[Event]) -> BTreeSet<GroupOrdinal> {
    let concerned = |event: &Event| match event {
        Event::MembersAdded { group, .. }
        | Event::MembersRemoved { group, .. }
        | Event::SubgroupAdded { group, .. }
        | Event::SubgroupRemoved { group, .. }
        | Event::GroupLicensesChanged { group, .. }
        | Event::GroupPurged { group } => Some(*group),
        _ => None,
    };
    events.iter().filter_map(concerned).collect()
}

/// Plans that were switched off in all assignments, by product.
fn switched_off(events: &[Event]) -> BTreeMap<ProductOrdinal, u128> {
    let mut all = BTreeMap::new();
    for event in events {
        if let Event::PlansSwitchedOff { product, plans } = event {
            *all.entry(*product).or_default() |= plans;
        }
    }
    all
}

struct Restoring<'t> {
    reversal: Reversal<'t>,
    now: &'t Tenant,
    past: &'t Tenant,
    scope: Scope,
    switched_off: BTreeMap<ProductOrdinal, u128>,
    /// Users who were there then and are not now.
    gone: Bits,
}

impl Restoring<'_> {
    /// Notes users who were deleted since.
    fn note_gone_users(&mut self, events: &[Event]) {
        let (mut seen, mut deleted) = (Bits::default(), Bits::default());
        for event in events {
            match event {
                Event::UserCreated { user, .. } | Event::UserRestored { user } => {
                    seen.insert(user.0);
                }
                Event::UserDeleted { user, .. } if seen.insert(user.0) => {
                    deleted.insert(user.0);
                }
                _ => {}
            }
        }
        let mut gone = self.scope.users(deleted);
        gone.subtract(self.now.users().live());
        self.gone = gone;
        // Somebody who was deleted before is not there either.
        if let Scope::User(user) = self.scope
            && !self.now.users().live().contains(user.0)
        {
            self.gone.insert(user.0);
        }
    }

    fn put_group_back(&mut self, ordinal: GroupOrdinal) {
        let groups = (
            self.now.groups().get(ordinal),
            self.past.groups().get(ordinal),
        );
        let (Some(now), Some(past)) = groups else {
            return;
        };
        let joining = past.members.difference(&now.members);
        let mut joining = self.scope.members(ordinal, joining);
        let leaving = now.members.difference(&past.members);
        let mut leaving = self.scope.members(ordinal, leaving);
        let is_same = joining.is_empty() && leaving.is_empty();
        let licenses = self.licenses_to_change(ordinal, now, past);
        if !now.is_live() {
            let is_lost = now.state() == GroupState::Purged && self.scope.has_group(ordinal);
            if is_lost || !is_same || licenses != Default::default() {
                self.reversal
                    .leave(None, Some(ordinal), RemainderReason::Gone);
            }
            return;
        }
        if self.scope.has_group(ordinal) {
            self.put_subgroups_back(ordinal, now, past);
        }
        if now.definition.is_dynamic() {
            if !is_same {
                let rejection = Rejection::MembersFollowRule {
                    group: now.definition.display_name.clone(),
                };
                let user = match self.scope {
                    Scope::User(user) => Some(user),
                    _ => None,
                };
                let reason = RemainderReason::Refused(rejection);
                self.reversal.leave(user, Some(ordinal), reason);
            }
        } else {
            let live = self.now.users().live();
            for users in [&mut joining, &mut leaving] {
                self.gone.union_with(&users.difference(live));
                users.intersect_with(live);
            }
            self.reversal.move_members(ordinal, &leaving, &joining);
        }
        let (taken, given) = licenses;
        self.reversal
            .change_group_licenses(ordinal, now, taken, given);
    }

    fn put_subgroups_back(&mut self, ordinal: GroupOrdinal, now: &Group, past: &Group) {
        for member in now.subgroups.difference(&past.subgroups) {
            self.reversal.take_subgroup_out(ordinal, *member);
        }
        for member in past.subgroups.difference(&now.subgroups) {
            self.reversal.put_subgroup_in(ordinal, *member);
        }
    }

    /// What a group gives and did not then, and what it gave and does not now.
    fn licenses_to_change(
        &self,
        ordinal: GroupOrdinal,
        now: &Group,
        past: &Group,
    ) -> (Vec<GroupGrant>, Vec<GroupGrant>) {
        if !self.scope.has_group(ordinal) {
            return Default::default();
        }
        let grants = |group: &Group, off_since: &dyn Fn(ProductOrdinal) -> u128| {
            let licenses = group.licenses.iter();
            licenses
                .map(|license| GroupGrant {
                    product: license.product,
                    disabled: license.disabled | off_since(license.product),
                })
                .collect::<Vec<_>>()
        };
        let now = grants(now, &|_| 0);
        let past = grants(past, &|product| self.off_since(product));
        (only(&now, &past), only(&past, &now))
    }

    fn off_since(&self, product: ProductOrdinal) -> u128 {
        self.switched_off.get(&product).copied().unwrap_or_default()
    }

    /// Users by what they have of their own and did not then, and what they had and do not now.
    fn own_cases(&mut self, events: &[Event]) -> Cases {
        let mut cases = Cases::new();
        for user in self.scope.users(users_with_own(events)).iter() {
            let ordinal = UserOrdinal(user);
            let state = &self.reversal.work.state;
            let views = (state.users().view(ordinal), self.past.users().view(ordinal));
            let (Some(now), Some(past)) = views else {
                continue;
            };
            let had = own_of(self.past, &past, |product| self.off_since(product));
            let has = own_of(state, &now, |_| 0);
            let removed: Vec<Grant> = only(&has, &had);
            let added: Vec<Grant> = only(&had, &has);
            if removed.is_empty() && added.is_empty() {
                continue;
            }
            match now.head.state() {
                UserState::Live => cases.entry((removed, added)).or_default().push(user),
                UserState::Deleted | UserState::Purged => {
                    self.gone.insert(user);
                }
            }
        }
        cases
    }
}

/// What is in one list and not in another.
fn only<T: Copy + PartialEq>(list: &[T], other: &[T]) -> Vec<T> {
    let own = list.iter().copied();
    own.filter(|item| !other.contains(item)).collect()
}

/// Users to whose own licenses events did something.
fn users_with_own(events: &[Event]) -> Bits {
    let mut users = Bits::default();
    for event in events {
        if let Event::AssignmentsChanged {
            users: some,
            removed,
            added,
            ..
        } = event
            && removed
                .iter()
                .chain(added)
                .any(|grant| own::is_decided(grant.source))
        {
            users.union_with(&some.to_bits());
        }
    }
    users
}

fn own_of(
    tenant: &Tenant,
    user: &UserView<'_>,
    off_since: impl Fn(ProductOrdinal) -> u128,
) -> Vec<Grant> {
    tenant
        .licenses(user)
        .filter(|(_, shape, _)| own::is_decided(shape.source))
        .map(|(_, shape, _)| Grant {
            product: shape.product,
            disabled: shape.disabled | off_since(shape.product),
            source: shape.source,
        })
        .collect()
}
