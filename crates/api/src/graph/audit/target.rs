//! `targetResources` of audit records.

use uuid::Uuid;
use zetel_domain::{Event, Tenant, device::DeviceOrdinal, group::GroupOrdinal, user::UserOrdinal};

use super::modified::{Modified, list_of};
use crate::graph::json;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The tenant itself.
    Tenant,
    /// A user.
    User(UserOrdinal),
    /// A group.
    Group(GroupOrdinal),
    /// A device.
    Device(DeviceOrdinal),
    /// An application, by any of its ids.
    Application(Uuid),
    /// A user or service principal that has a role.
    Principal(Uuid),
}

impl Target {
    /// What one event is about; what it is about first comes first.
    pub fn of(event: &Event) -> Vec<Self> {
        match event {
            Event::UserCreated { user, .. }
            | Event::UserUpdated { user, .. }
            | Event::UserDeleted { user, .. }
            | Event::UserRestored { user }
            | Event::UserPurged { user }
            | Event::PasswordChanged { user, .. }
            | Event::SessionsRevoked { user, .. }
            | Event::UserReprocessed { user }
            | Event::EnrollmentManagerAdded { user }
            | Event::EnrollmentManagerRemoved { user } => vec![Self::User(*user)],
            Event::DeviceEnrolled { device, head, .. }
            | Event::DeviceChanged {
                device,
                after: head,
                ..
            } => Self::of_device(*device, head.user),
            Event::DeviceContacted { device, user, .. }
            | Event::DeviceRemoved { device, user, .. } => Self::of_device(*device, *user),
            Event::ApplicationAdded { application } | Event::ApplicationChanged { application } => {
                vec![Self::Application(application.id)]
            }
            Event::ApplicationRemoved { id }
            | Event::CredentialsChanged { id, .. }
            | Event::PermissionsChanged { id, .. } => {
                vec![Self::Application(*id)]
            }
            Event::RoleAssigned { principal, .. } | Event::RoleRemoved { principal, .. } => {
                vec![Self::Principal(*principal)]
            }
            Event::SubgroupAdded { group, member } | Event::SubgroupRemoved { group, member } => {
                vec![Self::Group(*member), Self::Group(*group)]
            }
            Event::OwnerAdded { group, user } | Event::OwnerRemoved { group, user } => {
                vec![Self::User(*user), Self::Group(*group)]
            }
            Event::RuleOscillated { group, user } => vec![Self::Group(*group), Self::User(*user)],
            Event::GroupCreated { group, .. }
            | Event::GroupUpdated { group, .. }
            | Event::GroupDeleted { group, .. }
            | Event::GroupRestored { group, .. }
            | Event::GroupPurged { group }
            | Event::MembersAdded { group, .. }
            | Event::MembersRemoved { group, .. }
            | Event::GroupLicensesChanged { group, .. }
            | Event::Decided { group, .. }
            | Event::GroupReprocessed { group } => vec![Self::Group(*group)],
            _ => vec![Self::Tenant],
        }
    }

    /// A device, and whose it is.
    fn of_device(device: DeviceOrdinal, user: Option<UserOrdinal>) -> Vec<Self> {
        let user = user.map(Self::User);
        std::iter::once(Self::Device(device)).chain(user).collect()
    }

    /// The object id.
    pub fn id(self, tenant: &Tenant) -> Option<Uuid> {
        match self {
            Self::Tenant => Some(tenant.id()),
            Self::User(user) => tenant.users().view(user).map(|user| user.id),
            Self::Group(group) => tenant.groups().get(group).map(|group| group.id),
            Self::Device(device) => tenant.devices().view(device).map(|device| device.id),
            Self::Application(id) | Self::Principal(id) => Some(id),
        }
    }

    /// Appends the target with what changed of it.
    pub fn write(self, out: &mut Vec<u8>, tenant: &Tenant, modified: &[Modified]) {
        let shown = self.shown(tenant);
        json::object(out, |out| {
            json::key(out, "id");
            match self.id(tenant) {
                Some(id) => json::guid(out, id),
                None => json::null(out),
            }
            json::key(out, "displayName");
            json::string_or_null(out, &shown.name);
            json::key(out, "type");
            json::string(out, shown.kind);
            json::key(out, "userPrincipalName");
            json::string_or_null(out, &shown.principal_name);
            json::key(out, "groupType");
            match shown.group_type {
                Some(group_type) => json::string(out, group_type),
                None => json::null(out),
            }
            json::key(out, "modifiedProperties");
            json::array(out, modified, write_modified);
        });
    }

    /// Names as of today: of who was purged there are none.
    fn shown(self, tenant: &Tenant) -> Shown {
        match self {
            Self::Tenant => Shown::named("Directory", &tenant.profile().display_name),
            Self::User(user) => {
                let user = tenant.users().view(user);
                Shown {
                    principal_name: user.map_or("", |user| user.principal_name()).to_owned(),
                    ..Shown::named("User", user.map_or("", |user| user.display_name()))
                }
            }
            Self::Group(group) => {
                let group = tenant.groups().get(group);
                let is_unified = group.is_some_and(|group| group.definition.unified);
                Shown {
                    group_type: Some(if is_unified {
                        "unifiedGroups"
                    } else {
                        "azureAD"
                    }),
                    ..Shown::named(
                        "Group",
                        group.map_or("", |group| &group.definition.display_name),
                    )
                }
            }
            Self::Device(device) => {
                let device = tenant.devices().view(device);
                Shown::named("Device", device.map_or("", |device| device.name()))
            }
            Self::Application(id) => Shown::named("Application", application_name(tenant, id)),
            Self::Principal(id) => match tenant.users().find_id(id) {
                Some(user) => Self::User(user.ordinal).shown(tenant),
                None => Shown::named("ServicePrincipal", application_name(tenant, id)),
            },
        }
    }
}

struct Shown {
    kind: &'static str,
    name: String,
    principal_name: String,
    group_type: Option<&'static str>,
}

impl Shown {
    fn named(kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            principal_name: String::new(),
            group_type: None,
        }
    }
}

fn application_name(tenant: &Tenant, id: Uuid) -> &str {
    tenant
        .applications()
        .values()
        .find(|application| application.ids().contains(&id))
        .map_or("", |application| &application.display_name)
}

fn write_modified(out: &mut Vec<u8>, modified: &Modified) {
    json::object(out, |out| {
        json::key(out, "displayName");
        json::string(out, &modified.name);
        for (name, value) in [("oldValue", &modified.old), ("newValue", &modified.new)] {
            json::key(out, name);
            match value {
                Some(value) => json::string(out, value),
                None => json::null(out),
            }
        }
    });
}

/// The properties by which the record of a member names its group.
pub(super) fn membership(tenant: &Tenant, group: GroupOrdinal, is_removed: bool) -> Vec<Modified> {
    let Some(group) = tenant.groups().get(group) else {
        return Vec::new();
    };
    [
        ("Group.ObjectID", list_of(&group.id.to_string())),
        ("Group.DisplayName", list_of(&group.definition.display_name)),
    ]
    .into_iter()
    .map(|(name, value)| {
        if is_removed {
            Modified::between(name, Some(value), None)
        } else {
            Modified::new(name, value)
        }
    })
    .collect()
}
