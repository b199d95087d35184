//! Building a tenant from its stored facts instead of its events.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use crate::{
    access::Role,
    application::Application,
    assignment::{Holding, Shape, Verdict},
    catalog::Catalog,
    device::{Build, DeviceHead, DeviceSettings, LimitPolicy},
    directory::{Domain, Profile},
    group::{Group, GroupLicense, GroupOrdinal, Membership},
    policy::{Approval, Policy},
    product::{ProductDefinition, ProductOrdinal},
    subscription::Subscription,
    tenant::Tenant,
    time::Timestamp,
    user::{UserHead, UserOrdinal},
};

/// Takes stored facts in the order organization, policy, domains, products, subscriptions, users, licenses, groups, their
/// licenses, subgroups, owners, memberships and decisions, devices, the rest, and
/// makes the tenant that replaying its events would make.
#[derive(Debug, Default)]
pub struct TenantBuilder {
    tenant: Tenant,
    /// Licenses of the user being read.
    user: Option<UserOrdinal>,
    holdings: Vec<Holding>,
    /// Memberships of the user being read.
    member: Option<UserOrdinal>,
    memberships: Vec<Membership>,
    /// Members of the groups that were read so far.
    joined: BTreeMap<GroupOrdinal, Vec<u32>>,
}

impl TenantBuilder {
    /// The organization and the catalog that it follows.
    pub fn organization(
        &mut self,
        id: Uuid,
        created: Timestamp,
        profile: Profile,
        catalog: &Arc<Catalog>,
        catalog_digest: [u8; 32],
    ) {
        self.tenant.id = id;
        self.tenant.created = created;
        self.tenant.profile = Arc::new(profile);
        self.tenant.adopt_catalog(catalog, catalog_digest);
    }

    /// The next domain.
    pub fn domain(&mut self, domain: Domain) {
        Arc::make_mut(&mut self.tenant.domains).push(domain);
    }

    /// The next product in the order of ordinals.
    pub fn product(&mut self, definition: &ProductDefinition) {
        let ordinal = ProductOrdinal(u16::try_from(self.tenant.products.len()).unwrap_or(u16::MAX));
        let event = crate::Event::ProductAdded {
            product: ordinal,
            definition: definition.clone(),
        };
        self.tenant.apply(&event);
    }

    /// A subscription.
    pub fn subscription(&mut self, subscription: Subscription) {
        Arc::make_mut(&mut self.tenant.subscriptions).insert(subscription.id, subscription);
    }

    /// The next user in the order of ordinals, with its packed property values.
    pub fn user(&mut self, id: Uuid, head: UserHead, record: &[u8]) {
        self.tenant.users.push(id, head, record);
    }

    /// The licensing policy.
    pub fn policy(&mut self, policy: Policy) {
        self.tenant.policy = Arc::new(policy);
    }

    /// An approval of a change that the guard stopped.
    pub fn approval(&mut self, approval: Approval) {
        Arc::make_mut(&mut self.tenant.approvals).push(approval);
    }

    /// A license of a user's own, in the order of users, then products, then sources.
    pub fn license(&mut self, user: UserOrdinal, shape: Shape, at: Timestamp) {
        if self.user != Some(user) {
            self.flush();
            self.user = Some(user);
        }
        let holding = Holding::new(self.tenant.shapes.intern(shape), at);
        self.holdings.push(holding);
    }

    fn flush(&mut self) {
        if let Some(user) = self.user.take() {
            self.tenant.users.set_holdings(user, &self.holdings);
            self.tenant.note_marks(user, &self.holdings);
            for holding in std::mem::take(&mut self.holdings) {
                let Some(shape) = self.tenant.shapes.get(holding.shape) else {
                    continue;
                };
                let (place, disabled) = (usize::from(shape.product.0), shape.disabled);
                let product = self.tenant.product(shape.product);
                let manages = product.is_some_and(|product| product.enables_management(disabled));
                if let Some(users) = self.tenant.assigned.get_mut(place) {
                    users.insert(user.0);
                }
                if manages && let Some(users) = self.tenant.own_management.get_mut(place) {
                    users.insert(user.0);
                }
            }
        }
    }

    /// The next group in the order of ordinals, with its definition and state, without members, owners and licenses.
    pub fn group(&mut self, group: Group) {
        let ordinal = self.tenant.groups.push(Group {
            purged: true, // until its rule is compiled, no index may know it
            ..group.clone()
        });
        self.tenant.groups.redefine(ordinal, |stored| {
            *stored = group;
        });
    }

    /// What a group gives, in the order of products.
    pub fn group_license(&mut self, group: GroupOrdinal, license: GroupLicense) {
        self.tenant
            .groups
            .change(group, |group| group.licenses.push(license));
    }

    /// A group that is a member of a group.
    pub fn subgroup(&mut self, group: GroupOrdinal, member: GroupOrdinal) {
        self.tenant
            .apply(&crate::Event::SubgroupAdded { group, member });
    }

    /// A user who owns a group.
    pub fn owner(&mut self, group: GroupOrdinal, user: UserOrdinal) {
        self.tenant.apply(&crate::Event::OwnerAdded { group, user });
    }

    /// A membership of a user, in the order of users and then of groups.
    pub fn membership(&mut self, user: UserOrdinal, membership: Membership) {
        if self.member != Some(user) {
            self.flush_memberships();
            self.member = Some(user);
        }
        self.memberships.push(membership);
        self.joined
            .entry(membership.group)
            .or_default()
            .push(user.0);
    }

    fn flush_memberships(&mut self) {
        if let Some(user) = self.member.take() {
            self.tenant.users.set_memberships(user, &self.memberships);
            self.memberships.clear();
        }
    }

    /// A chunk of the users for whom a product of a group was decided in one way; false if it cannot be read.
    pub fn decision(
        &mut self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        verdict: Verdict,
        chunk: u32,
        users: &[u8],
    ) -> bool {
        let mut is_read = false;
        self.tenant.groups.change(group, |group| {
            let decided = group.decisions.entry((product, verdict)).or_default();
            is_read = decided.set_chunk(chunk, users);
        });
        if let Some(given) = verdict.given(product) {
            self.tenant.note_giver(given, group);
        }
        is_read
    }

    /// How devices are managed.
    pub fn device_settings(&mut self, settings: DeviceSettings) {
        self.tenant.device_settings = Arc::new(settings);
    }

    /// A policy that limits devices per user, by priority, the default one last.
    pub fn limit_policy(&mut self, policy: LimitPolicy) {
        Arc::make_mut(&mut self.tenant.limit_policies).push(policy);
    }

    /// A device enrollment manager.
    pub fn enrollment_manager(&mut self, user: UserOrdinal) {
        Arc::make_mut(&mut self.tenant.enrollment_managers).insert(user);
    }

    /// The next device in the order of ordinals, with its packed details.
    pub fn device(&mut self, id: Uuid, head: &DeviceHead, build: &Build, details: &[u8]) {
        self.tenant.devices.push(id, head, build, details);
    }

    /// How many devices there are so far; the next one must have this ordinal.
    pub fn device_count(&self) -> u32 {
        self.tenant.devices.len()
    }

    /// An application.
    pub fn application(&mut self, application: Application) {
        Arc::make_mut(&mut self.tenant.applications).insert(application.id, application);
    }

    /// A role of a user or service principal.
    pub fn role(&mut self, principal: Uuid, role: Role) {
        Arc::make_mut(&mut self.tenant.roles)
            .entry(principal)
            .or_default()
            .insert(role);
    }

    /// How many products and users there are so far; the next ones must have these ordinals.
    pub fn lengths(&self) -> (usize, u32) {
        (self.tenant.products.len(), self.tenant.users.len())
    }

    /// How many groups there are so far; the next one must have this ordinal.
    pub fn group_count(&self) -> usize {
        self.tenant.groups.len()
    }

    /// The tenant.
    pub fn finish(mut self) -> Tenant {
        self.flush();
        self.flush_memberships();
        for (group, users) in std::mem::take(&mut self.joined) {
            self.tenant.groups.change(group, |group| {
                group.members = users.into_iter().collect();
            });
        }
        self.tenant.sum_pools();
        self.tenant.count_all();
        self.tenant.count_devices();
        self.tenant
    }
}
