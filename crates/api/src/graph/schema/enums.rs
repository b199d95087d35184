//! Enumerations: words with the numbers that Graph's metadata gives them.

/// An enumeration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnumType {
    /// Graph's name.
    pub name: &'static str,
    /// Its words and their numbers.
    pub members: &'static [(&'static str, u16)],
}

impl EnumType {
    /// The enumeration with a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        ENUM_TYPES.iter().find(|known| known.name == name)
    }
}

const fn of(name: &'static str, members: &'static [(&'static str, u16)]) -> EnumType {
    EnumType { name, members }
}

/// All enumerations (licensing.md 1.11, devices-and-sync.md 2.8).
pub(crate) const ENUM_TYPES: &[EnumType] = &[
    of(
        "actionState",
        &[
            ("none", 0),
            ("pending", 1),
            ("canceled", 2),
            ("active", 3),
            ("done", 4),
            ("failed", 5),
            ("notSupported", 6),
        ],
    ),
    of(
        "complianceState",
        &[
            ("unknown", 0),
            ("compliant", 1),
            ("noncompliant", 2),
            ("conflict", 3),
            ("error", 4),
            ("inGracePeriod", 254),
            ("configManager", 255),
        ],
    ),
    of(
        "deviceEnrollmentFailureReason",
        &[
            ("unknown", 0),
            ("authentication", 1),
            ("authorization", 2),
            ("accountValidation", 3),
            ("userValidation", 4),
            ("deviceNotSupported", 5),
            ("inMaintenance", 6),
            ("badRequest", 7),
            ("featureNotSupported", 8),
            ("enrollmentRestrictionsEnforced", 9),
            ("clientDisconnected", 10),
            ("userAbandonment", 11),
        ],
    ),
    of(
        "deviceEnrollmentType",
        &[
            ("unknown", 0),
            ("userEnrollment", 1),
            ("deviceEnrollmentManager", 2),
            ("appleBulkWithUser", 3),
            ("appleBulkWithoutUser", 4),
            ("windowsAzureADJoin", 5),
            ("windowsBulkUserless", 6),
            ("windowsAutoEnrollment", 7),
            ("windowsBulkAzureDomainJoin", 8),
            ("windowsCoManagement", 9),
            ("windowsAzureADJoinUsingDeviceAuth", 10),
            ("appleUserEnrollment", 11),
            ("appleUserEnrollmentWithServiceAccount", 12),
            ("unknownFutureValue", 26),
        ],
    ),
    of(
        "deviceManagementExchangeAccessState",
        &[
            ("none", 0),
            ("unknown", 1),
            ("allowed", 2),
            ("blocked", 3),
            ("quarantined", 4),
        ],
    ),
    of(
        "deviceManagementExchangeAccessStateReason",
        &[
            ("none", 0),
            ("unknown", 1),
            ("exchangeGlobalRule", 2),
            ("exchangeIndividualRule", 3),
            ("exchangeDeviceRule", 4),
            ("exchangeUpgrade", 5),
            ("exchangeMailboxPolicy", 6),
            ("other", 7),
            ("compliant", 8),
            ("notCompliant", 9),
            ("notEnrolled", 10),
            ("unknownLocation", 12),
            ("mfaRequired", 13),
            ("azureADBlockDueToAccessPolicy", 14),
            ("compromisedPassword", 15),
            ("deviceNotKnownWithManagedApp", 16),
        ],
    ),
    of(
        "deviceManagementSubscriptionState",
        &[
            ("pending", 0),
            ("active", 1),
            ("warning", 2),
            ("disabled", 3),
            ("deleted", 4),
            ("blocked", 5),
            ("lockedOut", 8),
        ],
    ),
    of(
        "deviceRegistrationState",
        &[
            ("notRegistered", 0),
            ("registered", 2),
            ("revoked", 3),
            ("keyConflict", 4),
            ("approvalPending", 5),
            ("certificateReset", 6),
            ("notRegisteredPendingEnrollment", 7),
            ("unknown", 8),
        ],
    ),
    of(
        "groupType",
        &[
            ("unifiedGroups", 0),
            ("azureAD", 1),
            ("unknownFutureValue", 2),
        ],
    ),
    of(
        "managedDeviceOwnerType",
        &[
            ("unknown", 0),
            ("company", 1),
            ("personal", 2),
            ("unknownFutureValue", 3),
        ],
    ),
    of(
        "managedDevicePartnerReportedHealthState",
        &[
            ("unknown", 0),
            ("activated", 1),
            ("deactivated", 2),
            ("secured", 3),
            ("lowSeverity", 4),
            ("mediumSeverity", 5),
            ("highSeverity", 6),
            ("unresponsive", 7),
            ("compromised", 8),
            ("misconfigured", 9),
        ],
    ),
    of(
        "managementAgentType",
        &[
            ("eas", 1),
            ("mdm", 2),
            ("easMdm", 3),
            ("intuneClient", 4),
            ("easIntuneClient", 5),
            ("configurationManagerClient", 8),
            ("configurationManagerClientMdm", 10),
            ("configurationManagerClientMdmEas", 11),
            ("unknown", 16),
            ("jamf", 32),
            ("googleCloudDevicePolicyController", 64),
            ("microsoft365ManagedMdm", 258),
            ("msSense", 1024),
        ],
    ),
    of(
        "managementState",
        &[
            ("managed", 0),
            ("retirePending", 1),
            ("retireFailed", 2),
            ("wipePending", 3),
            ("wipeFailed", 4),
            ("unhealthy", 5),
            ("deletePending", 6),
            ("retireIssued", 7),
            ("wipeIssued", 8),
            ("wipeCanceled", 9),
            ("retireCanceled", 10),
            ("discovered", 11),
            ("unknownFutureValue", 12),
        ],
    ),
    of(
        "mdmAuthority",
        &[("unknown", 0), ("intune", 1), ("sccm", 2), ("office365", 3)],
    ),
    of(
        "operationResult",
        &[
            ("success", 0),
            ("failure", 1),
            ("timeout", 2),
            ("unknownFutureValue", 3),
        ],
    ),
];
