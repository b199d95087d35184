//! All groups of a tenant.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{GroupDefinition, GroupLicense, GroupOrdinal, rule::Rule};
use crate::{
    assignment::Verdict,
    product::ProductOrdinal,
    state::{Bits, HashIndex, Paged, hash_bytes, hash_folded},
    time::Timestamp,
    user::UserOrdinal,
};

/// Whether a group is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupState {
    /// In the directory.
    #[default]
    Live,
    /// In the recycle bin (Microsoft 365 groups), restorable for 30 days.
    Deleted,
    /// Gone for good; only the object id remains, for the history.
    Purged,
}

/// A group. Cloning shares all that is large.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Graph's `id`.
    pub id: Uuid,
    /// Graph's `createdDateTime`.
    pub created: Timestamp,
    /// Graph's `deletedDateTime`.
    pub deleted: Option<Timestamp>,
    /// Whether the group is gone for good.
    pub purged: bool,
    /// What it is.
    pub definition: Arc<GroupDefinition>,
    /// The compiled membership rule, if the group is dynamic and its rule can be read.
    pub rule: Option<Rule>,
    /// Users who are members of the first level, deleted ones included.
    pub members: Bits,
    /// Groups that are members.
    pub subgroups: BTreeSet<GroupOrdinal>,
    /// Groups in which this one is a member.
    pub parents: BTreeSet<GroupOrdinal>,
    /// Users who own the group.
    pub owners: BTreeSet<UserOrdinal>,
    /// The products that it gives, in their order.
    pub licenses: Vec<GroupLicense>,
    /// Whether it ever gave any.
    pub had_licenses: bool,
    /// For which users each product was decided how. Users who are not named were never in the group when it was decided.
    pub decisions: BTreeMap<(ProductOrdinal, Verdict), Bits>,
}

impl Group {
    /// Live, deleted or purged.
    pub const fn state(&self) -> GroupState {
        match (self.purged, self.deleted) {
            (true, _) => GroupState::Purged,
            (false, Some(_)) => GroupState::Deleted,
            (false, None) => GroupState::Live,
        }
    }

    /// Whether the group is neither deleted nor purged.
    pub const fn is_live(&self) -> bool {
        matches!(self.state(), GroupState::Live)
    }

    /// What the group gives of a product.
    pub fn license(&self, product: ProductOrdinal) -> Option<&GroupLicense> {
        self.licenses
            .iter()
            .find(|license| license.product == product)
    }

    /// How a product was decided for a user.
    pub fn verdict(&self, user: UserOrdinal, product: ProductOrdinal) -> Option<Verdict> {
        self.verdicts_of(product)
            .find(|(_, users)| users.contains(user.0))
            .map(|(verdict, _)| verdict)
    }

    /// How a product was decided, and for whom.
    pub fn verdicts_of(&self, product: ProductOrdinal) -> impl Iterator<Item = (Verdict, &Bits)> {
        self.decisions
            .range((product, Verdict::FIRST)..=(product, Verdict::LAST))
            .map(|((_, verdict), users)| (*verdict, users))
    }

    /// Users for whom some product could not be applied as it was intended.
    pub fn failed(&self) -> Bits {
        let mut users = Bits::default();
        for ((_, verdict), bits) in &self.decisions {
            if verdict.violation().is_some() {
                users.union_with(bits);
            }
        }
        users
    }
}

/// All groups of a tenant: live, deleted and purged.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    list: Paged<Group>,
    /// All groups, purged ones too: an id is never given again.
    by_id: HashIndex,
    /// Live groups.
    by_mail_nickname: HashIndex,
    /// Live groups whose members follow from a rule that is not paused.
    dynamic: Arc<BTreeSet<GroupOrdinal>>,
    live: u32,
}

impl Groups {
    /// How many ordinals were given so far.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no group was ever created.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many groups are neither deleted nor purged.
    pub const fn live_count(&self) -> u32 {
        self.live
    }

    /// The group at an ordinal, in whatever state.
    pub fn get(&self, ordinal: GroupOrdinal) -> Option<&Group> {
        self.list.get(ordinal.0 as usize)
    }

    /// All groups with their ordinals, in whatever state.
    pub fn iter(&self) -> impl Iterator<Item = (GroupOrdinal, &Group)> {
        self.iter_from(GroupOrdinal(0))
    }

    /// All groups from an ordinal on, in whatever state.
    pub fn iter_from(&self, start: GroupOrdinal) -> impl Iterator<Item = (GroupOrdinal, &Group)> {
        (start.0..)
            .map(GroupOrdinal)
            .zip(self.list.iter_from(start.0 as usize))
    }

    /// The live or deleted group with an object id.
    pub fn find_id(&self, id: Uuid) -> Option<(GroupOrdinal, &Group)> {
        self.with_id(id)
            .find(|(_, group)| group.state() != GroupState::Purged)
    }

    /// The group that has an object id or had it, purged or not.
    pub fn find_ever(&self, id: Uuid) -> Option<(GroupOrdinal, &Group)> {
        self.with_id(id).next()
    }

    /// Whether any group, purged or not, has an object id.
    pub fn has_id(&self, id: Uuid) -> bool {
        self.find_ever(id).is_some()
    }

    fn with_id(&self, id: Uuid) -> impl Iterator<Item = (GroupOrdinal, &Group)> {
        self.by_id
            .candidates(hash_bytes(id.as_bytes()))
            .map(GroupOrdinal)
            .filter_map(|ordinal| Some((ordinal, self.get(ordinal)?)))
            .filter(move |(_, group)| group.id == id)
    }

    /// The live group with a mail nickname, in any case.
    pub fn find_mail_nickname(&self, nickname: &str) -> Option<(GroupOrdinal, &Group)> {
        self.by_mail_nickname
            .candidates(hash_folded(nickname))
            .map(GroupOrdinal)
            .filter_map(|ordinal| Some((ordinal, self.get(ordinal)?)))
            .find(|(_, group)| {
                group
                    .definition
                    .mail_nickname
                    .eq_ignore_ascii_case(nickname)
            })
    }

    /// Live groups whose members follow from a rule that is not paused.
    pub fn dynamic(&self) -> impl Iterator<Item = (GroupOrdinal, &Group)> {
        self.dynamic
            .iter()
            .filter_map(|ordinal| Some((*ordinal, self.get(*ordinal)?)))
    }

    /// Adds a group at the next ordinal.
    pub(crate) fn push(&mut self, group: Group) -> GroupOrdinal {
        let ordinal = GroupOrdinal(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.by_id
            .insert(hash_bytes(group.id.as_bytes()), ordinal.0);
        self.list.push(group);
        self.enter(ordinal);
        ordinal
    }

    /// Changes a group in what no index depends on.
    pub(crate) fn change(&mut self, ordinal: GroupOrdinal, change: impl FnOnce(&mut Group)) {
        if let Some(group) = self.list.get_mut(ordinal.0 as usize) {
            change(group);
        }
    }

    /// Changes a group's state or definition.
    pub(crate) fn redefine(&mut self, ordinal: GroupOrdinal, change: impl FnOnce(&mut Group)) {
        self.leave(ordinal);
        self.change(ordinal, |group| {
            change(group);
            let text = group.definition.rule.as_deref();
            if group.rule.as_ref().map(Rule::text) != text {
                group.rule = text.and_then(|text| Rule::parse(text).ok());
            }
        });
        self.enter(ordinal);
    }

    fn enter(&mut self, ordinal: GroupOrdinal) {
        let Some(group) = self.get(ordinal).filter(|group| group.is_live()) else {
            return;
        };
        let nickname = hash_folded(&group.definition.mail_nickname);
        let is_dynamic = group.rule.is_some() && !group.definition.rule_paused;
        self.by_mail_nickname.insert(nickname, ordinal.0);
        self.live += 1;
        if is_dynamic {
            Arc::make_mut(&mut self.dynamic).insert(ordinal);
        }
    }

    fn leave(&mut self, ordinal: GroupOrdinal) {
        let Some(group) = self.get(ordinal).filter(|group| group.is_live()) else {
            return;
        };
        let nickname = hash_folded(&group.definition.mail_nickname);
        self.by_mail_nickname.remove(nickname, ordinal.0);
        self.live = self.live.saturating_sub(1);
        if self.dynamic.contains(&ordinal) {
            Arc::make_mut(&mut self.dynamic).remove(&ordinal);
        }
    }
}
