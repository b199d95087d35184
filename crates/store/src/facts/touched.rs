//! Which facts a batch of events touched.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use uuid::Uuid;
use zetel_domain::{
    Event, Tenant, Timestamp,
    access::Role,
    application::Application,
    assignment::Source,
    device::DeviceOrdinal,
    event::UserSet,
    group::{GroupGrant, GroupOrdinal},
    product::ProductOrdinal,
    user::UserOrdinal,
};

use crate::journal::add_users;

/// The facts whose rows must be written again.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says of one table whether all of it is written"
)]
pub struct Touched {
    pub tenant: bool,
    pub policy: bool,
    pub approvals: bool,
    pub domains: bool,
    pub all_products: bool,
    pub products: BTreeSet<ProductOrdinal>,
    pub subscriptions: BTreeSet<Uuid>,
    pub created_users: RoaringBitmap,
    pub changed_users: RoaringBitmap,
    pub purged_users: RoaringBitmap,
    /// Users whose license of their own changed, by product and source.
    pub licenses: BTreeMap<(ProductOrdinal, Source), RoaringBitmap>,
    /// Products of which plans were switched off in all licenses.
    pub switched_off: BTreeSet<ProductOrdinal>,
    pub groups: BTreeSet<GroupOrdinal>,
    pub group_licenses: BTreeSet<(GroupOrdinal, ProductOrdinal)>,
    /// Groups and groups in them.
    pub subgroups: BTreeSet<(GroupOrdinal, GroupOrdinal)>,
    pub owners: BTreeSet<(GroupOrdinal, UserOrdinal)>,
    /// Users whose membership of a group changed or may have, by group.
    pub memberships: BTreeMap<GroupOrdinal, RoaringBitmap>,
    /// Products of groups that were decided.
    pub decisions: BTreeSet<(GroupOrdinal, ProductOrdinal)>,
    /// When the batch changed what groups give; nothing where they give it no longer.
    license_times: BTreeMap<(GroupOrdinal, ProductOrdinal), Option<Timestamp>>,
    pub device_settings: bool,
    pub limit_policies: bool,
    pub enrollment_managers: BTreeSet<UserOrdinal>,
    pub devices: BTreeSet<DeviceOrdinal>,
    pub applications: BTreeSet<Uuid>,
    pub roles: BTreeSet<(Uuid, Role)>,
    /// Principals who lost all roles when they went.
    pub removed_principals: BTreeSet<Uuid>,
    /// Client ids of applications that came or went.
    pub client_ids: BTreeSet<Uuid>,
}

impl Touched {
    /// Adds what an event touches; events come in order. `before` is the state before the batch.
    pub fn add(&mut self, event: &Event, before: &Tenant) {
        match event {
            Event::TenantCreated { .. } => {
                self.tenant = true;
                self.domains = true;
                self.policy = true;
                self.device_settings = true;
                self.limit_policies = true;
            }
            Event::ProfileChanged { .. } => self.tenant = true,
            Event::DomainAdded { .. } => self.domains = true,
            Event::CatalogAdopted { .. } => {
                self.tenant = true;
                self.all_products = true;
            }
            Event::PolicyChanged { .. } => self.policy = true,
            Event::ChangeApproved { .. } => self.approvals = true,
            Event::ProductAdded { product, .. } => {
                self.products.insert(*product);
            }
            Event::SubscriptionAdded { subscription } => {
                self.subscriptions.insert(subscription.id);
            }
            Event::QuantityChanged { id, .. }
            | Event::StatusChanged { id, .. }
            | Event::Renewed { id, .. } => {
                self.subscriptions.insert(*id);
            }
            Event::UserCreated { .. }
            | Event::UserUpdated { .. }
            | Event::UserDeleted { .. }
            | Event::UserRestored { .. }
            | Event::PasswordChanged { .. }
            | Event::SessionsRevoked { .. }
            | Event::UserPurged { .. }
            | Event::AssignmentsChanged { .. } => self.add_user_event(event, before),
            Event::PlansSwitchedOff { product, .. } => self.add_switched_off(*product, before),
            Event::ApplicationAdded { .. }
            | Event::ApplicationChanged { .. }
            | Event::PermissionsChanged { .. }
            | Event::ApplicationRemoved { .. }
            | Event::RoleAssigned { .. }
            | Event::RoleRemoved { .. } => self.add_access(event, before),
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
            | Event::GroupLicensesChanged { .. }
            | Event::Decided { .. } => self.add_group_event(event, before),
            Event::DeviceEnrolled { device, .. }
            | Event::DeviceChanged { device, .. }
            | Event::DeviceContacted { device, .. }
            | Event::DeviceRemoved { device, .. } => {
                self.devices.insert(*device);
            }
            Event::DeviceSettingsChanged { .. } => self.device_settings = true,
            Event::LimitPoliciesChanged { .. } => self.limit_policies = true,
            Event::EnrollmentManagerAdded { user } | Event::EnrollmentManagerRemoved { user } => {
                self.enrollment_managers.insert(*user);
            }
            // These are notes in the history; the events beside them say what they changed.
            Event::RuleOscillated { .. }
            | Event::GroupReprocessed { .. }
            | Event::UserReprocessed { .. }
            | Event::CredentialsChanged { .. }
            | Event::Reverted { .. } => {}
        }
    }

    fn add_user_event(&mut self, event: &Event, before: &Tenant) {
        match event {
            Event::UserCreated { user, .. } => {
                self.created_users.insert(user.0);
            }
            Event::UserUpdated { user, .. }
            | Event::UserDeleted { user, .. }
            | Event::UserRestored { user }
            | Event::PasswordChanged { user, .. }
            | Event::SessionsRevoked { user, .. } => {
                self.changed_users.insert(user.0);
            }
            Event::UserPurged { user } => self.add_purged_user(*user, before),
            Event::AssignmentsChanged {
                users,
                removed,
                added,
                ..
            } => {
                for grant in removed.iter().chain(added) {
                    let place = (grant.product, grant.source);
                    add_users(users, self.licenses.entry(place).or_default());
                }
            }
            _ => {}
        }
    }

    fn add_access(&mut self, event: &Event, before: &Tenant) {
        match event {
            Event::ApplicationAdded { application } => {
                self.applications.insert(application.id);
                self.client_ids.insert(application.client_id);
            }
            Event::ApplicationChanged {
                application: Application { id, .. },
            }
            | Event::PermissionsChanged { id, .. } => {
                self.applications.insert(*id);
            }
            Event::ApplicationRemoved { id } => {
                self.applications.insert(*id);
                if let Some(application) = before.applications().get(id) {
                    self.removed_principals
                        .insert(application.service_principal_id);
                    self.client_ids.insert(application.client_id);
                }
            }
            Event::RoleAssigned { principal, role } | Event::RoleRemoved { principal, role } => {
                self.roles.insert((*principal, *role));
            }
            _ => {}
        }
    }

    fn add_group_event(&mut self, event: &Event, before: &Tenant) {
        match event {
            Event::GroupCreated { group, .. }
            | Event::GroupUpdated { group, .. }
            | Event::GroupDeleted { group, .. }
            | Event::GroupRestored { group, .. } => {
                self.groups.insert(*group);
            }
            Event::GroupPurged { group } => self.add_purged_group(*group, before),
            Event::MembersAdded { group, users, .. }
            | Event::MembersRemoved { group, users, .. } => self.add_memberships(*group, users),
            Event::SubgroupAdded { group, member } | Event::SubgroupRemoved { group, member } => {
                self.subgroups.insert((*group, *member));
            }
            Event::OwnerAdded { group, user } | Event::OwnerRemoved { group, user } => {
                self.owners.insert((*group, *user));
            }
            Event::GroupLicensesChanged {
                group,
                removed,
                added,
                at,
            } => {
                self.groups.insert(*group);
                self.add_group_licenses(*group, removed, None);
                self.add_group_licenses(*group, added, Some(*at));
            }
            Event::Decided {
                group,
                product,
                users,
                after,
                at,
                ..
            } => {
                self.decisions.insert((*group, *product));
                // Only then does the decision set a time of its own. Otherwise a million memberships stay as they are.
                let licensed = self.license_time(*group, *product, before);
                if after.is_some() && licensed.is_some_and(|licensed| licensed < *at) {
                    self.add_memberships(*group, users);
                }
            }
            _ => {}
        }
    }

    fn add_memberships(&mut self, group: GroupOrdinal, users: &UserSet) {
        add_users(users, self.memberships.entry(group).or_default());
    }

    fn add_group_licenses(
        &mut self,
        group: GroupOrdinal,
        grants: &[GroupGrant],
        time: Option<Timestamp>,
    ) {
        for grant in grants {
            self.group_licenses.insert((group, grant.product));
            self.license_times.insert((group, grant.product), time);
        }
    }

    /// When what a group gives of a product was last changed, as of the event being added.
    fn license_time(
        &self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        before: &Tenant,
    ) -> Option<Timestamp> {
        if let Some(changed) = self.license_times.get(&(group, product)) {
            return *changed;
        }
        let license = before.groups().get(group)?.license(product)?;
        Some(license.at)
    }

    fn add_switched_off(&mut self, product: ProductOrdinal, before: &Tenant) {
        self.switched_off.insert(product);
        for (ordinal, group) in before.groups().iter() {
            if group.license(product).is_some() {
                self.group_licenses.insert((ordinal, product));
            }
        }
    }

    /// What the batch itself gave to the user before it was purged is touched by the events that gave it.
    fn add_purged_user(&mut self, user: UserOrdinal, before: &Tenant) {
        self.changed_users.insert(user.0);
        self.purged_users.insert(user.0);
        let Some(view) = before.users().view(user) else {
            return;
        };
        self.removed_principals.insert(view.id);
        self.enrollment_managers.insert(user);
        let devices = before.devices().of_user(user);
        self.devices.extend(devices.map(|device| device.ordinal));
        for (_, shape, _) in before.licenses(&view) {
            let place = (shape.product, shape.source);
            self.licenses.entry(place).or_default().insert(user.0);
        }
        for membership in view.memberships {
            self.add_memberships(membership.group, &UserSet::One(user));
            self.add_decisions(membership.group, before);
        }
        for unit in before.units(&view) {
            self.add_decisions(unit.group, before);
        }
        for (ordinal, group) in before.groups().iter() {
            if group.owners.contains(&user) {
                self.owners.insert((ordinal, user));
            }
        }
    }

    fn add_decisions(&mut self, ordinal: GroupOrdinal, before: &Tenant) {
        if let Some(group) = before.groups().get(ordinal) {
            let products = group.decisions.keys().map(|(product, _)| *product);
            self.decisions
                .extend(products.map(|product| (ordinal, product)));
        }
    }

    fn add_purged_group(&mut self, ordinal: GroupOrdinal, before: &Tenant) {
        self.groups.insert(ordinal);
        // Of what the batch itself gave the group before it was purged nothing is left, and no time counts.
        for ((group, _), time) in &mut self.license_times {
            if *group == ordinal {
                *time = None;
            }
        }
        let Some(group) = before.groups().get(ordinal) else {
            return;
        };
        for license in &group.licenses {
            self.group_licenses.insert((ordinal, license.product));
            self.license_times.insert((ordinal, license.product), None);
        }
        self.memberships
            .entry(ordinal)
            .or_default()
            .extend(group.members.iter());
        let subgroups = group.subgroups.iter().map(|member| (ordinal, *member));
        let parents = group.parents.iter().map(|parent| (*parent, ordinal));
        self.subgroups.extend(subgroups.chain(parents));
        let owners = group.owners.iter().map(|user| (ordinal, *user));
        self.owners.extend(owners);
        self.add_decisions(ordinal, before);
    }
}
