//! What changes touch: which users and groups are not as they were, and in what. Delta queries are answered from it
//! (licensing.md 7.7), so it may name too much, and never too little.

mod licenses;
mod note;
mod parts;
#[cfg(test)]
mod tests;

pub use note::Judged;
pub use parts::{Parts, of_group, of_user};

use std::collections::{BTreeMap, BTreeSet};

use crate::{event::UserSet, group::GroupOrdinal, state::Bits, user::UserOrdinal};

/// More kinds of touches than this are not told apart.
const MOST_KINDS: usize = 32;
/// Up to so many ordinals are added one by one; of more, whole sets are joined.
const FEW: u32 = 64;

/// What some changes touched.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// The users.
    pub users: Touches,
    /// The groups.
    pub groups: Touches,
    /// Groups whose members were touched, with those members.
    pub members: BTreeMap<GroupOrdinal, TouchedMembers>,
    /// Whether members may have left groups that are not named here: of a user or group that is gone for good nobody
    /// can tell any more in which groups it was.
    pub members_unknown: bool,
}

/// Ordinals of users or of groups, by what of them was touched.
#[derive(Clone, Debug, Default)]
pub struct Touches(BTreeMap<Parts, Bits>);

/// Members of a group that may have come or gone.
#[derive(Clone, Debug, Default)]
pub struct TouchedMembers {
    /// Whether all members of the group are to be told, since whoever follows it has dropped it.
    pub all: bool,
    /// Users who came or went.
    pub users: Bits,
    /// Groups that came or went.
    pub groups: BTreeSet<GroupOrdinal>,
}

impl Touched {
    /// Adds what other changes touched.
    pub fn merge(&mut self, other: &Self) {
        self.users.merge(&other.users);
        self.groups.merge(&other.groups);
        for (group, touched) in &other.members {
            let members = self.members.entry(*group).or_default();
            members.all |= touched.all;
            join(&mut members.users, &touched.users);
            members.groups.extend(&touched.groups);
        }
        self.members_unknown |= other.members_unknown;
    }

    /// About how many bytes this takes.
    pub fn weight(&self) -> usize {
        let members = self.members.values();
        let members = members.map(|touched| bytes_of(&touched.users) + 64 * touched.groups.len());
        256 + self.users.weight() + self.groups.weight() + members.sum::<usize>()
    }

    fn touch_user(&mut self, user: UserOrdinal, parts: Parts) {
        self.users.add(user.0, parts);
    }

    fn touch_users(&mut self, users: &UserSet, parts: Parts) {
        match users {
            UserSet::One(user) => self.touch_user(*user, parts),
            UserSet::Many(_) => self.users.add_all(&users.to_bits(), parts),
        }
    }

    fn touch_group(&mut self, group: GroupOrdinal, parts: Parts) {
        self.groups.add(group.0, parts);
    }

    /// The members of a group, which is touched by this.
    fn members_of(&mut self, group: GroupOrdinal) -> &mut TouchedMembers {
        self.touch_group(group, of_group::MEMBERS);
        self.members.entry(group).or_default()
    }
}

impl Touches {
    /// What of an ordinal was touched.
    pub fn parts_of(&self, ordinal: u32) -> Parts {
        let touched = self.0.iter().filter(|(_, set)| set.contains(ordinal));
        touched.fold(Parts::NONE, |parts, (more, _)| parts.union(*more))
    }

    /// All of which any of these parts was touched.
    pub fn meeting(&self, parts: Parts) -> Bits {
        let mut found = Bits::new();
        for (_, set) in self.0.iter().filter(|(touched, _)| touched.meets(parts)) {
            join(&mut found, set);
        }
        found
    }

    fn add(&mut self, ordinal: u32, parts: Parts) {
        if !parts.is_none() {
            self.set_of(parts).insert(ordinal);
        }
    }

    fn add_all(&mut self, ordinals: &Bits, parts: Parts) {
        if !parts.is_none() && !ordinals.is_empty() {
            join(self.set_of(parts), ordinals);
        }
    }

    fn merge(&mut self, other: &Self) {
        for (parts, ordinals) in &other.0 {
            self.add_all(ordinals, *parts);
        }
    }

    fn set_of(&mut self, parts: Parts) -> &mut Bits {
        if self.0.len() >= MOST_KINDS && !self.0.contains_key(&parts) {
            self.level();
        }
        self.0.entry(parts).or_default()
    }

    /// Takes all kinds for one.
    fn level(&mut self) {
        let (mut all, mut ordinals) = (Parts::NONE, Bits::new());
        for (parts, set) in std::mem::take(&mut self.0) {
            all = all.union(parts);
            join(&mut ordinals, &set);
        }
        self.0.insert(all, ordinals);
    }

    fn weight(&self) -> usize {
        let sets = self.0.values();
        sets.map(bytes_of).sum()
    }
}

fn join(set: &mut Bits, more: &Bits) {
    if more.len() <= FEW {
        set.extend(more.iter());
    } else {
        set.union_with(more);
    }
}

/// About how many bytes a set takes: a list of its members, or a bit for each up to the last.
fn bytes_of(set: &Bits) -> usize {
    192 + (2 * set.len() as usize).min(128 * 1024)
}
