//! Groups themselves, and what they give.

use std::collections::BTreeSet;

use super::{RemainderReason, Reversal, own::check_assignable, three_way::ThreeWay};
use crate::{
    decide::{
        group_licenses::{check_dependencies, check_licensable},
        groups::{check_definition, record_subgroup, retry_nested},
    },
    event::Event,
    group::{Group, GroupDefinition, GroupGrant, GroupOrdinal, GroupState},
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    time::Timestamp,
};

impl Reversal<'_> {
    pub fn put_group_back(
        &mut self,
        ordinal: GroupOrdinal,
        before: &GroupDefinition,
        after: &GroupDefinition,
    ) {
        let Some(group) = self.live_group(ordinal) else {
            return self.leave(None, Some(ordinal), RemainderReason::Gone);
        };
        let mut values = ThreeWay::default();
        let merged = values.put_group(&group.definition, before, after);
        if values.is_changed_since {
            self.leave(None, Some(ordinal), RemainderReason::ChangedSince);
        }
        if merged == *group.definition {
            return;
        }
        if let Err(rejection) = self.check_group(ordinal, &group, &merged) {
            return self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
        }
        if merged.is_dynamic() && !group.definition.is_dynamic() {
            for member in &group.subgroups {
                record_subgroup(&mut self.work, ordinal, *member, false);
            }
        }
        let is_reordered = merged.priority != group.definition.priority;
        self.work.record(Event::GroupUpdated {
            group: ordinal,
            before: GroupDefinition::clone(&group.definition),
            after: merged,
        });
        if is_reordered && self.now.policy().has_priority() {
            self.work.retry_group(ordinal);
        }
    }

    fn check_group(
        &self,
        ordinal: GroupOrdinal,
        group: &Group,
        definition: &GroupDefinition,
    ) -> Result<(), Rejection> {
        check_definition(&self.work.state, definition, Some(ordinal), self.is_system)?;
        if !definition.security_enabled && !group.licenses.is_empty() {
            return Err(Rejection::GroupNotLicensable {
                group: group.definition.display_name.clone(),
                reason: "it has licenses, and only security groups can have them; remove the licenses first",
            });
        }
        Ok(())
    }

    /// Takes a group out of the recycle bin into which a change put it.
    pub fn restore_group(&mut self, ordinal: GroupOrdinal, deleted: Timestamp) {
        let Some(group) = self.work.state.groups().get(ordinal).cloned() else {
            return;
        };
        match group.state() {
            GroupState::Live => return,
            GroupState::Purged => return self.leave(None, Some(ordinal), RemainderReason::Gone),
            GroupState::Deleted => {}
        }
        if group.deleted != Some(deleted) {
            return self.leave(None, Some(ordinal), RemainderReason::ChangedSince);
        }
        let nickname = &group.definition.mail_nickname;
        let groups = self.work.state.groups();
        if groups.find_mail_nickname(nickname).is_some() {
            let rejection = Rejection::MailNicknameTaken {
                mail_nickname: nickname.clone(),
            };
            return self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
        }
        self.work.record(Event::GroupRestored {
            group: ordinal,
            deleted,
        });
        retry_nested(&mut self.work, ordinal);
    }

    /// Deletes a group that a change created or restored, as deleting does: a Microsoft 365 group can be restored, any
    /// other is gone. Whoever has joined it since would be lost with it, so then it stays.
    pub fn delete_group(&mut self, ordinal: GroupOrdinal, events: &[Event]) {
        let Some(group) = self.live_group(ordinal) else {
            return;
        };
        if !group.licenses.is_empty() {
            let rejection = Rejection::GroupHasLicenses {
                group: group.definition.display_name.clone(),
            };
            return self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
        }
        if !group.definition.unified && !is_as_filled(ordinal, &group, events) {
            return self.leave(None, Some(ordinal), RemainderReason::ChangedSince);
        }
        retry_nested(&mut self.work, ordinal);
        self.work.record(if group.definition.unified {
            Event::GroupDeleted {
                group: ordinal,
                at: self.work.now,
            }
        } else {
            Event::GroupPurged { group: ordinal }
        });
    }

    pub fn put_group_licenses_back(&mut self, events: &[Event]) {
        for event in events.iter().rev() {
            if let Event::GroupLicensesChanged {
                group,
                removed,
                added,
                at,
            } = event
            {
                self.undo_group_licenses(*group, removed, added, *at);
            }
        }
    }

    fn undo_group_licenses(
        &mut self,
        ordinal: GroupOrdinal,
        removed: &[GroupGrant],
        added: &[GroupGrant],
        at: Timestamp,
    ) {
        let Some(group) = self.live_group(ordinal) else {
            return self.leave(None, Some(ordinal), RemainderReason::Gone);
        };
        let find = |grants: &[GroupGrant], product| {
            let grant = grants.iter().find(|grant| grant.product == product);
            grant.map(|grant| grant.disabled)
        };
        let products: BTreeSet<ProductOrdinal> = removed
            .iter()
            .chain(added)
            .map(|grant| grant.product)
            .collect();
        let (mut taken, mut given) = (Vec::new(), Vec::new());
        let mut is_changed_since = false;
        for product in products {
            let license = group.license(product);
            let now = license.map(|license| license.disabled);
            let (before, after) = (find(removed, product), find(added, product));
            if now == before {
                continue;
            }
            if now != after || license.is_some_and(|license| license.at != at) {
                is_changed_since = true;
                continue;
            }
            let grant = |disabled| GroupGrant { product, disabled };
            taken.extend(now.map(grant));
            given.extend(before.map(grant));
        }
        if is_changed_since {
            self.leave(None, Some(ordinal), RemainderReason::ChangedSince);
        }
        self.change_group_licenses(ordinal, &group, taken, given);
    }

    /// Changes what a group gives, as far as the rules allow: products that cannot be given are left out, and what would
    /// lack a plan that it needs is not changed at all.
    pub fn change_group_licenses(
        &mut self,
        ordinal: GroupOrdinal,
        group: &Group,
        mut taken: Vec<GroupGrant>,
        mut given: Vec<GroupGrant>,
    ) {
        let mut refused = Vec::new();
        given.retain(|grant| {
            let judged = check_assignable(&self.work.state, grant.product)
                .and_then(|()| check_licensable(&self.work.state, group));
            refused.extend(judged.err().map(|rejection| (grant.product, rejection)));
            !refused.iter().any(|(product, _)| *product == grant.product)
        });
        // A product whose former plans cannot be given keeps those that it has.
        taken.retain(|grant| !refused.iter().any(|(product, _)| *product == grant.product));
        for (_, rejection) in refused {
            self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
        }
        if taken.is_empty() && given.is_empty() {
            return;
        }
        match check_dependencies(&self.work.state, group, &taken, &given) {
            Ok(()) => self.work.record(Event::GroupLicensesChanged {
                group: ordinal,
                removed: taken,
                added: given,
                at: self.work.now,
            }),
            Err(rejection) => {
                self.leave(None, Some(ordinal), RemainderReason::Refused(rejection));
            }
        }
    }
}

/// Whether a group has no members but those that the change which created it gave it, or that its rule gives it.
fn is_as_filled(ordinal: GroupOrdinal, group: &Group, events: &[Event]) -> bool {
    let (mut users, mut subgroups) = (Bits::default(), BTreeSet::new());
    for event in events {
        match event {
            Event::MembersAdded {
                group, users: some, ..
            } if *group == ordinal => {
                users.union_with(&some.to_bits());
            }
            Event::SubgroupAdded { group, member } if *group == ordinal => {
                subgroups.insert(*member);
            }
            _ => {}
        }
    }
    let is_dynamic = group.definition.is_dynamic();
    (is_dynamic || group.members.is_subset(&users))
        && group.subgroups.is_subset(&subgroups)
        && group.parents.is_empty()
}
