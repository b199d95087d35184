//! Who is in groups, and who owns them.

use std::collections::{BTreeMap, BTreeSet};

use super::{RemainderReason, Reversal};
use crate::{
    decide::groups::{MAX_OWNERS, check_subgroup, record_subgroup},
    event::{Event, UserSet},
    group::{Group, GroupOrdinal},
    rejection::Rejection,
    state::Bits,
    time::Timestamp,
    user::{UserOrdinal, UserView},
};

/// Who joined and left groups by a change, each user by what was done to it first.
#[derive(Default)]
pub struct Memberships(BTreeMap<GroupOrdinal, MembershipFacts>);

/// Who joined and left a group by a change.
#[derive(Default)]
pub struct MembershipFacts {
    /// Users who were no members before.
    pub joined: Bits,
    /// Users who were members before.
    pub left: Bits,
    at: Timestamp,
}

impl Memberships {
    /// What events say about all groups but some.
    pub fn of(events: &[Event], but: &BTreeSet<GroupOrdinal>) -> Self {
        let mut all: BTreeMap<GroupOrdinal, MembershipFacts> = BTreeMap::new();
        for event in events {
            let (group, users, at, joins) = match event {
                Event::MembersAdded { group, users, at } => (group, users, at, true),
                Event::MembersRemoved { group, users, at } => (group, users, at, false),
                _ => continue,
            };
            if but.contains(group) {
                continue;
            }
            let facts = all.entry(*group).or_default();
            let users = users
                .to_bits()
                .difference(&facts.joined)
                .difference(&facts.left);
            facts.at = *at;
            if joins {
                facts.joined.union_with(&users);
            } else {
                facts.left.union_with(&users);
            }
        }
        Self(all)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (GroupOrdinal, &MembershipFacts)> {
        self.0.iter().map(|(group, facts)| (*group, facts))
    }
}

impl Reversal<'_> {
    pub fn put_members_back(&mut self, memberships: &Memberships) {
        for (ordinal, facts) in memberships.iter() {
            let Some(group) = self.live_group(ordinal) else {
                self.leave(None, Some(ordinal), RemainderReason::Gone);
                continue;
            };
            // Members of a dynamic group follow from what is put back besides.
            if group.definition.is_dynamic() {
                continue;
            }
            let mut leaving = facts.joined.intersection(&group.members);
            let joining = facts.left.difference(&group.members);
            let again = self.joined_again(ordinal, &leaving, facts.at);
            leaving.subtract(&again);
            for user in again.iter().map(UserOrdinal) {
                self.leave(Some(user), Some(ordinal), RemainderReason::ChangedSince);
            }
            self.move_members(ordinal, &leaving, &joining);
        }
    }

    /// Takes live users out of a group and puts others into it; the rest is gone.
    pub fn move_members(&mut self, group: GroupOrdinal, leaving: &Bits, joining: &Bits) {
        let live = self.work.state.users().live().clone();
        for user in leaving.union(joining).difference(&live).iter() {
            let user = Some(UserOrdinal(user));
            self.leave(user, Some(group), RemainderReason::Gone);
        }
        let at = self.work.now;
        let leaving = leaving.intersection(&live);
        if !leaving.is_empty() {
            let users = UserSet::of(&leaving);
            self.work.record(Event::MembersRemoved { group, users, at });
        }
        let joining = joining.intersection(&live);
        if !joining.is_empty() {
            let users = UserSet::of(&joining);
            self.work.record(Event::MembersAdded { group, users, at });
        }
    }

    /// Live members who did not join at a time, but left since and joined again.
    fn joined_again(&self, group: GroupOrdinal, users: &Bits, at: Timestamp) -> Bits {
        let state = &self.work.state;
        let is_other = |user: &UserView<'_>| {
            user.is_live()
                && user
                    .memberships
                    .iter()
                    .any(|known| known.group == group && known.joined() != at)
        };
        users
            .iter()
            .filter(|user| {
                let view = state.users().view(UserOrdinal(*user));
                view.is_some_and(|view| is_other(&view))
            })
            .collect()
    }

    /// A live group as it is by now.
    pub fn live_group(&self, group: GroupOrdinal) -> Option<Group> {
        let group = self.work.state.groups().get(group);
        group.filter(|group| group.is_live()).cloned()
    }

    pub fn put_owners_and_subgroups_back(
        &mut self,
        events: &[Event],
        created: &BTreeSet<GroupOrdinal>,
    ) {
        for event in events.iter().rev() {
            match event {
                Event::SubgroupAdded { group, member } if !created.contains(group) => {
                    self.take_subgroup_out(*group, *member);
                }
                Event::SubgroupRemoved { group, member } if !created.contains(group) => {
                    self.put_subgroup_in(*group, *member);
                }
                Event::OwnerAdded { group, user } if !created.contains(group) => {
                    self.take_owner_out(*group, *user);
                }
                Event::OwnerRemoved { group, user } if !created.contains(group) => {
                    self.put_owner_in(*group, *user);
                }
                _ => {}
            }
        }
    }

    pub fn take_subgroup_out(&mut self, group: GroupOrdinal, member: GroupOrdinal) {
        let is_there = self
            .live_group(group)
            .is_some_and(|group| group.subgroups.contains(&member));
        if is_there {
            record_subgroup(&mut self.work, group, member, false);
        }
    }

    pub fn put_subgroup_in(&mut self, ordinal: GroupOrdinal, member: GroupOrdinal) {
        let (group, nested) = match (self.live_group(ordinal), self.live_group(member)) {
            (Some(group), Some(nested)) => (group, nested),
            (None, _) => return self.leave(None, Some(ordinal), RemainderReason::Gone),
            (_, None) => return self.leave(None, Some(member), RemainderReason::Gone),
        };
        if group.subgroups.contains(&member) {
            return;
        }
        let judged = if group.definition.is_dynamic() {
            Err(Rejection::MembersFollowRule {
                group: group.definition.display_name.clone(),
            })
        } else {
            check_subgroup(&self.work, ordinal, &group, member, nested.id)
        };
        match judged {
            Ok(()) => record_subgroup(&mut self.work, ordinal, member, true),
            Err(rejection) => {
                self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
            }
        }
    }

    fn take_owner_out(&mut self, ordinal: GroupOrdinal, user: UserOrdinal) {
        let group = self.live_group(ordinal);
        let Some(group) = group.filter(|group| group.owners.contains(&user)) else {
            return;
        };
        if group.definition.unified && group.owners.len() == 1 {
            let rejection = Rejection::InvalidGroupProperty {
                name: "owners",
                reason: "the last owner of a Microsoft 365 group cannot be removed; add another owner first",
            };
            return self.leave(
                Some(user),
                Some(ordinal),
                RemainderReason::Refused(rejection),
            );
        }
        self.work.record(Event::OwnerRemoved {
            group: ordinal,
            user,
        });
    }

    fn put_owner_in(&mut self, ordinal: GroupOrdinal, user: UserOrdinal) {
        let Some(group) = self.live_group(ordinal) else {
            return self.leave(None, Some(ordinal), RemainderReason::Gone);
        };
        if group.owners.contains(&user) {
            return;
        }
        let is_live = self.work.state.users().live().contains(user.0);
        if !is_live {
            return self.leave(Some(user), Some(ordinal), RemainderReason::Gone);
        }
        if group.owners.len() >= MAX_OWNERS as usize {
            let rejection = Rejection::LimitReached {
                what: "owners of a group",
                limit: MAX_OWNERS,
            };
            return self.leave(
                Some(user),
                Some(ordinal),
                RemainderReason::Refused(rejection),
            );
        }
        self.work.record(Event::OwnerAdded {
            group: ordinal,
            user,
        });
    }
}
