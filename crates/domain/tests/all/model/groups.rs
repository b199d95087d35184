//! The directory of groups (licensing.md 1.4, 2.3, 2.5, 3.7): what they are and who is in them. What their licenses mean
//! for users is in `settle`.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    assignment::AssignmentRequest,
    group::{GroupDefinition, GroupOrdinal, GroupPatch, GroupState, NewGroup, rule::Rule},
    user::{UserKey, UserState},
};

use super::{Given, Group, License, Model};

/// A member by its kind.
enum Member {
    User(usize),
    Group(usize),
}

impl Model {
    pub(super) fn on_groups(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let place = match command {
            Command::CreateGroup(new) => self.create_group(new, given)?,
            Command::UpdateGroup { group, patch } => {
                let place = self.group(*group)?;
                self.update_group(place, patch, given)?;
                place
            }
            Command::DeleteGroup { group } => {
                let place = self.group(*group)?;
                let known = &mut self.groups[place];
                if !known.licenses.is_empty() {
                    let group = known.definition.display_name.clone();
                    return Err(Rejection::GroupHasLicenses { group });
                }
                if known.definition.unified {
                    (known.state, known.deleted) = (GroupState::Deleted, Some(given.now));
                } else {
                    self.purge_group(place);
                }
                place
            }
            Command::RestoreGroup { group } => {
                let place = self.deleted_group(*group)?;
                self.judge_nickname(&self.groups[place].definition.mail_nickname, None)?;
                let known = &mut self.groups[place];
                (known.state, known.deleted) = (GroupState::Live, None);
                place
            }
            Command::PurgeGroup { group } => {
                let place = self.deleted_group(*group)?;
                self.purge_group(place);
                place
            }
            Command::AddMembers { group, members } => {
                let place = self.group(*group)?;
                self.add_members(place, members, given.now)?;
                place
            }
            Command::RemoveMembers { group, members } => {
                let place = self.group(*group)?;
                self.remove_members(place, members)?;
                place
            }
            Command::AddOwner { group, user } => {
                let place = self.group(*group)?;
                self.add_owner(place, *user)?;
                place
            }
            Command::RemoveOwner { group, user } => {
                let place = self.group(*group)?;
                let (id, list) = (*user, "owners");
                // An owner in the recycle bin can be taken from the list as well.
                let is_it = |user: &super::User| user.id == id && user.state != UserState::Purged;
                let owner = self.users.iter().position(is_it);
                let owners = &self.groups[place].owners;
                let is_last =
                    owners.len() == 1 && owner.as_ref().is_some_and(|owner| owners.contains(owner));
                if is_last && self.groups[place].definition.unified {
                    return Err(Rejection::InvalidGroupProperty {
                        name: "owners",
                        reason: "",
                    });
                }
                let was = owner.is_some_and(|owner| self.groups[place].owners.remove(&owner));
                if !was {
                    return Err(Rejection::NotMember { id, list });
                }
                place
            }
            Command::AssignGroupLicenses { group, request } => {
                let place = self.group(*group)?;
                self.assign_to_group(place, request, given.now)?;
                place
            }
            Command::ReprocessGroup { group } => self.group(*group)?,
            _ => unreachable!(),
        };
        Ok(Outcome::Group(GroupOrdinal(u32::try_from(place).unwrap())))
    }

    pub(super) fn find_group(&self, id: Uuid) -> Option<usize> {
        let mut groups = self.groups.iter();
        groups.position(|group| group.id == id && group.state == GroupState::Live)
    }

    fn group(&self, id: Uuid) -> Result<usize, Rejection> {
        self.find_group(id).ok_or(Rejection::GroupNotFound { id })
    }

    fn deleted_group(&self, id: Uuid) -> Result<usize, Rejection> {
        let mut groups = self.groups.iter();
        groups
            .position(|group| group.id == id && group.state == GroupState::Deleted)
            .ok_or(Rejection::DeletedGroupNotFound { id })
    }

    fn judge_nickname(&self, nickname: &str, except: Option<usize>) -> Result<(), Rejection> {
        let is_taken = |(place, group): (usize, &Group)| {
            let other = &group.definition.mail_nickname;
            let is_live = group.state == GroupState::Live && Some(place) != except;
            is_live && other.eq_ignore_ascii_case(nickname)
        };
        if self.groups.iter().enumerate().any(is_taken) {
            let mail_nickname = nickname.to_owned();
            return Err(Rejection::MailNicknameTaken { mail_nickname });
        }
        Ok(())
    }

    /// The language of rules and the properties have their own tests; here a rule is one that can be read.
    fn judge_definition(
        &self,
        definition: &GroupDefinition,
        except: Option<usize>,
    ) -> Result<(), Rejection> {
        if definition.role_assignable && definition.rule.is_some() {
            return Err(Rejection::InvalidGroupProperty {
                name: "isAssignableToRole",
                reason: "",
            });
        }
        self.judge_nickname(&definition.mail_nickname, except)?;
        match definition.rule.as_deref().map(Rule::parse) {
            Some(Err(error)) => Err(Rejection::InvalidRule { error }),
            _ => Ok(()),
        }
    }

    fn create_group(&mut self, new: &NewGroup, given: &mut Given<'_>) -> Result<usize, Rejection> {
        self.judge_definition(&new.definition, None)?;
        let id = new.id.unwrap_or_else(|| (given.new_id)());
        if self.all_ids().contains(&id) {
            return Err(Rejection::IdTaken { id });
        }
        let place = self.groups.len();
        let mut definition = new.definition.clone();
        if definition.mail_enabled && definition.mail.is_none() {
            let domain = self.domains.iter().find(|(_, is_default)| *is_default);
            let domain = &domain.unwrap().0;
            definition.mail = Some(format!("{}@{domain}", definition.mail_nickname));
        }
        self.groups.push(Group {
            id,
            state: GroupState::Live,
            created: given.now,
            deleted: None,
            definition,
            members: BTreeMap::new(),
            subgroups: BTreeSet::new(),
            owners: BTreeSet::new(),
            licenses: BTreeMap::new(),
            had_licenses: false,
        });
        if !new.members.is_empty() {
            self.add_members(place, &new.members, given.now)?;
        }
        for owner in &new.owners {
            self.add_owner(place, *owner)?;
        }
        Ok(place)
    }

    fn update_group(
        &mut self,
        place: usize,
        patch: &GroupPatch,
        given: &mut Given<'_>,
    ) -> Result<(), Rejection> {
        let was = self.groups[place].definition.clone();
        let mut now = was.clone();
        now.display_name = patch.display_name.clone().unwrap_or(now.display_name);
        now.description = patch.description.clone().unwrap_or(now.description);
        now.mail_nickname = patch.mail_nickname.clone().unwrap_or(now.mail_nickname);
        now.rule = patch.rule.clone().unwrap_or(now.rule);
        now.rule_paused = now.rule.is_some() && patch.rule_paused.unwrap_or(now.rule_paused);
        now.priority = patch.priority.unwrap_or(now.priority);
        self.judge_definition(&now, Some(place))?;
        self.groups[place].definition = now;
        if was.rule.is_none() && self.groups[place].definition.rule.is_some() {
            // Emptied; users are moved when rules are followed, deleted ones when they are restored.
            self.groups[place].subgroups.clear();
        }
        if !patch.add_members.is_empty() {
            self.add_members(place, &patch.add_members, given.now)?;
        }
        for owner in &patch.add_owners {
            self.add_owner(place, *owner)?;
        }
        Ok(())
    }

    pub(super) fn purge_group(&mut self, place: usize) {
        let group = &mut self.groups[place];
        group.state = GroupState::Purged;
        group.deleted = None;
        group.definition = GroupDefinition::default();
        group.members.clear();
        group.subgroups.clear();
        group.owners.clear();
        group.had_licenses = false;
        for group in &mut self.groups {
            group.subgroups.remove(&place);
        }
        for user in &mut self.users {
            user.decided.remove(&place);
        }
    }

    // ---- Members and owners -----------------------------------------------------------------------------------------

    fn judge_membership(&self, place: usize) -> Result<(), Rejection> {
        let definition = &self.groups[place].definition;
        if definition.rule.is_some() {
            let group = definition.display_name.clone();
            return Err(Rejection::MembersFollowRule { group });
        }
        Ok(())
    }

    fn member(&self, id: Uuid) -> Result<Member, Rejection> {
        let user = self.live(&UserKey::Id(id)).ok().map(Member::User);
        user.or_else(|| self.find_group(id).map(Member::Group))
            .ok_or(Rejection::MemberNotFound { id })
    }

    fn add_members(
        &mut self,
        place: usize,
        members: &[Uuid],
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.judge_membership(place)?;
        for id in members.iter().copied() {
            let list = "members";
            let is_new = match self.member(id)? {
                Member::User(user) => self.groups[place].members.insert(user, now).is_none(),
                Member::Group(group) => {
                    self.judge_nesting(place, group)?;
                    self.groups[place].subgroups.insert(group)
                }
            };
            if !is_new {
                return Err(Rejection::MemberExists { id, list });
            }
        }
        Ok(())
    }

    /// A group can be in any other but for what Entra refuses; circles are no harm.
    fn judge_nesting(&self, place: usize, member: usize) -> Result<(), Rejection> {
        let target = &self.groups[place].definition;
        let is_unified = self.groups[member].definition.unified;
        if place == member || is_unified || target.unified || target.role_assignable {
            return Err(Rejection::GroupCannotBeMember {
                id: self.groups[member].id,
                reason: "",
            });
        }
        Ok(())
    }

    fn remove_members(&mut self, place: usize, members: &[Uuid]) -> Result<(), Rejection> {
        self.judge_membership(place)?;
        for id in members.iter().copied() {
            let list = "members";
            let was = match self.member(id) {
                Ok(Member::User(user)) => {
                    self.users[user].decided.remove(&place);
                    self.groups[place].members.remove(&user).is_some()
                }
                Ok(Member::Group(group)) => self.groups[place].subgroups.remove(&group),
                Err(_) => false,
            };
            if !was {
                return Err(Rejection::NotMember { id, list });
            }
        }
        Ok(())
    }

    fn add_owner(&mut self, place: usize, id: Uuid) -> Result<(), Rejection> {
        let Ok(user) = self.live(&UserKey::Id(id)) else {
            return Err(Rejection::MemberNotFound { id });
        };
        if !self.groups[place].owners.insert(user) {
            let list = "owners";
            return Err(Rejection::MemberExists { id, list });
        }
        Ok(())
    }

    // ---- Licenses of a group ----------------------------------------------------------------------------------------

    fn assign_to_group(
        &mut self,
        place: usize,
        request: &AssignmentRequest,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        if request.add.is_empty() && request.remove.is_empty() {
            return Err(Rejection::NoLicenseChanges);
        }
        let before = self.groups[place].licenses.clone();
        self.judge_products(request, &self.products.keys().copied().collect())?;
        let definition = &self.groups[place].definition;
        let is_special = definition.role_assignable && !self.policy.license_role_assignable_groups;
        if !request.add.is_empty() && (!definition.security_enabled || is_special) {
            let group = definition.display_name.clone();
            return Err(Rejection::GroupNotLicensable { group, reason: "" });
        }
        let mut missing = request.remove.iter();
        if let Some(sku_id) = missing.find(|sku_id| !before.contains_key(sku_id)) {
            return Err(Rejection::GroupLicenseNotHeld { sku_id: *sku_id });
        }
        let mut after = before.clone();
        after.retain(|sku_id, _| !request.remove.contains(sku_id));
        for add in &request.add {
            let disabled: BTreeSet<Uuid> = add.disabled_plans.iter().copied().collect();
            let is_same = after
                .get(&add.sku_id)
                .is_some_and(|old| old.disabled == disabled);
            if !is_same {
                after.insert(add.sku_id, License { disabled, at: now });
            }
        }
        let plans = |licenses: &BTreeMap<Uuid, License>| -> BTreeSet<Uuid> {
            let each = licenses.iter();
            each.flat_map(|(sku_id, license)| self.enabled(*sku_id, &license.disabled))
                .collect()
        };
        if let Some((plan_id, needed)) = self.lacking(&plans(&before), &plans(&after)).first() {
            return Err(Rejection::DependencyMissing {
                plan_id: *plan_id,
                requires: needed.iter().copied().collect(),
            });
        }
        self.groups[place].had_licenses |= before != after;
        self.groups[place].licenses = after;
        for sku_id in &request.remove {
            let live: Vec<usize> = self.live_users().collect();
            self.decisions.retain(|(user, group, product), _| {
                *group != place || product != sku_id || live.contains(user)
            });
        }
        Ok(())
    }
}
