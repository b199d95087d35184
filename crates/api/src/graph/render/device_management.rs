//! How devices are managed: the tenant's settings, and the policies that limit devices per user (devices-and-sync.md
//! 1.4 and 2.8).

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    device::{DEFAULT_LIMIT_ID, LimitPolicy},
};

use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
    settings::{GRAPH_DEVICE_SETTINGS, write_members},
};

/// Intune's id for everybody who is licensed, the same in all tenants.
const ALL_USERS: &str = "acacacac-9df4-4c7d-9d50-4ef0226f57a9";

/// The singleton `/deviceManagement`.
pub(crate) struct DeviceManagement;

impl Entity for DeviceManagement {
    type Row<'a> = &'a Tenant;
    const NAME: &'static str = "deviceManagement";
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "deviceProtectionOverview",
        "intuneAccountId",
        "intuneBrand",
        "userExperienceAnalyticsSettings",
        "windowsMalwareOverview",
        "deviceEnrollmentConfigurations",
        "managedDevices",
        "troubleshootingEvents",
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |tenant, out| {
            json::guid(out, tenant.id());
        }),
        Column::new(
            Property::new("settings", Type::Complex("deviceManagementSettings")),
            |tenant, out| write_settings(out, tenant),
        ),
        Column::new(
            Property::new(
                "subscriptionState",
                Type::Enum("deviceManagementSubscriptionState"),
            )
            .required(),
            |tenant, out| json::string(out, tenant.device_subscription_state().as_str()),
        ),
    ];
}

/// Appends the settings that Graph has.
fn write_settings(out: &mut Vec<u8>, tenant: &Tenant) {
    json::object(out, |out| {
        write_members(out, &GRAPH_DEVICE_SETTINGS, tenant.device_settings());
    });
}

/// What a policy is written from.
#[derive(Clone, Copy)]
pub(crate) struct LimitRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The policy.
    pub policy: &'a LimitPolicy,
}

/// What follows on the id of a policy.
const SUFFIX: &str = "_Limit";
/// What follows on the id of the tenant in that of the default policy.
const DEFAULT_SUFFIX: &str = "_DefaultLimit";

impl<'a> LimitRow<'a> {
    /// The id on the wire.
    pub fn id(&self) -> String {
        limit_id(self.tenant, self.policy.id)
    }

    /// The policy with an id on the wire.
    pub fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let id = parse_limit_id(tenant, id)?;
        let policy = tenant
            .limit_policies()
            .iter()
            .find(|policy| policy.id == id)?;
        Some(Self { tenant, policy })
    }
}

/// The id of a policy on the wire.
pub(crate) fn limit_id(tenant: &Tenant, id: Uuid) -> String {
    if id == DEFAULT_LIMIT_ID {
        format!("{}{DEFAULT_SUFFIX}", tenant.id())
    } else {
        format!("{id}{SUFFIX}")
    }
}

fn parse_limit_id(tenant: &Tenant, text: &str) -> Option<Uuid> {
    let (id, suffix) = text.split_at_checked(36)?;
    let id = Uuid::try_parse(id).ok()?;
    match suffix {
        DEFAULT_SUFFIX => (id == tenant.id()).then_some(DEFAULT_LIMIT_ID),
        SUFFIX => Some(id).filter(|id| *id != DEFAULT_LIMIT_ID),
        _ => None,
    }
}

/// The entity of `/deviceManagement/deviceEnrollmentConfigurations`.
pub(crate) struct LimitConfiguration;

impl Entity for LimitConfiguration {
    type Row<'a> = LimitRow<'a>;
    const NAME: &'static str = "deviceEnrollmentLimitConfiguration";
    /// What is reached with `$expand`.
    const NOT_IMPLEMENTED: &'static [&'static str] = &["assignments"];
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::string(out, &row.id());
        }),
        Column::new(
            Property::new("createdDateTime", Type::Time).required(),
            |row, out| json::timestamp(out, row.policy.created),
        ),
        Column::new(Property::new("description", Type::Text), |row, out| {
            json::string_or_null(out, row.policy.description.as_deref().unwrap_or_default());
        }),
        Column::new(Property::new("displayName", Type::Text), |row, out| {
            json::string(out, &row.policy.display_name);
        }),
        Column::new(
            Property::new("lastModifiedDateTime", Type::Time).required(),
            |row, out| json::timestamp(out, row.policy.modified),
        ),
        Column::new(
            Property::new("priority", Type::Number).required(),
            |row, out| json::count(out, row.policy.priority),
        ),
        Column::new(
            Property::new("version", Type::Number).required(),
            |row, out| json::count(out, row.policy.version),
        ),
        Column::new(
            Property::new("limit", Type::Number).required(),
            |row, out| json::count(out, row.policy.limit.into()),
        ),
    ];
}

/// For whom a policy is, or is not.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Everybody who is licensed.
    Everybody,
    /// The members of a group.
    Group(Uuid),
    /// Not the members of a group.
    Exclusion(Uuid),
}

/// What an assignment is written from.
pub(crate) struct AssignmentRow<'a> {
    limit: LimitRow<'a>,
    target: Target,
}

impl<'a> AssignmentRow<'a> {
    /// All assignments of a policy. The default one has none: it is for everybody whom no other one hits.
    pub fn all(limit: LimitRow<'a>) -> impl Iterator<Item = Self> {
        let policy = limit.policy;
        let id = move |group| {
            limit
                .tenant
                .groups()
                .get(group)
                .map(|group: &zetel_domain::group::Group| group.id)
        };
        let everybody = (policy.everyone && !policy.is_default()).then_some(Target::Everybody);
        let groups = policy.groups.iter().filter_map(move |group| id(*group));
        let excluded = policy.excluded.iter().filter_map(move |group| id(*group));
        everybody
            .into_iter()
            .chain(groups.map(Target::Group))
            .chain(excluded.map(Target::Exclusion))
            .map(move |target| Self { limit, target })
    }
}

/// The entity of `/deviceManagement/deviceEnrollmentConfigurations/{id}/assignments`.
pub(crate) struct LimitAssignment;

impl Entity for LimitAssignment {
    type Row<'a> = AssignmentRow<'a>;
    const NAME: &'static str = "enrollmentConfigurationAssignment";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            let policy = row.limit.id();
            let id = match row.target {
                Target::Everybody => format!("{policy}_{ALL_USERS}"),
                Target::Group(group) => format!("{policy}_{group}"),
                Target::Exclusion(group) => format!("{policy}_{group}_Exclusion"),
            };
            json::string(out, &id);
        }),
        Column::new(
            Property::new(
                "target",
                Type::Complex("deviceAndAppManagementAssignmentTarget"),
            ),
            |row, out| {
                let (kind, group) = match row.target {
                    Target::Everybody => ("allLicensedUsersAssignmentTarget", None),
                    Target::Group(group) => ("groupAssignmentTarget", Some(group)),
                    Target::Exclusion(group) => ("exclusionGroupAssignmentTarget", Some(group)),
                };
                json::object(out, |out| {
                    json::key(out, "@odata.type");
                    json::string(out, &format!("#microsoft.graph.{kind}"));
                    if let Some(group) = group {
                        json::key(out, "groupId");
                        json::guid(out, group);
                    }
                });
            },
        ),
    ];
}
