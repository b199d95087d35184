//! What follows from a change in the same generation: members get and lose licenses, rules put users into groups, freed
//! seats go to those who wait (licensing.md 3.3 to 3.6).

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Plan, bulk};
use crate::{
    assignment::{
        Decision, Retry, Seats, Settlement, Verdict, Violation, settle, unit_order, user_order,
    },
    event::{Event, Grant, UserSet},
    group::{Group, GroupDefinition, GroupOrdinal, rule::AssignedPlan, rule::Rule},
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::{UserOrdinal, UserProperty, UserView},
};

/// A decision in the making: the events so far, and the state that they lead to.
#[derive(Clone)]
pub struct Work<'t> {
    /// The tenant before the command.
    pub before: &'t Tenant,
    /// The tenant with all events so far.
    pub state: Tenant,
    pub events: Vec<Event>,
    pub now: Timestamp,
    /// Users to be settled, and what of theirs is tried again.
    retry: BTreeMap<UserOrdinal, Retry>,
    /// Groups whose licenses are to be settled for all members.
    groups: BTreeSet<GroupOrdinal>,
    /// Users for whom rules are to be asked.
    asked: BTreeSet<UserOrdinal>,
    /// Groups whose rule is to be asked for everybody.
    ruled: BTreeSet<GroupOrdinal>,
    /// Memberships that a rule changed in this command.
    toggled: BTreeSet<(GroupOrdinal, UserOrdinal)>,
    /// The state when users were last settled.
    pub settled: Option<Tenant>,
}

impl<'t> Work<'t> {
    /// Nothing decided yet.
    pub fn new(before: &'t Tenant, context: &Context<'_>) -> Self {
        Self {
            before,
            state: before.clone(),
            events: Vec::new(),
            now: context.now,
            retry: BTreeMap::new(),
            groups: BTreeSet::new(),
            asked: BTreeSet::new(),
            ruled: BTreeSet::new(),
            toggled: BTreeSet::new(),
            settled: None,
        }
    }

    /// Adds an event and notes whom it concerns.
    pub fn record(&mut self, event: Event) {
        self.note(&event);
        self.state.apply(&event);
        self.events.push(event);
    }

    /// Asks for a user to be settled.
    pub fn retry(&mut self, user: UserOrdinal, retry: Retry) {
        let known = self.retry.remove(&user);
        let retry = match known {
            Some(known) => known.and(retry),
            None => retry,
        };
        self.retry.insert(user, retry);
    }

    /// Asks for a group to be settled for all its members.
    pub fn retry_group(&mut self, group: GroupOrdinal) {
        self.groups.insert(group);
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::UserCreated { user, .. } | Event::UserUpdated { user, .. } => {
                self.asked.insert(*user);
                self.retry_if_automatic(*user);
            }
            Event::UserRestored { user } => {
                self.asked.insert(*user);
                self.retry(*user, Retry::All);
            }
            Event::AssignmentsChanged { users, .. } | Event::Decided { users, .. } => {
                let is_own = matches!(event, Event::AssignmentsChanged { .. });
                for user in users.iter() {
                    if is_own || self.has_conflict(user) {
                        self.retry(user, Retry::Conflicts);
                    }
                }
                if self.plan_rules().next().is_some() {
                    self.asked.extend(users.iter());
                }
            }
            Event::GroupRestored { group, .. } => {
                self.ruled.insert(*group);
            }
            Event::CatalogAdopted { .. } | Event::PlansSwitchedOff { .. } => {
                let rules: Vec<GroupOrdinal> = self.plan_rules().collect();
                self.ruled.extend(rules);
            }
            Event::MembersAdded { group, users, .. }
            | Event::MembersRemoved { group, users, .. } => {
                if self.gives_licenses(*group) {
                    for user in users.iter() {
                        self.retry(user, Retry::All);
                    }
                } else {
                    for user in users.iter() {
                        self.retry_if_automatic(user);
                    }
                }
            }
            Event::GroupLicensesChanged { group, .. } => {
                self.groups.insert(*group);
            }
            Event::GroupCreated {
                group, definition, ..
            } if definition.is_dynamic() => {
                self.ruled.insert(*group);
            }
            Event::GroupUpdated {
                group,
                before,
                after,
            } if (&before.rule, before.rule_paused) != (&after.rule, after.rule_paused) => {
                self.ruled.insert(*group);
            }
            _ => {}
        }
    }

    fn retry_if_automatic(&mut self, user: UserOrdinal) {
        if self.before.policy().is_automatic() {
            self.retry(user, Retry::All);
        }
    }

    /// Whether a license of a user's groups failed because of a conflict.
    fn has_conflict(&self, user: UserOrdinal) -> bool {
        let conflict = Verdict::Failed(Violation::MutuallyExclusive);
        let Some(view) = self.state.users().view(user) else {
            return false;
        };
        self.state.units(&view).iter().any(|unit| {
            let group = self.state.groups().get(unit.group);
            group.is_some_and(|group| {
                group
                    .decisions
                    .iter()
                    .any(|((_, verdict), users)| *verdict == conflict && users.contains(user.0))
            })
        })
    }

    /// Whether a membership in a group may mean licenses, through the group or, where groups nest, those that it is in.
    pub fn gives_licenses(&self, group: GroupOrdinal) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            let Some(group) = self.state.groups().get(next).filter(|_| seen.insert(next)) else {
                continue;
            };
            if !(group.licenses.is_empty() && group.decisions.is_empty()) {
                return true;
            }
            if self.state.policy().nests() {
                open.extend(&group.parents);
            }
        }
        false
    }

    /// Draws all consequences. The plan has everything that happens, in order.
    pub fn finish(mut self) -> Finished {
        // Rules first: whoever comes into a group is settled once, with everything else.
        loop {
            let is_changed = self.ask_rules();
            let is_settled = self.settle();
            // Seats are given away when the rules are at rest.
            if !(is_changed || is_settled || self.wake_waiting()) {
                break;
            }
        }
        Finished {
            events: self.events,
            state: self.state,
        }
    }

    // ---- Rules ------------------------------------------------------------------------------------------------------

    /// Puts users into dynamic groups and out of them. Returns whether anything changed.
    fn ask_rules(&mut self) -> bool {
        let ruled = std::mem::take(&mut self.ruled);
        let asked = std::mem::take(&mut self.asked);
        let mut changes: BTreeMap<GroupOrdinal, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
        for (ordinal, group) in self.state.groups().dynamic() {
            let Some(rule) = &group.rule else { continue };
            let mut judge = |user: &UserView<'_>| {
                let is_member = group.members.contains(user.ordinal.0);
                let belongs = user.is_live() && self.belongs(rule, user);
                let (joined, left) = changes.entry(ordinal).or_default();
                match (is_member, belongs) {
                    (false, true) => joined.push(user.ordinal.0),
                    (true, false) if user.is_live() => left.push(user.ordinal.0),
                    _ => {}
                }
            };
            if ruled.contains(&ordinal) {
                self.state.users().iter().for_each(|user| judge(&user));
                continue;
            }
            for user in &asked {
                if let Some(view) = self.state.users().view(*user)
                    && self.may_matter(rule, &view)
                {
                    judge(&view);
                }
            }
        }
        let mut is_changed = false;
        for (group, (joined, left)) in changes {
            is_changed |= self.move_members(group, &joined, true);
            is_changed |= self.move_members(group, &left, false);
        }
        is_changed
    }

    fn belongs(&self, rule: &Rule, user: &UserView<'_>) -> bool {
        rule.matches(user, &|| self.assigned_plans(user))
    }

    fn assigned_plans(&self, user: &UserView<'_>) -> Vec<AssignedPlan<'_>> {
        let mut plans: BTreeMap<uuid::Uuid, AssignedPlan<'_>> = BTreeMap::new();
        for (license, product) in self.state.effective_products(user) {
            for (owned, is_on) in product.plans_with_state(license.disabled) {
                if is_on {
                    plans.insert(
                        owned.plan.id,
                        AssignedPlan {
                            service_plan_id: owned.plan.id,
                            service: &owned.plan.service,
                            enabled: true,
                        },
                    );
                }
            }
        }
        plans.into_values().collect()
    }

    /// Whether a rule asks for something of the user that this command changed.
    fn may_matter(&self, rule: &Rule, user: &UserView<'_>) -> bool {
        let Some(old) = self.before.users().view(user.ordinal) else {
            return true;
        };
        if old.head != user.head || rule.depends_on_plans() {
            return true;
        }
        UserProperty::each().any(|property| {
            rule.depends_on(property) && old.record.packed(property) != user.record.packed(property)
        })
    }

    fn move_members(&mut self, group: GroupOrdinal, users: &[u32], joins: bool) -> bool {
        let again = users
            .iter()
            .copied()
            .map(UserOrdinal)
            .find(|user| self.toggled.contains(&(group, *user)));
        if let Some(user) = again {
            self.pause(group, user);
            return true;
        }
        self.toggled
            .extend(users.iter().map(|user| (group, UserOrdinal(*user))));
        if users.is_empty() {
            return false;
        }
        let users = UserSet::of(&users.iter().copied().collect());
        let at = self.now;
        self.record(if joins {
            Event::MembersAdded { group, users, at }
        } else {
            Event::MembersRemoved { group, users, at }
        });
        true
    }

    /// Stops a rule that puts a user in and out by what follows from being in.
    fn pause(&mut self, group: GroupOrdinal, user: UserOrdinal) {
        let Some(before) = self
            .state
            .groups()
            .get(group)
            .map(|group| GroupDefinition::clone(&group.definition))
        else {
            return;
        };
        let after = GroupDefinition {
            rule_paused: true,
            ..before.clone()
        };
        self.record(Event::RuleOscillated { group, user });
        self.record(Event::GroupUpdated {
            group,
            before,
            after,
        });
        self.ruled.remove(&group);
    }

    // ---- Licenses ---------------------------------------------------------------------------------------------------

    /// Settles all users who are to be settled. Returns whether anything changed.
    fn settle(&mut self) -> bool {
        let mut changes = Changes::default();
        for group in std::mem::take(&mut self.groups) {
            let rest = bulk::settle_group(self.before, &self.state, group, &mut changes);
            for user in rest.iter().map(UserOrdinal) {
                self.retry(user, Retry::Groups(BTreeSet::from([group])));
            }
        }
        let retry = std::mem::take(&mut self.retry);
        let mut users: Vec<(UserOrdinal, Retry)> = retry.into_iter().collect();
        if users.len() > 1 {
            users.sort_by_cached_key(|(user, retry)| user_order(&self.state, *user, retry));
        }
        self.settle_in_order(users, changes)
    }

    /// Settles users one after the other. Returns whether anything changed.
    fn settle_in_order(&mut self, users: Vec<(UserOrdinal, Retry)>, mut changes: Changes) -> bool {
        let is_automatic = self.state.policy().is_automatic();
        let mut seats = Seats::default();
        for (user, retry) in users {
            let Some(view) = self.state.users().view(user).filter(UserView::is_live) else {
                continue;
            };
            if view.memberships.is_empty() && self.settled.is_none() && !self.was_concerned(user) {
                continue;
            }
            let retry = if is_automatic { Retry::All } else { retry };
            let settled = self.settled.as_ref().unwrap_or(self.before);
            let settlement = settle(self.before, settled, &self.state, &view, &retry, &mut seats);
            changes.add(user, settlement);
        }
        let is_changed = !changes.is_empty();
        if self.plan_rules().next().is_some() {
            self.asked.extend(changes.users().iter().map(UserOrdinal));
        }
        for event in changes.into_events(self.now) {
            self.state.apply(&event);
            self.events.push(event);
        }
        if is_changed {
            self.settled = Some(self.state.clone());
        }
        is_changed
    }

    /// Whether a user without memberships may have licenses through groups nevertheless.
    fn was_concerned(&self, user: UserOrdinal) -> bool {
        let old = self.before.users().view(user);
        old.is_some_and(|old| !old.memberships.is_empty())
            || self.state.kept().contains(user.0)
            || self.state.ending().contains(user.0)
    }

    /// Dynamic groups whose rules ask for licenses.
    fn plan_rules(&self) -> impl Iterator<Item = GroupOrdinal> {
        self.state
            .groups()
            .dynamic()
            .filter(|(_, group)| group.rule.as_ref().is_some_and(Rule::depends_on_plans))
            .map(|(ordinal, _)| ordinal)
    }

    // ---- Waiting ----------------------------------------------------------------------------------------------------

    /// Gives seats that this command freed or bought to those who wait, where the policy says so.
    fn wake_waiting(&mut self) -> bool {
        if !self.state.policy().is_automatic() {
            return false;
        }
        let is_freed = |product: ProductOrdinal| {
            let now = self.state.seats(product).available();
            let had = self.before.seats(product).available();
            now > 0 && (now > had || self.settled.is_some())
        };
        // A seat serves those who wait for its product, and those who may have the product in place of another.
        let mut line = Vec::new();
        for (product, owned) in self.state.products() {
            let chain = self.state.policy().fallbacks(owned.sku_id);
            let mut instead = chain
                .iter()
                .filter_map(|sku_id| self.state.find_product(*sku_id));
            if is_freed(product) || instead.any(is_freed) {
                line.extend(ranked(&self.state, product));
            }
        }
        line.sort_unstable();
        let mut seen = BTreeSet::new();
        let users: Vec<(UserOrdinal, Retry)> = line
            .into_iter()
            .filter(|(_, user)| seen.insert(*user))
            .map(|(_, user)| (user, Retry::All))
            .collect();
        !users.is_empty() && self.settle_in_order(users, Changes::default())
    }
}

/// Live users who wait for a seat of a product, in the order in which they get it.
pub fn waiting(tenant: &Tenant, product: ProductOrdinal) -> Vec<UserOrdinal> {
    let mut line = ranked(tenant, product);
    line.sort_unstable();
    line.into_iter().map(|(_, user)| user).collect()
}

/// A place in the line for a product: by the priority of the first group that waits for it, the time of joining, the
/// user's id.
type Rank = (std::cmp::Reverse<u32>, Timestamp, uuid::Uuid);

/// Live users who wait for a seat of a product, with their places in the line.
fn ranked(tenant: &Tenant, product: ProductOrdinal) -> Vec<(Rank, UserOrdinal)> {
    let waits = |group: &Group| {
        let mut users = Bits::default();
        for (verdict, some) in group.verdicts_of(product) {
            if verdict.violation() == Some(Violation::Count) {
                users.union_with(some);
            }
        }
        users
    };
    let mut all = Bits::default();
    let mut groups: BTreeMap<GroupOrdinal, Bits> = BTreeMap::new();
    for (ordinal, group) in tenant.groups().iter() {
        let users = waits(group).intersection(tenant.users().live());
        if !users.is_empty() {
            all.union_with(&users);
            groups.insert(ordinal, users);
        }
    }
    all.iter()
        .map(UserOrdinal)
        .filter_map(|user| {
            let view = tenant.users().view(user)?;
            let first = tenant
                .units(&view)
                .into_iter()
                .filter(|unit| {
                    let users = groups.get(&unit.group);
                    users.is_some_and(|users| users.contains(user.0))
                })
                .map(|unit| unit_order(tenant, &unit))
                .min()?;
            Some(((first.0, first.1, view.id), user))
        })
        .collect()
}

/// What was decided for many users, alike changes together.
#[derive(Default)]
pub struct Changes {
    decisions: BTreeMap<Decision, Vec<u32>>,
    sets: Vec<(Decision, Bits)>,
    own: BTreeMap<(Vec<Grant>, Vec<Grant>), Vec<u32>>,
}

impl Changes {
    /// Adds what was decided for one user.
    pub fn add(&mut self, user: UserOrdinal, settlement: Settlement) {
        for decision in settlement.decisions {
            self.decisions.entry(decision).or_default().push(user.0);
        }
        let user = Bits::from_iter([user.0]);
        self.add_own(settlement.removed, settlement.added, &user);
    }

    /// Adds what was decided for a whole set of users.
    pub fn add_set(&mut self, decision: Decision, users: Bits) {
        if !users.is_empty() {
            self.sets.push((decision, users));
        }
    }

    /// Adds what becomes of the own licenses of a whole set of users.
    pub fn add_own(&mut self, removed: Vec<Grant>, added: Vec<Grant>, users: &Bits) {
        if !(removed.is_empty() && added.is_empty()) {
            self.own
                .entry((removed, added))
                .or_default()
                .extend(users.iter());
        }
    }

    fn is_empty(&self) -> bool {
        self.decisions.is_empty() && self.own.is_empty() && self.sets.is_empty()
    }

    fn users(&self) -> Bits {
        let mut users = Bits::default();
        for some in self.decisions.values().chain(self.own.values()) {
            users.extend(some.iter().copied());
        }
        for (_, some) in &self.sets {
            users.union_with(some);
        }
        users
    }

    fn into_events(self, at: Timestamp) -> Vec<Event> {
        let mut decided: BTreeMap<Decision, Bits> = BTreeMap::new();
        for (decision, users) in self.sets {
            decided.entry(decision).or_default().union_with(&users);
        }
        for (decision, users) in self.decisions {
            let users: Bits = users.into_iter().collect();
            decided.entry(decision).or_default().union_with(&users);
        }
        let own = self
            .own
            .into_iter()
            .map(|((removed, added), users)| Event::AssignmentsChanged {
                users: UserSet::of(&users.into_iter().collect()),
                removed,
                added,
                at,
            });
        let decided = decided.into_iter().map(|(decision, users)| Event::Decided {
            group: decision.group,
            product: decision.product,
            users: UserSet::of(&users),
            before: decision.before,
            after: decision.after,
            at,
        });
        own.chain(decided).collect()
    }
}

/// A decision with all its consequences.
pub struct Finished {
    pub events: Vec<Event>,
    /// The state that the events lead to.
    pub state: Tenant,
}

impl From<Finished> for Plan {
    fn from(finished: Finished) -> Self {
        Self {
            events: finished.events,
            ..Self::default()
        }
    }
}
