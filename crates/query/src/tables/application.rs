//! Applications and service principals.

use crate::{
    Entity, Kind,
    Level::{Advanced, Always, Never},
    Property,
};

/// What can be asked of applications (<https://learn.microsoft.com/graph/api/resources/application>).
pub static APPLICATION: Entity = Entity {
    name: "application",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::text("appId", Always).order(Never).start(Never),
        Property::text("displayName", Always),
        Property::collection("identifierUris", Kind::Texts, Always).start(Always),
        Property::text("signInAudience", Always)
            .order(Never)
            .start(Never),
        Property::collection("tags", Kind::Texts, Always).start(Always),
    ],
    unasked: &[],
};

/// What can be asked of service principals (<https://learn.microsoft.com/graph/api/resources/serviceprincipal>).
pub static SERVICE_PRINCIPAL: Entity = Entity {
    name: "servicePrincipal",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::text("appDisplayName", Advanced),
        Property::text("appId", Always).order(Never).start(Never),
        Property::text("displayName", Always),
        Property::collection("servicePrincipalNames", Kind::Texts, Always).start(Always),
        Property::text("servicePrincipalType", Always)
            .order(Never)
            .start(Never),
        Property::collection("tags", Kind::Texts, Always).start(Always),
    ],
    unasked: &[],
};
