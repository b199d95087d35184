//! Groups.

use super::ASSIGNED_LICENSE;
use crate::{
    Entity, Kind,
    Level::{Advanced, Always, Never},
    Property,
};

/// What can be asked of groups (licensing.md 7.1; <https://learn.microsoft.com/graph/api/resources/group>).
pub static GROUP: Entity = Entity {
    name: "group",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::collection("assignedLicenses", Kind::Items(&ASSIGNED_LICENSE), Always),
        Property::text("classification", Always),
        Property::time("createdDateTime", Always),
        Property::time("deletedDateTime", Always)
            .null(Advanced)
            .order_by(Advanced),
        Property::text("description", Always),
        Property::text("displayName", Always).order_by(Always),
        Property::collection("groupTypes", Kind::Texts, Always),
        Property::new("hasMembersWithLicenseErrors", Kind::Flag, Always).list(Never),
        Property::new("isAssignableToRole", Kind::Flag, Always).list(Never),
        Property::text("mail", Always),
        Property::new("mailEnabled", Kind::Flag, Always).list(Never),
        Property::text("mailNickname", Always),
        Property::text("membershipRule", Always).list(Never),
        Property::text("membershipRuleProcessingState", Always)
            .order(Never)
            .start(Never),
        Property::time("onPremisesLastSyncDateTime", Always).null(Advanced),
        Property::text("onPremisesSecurityIdentifier", Always)
            .order(Never)
            .start(Never),
        Property::new("onPremisesSyncEnabled", Kind::Flag, Always).null(Always),
        Property::text("preferredLanguage", Always),
        Property::collection("proxyAddresses", Kind::Texts, Always)
            .order(Always)
            .start(Always),
        Property::time("renewedDateTime", Always),
        // Which groups are teams; Microsoft's own guide for listing them asks so.
        Property::collection("resourceProvisioningOptions", Kind::Texts, Always),
        Property::new("securityEnabled", Kind::Flag, Always),
        Property::text("visibility", Advanced)
            .order(Never)
            .start(Never),
    ],
    unasked: &[],
};
