//! Events change the state. Nothing is judged here, and nothing can fail: an event that does not fit changes nothing.

mod devices;
mod enrollers;
mod groups;
mod licenses;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    assignment::RuleBook,
    device::LimitPolicy,
    directory::Domain,
    event::Event,
    group::GroupOrdinal,
    policy::Approval,
    product::OwnedProduct,
    state::{Bits, Lazy},
    tenant::Tenant,
    time::Timestamp,
    user::{PropertyValue, UserHead, UserOrdinal, UserProperty, record},
};

impl Tenant {
    /// Changes the state by what happened.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::TenantCreated { .. }
            | Event::ProfileChanged { .. }
            | Event::DomainAdded { .. }
            | Event::CatalogAdopted { .. } => self.apply_to_directory(event),
            Event::ProductAdded { .. }
            | Event::SubscriptionAdded { .. }
            | Event::QuantityChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Renewed { .. } => {
                self.apply_to_subscriptions(event);
                self.sum_pools();
                self.count_enrollers();
            }
            Event::UserCreated { .. }
            | Event::UserUpdated { .. }
            | Event::UserDeleted { .. }
            | Event::UserRestored { .. }
            | Event::UserPurged { .. }
            | Event::PasswordChanged { .. }
            | Event::SessionsRevoked { .. } => self.apply_to_users(event),
            Event::AssignmentsChanged {
                users,
                removed,
                added,
                at,
            } => self.change_assignments(users, removed, added, *at),
            Event::Decided {
                group,
                product,
                users,
                before,
                after,
                at,
            } => self.decide_for(*group, *product, users, *before, *after, *at),
            Event::GroupCreated { .. }
            | Event::GroupUpdated { .. }
            | Event::GroupDeleted { .. }
            | Event::GroupRestored { .. }
            | Event::GroupPurged { .. }
            | Event::MembersAdded { .. }
            | Event::MembersRemoved { .. }
            | Event::SubgroupAdded { .. }
            | Event::SubgroupRemoved { .. }
            | Event::OwnerAdded { .. }
            | Event::OwnerRemoved { .. }
            | Event::GroupLicensesChanged { .. } => self.apply_to_groups(event),
            Event::PolicyChanged { after, .. } => {
                self.policy = Arc::new(after.clone());
                self.count_enrollers();
            }
            Event::PlansSwitchedOff { product, plans } => self.switch_plans_off(*product, *plans),
            Event::ChangeApproved {
                token,
                approver,
                at,
            } => self.note_approval(token, approver, *at),
            Event::DeviceEnrolled { .. }
            | Event::DeviceChanged { .. }
            | Event::DeviceContacted { .. }
            | Event::DeviceRemoved { .. }
            | Event::DeviceSettingsChanged { .. }
            | Event::LimitPoliciesChanged { .. }
            | Event::EnrollmentManagerAdded { .. }
            | Event::EnrollmentManagerRemoved { .. } => self.apply_to_devices(event),
            Event::RuleOscillated { .. }
            | Event::GroupReprocessed { .. }
            | Event::UserReprocessed { .. }
            | Event::CredentialsChanged { .. }
            | Event::Reverted { .. } => {}
            Event::ApplicationAdded { .. }
            | Event::ApplicationChanged { .. }
            | Event::ApplicationRemoved { .. }
            | Event::PermissionsChanged { .. }
            | Event::RoleAssigned { .. }
            | Event::RoleRemoved { .. } => self.apply_to_access(event),
        }
    }

    fn apply_to_directory(&mut self, event: &Event) {
        match event {
            Event::TenantCreated {
                id,
                at,
                profile,
                domain,
            } => {
                self.id = *id;
                self.created = *at;
                self.profile = Arc::new(profile.clone());
                let covered = self.device_settings.limits.devices_per_user;
                self.limit_policies = Arc::new(vec![LimitPolicy::default_of(covered, *at)]);
                self.domains = Arc::new(vec![Domain {
                    name: domain.clone(),
                    is_initial: true,
                    is_default: true,
                }]);
            }
            Event::ProfileChanged { profile } => self.profile = Arc::new(profile.clone()),
            Event::DomainAdded { domain } => {
                let domains = Arc::make_mut(&mut self.domains);
                if domain.is_default {
                    for other in domains.iter_mut() {
                        other.is_default = false;
                    }
                }
                domains.push(domain.clone());
            }
            Event::CatalogAdopted { digest, catalog } => {
                if let Some(catalog) = catalog.get() {
                    self.adopt_catalog(catalog, *digest);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn adopt_catalog(
        &mut self,
        catalog: &Arc<crate::catalog::Catalog>,
        digest: [u8; 32],
    ) {
        self.catalog = Arc::clone(catalog);
        self.catalog_digest = digest;
        self.rules = Arc::new(RuleBook::new(&catalog.rules));
        for product in Arc::make_mut(&mut self.products) {
            Arc::make_mut(product).adopt(catalog, &self.rules);
        }
        self.find_management_products();
        self.note_all_plans();
        self.count_own_management();
        self.count_enrollers();
    }

    fn apply_to_subscriptions(&mut self, event: &Event) {
        match event {
            Event::ProductAdded {
                product,
                definition,
            } => {
                let mut owned = OwnedProduct::new(definition);
                owned.adopt(&self.catalog, &self.rules);
                Arc::make_mut(&mut self.by_sku_id).insert(definition.sku_id, *product);
                Arc::make_mut(&mut self.products).push(Arc::new(owned));
                self.holders.push(Bits::default());
                self.plans_off.push(Lazy::default());
                self.assigned.push(Bits::default());
                self.own_management.push(Bits::default());
            }
            Event::SubscriptionAdded { subscription } => {
                Arc::make_mut(&mut self.subscriptions)
                    .insert(subscription.id, subscription.clone());
            }
            Event::QuantityChanged { id, quantity, .. } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    subscription.quantity = *quantity;
                }
            }
            Event::StatusChanged { id, status, since } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    subscription.status = *status;
                    subscription.status_since = *since;
                }
            }
            Event::Renewed {
                id,
                ends,
                at,
                renews,
            } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    if subscription.status != crate::subscription::Status::Enabled {
                        subscription.status = crate::subscription::Status::Enabled;
                        subscription.status_since = *at;
                    }
                    subscription.ends = *ends;
                    subscription.renews = *renews;
                }
            }
            _ => {}
        }
    }

    fn apply_to_users(&mut self, event: &Event) {
        match event {
            Event::UserCreated {
                user: _,
                id,
                at,
                account_enabled,
                user_type,
                usage_location,
                record,
            } => {
                let head = UserHead {
                    account_enabled: *account_enabled,
                    user_type: *user_type,
                    usage_location: *usage_location,
                    created: *at,
                    deleted: None,
                    purged: false,
                };
                self.users
                    .push(*id, head, record.get().map_or(&[], AsRef::as_ref));
            }
            Event::UserUpdated {
                user,
                account_enabled,
                user_type,
                usage_location,
                changed: _,
                record,
            } => {
                if let Some(old) = self.users.view(*user).map(|view| view.head) {
                    let head = UserHead {
                        account_enabled: *account_enabled,
                        user_type: *user_type,
                        usage_location: *usage_location,
                        ..old
                    };
                    self.users
                        .replace(*user, head, record.get().map_or(&[], AsRef::as_ref));
                }
            }
            Event::UserDeleted { user, at } => {
                self.change_head(*user, |head| head.deleted = Some(*at));
                self.count_user(*user);
            }
            Event::UserRestored { user } => {
                self.change_head(*user, |head| head.deleted = None);
                self.count_user(*user);
            }
            Event::UserPurged { user } => {
                self.forget_licenses(*user);
                self.forget_user_of_devices(*user);
                if let Some((id, old)) = self.users.view(*user).map(|view| (view.id, view.head)) {
                    let head = UserHead {
                        purged: true,
                        usage_location: None,
                        account_enabled: false,
                        ..old
                    };
                    self.users.replace(*user, head, &[]);
                    self.users.set_holdings(*user, &[]);
                    self.users.set_memberships(*user, &[]);
                    Arc::make_mut(&mut self.roles).remove(&id);
                }
            }
            Event::PasswordChanged { user, at } => {
                self.set_time(*user, UserProperty::LastPasswordChangeDateTime, *at);
            }
            Event::SessionsRevoked { user, at } => {
                self.set_time(*user, UserProperty::SignInSessionsValidFromDateTime, *at);
            }
            _ => {}
        }
    }

    fn set_time(&mut self, user: UserOrdinal, property: UserProperty, at: Timestamp) {
        if let Some((head, mut properties)) = self
            .users
            .view(user)
            .map(|view| (view.head, view.record.properties()))
        {
            properties.insert(property, PropertyValue::Time(at));
            self.users.replace(user, head, &record::pack(&properties));
        }
    }

    fn change_head(&mut self, user: UserOrdinal, change: impl FnOnce(&mut UserHead)) {
        if let Some(mut head) = self.users.view(user).map(|view| view.head) {
            change(&mut head);
            self.users.replace_head(user, head);
        }
    }

    /// Takes a user out of all groups and counts, before it is gone for good.
    fn forget_licenses(&mut self, user: UserOrdinal) {
        let Some(view) = self.users.view(user) else {
            return;
        };
        let groups: Vec<GroupOrdinal> = self.units(&view).iter().map(|unit| unit.group).collect();
        let memberships = view.memberships.iter().map(|membership| membership.group);
        let groups: BTreeSet<GroupOrdinal> = groups.into_iter().chain(memberships).collect();
        for group in groups {
            self.groups.change(group, |group| {
                group.members.remove(user.0);
                for users in group.decisions.values_mut() {
                    users.remove(user.0);
                }
                group.decisions.retain(|_, users| !users.is_empty());
            });
        }
        let owned: Vec<GroupOrdinal> = self
            .groups
            .iter()
            .filter(|(_, group)| group.owners.contains(&user))
            .map(|(ordinal, _)| ordinal)
            .collect();
        for group in owned {
            self.groups.change(group, |group| {
                group.owners.remove(&user);
            });
        }
        let by_product = self.holders.iter_mut().chain(&mut self.assigned);
        for users in by_product.chain(&mut self.own_management) {
            if users.contains(user.0) {
                users.remove(user.0);
            }
        }
        for users in [&mut self.kept, &mut self.ending, &mut self.licensed] {
            if users.contains(user.0) {
                users.remove(user.0);
            }
        }
        self.recount_enroller(user);
    }

    fn note_approval(&mut self, token: &str, approver: &str, at: Timestamp) {
        let approvals = Arc::make_mut(&mut self.approvals);
        approvals.retain(|approval| approval.is_valid(at));
        approvals.push(Approval {
            token: token.to_owned(),
            approver: approver.to_owned(),
            at,
        });
    }

    fn apply_to_access(&mut self, event: &Event) {
        match event {
            Event::ApplicationAdded { application } | Event::ApplicationChanged { application } => {
                Arc::make_mut(&mut self.applications).insert(application.id, application.clone());
            }
            Event::ApplicationRemoved { id } => {
                if let Some(application) = Arc::make_mut(&mut self.applications).remove(id) {
                    Arc::make_mut(&mut self.roles).remove(&application.service_principal_id);
                }
            }
            Event::PermissionsChanged { id, permissions } => {
                if let Some(application) = Arc::make_mut(&mut self.applications).get_mut(id) {
                    application.permissions = permissions.iter().copied().collect();
                }
            }
            Event::RoleAssigned { principal, role } => {
                Arc::make_mut(&mut self.roles)
                    .entry(*principal)
                    .or_default()
                    .insert(*role);
            }
            Event::RoleRemoved { principal, role } => {
                let roles = Arc::make_mut(&mut self.roles);
                if let Some(held) = roles.get_mut(principal) {
                    held.remove(role);
                    if held.is_empty() {
                        roles.remove(principal);
                    }
                }
            }
            _ => {}
        }
    }
}
