//! Complex values in collections (licensing.md 1.6 to 1.8).

use crate::{Entity, Kind, Level::Always, Property};

/// `assignedLicenses` of users and groups.
pub static ASSIGNED_LICENSE: Entity = Entity {
    name: "assignedLicense",
    properties: &[Property::new("skuId", Kind::Guid, Always)],
    unasked: &["disabledPlans"],
};

/// `assignedPlans` of users.
pub static ASSIGNED_PLAN: Entity = Entity {
    name: "assignedPlan",
    properties: &[
        Property::new("servicePlanId", Kind::Guid, Always),
        Property::new("capabilityStatus", Kind::Text, Always),
        Property::new("service", Kind::Text, Always).start(Always),
    ],
    unasked: &["assignedDateTime"],
};

/// `provisionedPlans` of users.
pub static PROVISIONED_PLAN: Entity = Entity {
    name: "provisionedPlan",
    properties: &[
        Property::new("capabilityStatus", Kind::Text, Always),
        Property::new("provisioningStatus", Kind::Text, Always),
        Property::new("service", Kind::Text, Always).start(Always),
    ],
    unasked: &[],
};
