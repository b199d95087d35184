//! Managed devices. Intune knows no advanced queries: every operator is for every client.

use crate::{Entity, Kind, Level::Always, Property};

const fn text(name: &'static str) -> Property {
    Property::new(name, Kind::Text, Always)
        .start(Always)
        .end(Always)
        .part(Always)
        .null(Always)
}

const fn word(name: &'static str, words: &'static [&'static str]) -> Property {
    Property::new(name, Kind::Word(words), Always)
}

const fn time(name: &'static str) -> Property {
    Property::time(name, Always).strict_order(Always)
}

/// What can be asked of managed devices (licensing.md 1.11; Microsoft has no table of it).
pub static MANAGED_DEVICE: Entity = Entity {
    name: "managedDevice",
    properties: &[
        text("id"),
        text("userId"),
        text("userPrincipalName"),
        text("deviceName"),
        text("serialNumber"),
        text("operatingSystem"),
        text("azureADDeviceId"),
        word(
            "complianceState",
            &[
                "unknown",
                "compliant",
                "noncompliant",
                "conflict",
                "error",
                "inGracePeriod",
                "configManager",
            ],
        ),
        word(
            "managedDeviceOwnerType",
            &["unknown", "company", "personal", "unknownFutureValue"],
        ),
        word(
            "managementState",
            &[
                "managed",
                "retirePending",
                "retireFailed",
                "wipePending",
                "wipeFailed",
                "unhealthy",
                "deletePending",
                "retireIssued",
                "wipeIssued",
                "wipeCanceled",
                "retireCanceled",
                "discovered",
                "unknownFutureValue",
            ],
        ),
        word(
            "deviceEnrollmentType",
            &[
                "unknown",
                "userEnrollment",
                "deviceEnrollmentManager",
                "appleBulkWithUser",
                "appleBulkWithoutUser",
                "windowsAzureADJoin",
                "windowsBulkUserless",
                "windowsAutoEnrollment",
                "windowsBulkAzureDomainJoin",
                "windowsCoManagement",
                "windowsAzureADJoinUsingDeviceAuth",
                "appleUserEnrollment",
                "appleUserEnrollmentWithServiceAccount",
                "unknownFutureValue",
            ],
        ),
        time("enrolledDateTime"),
        time("lastSyncDateTime"),
    ],
    unasked: &[],
};
