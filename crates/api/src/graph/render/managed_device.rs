//! Managed devices (licensing.md 1.11, devices-and-sync.md 2.8).

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{DeviceView, EnrollmentType},
    user::{UserProperty, UserView},
};

use crate::graph::{
    json,
    schema::{Column, Entity, EnumType, Property, Type},
};

/// What Graph writes for a time that never was and cannot be null: 0001-01-01T00:00:00Z.
const NEVER: Timestamp = Timestamp(-62_135_596_800);

/// What a device is written from.
#[derive(Clone, Copy)]
pub(crate) struct DeviceRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The device.
    pub device: DeviceView<'a>,
    /// The time as of which it is judged.
    pub now: Timestamp,
}

impl<'a> DeviceRow<'a> {
    fn user(&self) -> Option<UserView<'a>> {
        self.tenant.users().view(self.device.user()?)
    }

    /// Appends something of the user; empty for a device without one, as Intune has it.
    fn write_of_user(&self, out: &mut Vec<u8>, text: impl FnOnce(&UserView<'a>) -> &'a str) {
        json::string(out, self.user().as_ref().map_or("", text));
    }
}

/// Graph's `deviceEnrollmentType`: v1.0 has no words for the newer ways to enroll.
pub(crate) fn enrollment_word(enrollment_type: EnrollmentType) -> &'static str {
    let word = enrollment_type.as_str();
    let is_known = EnumType::find("deviceEnrollmentType")
        .is_some_and(|known| known.members.iter().any(|(member, _)| *member == word));
    if is_known { word } else { "unknown" }
}

/// Graph's `managementAgent`.
pub(crate) fn agent_word(device: &DeviceView<'_>) -> &'static str {
    if device.is_basic() {
        "microsoft365ManagedMdm"
    } else {
        device.agent().as_str()
    }
}

/// Appends an id, or null.
pub(super) fn guid_or_null(out: &mut Vec<u8>, id: Option<Uuid>) {
    match id {
        Some(id) => json::guid(out, id),
        None => json::null(out),
    }
}

/// The entity of `/deviceManagement/managedDevices`.
pub(crate) struct ManagedDevice;

const fn unknown_text(name: &'static str) -> Column<ManagedDevice> {
    Column::new(Property::new(name, Type::Text), |_, out| json::null(out))
}

const fn unknown_bytes(name: &'static str) -> Column<ManagedDevice> {
    Column::new(Property::new(name, Type::Long).required(), |_, out| {
        json::number(out, 0);
    })
}

const fn unlikely(name: &'static str) -> Column<ManagedDevice> {
    Column::new(Property::new(name, Type::Flag).required(), |_, out| {
        json::flag(out, false);
    })
}

const fn never(name: &'static str) -> Column<ManagedDevice> {
    Column::new(Property::new(name, Type::Time).required(), |_, out| {
        json::timestamp(out, NEVER);
    })
}

/// A property that is one of a few words.
macro_rules! word {
    ($name:literal, $kind:literal, $write:expr $(,)?) => {
        Column::new(Property::new($name, Type::Enum($kind)).required(), $write)
    };
}

macro_rules! time {
    ($name:literal, $write:expr) => {
        Column::new(Property::new($name, Type::Time).required(), $write)
    };
}

macro_rules! text {
    ($name:literal, $write:expr) => {
        Column::new(Property::new($name, Type::Text), $write)
    };
}

impl Entity for ManagedDevice {
    type Row<'a> = DeviceRow<'a>;
    const NAME: &'static str = "managedDevice";
    /// What is reached with `$expand`.
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "detectedApps",
        "deviceCategory",
        "deviceCompliancePolicyStates",
        "deviceConfigurationStates",
        "logCollectionRequests",
        "users",
        "windowsProtectionState",
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::guid(out, row.device.id);
        }),
        unknown_text("activationLockBypassCode"),
        unknown_text("androidSecurityPatchLevel"),
        text!("azureADDeviceId", |row, out| {
            guid_or_null(out, row.device.directory_id());
        }),
        Column::new(
            Property::new("azureADRegistered", Type::Flag),
            |row, out| {
                json::flag(out, row.device.directory_id().is_some());
            },
        ),
        time!("complianceGracePeriodExpirationDateTime", |row, out| {
            let compliance = row.tenant.compliance(&row.device, row.now);
            json::timestamp(out, compliance.grace_until.unwrap_or(NEVER));
        }),
        word!("complianceState", "complianceState", |row, out| {
            let compliance = row.tenant.compliance(&row.device, row.now);
            json::string(out, compliance.state.as_str());
        }),
        Column::new(
            Property::new(
                "configurationManagerClientEnabledFeatures",
                Type::Complex("configurationManagerClientEnabledFeatures"),
            ),
            |_, out| json::null(out),
        ),
        Column::new(
            Property {
                nullable: true,
                ..Property::new("deviceActionResults", Type::Complex("deviceActionResult")).many()
            },
            |_, out| out.extend_from_slice(b"[]"),
        ),
        unknown_text("deviceCategoryDisplayName"),
        word!(
            "deviceEnrollmentType",
            "deviceEnrollmentType",
            |row, out| {
                json::string(out, enrollment_word(row.device.enrollment_type()));
            }
        ),
        Column::new(
            Property::new(
                "deviceHealthAttestationState",
                Type::Complex("deviceHealthAttestationState"),
            ),
            |_, out| json::null(out),
        ),
        text!("deviceName", |row, out| json::string_or_null(
            out,
            row.device.name()
        )),
        word!(
            "deviceRegistrationState",
            "deviceRegistrationState",
            |row, out| json::string(out, row.device.registration().as_str()),
        ),
        unlikely("easActivated"),
        never("easActivationDateTime"),
        unknown_text("easDeviceId"),
        text!("emailAddress", |row, out| {
            row.write_of_user(out, |user| user.record.text(UserProperty::Mail));
        }),
        time!("enrolledDateTime", |row, out| {
            json::timestamp(out, row.device.enrolled());
        }),
        unknown_text("enrollmentProfileName"),
        unknown_text("ethernetMacAddress"),
        word!(
            "exchangeAccessState",
            "deviceManagementExchangeAccessState",
            |_, out| json::string(out, "none"),
        ),
        word!(
            "exchangeAccessStateReason",
            "deviceManagementExchangeAccessStateReason",
            |_, out| json::string(out, "none"),
        ),
        never("exchangeLastSuccessfulSyncDateTime"),
        unknown_bytes("freeStorageSpaceInBytes"),
        unknown_text("iccid"),
        text!("imei", |row, out| {
            let [_, _, imei] = row.device.texts();
            json::string_or_null(out, imei);
        }),
        unlikely("isEncrypted"),
        unlikely("isSupervised"),
        text!("jailBroken", |_, out| json::string(out, "Unknown")),
        time!("lastSyncDateTime", |row, out| {
            json::timestamp(out, row.device.contacted());
        }),
        text!("managedDeviceName", |row, out| json::string_or_null(
            out,
            row.device.name()
        )),
        word!(
            "managedDeviceOwnerType",
            "managedDeviceOwnerType",
            |row, out| json::string(out, row.device.ownership().as_str()),
        ),
        word!("managementAgent", "managementAgentType", |row, out| {
            json::string(out, agent_word(&row.device));
        }),
        time!("managementCertificateExpirationDate", |row, out| {
            json::timestamp(out, row.device.certificate_expires());
        }),
        word!("managementState", "managementState", |row, out| {
            json::string(out, row.device.management().as_str());
        }),
        text!("manufacturer", |row, out| {
            json::string_or_null(out, &row.device.build().manufacturer);
        }),
        unknown_text("meid"),
        text!("model", |row, out| {
            json::string_or_null(out, &row.device.build().model);
        }),
        unknown_text("notes"),
        text!("operatingSystem", |row, out| {
            json::string(out, row.device.platform().as_str());
        }),
        text!("osVersion", |row, out| {
            json::string_or_null(out, &row.device.build().os_version);
        }),
        word!(
            "partnerReportedThreatState",
            "managedDevicePartnerReportedHealthState",
            |_, out| json::string(out, "unknown"),
        ),
        unknown_text("phoneNumber"),
        unknown_bytes("physicalMemoryInBytes"),
        unknown_text("remoteAssistanceSessionErrorDetails"),
        unknown_text("remoteAssistanceSessionUrl"),
        Column::new(
            Property::new("requireUserEnrollmentApproval", Type::Flag),
            |_, out| json::null(out),
        ),
        text!("serialNumber", |row, out| {
            json::string_or_null(out, row.device.serial());
        }),
        unknown_text("subscriberCarrier"),
        unknown_bytes("totalStorageSpaceInBytes"),
        unknown_text("udid"),
        text!("userDisplayName", |row, out| {
            row.write_of_user(out, UserView::display_name);
        }),
        text!("userId", |row, out| match row.user() {
            Some(user) => json::guid(out, user.id),
            None => json::string(out, ""),
        }),
        text!("userPrincipalName", |row, out| {
            row.write_of_user(out, UserView::principal_name);
        }),
        unknown_text("wiFiMacAddress"),
    ];
}
