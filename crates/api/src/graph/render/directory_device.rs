//! Devices as objects of the directory (licensing.md 1.11).

use zetel_domain::{
    Timestamp,
    device::{ComplianceState, DeviceView, EnrollmentType},
};

use super::managed_device::{DeviceRow, enrollment_word};
use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
};

/// Intune's application id, which every tenant has.
pub(crate) const INTUNE_APPLICATION: &str = "0000000a-0000-0000-c000-000000000000";
/// Graph's `profileType` of all devices.
pub(crate) const PROFILE_TYPE: &str = "RegisteredDevice";
/// Graph's `deviceVersion` of all devices.
const DEVICE_VERSION: i64 = 2;

/// The entity of `/devices`.
pub(crate) struct Device;

const fn nothing(name: &'static str, kind: Type) -> Column<Device> {
    Column::new(Property::new(name, kind), |_, out| json::null(out))
}

const fn none(name: &'static str, kind: Type) -> Column<Device> {
    Column::new(Property::new(name, kind).many(), |_, out| {
        out.extend_from_slice(b"[]");
    })
}

macro_rules! text {
    ($name:literal, $write:expr) => {
        Column::new(Property::new($name, Type::Text), $write)
    };
}

macro_rules! time {
    ($name:literal, $write:expr) => {
        Column::new(Property::new($name, Type::Time), $write)
    };
}

/// How the device is known to the directory.
pub(crate) const fn trust_type(device: EnrollmentType) -> &'static str {
    match device {
        EnrollmentType::WindowsAzureAdJoin
        | EnrollmentType::WindowsBulkAzureDomainJoin
        | EnrollmentType::WindowsAzureAdJoinUsingDeviceAuth => "AzureAd",
        _ => "Workplace",
    }
}

/// The id under which the directory knows a device; the device's own if it was not told.
pub(crate) fn directory_id(device: &DeviceView<'_>) -> uuid::Uuid {
    device.directory_id().unwrap_or(device.id)
}

/// Whether conditional access lets it in; nothing if Configuration Manager judges it. Until when it stays so without
/// a word of the device.
pub(crate) fn verdict(row: &DeviceRow<'_>) -> (Option<bool>, Option<Timestamp>) {
    let compliance = row.tenant.compliance(&row.device, row.now);
    let silent = row.tenant.silent_from(&row.device);
    match compliance.state {
        ComplianceState::ConfigManager => (None, None),
        ComplianceState::Compliant => (Some(true), Some(silent)),
        ComplianceState::InGracePeriod => {
            let grace = compliance.grace_until.unwrap_or(silent);
            (Some(true), Some(silent.min(grace)))
        }
        _ => (Some(false), None),
    }
}

impl Entity for Device {
    type Row<'a> = DeviceRow<'a>;
    const NAME: &'static str = "device";
    /// What is reached with `$expand`.
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "extensions",
        "memberOf",
        "registeredOwners",
        "registeredUsers",
        "transitiveMemberOf",
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::guid(out, row.device.id);
        }),
        nothing("deletedDateTime", Type::Time),
        Column::new(Property::new("accountEnabled", Type::Flag), |_, out| {
            json::flag(out, true);
        }),
        none(
            "alternativeSecurityIds",
            Type::Complex("alternativeSecurityId"),
        ),
        time!("approximateLastSignInDateTime", |row, out| {
            json::timestamp(out, row.device.contacted());
        }),
        time!("complianceExpirationDateTime", |row, out| {
            match verdict(row).1 {
                Some(at) => json::timestamp(out, at),
                None => json::null(out),
            }
        }),
        nothing("deviceCategory", Type::Text),
        text!("deviceId", |row, out| {
            json::guid(out, directory_id(&row.device));
        }),
        nothing("deviceMetadata", Type::Text),
        text!("deviceOwnership", |row, out| {
            json::string(out, row.device.ownership().as_str());
        }),
        Column::new(Property::new("deviceVersion", Type::Number), |_, out| {
            json::number(out, DEVICE_VERSION);
        }),
        text!("displayName", |row, out| {
            json::string_or_null(out, row.device.name());
        }),
        nothing("enrollmentProfileName", Type::Text),
        text!("enrollmentType", |row, out| {
            json::string(out, enrollment_word(row.device.enrollment_type()));
        }),
        Column::new(
            Property::new("isCompliant", Type::Flag),
            |row, out| match verdict(row).0 {
                Some(is_compliant) => json::flag(out, is_compliant),
                None => json::null(out),
            },
        ),
        Column::new(Property::new("isManaged", Type::Flag), |_, out| {
            json::flag(out, true);
        }),
        nothing("isManagementRestricted", Type::Flag),
        nothing("isRooted", Type::Flag),
        text!("managementType", |_, out| json::string(out, "MDM")),
        text!("manufacturer", |row, out| {
            json::string_or_null(out, &row.device.build().manufacturer);
        }),
        text!("mdmAppId", |_, out| json::string(out, INTUNE_APPLICATION)),
        text!("model", |row, out| {
            json::string_or_null(out, &row.device.build().model);
        }),
        nothing("onPremisesLastSyncDateTime", Type::Time),
        nothing("onPremisesSecurityIdentifier", Type::Text),
        nothing("onPremisesSyncEnabled", Type::Flag),
        text!("operatingSystem", |row, out| {
            json::string(out, row.device.platform().as_str());
        }),
        text!("operatingSystemVersion", |row, out| {
            json::string_or_null(out, &row.device.build().os_version);
        }),
        none("physicalIds", Type::Text),
        text!("profileType", |_, out| {
            json::string(out, PROFILE_TYPE);
        }),
        time!("registrationDateTime", |row, out| {
            json::timestamp(out, row.device.enrolled());
        }),
        none("systemLabels", Type::Text),
        text!("trustType", |row, out| {
            json::string(out, trust_type(row.device.enrollment_type()));
        }),
    ];
}
