//! What a user is in and what it has, whatever the source (licensing.md 3.1, 3.2).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use uuid::Uuid;
use zetel_domain::{Timestamp, group::GroupState};

use super::{From, Model, Source, Verdict};

/// Who comes first: higher priority, then the earlier member, then the smaller id.
pub(super) type Rank = (Reverse<u32>, Timestamp, Uuid);

impl Model {
    /// The live groups that a user is in, directly or by nesting, each with the time since when.
    pub(super) fn units(&self, place: usize) -> BTreeMap<usize, Timestamp> {
        let mut found = BTreeMap::new();
        for (group, joined) in self.memberships(place) {
            for reached in self.reached(group) {
                let since = found.entry(reached).or_insert(joined);
                *since = joined.min(*since);
            }
        }
        found
    }

    /// The groups that a user was put into, whether they are live or not.
    pub(super) fn memberships(&self, place: usize) -> BTreeMap<usize, Timestamp> {
        let of =
            |(group, known): (usize, &super::Group)| Some((group, *known.members.get(&place)?));
        self.groups.iter().enumerate().filter_map(of).collect()
    }

    /// A live group, and where groups nest, all live groups above it.
    pub(super) fn reached(&self, group: usize) -> BTreeSet<usize> {
        let is_live = |group: usize| self.groups[group].state == GroupState::Live;
        let mut reached: BTreeSet<usize> = [group].into_iter().filter(|g| is_live(*g)).collect();
        while self.is_on(self.policy.nested_groups) {
            let above = |parent: &usize| {
                is_live(*parent) && !self.groups[*parent].subgroups.is_disjoint(&reached)
            };
            let more: BTreeSet<usize> = (0..self.groups.len()).filter(above).collect();
            if more.is_subset(&reached) {
                break;
            }
            reached.extend(more);
        }
        reached
    }

    /// Everything that a user has, from whatever source.
    pub(super) fn sources(&self, place: usize) -> Vec<Source> {
        let user = &self.users[place];
        let mut sources = Vec::new();
        for (sku_id, license) in &user.licenses {
            sources.push(Source::new(*sku_id, &license.disabled, From::Direct));
        }
        for ((sku_id, group), kept) in &user.kept {
            let from = From::Kept(*group, kept.violation);
            sources.push(Source::new(*sku_id, &kept.disabled, from));
        }
        for ((sku_id, group), license) in &user.ending {
            sources.push(Source::new(
                *sku_id,
                &license.disabled,
                From::Ending(*group),
            ));
        }
        for group in self.units(place).into_keys() {
            for intended in self.groups[group].licenses.keys().copied() {
                let given = match self.decisions.get(&(place, group, intended)) {
                    Some(Verdict::Active) => intended,
                    Some(Verdict::Fallback(given)) => *given,
                    Some(Verdict::Failed(_)) | None => continue,
                };
                sources.push(self.given(group, intended, given));
            }
        }
        sources
    }

    /// What a group gives by a product, or by another one in its place with the same plans off.
    pub(super) fn given(&self, group: usize, intended: Uuid, given: Uuid) -> Source {
        let mut disabled = self.groups[group].licenses[&intended].disabled.clone();
        if given != intended {
            disabled = &disabled & &self.products[&intended].current_plans();
            disabled = &disabled & &self.products[&given].current_plans();
        }
        Source::new(given, &disabled, From::Group { group, intended })
    }

    /// Products to give instead of one, which the tenant once owned.
    pub(super) fn chain(&self, intended: Uuid) -> Vec<Uuid> {
        if !self.is_on(true) {
            return Vec::new();
        }
        let mut chains = self.policy.fallback.iter();
        let chain = chains.find(|chain| chain.0.contains(&intended));
        let after = chain.into_iter().flat_map(|chain| {
            let mut links = chain.0.iter().copied();
            links.by_ref().find(|link| *link == intended);
            links
        });
        after
            .filter(|sku_id| self.products.contains_key(sku_id))
            .collect()
    }

    pub(super) fn changed_licenses(&self, old: &Self) -> BTreeSet<(usize, Uuid)> {
        let mut changed = BTreeSet::new();
        for (group, (known, was)) in self.groups.iter().zip(&old.groups).enumerate() {
            let licenses = known.licenses.iter();
            let new =
                licenses.filter(|(sku_id, license)| was.licenses.get(sku_id) != Some(license));
            changed.extend(new.map(|(sku_id, _)| (group, *sku_id)));
        }
        changed
    }

    pub(super) fn rank(&self, group: usize, joined: Timestamp, id: Uuid) -> Rank {
        let priority = self.groups[group].definition.priority;
        let counts = self.is_on(self.policy.priority);
        (Reverse(if counts { priority } else { 0 }), joined, id)
    }
}

impl Source {
    pub(super) fn new(sku_id: Uuid, disabled: &BTreeSet<Uuid>, from: From) -> Self {
        let disabled = disabled.clone();
        Self {
            sku_id,
            disabled,
            from,
        }
    }

    pub(super) fn group(&self) -> Option<usize> {
        match self.from {
            From::Direct => None,
            From::Group { group, .. } | From::Kept(group, _) => Some(group),
            From::Ending(group) => group,
        }
    }
}
