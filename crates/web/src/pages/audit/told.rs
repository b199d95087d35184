//! What a change did, in sentences. Events that say the same of many users or devices are one sentence.

use std::collections::BTreeMap;

use uuid::Uuid;
use zetel_domain::{
    Event, Tenant,
    assignment::Verdict,
    device::{DeviceOrdinal, Removal},
    event::{Grant, UserSet},
    group::{GroupGrant, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
    user::UserOrdinal,
};

use crate::{
    ROOT,
    view::{isolated, moment, user_name},
    words::{Message, Words},
};

/// A sentence, and of whom or what it is said.
pub(super) struct Sentence {
    /// It.
    pub text: String,
    /// The first of whom it is said.
    pub named: Vec<Named>,
    /// How many others there are.
    pub more: u32,
}

/// A user or a device with its page.
pub(super) struct Named {
    /// Its name.
    pub name: String,
    /// Its page.
    pub address: String,
}

/// The users whom a change touched.
pub(super) fn users_of(events: &[Event]) -> Bits {
    let mut users = Bits::default();
    for set in events.iter().filter_map(Event::users) {
        users.union_with(&set.to_bits());
    }
    users
}

/// What some events say, with at most so many names each.
pub(super) fn sentences(
    tenant: &Tenant,
    events: &[Event],
    t: Words,
    names: usize,
) -> Vec<Sentence> {
    let mut telling = Telling {
        tenant,
        t,
        said: Vec::new(),
        places: BTreeMap::new(),
    };
    for event in events {
        telling.tell(event);
    }
    telling.ended(names)
}

/// What was said so far.
struct Telling<'a> {
    tenant: &'a Tenant,
    t: Words,
    said: Vec<Said>,
    places: BTreeMap<String, usize>,
}

#[derive(Default)]
struct Said {
    text: String,
    users: Bits,
    devices: Bits,
}

impl Telling<'_> {
    fn say(&mut self, text: &Message) -> &mut Said {
        let text = text.to_string();
        let next = self.said.len();
        let place = *self.places.entry(text.clone()).or_insert(next);
        if place == next {
            self.said.push(Said {
                text,
                ..Said::default()
            });
        }
        &mut self.said[place]
    }

    fn of_users(&mut self, text: &Message, users: &UserSet) {
        self.say(text).users.union_with(&users.to_bits());
    }

    fn of_device(&mut self, key: &str, device: DeviceOrdinal) {
        let text = self.t.m(key);
        self.say(&text).devices.insert(device.0);
    }

    fn of_group(&mut self, key: &str, group: GroupOrdinal) {
        let text = self.t.m(key).with("group", self.group(group));
        self.say(&text);
    }

    fn tell(&mut self, event: &Event) {
        if let Some(key) = bare(event) {
            let text = self.t.m(key);
            match event.users() {
                Some(users) => self.of_users(&text, &users),
                None => {
                    self.say(&text);
                }
            }
            return;
        }
        if let Some((key, group)) = of_one_group(event) {
            return self.of_group(key, group);
        }
        let t = self.t;
        match event {
            Event::AssignmentsChanged {
                users,
                removed,
                added,
                ..
            } => self.grants(users, removed, added),
            Event::Decided {
                group,
                product,
                users,
                before,
                after,
                ..
            } => {
                let text = t
                    .m(decided(*product, *before, *after))
                    .with("product", self.product(*product))
                    .with("group", self.group(*group));
                self.of_users(&text, users);
            }
            Event::GroupLicensesChanged {
                group,
                removed,
                added,
                ..
            } => {
                self.group_licenses(*group, removed, added);
            }
            Event::MembersAdded { group, users, .. } => {
                let text = t.m("told-members-added").with("group", self.group(*group));
                self.of_users(&text, users);
            }
            Event::MembersRemoved { group, users, .. } => {
                let text = t
                    .m("told-members-removed")
                    .with("group", self.group(*group));
                self.of_users(&text, users);
            }
            Event::OwnerAdded { group, user } => {
                let text = t.m("told-owner-added").with("group", self.group(*group));
                self.of_users(&text, &UserSet::One(*user));
            }
            Event::OwnerRemoved { group, user } => {
                let text = t.m("told-owner-removed").with("group", self.group(*group));
                self.of_users(&text, &UserSet::One(*user));
            }
            Event::SubgroupAdded { group, member } => {
                self.of_groups("told-subgroup-added", *group, *member);
            }
            Event::SubgroupRemoved { group, member } => {
                self.of_groups("told-subgroup-removed", *group, *member);
            }
            Event::RuleOscillated { group, user } => {
                let text = t.m("told-rule-paused").with("group", self.group(*group));
                self.of_users(&text, &UserSet::One(*user));
            }
            Event::DeviceEnrolled { device, .. } => self.of_device("told-device-enrolled", *device),
            Event::DeviceChanged { device, .. } => self.of_device("told-device-changed", *device),
            Event::DeviceContacted { device, .. } => {
                self.of_device("told-device-contacted", *device);
            }
            Event::DeviceRemoved {
                device, removal, ..
            } => {
                let key = match removal {
                    Removal::Deleted => "told-device-deleted",
                    Removal::Retired => "told-device-retired",
                    Removal::Expired => "told-device-expired",
                    Removal::Replaced => "told-device-replaced",
                };
                self.of_device(key, *device);
            }
            other => self.bought(other),
        }
    }

    fn group_licenses(
        &mut self,
        group: GroupOrdinal,
        removed: &[GroupGrant],
        added: &[GroupGrant],
    ) {
        let is_in =
            |grants: &[GroupGrant], product| grants.iter().any(|grant| grant.product == product);
        for grant in added {
            let key = if is_in(removed, grant.product) {
                "told-group-license-changed"
            } else {
                "told-group-license-added"
            };
            self.of_group_product(key, group, grant.product);
        }
        for grant in removed.iter().filter(|grant| !is_in(added, grant.product)) {
            self.of_group_product("told-group-license-removed", group, grant.product);
        }
    }

    fn bought(&mut self, event: &Event) {
        let t = self.t;
        let text = match event {
            Event::DomainAdded { domain } => t.m("told-domain-added").with("domain", &domain.name),
            Event::ProductAdded { product, .. } => t
                .m("told-product-added")
                .with("product", self.product(*product)),
            Event::SubscriptionAdded { subscription } => t
                .m("told-subscription-added")
                .with("product", self.product(subscription.product))
                .with("seats", subscription.quantity),
            Event::QuantityChanged {
                id,
                quantity,
                before,
            } => t
                .m("told-quantity-changed")
                .with("product", self.bought_product(*id))
                .with("before", before)
                .with("seats", quantity),
            Event::StatusChanged { id, status, .. } => t
                .m(format!("told-status-{}", status.as_str()))
                .with("product", self.bought_product(*id)),
            Event::Renewed { id, renews, .. } => t
                .m(if *renews {
                    "told-renewed"
                } else {
                    "told-renewal-off"
                })
                .with("product", self.bought_product(*id)),
            Event::PlansSwitchedOff { product, .. } => t
                .m("told-plans-off")
                .with("product", self.product(*product)),
            Event::RoleAssigned { principal, role } => t
                .m("told-role-assigned")
                .with("name", self.principal(*principal))
                .with("role", role.display_name()),
            Event::RoleRemoved { principal, role } => t
                .m("told-role-removed")
                .with("name", self.principal(*principal))
                .with("role", role.display_name()),
            Event::ApplicationAdded { application } => t
                .m("told-application-added")
                .with("name", isolated(&application.display_name)),
            Event::ApplicationChanged { application } => t
                .m("told-application-changed")
                .with("name", isolated(&application.display_name)),
            Event::ApplicationRemoved { .. } => t.m("told-application-removed"),
            Event::CredentialsChanged { id, .. } => t
                .m("told-credentials-changed")
                .with("name", self.principal(*id)),
            Event::PermissionsChanged { id, .. } => t
                .m("told-permissions-changed")
                .with("name", self.principal(*id)),
            Event::Reverted {
                generation: Some(generation),
                ..
            } => t.m("told-reverted").with("change", generation.to_string()),
            Event::Reverted { to: Some(to), .. } => {
                t.m("told-restored").with("date", moment(*to, t))
            }
            _ => t.m("told-other"),
        };
        self.say(&text);
    }

    /// Licenses of users' own: those that came, went, and have other services.
    fn grants(&mut self, users: &UserSet, removed: &[Grant], added: &[Grant]) {
        let is_in = |grants: &[Grant], product| grants.iter().any(|grant| grant.product == product);
        for grant in added {
            let key = match (grant.source, is_in(removed, grant.product)) {
                (zetel_domain::assignment::Source::Ending { .. }, _) => "told-license-ending",
                (zetel_domain::assignment::Source::Kept { .. }, _) => "told-license-kept",
                (zetel_domain::assignment::Source::Direct, true) => "told-license-changed",
                (zetel_domain::assignment::Source::Direct, false) => "told-license-added",
            };
            let text = self.t.m(key).with("product", self.product(grant.product));
            self.of_users(&text, users);
        }
        for grant in removed.iter().filter(|grant| !is_in(added, grant.product)) {
            let text = self.t.m("told-license-removed");
            let text = text.with("product", self.product(grant.product));
            self.of_users(&text, users);
        }
    }

    fn of_group_product(&mut self, key: &str, group: GroupOrdinal, product: ProductOrdinal) {
        let text = self
            .t
            .m(key)
            .with("group", self.group(group))
            .with("product", self.product(product));
        self.say(&text);
    }

    fn of_groups(&mut self, key: &str, group: GroupOrdinal, member: GroupOrdinal) {
        let text = self
            .t
            .m(key)
            .with("group", self.group(group))
            .with("member", self.group(member));
        self.say(&text);
    }

    fn group(&self, group: GroupOrdinal) -> String {
        let group = self.tenant.groups().get(group);
        group.map_or_else(
            || self.t.m("told-a-group").to_string(),
            |group| isolated(&group.definition.display_name),
        )
    }

    fn product(&self, product: ProductOrdinal) -> String {
        let product = self.tenant.product(product);
        product.map_or_else(
            || self.t.m("told-a-product").to_string(),
            |product| product.name.clone(),
        )
    }

    fn bought_product(&self, subscription: Uuid) -> String {
        let subscription = self.tenant.subscriptions().get(&subscription);
        subscription.map_or_else(
            || self.t.m("told-a-product").to_string(),
            |subscription| self.product(subscription.product),
        )
    }

    /// A user or an application by any of its ids.
    fn principal(&self, id: Uuid) -> String {
        if let Some(user) = self.tenant.users().find_id(id) {
            return isolated(user_name(&user));
        }
        let mut applications = self.tenant.applications().values();
        let application = applications.find(|application| application.ids().contains(&id));
        application.map_or_else(
            || id.to_string(),
            |application| isolated(&application.display_name),
        )
    }

    fn ended(self, names: usize) -> Vec<Sentence> {
        let tenant = self.tenant;
        let sentence = |said: Said| {
            let users = said.users.iter().map(UserOrdinal).filter_map(|user| {
                let user = tenant.users().view(user)?;
                Some(Named {
                    name: user_name(&user).to_owned(),
                    address: format!("{ROOT}/users/{}", user.id),
                })
            });
            let devices = said.devices.iter().map(DeviceOrdinal);
            let devices = devices.filter_map(|device| {
                let device = tenant.devices().view(device)?;
                Some(Named {
                    name: device.name().to_owned(),
                    address: format!("{ROOT}/devices/{}", device.id),
                })
            });
            let shown: Vec<Named> = users.chain(devices).take(names).collect();
            let all = said.users.len() + said.devices.len();
            let count = u32::try_from(shown.len()).unwrap_or(u32::MAX);
            Sentence {
                text: said.text,
                more: all.saturating_sub(count),
                named: shown,
            }
        };
        self.said.into_iter().map(sentence).collect()
    }
}

/// The sentence of an event that says nothing but what happened, of users if it concerns any.
const fn bare(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::TenantCreated { .. } => "told-tenant-created",
        Event::ProfileChanged { .. } => "told-profile-changed",
        Event::CatalogAdopted { .. } => "told-catalog-adopted",
        Event::PolicyChanged { .. } => "told-policy-changed",
        Event::ChangeApproved { .. } => "told-approved",
        Event::UserCreated { .. } => "told-user-created",
        Event::UserUpdated { .. } => "told-user-updated",
        Event::UserDeleted { .. } => "told-user-deleted",
        Event::UserRestored { .. } => "told-user-restored",
        Event::UserPurged { .. } => "told-user-purged",
        Event::PasswordChanged { .. } => "told-password-changed",
        Event::SessionsRevoked { .. } => "told-sessions-revoked",
        Event::UserReprocessed { .. } => "told-user-reprocessed",
        Event::EnrollmentManagerAdded { .. } => "told-manager-added",
        Event::EnrollmentManagerRemoved { .. } => "told-manager-removed",
        Event::DeviceSettingsChanged { .. } => "told-device-settings-changed",
        Event::LimitPoliciesChanged { .. } => "told-limits-changed",
        _ => return None,
    })
}

/// The sentence of an event that says only what happened to a group.
const fn of_one_group(event: &Event) -> Option<(&'static str, GroupOrdinal)> {
    Some(match event {
        Event::GroupCreated { group, .. } => ("told-group-created", *group),
        Event::GroupUpdated { group, .. } => ("told-group-updated", *group),
        Event::GroupDeleted { group, .. } => ("told-group-deleted", *group),
        Event::GroupRestored { group, .. } => ("told-group-restored", *group),
        Event::GroupPurged { group } => ("told-group-purged", *group),
        Event::GroupReprocessed { group } => ("told-group-reprocessed", *group),
        _ => return None,
    })
}

/// What became of a product of a group for its members.
fn decided(
    product: ProductOrdinal,
    before: Option<Verdict>,
    after: Option<Verdict>,
) -> &'static str {
    let had = before.is_some_and(|before| before.given(product).is_some());
    match after {
        None if had => "told-decided-gone",
        None => "told-decided-dropped",
        Some(Verdict::Active) if before == after => "told-decided-other-services",
        Some(Verdict::Active) => "told-decided-given",
        Some(Verdict::Fallback(_)) => "told-decided-instead",
        Some(Verdict::Failed(_)) if had => "told-decided-lost",
        Some(Verdict::Failed(_)) => "told-decided-failed",
    }
}
