//! What events do to groups.

use std::sync::Arc;

use crate::{
    event::{Event, UserSet},
    group::{Group, GroupGrant, GroupLicense, GroupOrdinal, Membership},
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
};

impl Tenant {
    pub(super) fn apply_to_groups(&mut self, event: &Event) {
        match event {
            Event::GroupCreated {
                group: _,
                id,
                at,
                definition,
            } => {
                let group = Group {
                    id: *id,
                    created: *at,
                    ..Group::default()
                };
                let ordinal = self.groups.push(Group {
                    purged: true, // until it has its definition, no index may know it
                    ..group
                });
                self.groups.redefine(ordinal, |group| {
                    group.purged = false;
                    group.definition = Arc::new(definition.clone());
                });
            }
            Event::GroupUpdated { group, after, .. } => {
                self.groups.redefine(*group, |group| {
                    group.definition = Arc::new(after.clone());
                });
            }
            Event::GroupDeleted { group, at } => {
                self.groups
                    .redefine(*group, |group| group.deleted = Some(*at));
            }
            Event::GroupRestored { group, .. } => {
                self.groups.redefine(*group, |group| group.deleted = None);
            }
            Event::GroupPurged { group } => self.purge_group(*group),
            Event::OwnerAdded { group, user } => self.groups.change(*group, |group| {
                group.owners.insert(*user);
            }),
            Event::OwnerRemoved { group, user } => self.groups.change(*group, |group| {
                group.owners.remove(user);
            }),
            Event::SubgroupAdded { group, member } => {
                self.groups.change(*group, |group| {
                    group.subgroups.insert(*member);
                });
                self.groups.change(*member, |member| {
                    member.parents.insert(*group);
                });
            }
            Event::SubgroupRemoved { group, member } => {
                self.groups.change(*group, |group| {
                    group.subgroups.remove(member);
                });
                self.groups.change(*member, |member| {
                    member.parents.remove(group);
                });
            }
            Event::MembersAdded { group, users, at } => self.add_members(*group, users, *at),
            Event::MembersRemoved { group, users, .. } => self.remove_members(*group, users),
            Event::GroupLicensesChanged {
                group,
                removed,
                added,
                at,
            } => self.change_group_licenses(*group, removed, added, *at),
            _ => {}
        }
    }

    fn purge_group(&mut self, ordinal: GroupOrdinal) {
        let Some(group) = self.groups.get(ordinal) else {
            return;
        };
        let (members, subgroups, parents) = (
            group.members.clone(),
            group.subgroups.clone(),
            group.parents.clone(),
        );
        self.remove_members(ordinal, &UserSet::of(&members));
        for subgroup in subgroups {
            self.groups.change(subgroup, |group| {
                group.parents.remove(&ordinal);
            });
        }
        for parent in parents {
            self.groups.change(parent, |group| {
                group.subgroups.remove(&ordinal);
            });
        }
        self.groups.redefine(ordinal, |group| {
            *group = Group {
                id: group.id,
                created: group.created,
                purged: true,
                ..Group::default()
            };
        });
    }

    fn add_members(&mut self, group: GroupOrdinal, users: &UserSet, at: Timestamp) {
        self.groups.change(group, |group| match users {
            UserSet::One(user) => {
                group.members.insert(user.0);
            }
            UserSet::Many(_) => group.members.union_with(&users.to_bits()),
        });
        let membership = Membership::new(group, at, None);
        let mut memberships = Vec::new();
        for user in users.iter() {
            let Some(view) = self.users.view(user) else {
                continue;
            };
            memberships.clear();
            memberships.extend_from_slice(view.memberships);
            if let Err(place) = memberships.binary_search_by_key(&group, |known| known.group) {
                memberships.insert(place, membership);
                self.users.set_memberships(user, &memberships);
            }
        }
    }

    fn remove_members(&mut self, group: GroupOrdinal, users: &UserSet) {
        self.groups.change(group, |group| match users {
            UserSet::One(user) => {
                group.members.remove(user.0);
            }
            UserSet::Many(_) => group.members.subtract(&users.to_bits()),
        });
        let mut memberships = Vec::new();
        for user in users.iter() {
            let Some(view) = self.users.view(user) else {
                continue;
            };
            memberships.clear();
            memberships.extend(
                view.memberships
                    .iter()
                    .filter(|known| known.group != group)
                    .copied(),
            );
            self.users.set_memberships(user, &memberships);
        }
    }

    fn change_group_licenses(
        &mut self,
        group: GroupOrdinal,
        removed: &[GroupGrant],
        added: &[GroupGrant],
        at: Timestamp,
    ) {
        self.groups.change(group, |group| {
            group.licenses.retain(|license| {
                !removed
                    .iter()
                    .chain(added)
                    .any(|grant| grant.product == license.product)
            });
            group
                .licenses
                .extend(added.iter().map(|grant| GroupLicense {
                    product: grant.product,
                    disabled: grant.disabled,
                    at,
                }));
            group
                .licenses
                .sort_unstable_by_key(|license| license.product);
            group.had_licenses = true;
        });
        for grant in removed.iter().chain(added) {
            self.note_decided(group, grant.product);
        }
        let mut grants = removed.iter().chain(added);
        if grants.any(|grant| self.manages_devices(grant.product)) {
            self.count_enrollers();
        }
    }

    /// Notes that the plans of a product are now others for all for whom a group's decision gives it.
    fn note_decided(&mut self, group: GroupOrdinal, intended: ProductOrdinal) {
        let decided: Vec<(ProductOrdinal, Bits)> = self
            .groups
            .get(group)
            .into_iter()
            .flat_map(|group| group.verdicts_of(intended))
            .filter_map(|(verdict, users)| Some((verdict.given(intended)?, users.clone())))
            .collect();
        for (given, users) in decided {
            self.note_plans(&users, given);
        }
    }
}
