//! Complex types of devices and how they are managed.

use super::{Property, Type, complex::ComplexType};

const fn text(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn flag(name: &'static str) -> Property {
    Property::new(name, Type::Flag).required()
}

const fn time(name: &'static str) -> Property {
    Property::new(name, Type::Time).required()
}

/// All of them (devices-and-sync.md 2.8).
pub(super) const DEVICE_TYPES: &[ComplexType] = &[
    ComplexType {
        name: "alternativeSecurityId",
        base: None,
        properties: &[
            text("identityProvider"),
            Property::new("key", Type::Binary),
            Property::new("type", Type::Number),
        ],
    },
    ComplexType {
        name: "configurationManagerClientEnabledFeatures",
        base: None,
        properties: &[
            flag("compliancePolicy"),
            flag("deviceConfiguration"),
            flag("inventory"),
            flag("modernApps"),
            flag("resourceAccess"),
            flag("windowsUpdateForBusiness"),
        ],
    },
    ComplexType {
        name: "deviceActionResult",
        base: None,
        properties: &[
            text("actionName"),
            Property::new("actionState", Type::Enum("actionState")).required(),
            time("lastUpdatedDateTime"),
            time("startDateTime"),
        ],
    },
    ComplexType {
        name: "deviceAndAppManagementAssignmentTarget",
        base: None,
        properties: &[],
    },
    ComplexType {
        name: "allLicensedUsersAssignmentTarget",
        base: Some("deviceAndAppManagementAssignmentTarget"),
        properties: &[],
    },
    ComplexType {
        name: "groupAssignmentTarget",
        base: Some("deviceAndAppManagementAssignmentTarget"),
        properties: &[text("groupId")],
    },
    ComplexType {
        name: "exclusionGroupAssignmentTarget",
        base: Some("groupAssignmentTarget"),
        properties: &[],
    },
    ComplexType {
        name: "deviceHealthAttestationState",
        base: None,
        properties: &[
            text("attestationIdentityKey"),
            text("bitLockerStatus"),
            text("bootAppSecurityVersion"),
            text("bootDebugging"),
            text("bootManagerSecurityVersion"),
            text("bootManagerVersion"),
            text("bootRevisionListInfo"),
            text("codeIntegrity"),
            text("codeIntegrityCheckVersion"),
            text("codeIntegrityPolicy"),
            text("contentNamespaceUrl"),
            text("contentVersion"),
            text("dataExcutionPolicy"),
            text("deviceHealthAttestationStatus"),
            text("earlyLaunchAntiMalwareDriverProtection"),
            text("healthAttestationSupportedStatus"),
            text("healthStatusMismatchInfo"),
            time("issuedDateTime"),
            text("lastUpdateDateTime"),
            text("operatingSystemKernelDebugging"),
            text("operatingSystemRevListInfo"),
            text("pcr0"),
            text("pcrHashAlgorithm"),
            Property::new("resetCount", Type::Long).required(),
            Property::new("restartCount", Type::Long).required(),
            text("safeMode"),
            text("secureBoot"),
            text("secureBootConfigurationPolicyFingerPrint"),
            text("testSigning"),
            text("tpmVersion"),
            text("virtualSecureMode"),
            text("windowsPE"),
        ],
    },
    ComplexType {
        name: "deviceManagementSettings",
        base: None,
        properties: &[
            Property::new("deviceComplianceCheckinThresholdDays", Type::Number).required(),
            flag("isScheduledActionEnabled"),
            flag("secureByDefault"),
        ],
    },
];
