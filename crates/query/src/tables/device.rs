//! Devices as objects of the directory.

use crate::{
    Entity, Kind,
    Level::{Advanced, Always, Never},
    Property,
};

/// What can be asked of devices (<https://learn.microsoft.com/graph/api/resources/device>).
pub static DEVICE: Entity = Entity {
    name: "device",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::new("accountEnabled", Kind::Flag, Always),
        Property::time("approximateLastSignInDateTime", Always)
            .null(Advanced)
            .order_by(Advanced),
        Property::text("deviceId", Always).order(Never),
        Property::text("displayName", Always).order_by(Advanced),
        Property::new("isCompliant", Kind::Flag, Always).null(Advanced),
        Property::new("isManaged", Kind::Flag, Always),
        Property::text("mdmAppId", Always).order(Never),
        Property::text("operatingSystem", Always),
        Property::text("operatingSystemVersion", Always),
        Property::text("profileType", Always).order(Never),
        Property::text("trustType", Always)
            .order(Never)
            .start(Never),
    ],
    unasked: &[],
};
