//! What a change sets off: users are settled, rules of dynamic groups move users, seats go to those who wait for them,
//! all in the same instant and until nothing moves any more.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Command, Timestamp,
    assignment::Violation,
    group::GroupState,
    policy::{Guard, Policy},
    user::UserState,
};

use super::{Model, Verdict, settle::Retry, sources::Rank};
use crate::group_world::rule_takes;

/// Nothing may go on for ever.
const ROUNDS: usize = 50;

impl Model {
    pub(super) fn follow(&mut self, old: &Self, command: &Command, now: Timestamp) {
        let expired = match command {
            Command::Tick => self.expired(now),
            _ => BTreeMap::new(),
        };
        let mut touched = self.touched(old, command);
        for place in expired.keys() {
            touched.entry(*place).or_insert(Retry::Conflicts);
        }
        self.settle_all(old, &touched, &expired, now);
        let mut moved = BTreeSet::new();
        for _ in 0..ROUNDS {
            let before = self.clone();
            self.follow_rules(&mut moved, now);
            self.serve_the_waiting(now);
            if before.decisions == self.decisions
                && before.memberships_of_all() == self.memberships_of_all()
            {
                return;
            }
        }
        panic!("a change sets off changes for ever");
    }

    /// Whose licenses a command concerns, and how.
    fn touched(&self, old: &Self, command: &Command) -> BTreeMap<usize, Retry> {
        let group = match command {
            Command::AssignGroupLicenses { group, .. } => self
                .find_group(*group)
                .filter(|group| self.groups[*group].licenses != old.groups[*group].licenses),
            Command::ReprocessGroup { group } => self.find_group(*group),
            _ => None,
        };
        let reprocessed = match command {
            Command::ReprocessUser { user } => self.live(user).ok(),
            _ => None,
        };
        let live = (0..old.users.len()).filter(|place| self.users[*place].state == UserState::Live);
        let mut touched = BTreeMap::new();
        for place in live {
            let (user, was) = (&self.users[place], &old.users[place]);
            let units = self.units(place);
            let is_in = group.filter(|group| units.contains_key(group));
            let is_moved = self.is_moved(old, place);
            let is_changed = user.licenses != was.licenses
                || user.kept != was.kept
                || user.ending != was.ending
                || self.decisions_of(place) != old.decisions_of(place);
            let is_other =
                user.facts() != was.facts() && self.is_on(self.policy.automatic_reprocessing);
            // Under another policy everything is decided anew.
            let is_new = self.policy_of_licensing() != old.policy_of_licensing();
            let retry = if is_new
                || reprocessed == Some(place)
                || is_moved
                || is_other
                || was.state != user.state
            {
                Retry::All
            } else if let Some(group) = is_in {
                Retry::Group(group)
            } else if is_changed {
                Retry::Conflicts
            } else {
                continue;
            };
            touched.insert(place, retry);
        }
        touched
    }

    /// Groups of the first level, and those of some groups that a user is in through them.
    fn paths(&self, place: usize, groups: &BTreeSet<usize>) -> BTreeSet<(usize, usize)> {
        let paths = self.memberships(place).into_keys().flat_map(|group| {
            let reached = self.reached(group).into_iter();
            reached.map(move |unit| (group, unit))
        });
        paths.filter(|(_, unit)| groups.contains(unit)).collect()
    }

    /// Whether a user's memberships changed: in groups with licenses, or in groups within them where groups nest.
    fn is_moved(&self, old: &Self, place: usize) -> bool {
        let is_automatic = self.is_on(self.policy.automatic_reprocessing);
        let has_licenses = |group: &usize| {
            let was = old.groups.get(*group);
            is_automatic
                || !self.groups[*group].licenses.is_empty()
                || was.is_some_and(|was| !was.licenses.is_empty())
        };
        let groups = (0..self.groups.len()).filter(has_licenses).collect();
        self.paths(place, &groups) != old.paths(place, &groups)
    }

    /// The policy but for the guard, which decides nothing about licenses.
    fn policy_of_licensing(&self) -> Policy {
        Policy {
            guard: Guard::default(),
            ..self.policy.clone()
        }
    }

    pub(super) fn decisions_of(&self, place: usize) -> BTreeMap<(usize, Uuid), Verdict> {
        let all = self.decisions.iter();
        all.filter(|((user, _, _), _)| *user == place)
            .map(|((_, group, sku_id), verdict)| ((*group, *sku_id), *verdict))
            .collect()
    }

    fn memberships_of_all(&self) -> Vec<BTreeMap<usize, Timestamp>> {
        (0..self.users.len())
            .map(|place| self.memberships(place))
            .collect()
    }

    fn settle_all(
        &mut self,
        old: &Self,
        touched: &BTreeMap<usize, Retry>,
        expired: &BTreeMap<usize, BTreeSet<(Uuid, Option<usize>)>>,
        now: Timestamp,
    ) {
        let mut line: Vec<usize> = touched.keys().copied().collect();
        line.sort_by_cached_key(|place| self.rank_of(*place, touched[place]));
        let nothing = BTreeSet::new();
        for place in &line {
            let mut had = old.products_of(*place);
            had.retain(|sku_id| self.owns(*sku_id));
            self.unsettled.insert(*place, had);
        }
        for place in line {
            self.unsettled.remove(&place);
            let retry = if self.is_on(self.policy.automatic_reprocessing) {
                Retry::All
            } else {
                touched[&place]
            };
            let expired = expired.get(&place).unwrap_or(&nothing);
            self.settle(old, place, retry, expired, now);
        }
    }

    /// Where a user stands in the line for seats: by the best of the units that are tried again, after those who can only
    /// give seats back.
    fn rank_of(&self, place: usize, retry: Retry) -> (bool, Option<Rank>, Uuid) {
        let id = self.users[place].id;
        let units = self.units(place);
        let lacks = |group: usize| {
            let mut meant = self.groups[group].licenses.keys();
            meant.any(|sku_id| {
                self.decisions.get(&(place, group, *sku_id)) != Some(&Verdict::Active)
            })
        };
        let is_tried = |group: usize| retry == Retry::All || retry == Retry::Group(group);
        let conflict = Verdict::Failed(Violation::MutuallyExclusive);
        let may_heal = |group: usize| {
            let mut meant = self.groups[group].licenses.keys();
            meant.any(|sku_id| {
                let verdict = self.decisions.get(&(place, group, *sku_id));
                verdict.is_none_or(|verdict| *verdict == conflict)
            })
        };
        let ranks = |counts: &dyn Fn(usize) -> bool| {
            let units = units.iter().filter(|(group, _)| counts(**group));
            units
                .map(|(group, joined)| self.rank(*group, *joined, id))
                .min()
        };
        // Where nothing is asked for, a conflict that may be over.
        let best = ranks(&|group| is_tried(group) && lacks(group)).or_else(|| ranks(&may_heal));
        (best.is_some(), best, id)
    }

    // ---- Dynamic groups ---------------------------------------------------------------------------------------------

    /// Moves users into and out of dynamic groups until all rules hold. Whoever would be moved twice in the same group
    /// shows that its rule has no end, so the rule is paused.
    fn follow_rules(&mut self, moved: &mut BTreeSet<(usize, usize)>, now: Timestamp) {
        loop {
            let old = self.clone();
            let mut touched = BTreeMap::new();
            for group in 0..self.groups.len() {
                let going = old.moves(group);
                if going.iter().any(|place| moved.contains(&(*place, group))) {
                    self.groups[group].definition.rule_paused = true;
                    continue;
                }
                for place in going {
                    moved.insert((place, group));
                    touched.insert(place, Retry::All);
                    let members = &mut self.groups[group].members;
                    if members.remove(&place).is_none() {
                        members.insert(place, now);
                    } else {
                        self.users[place].decided.remove(&group);
                    }
                }
            }
            if touched.is_empty() {
                return;
            }
            touched.retain(|place, _| self.is_moved(&old, *place));
            self.settle_all(&old, &touched, &BTreeMap::new(), now);
        }
    }

    /// Live users whom a group's rule takes in and who are not in it, or the other way round.
    fn moves(&self, group: usize) -> Vec<usize> {
        if !self.follows_rule(group) {
            return Vec::new();
        }
        let has = |place: &usize| self.groups[group].members.contains_key(place);
        let live = self.live_users();
        live.filter(|place| self.is_taken(group, *place) != has(place))
            .collect()
    }

    fn follows_rule(&self, group: usize) -> bool {
        let known = &self.groups[group];
        let definition = &known.definition;
        known.state == GroupState::Live && definition.rule.is_some() && !definition.rule_paused
    }

    /// A user comes back: rules may have changed meanwhile.
    pub(super) fn leave_dynamic_groups(&mut self, place: usize) {
        for group in 0..self.groups.len() {
            if self.follows_rule(group) && !self.is_taken(group, place) {
                self.groups[group].members.remove(&place);
            }
        }
    }

    /// Whether the rule of a group takes a user in.
    pub(super) fn is_taken(&self, group: usize, place: usize) -> bool {
        let rule = self.groups[group].definition.rule.as_ref().unwrap();
        let user = &self.users[place];
        let plans = self.plans(&self.sources(place));
        rule_takes(rule, &user.properties, user.account_enabled, &plans)
    }

    // ---- Extended semantics -----------------------------------------------------------------------------------------

    /// What is to go now, its grace being over.
    fn expired(&self, now: Timestamp) -> BTreeMap<usize, BTreeSet<(Uuid, Option<usize>)>> {
        let grace = if self.is_on(true) {
            i64::from(self.policy.grace_days)
        } else {
            0
        };
        let mut expired = BTreeMap::new();
        for (place, user) in self.users.iter().enumerate() {
            let over = |license: &super::License| license.at.plus_days(grace) <= now;
            let keys = user.ending.iter().filter(|(_, license)| over(license));
            let keys: BTreeSet<_> = keys.map(|(key, _)| *key).collect();
            if user.state == UserState::Live && !keys.is_empty() {
                expired.insert(place, keys);
            }
        }
        expired
    }

    /// Where reprocessing is automatic, whoever waits for a seat is tried when there is one, in the order of the line.
    fn serve_the_waiting(&mut self, now: Timestamp) {
        if !self.is_on(self.policy.automatic_reprocessing) {
            return;
        }
        let mut line: Vec<(Rank, usize)> = Vec::new();
        for (place, group, sku_id) in self.decisions.keys().copied() {
            let verdict = self.decisions[&(place, group, sku_id)];
            let waits = matches!(
                verdict,
                Verdict::Fallback(_) | Verdict::Failed(Violation::Count)
            );
            let is_free = |sku_id: &Uuid| self.has_free_seat(*sku_id);
            let has_seat = is_free(&sku_id) || self.chain(sku_id).iter().any(is_free);
            let joined = self.units(place).get(&group).copied();
            let is_live = self.users[place].state == UserState::Live;
            if let Some(joined) = joined.filter(|_| waits && is_live && has_seat) {
                line.push((self.rank(group, joined, self.users[place].id), place));
            }
        }
        line.sort();
        for (_, place) in line {
            let old = self.clone();
            self.settle(&old, place, Retry::All, &BTreeSet::new(), now);
        }
    }
}
