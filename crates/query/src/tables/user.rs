//! Users.

use super::{ASSIGNED_LICENSE, ASSIGNED_PLAN, PROVISIONED_PLAN};
use crate::{
    Entity, Kind,
    Level::{Advanced, Always, Never},
    Property,
};

/// A member of `onPremisesExtensionAttributes` or `employeeOrgData`.
const fn member(path: &'static str) -> Property {
    Property::text(path, Advanced).start(Never)
}

/// What can be asked of users (licensing.md 7.1).
///
/// Where Microsoft's table is silent on `ge` and `le` and the resource page has them, advanced queries may ask.
pub static USER: Entity = Entity {
    name: "user",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::new("accountEnabled", Kind::Flag, Always),
        Property::text("ageGroup", Always).order(Never).start(Never),
        Property::collection("assignedLicenses", Kind::Items(&ASSIGNED_LICENSE), Always),
        Property::collection("assignedPlans", Kind::Items(&ASSIGNED_PLAN), Always),
        Property::collection("businessPhones", Kind::Texts, Always),
        Property::text("city", Always),
        Property::text("companyName", Advanced),
        Property::text("consentProvidedForMinor", Always)
            .order(Never)
            .start(Never),
        Property::text("country", Always),
        Property::time("createdDateTime", Always)
            .list(Advanced)
            .order_by(Advanced),
        Property::text("creationType", Always)
            .order(Never)
            .start(Never),
        Property::time("deletedDateTime", Always)
            .list(Advanced)
            .null(Advanced)
            .order_by(Advanced),
        Property::text("department", Always),
        Property::text("displayName", Always)
            .order(Advanced)
            .order_by(Always),
        Property::time("employeeHireDate", Advanced).null(Advanced),
        Property::text("employeeId", Always).order(Advanced),
        Property::time("employeeLeaveDateTime", Advanced).null(Advanced),
        member("employeeOrgData/costCenter"),
        member("employeeOrgData/division"),
        Property::text("employeeType", Advanced),
        Property::text("externalUserState", Always)
            .order(Never)
            .start(Never),
        Property::time("externalUserStateChangeDateTime", Advanced)
            .order(Never)
            .null(Advanced),
        Property::text("faxNumber", Advanced),
        Property::text("givenName", Always),
        Property::collection("imAddresses", Kind::Texts, Always)
            .order(Always)
            .start(Always),
        Property::new("isResourceAccount", Kind::Flag, Always).null(Advanced),
        Property::text("jobTitle", Always),
        Property::text("mail", Always).end(Advanced),
        Property::text("mailNickname", Always),
        Property::text("mobilePhone", Advanced),
        Property::text("officeLocation", Advanced),
        member("onPremisesExtensionAttributes/extensionAttribute1"),
        member("onPremisesExtensionAttributes/extensionAttribute2"),
        member("onPremisesExtensionAttributes/extensionAttribute3"),
        member("onPremisesExtensionAttributes/extensionAttribute4"),
        member("onPremisesExtensionAttributes/extensionAttribute5"),
        member("onPremisesExtensionAttributes/extensionAttribute6"),
        member("onPremisesExtensionAttributes/extensionAttribute7"),
        member("onPremisesExtensionAttributes/extensionAttribute8"),
        member("onPremisesExtensionAttributes/extensionAttribute9"),
        member("onPremisesExtensionAttributes/extensionAttribute10"),
        member("onPremisesExtensionAttributes/extensionAttribute11"),
        member("onPremisesExtensionAttributes/extensionAttribute12"),
        member("onPremisesExtensionAttributes/extensionAttribute13"),
        member("onPremisesExtensionAttributes/extensionAttribute14"),
        member("onPremisesExtensionAttributes/extensionAttribute15"),
        Property::text("onPremisesImmutableId", Advanced).start(Never),
        Property::time("onPremisesLastSyncDateTime", Advanced).null(Advanced),
        Property::text("onPremisesSamAccountName", Advanced),
        Property::text("onPremisesSecurityIdentifier", Always)
            .order(Never)
            .start(Never),
        Property::new("onPremisesSyncEnabled", Kind::Flag, Always).null(Advanced),
        Property::text("onPremisesUserPrincipalName", Always),
        Property::collection("otherMails", Kind::Texts, Always)
            .order(Always)
            .start(Always)
            .end(Advanced),
        Property::text("passwordPolicies", Advanced)
            .list(Never)
            .order(Never)
            .start(Never),
        Property::text("postalCode", Advanced),
        Property::text("preferredLanguage", Advanced),
        // "eq" alone needs nothing, and there is no `not` (licensing.md 7.1): nothing is lost by allowing it.
        Property::collection("provisionedPlans", Kind::Items(&PROVISIONED_PLAN), Always),
        Property::collection("proxyAddresses", Kind::Texts, Always)
            .order(Always)
            .start(Always)
            .end(Advanced),
        Property::new("showInAddressList", Kind::Flag, Advanced).null(Advanced),
        Property::text("state", Always),
        Property::text("streetAddress", Advanced),
        Property::text("surname", Always),
        Property::text("usageLocation", Always),
        Property::text("userPrincipalName", Always)
            .end(Advanced)
            .order_by(Always),
        Property::text("userType", Always).order(Never).start(Never),
    ],
    unasked: &[],
};
