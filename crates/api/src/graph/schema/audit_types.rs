//! Types of the audit log and of troubleshooting events. Their writers put whole objects together, so that the
//! properties stand here and not beside a writer.

use super::{Property, Type, complex::ComplexType};

const fn text(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn complex(name: &'static str, kind: &'static str) -> Property {
    Property::new(name, Type::Complex(kind))
}

const fn word(name: &'static str, kind: &'static str) -> Property {
    Property::new(name, Type::Enum(kind))
}

/// `directoryAudit` (licensing.md 3.13).
pub(crate) const DIRECTORY_AUDIT: &[Property] = &[
    Property::new("activityDateTime", Type::Time).required(),
    text("activityDisplayName").required(),
    complex("additionalDetails", "keyValue").many(),
    text("category").required(),
    text("correlationId"),
    complex("initiatedBy", "auditActivityInitiator").required(),
    text("loggedByService"),
    text("operationType"),
    word("result", "operationResult"),
    text("resultReason"),
    complex("targetResources", "targetResource").many(),
];

/// `deviceManagementTroubleshootingEvent` (devices-and-sync.md 2.8).
pub(crate) const TROUBLESHOOTING_EVENT: &[Property] = &[
    text("correlationId"),
    Property::new("eventDateTime", Type::Time).required(),
];

/// What `enrollmentTroubleshootingEvent` has besides.
pub(crate) const ENROLLMENT_EVENT: &[Property] = &[
    text("deviceId"),
    word("enrollmentType", "deviceEnrollmentType").required(),
    word("failureCategory", "deviceEnrollmentFailureReason").required(),
    text("failureReason"),
    text("managedDeviceIdentifier"),
    text("operatingSystem"),
    text("osVersion"),
    text("userId"),
];

/// Values of audit records.
pub(super) const AUDIT_TYPES: &[ComplexType] = &[
    ComplexType {
        name: "auditActivityInitiator",
        base: None,
        properties: &[
            complex("app", "appIdentity"),
            complex("user", "userIdentity"),
        ],
    },
    ComplexType {
        name: "appIdentity",
        base: None,
        properties: &[
            text("appId"),
            text("displayName"),
            text("servicePrincipalId"),
            text("servicePrincipalName"),
        ],
    },
    ComplexType {
        name: "identity",
        base: None,
        properties: &[text("displayName"), text("id")],
    },
    ComplexType {
        name: "userIdentity",
        base: Some("identity"),
        properties: &[text("ipAddress"), text("userPrincipalName")],
    },
    ComplexType {
        name: "keyValue",
        base: None,
        properties: &[text("key"), text("value")],
    },
    ComplexType {
        name: "modifiedProperty",
        base: None,
        properties: &[text("displayName"), text("newValue"), text("oldValue")],
    },
    ComplexType {
        name: "targetResource",
        base: None,
        properties: &[
            text("displayName"),
            word("groupType", "groupType"),
            text("id"),
            complex("modifiedProperties", "modifiedProperty").many(),
            text("type"),
            text("userPrincipalName"),
        ],
    },
];
