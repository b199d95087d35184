//! Complex types: values with members and no identity.

use super::{
    Property, Type, application_types::APPLICATION_TYPES, audit_types::AUDIT_TYPES,
    device_types::DEVICE_TYPES,
};

/// A complex type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComplexType {
    /// Graph's name.
    pub name: &'static str,
    /// The type whose members it has, too.
    pub base: Option<&'static str>,
    /// Its members.
    pub properties: &'static [Property],
}

impl ComplexType {
    /// The complex type with a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        complex_types().find(|known| known.name == name)
    }
}

const fn text(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn guid(name: &'static str) -> Property {
    Property::new(name, Type::Guid)
}

const fn time(name: &'static str) -> Property {
    Property::new(name, Type::Time)
}

const fn flag(name: &'static str) -> Property {
    Property::new(name, Type::Flag)
}

const fn number(name: &'static str) -> Property {
    Property::new(name, Type::Number)
}

/// All complex types.
pub(crate) fn complex_types() -> impl Iterator<Item = &'static ComplexType> {
    COMPLEX_TYPES
        .iter()
        .chain(APPLICATION_TYPES)
        .chain(DEVICE_TYPES)
        .chain(AUDIT_TYPES)
}

/// Those of the directory (licensing.md 1.3 and 1.6 to 1.10).
const COMPLEX_TYPES: &[ComplexType] = &[
    ComplexType {
        name: "assignedLicense",
        base: None,
        properties: &[guid("disabledPlans").many(), guid("skuId")],
    },
    ComplexType {
        name: "assignedPlan",
        base: None,
        properties: &[
            time("assignedDateTime"),
            text("capabilityStatus"),
            text("service"),
            guid("servicePlanId"),
        ],
    },
    ComplexType {
        name: "employeeOrgData",
        base: None,
        properties: &[text("costCenter"), text("division")],
    },
    ComplexType {
        name: "licenseAssignmentState",
        base: None,
        properties: &[
            text("assignedByGroup"),
            guid("disabledPlans").many(),
            text("error"),
            time("lastUpdatedDateTime"),
            guid("skuId"),
            text("state"),
        ],
    },
    ComplexType {
        name: "licenseProcessingState",
        base: None,
        properties: &[text("state")],
    },
    ComplexType {
        name: "licenseUnitsDetail",
        base: None,
        properties: &[
            number("enabled"),
            number("lockedOut"),
            number("suspended"),
            number("warning"),
        ],
    },
    ComplexType {
        name: "objectIdentity",
        base: None,
        properties: &[text("issuer"), text("issuerAssignedId"), text("signInType")],
    },
    ComplexType {
        name: "onPremisesExtensionAttributes",
        base: None,
        properties: &[
            text("extensionAttribute1"),
            text("extensionAttribute10"),
            text("extensionAttribute11"),
            text("extensionAttribute12"),
            text("extensionAttribute13"),
            text("extensionAttribute14"),
            text("extensionAttribute15"),
            text("extensionAttribute2"),
            text("extensionAttribute3"),
            text("extensionAttribute4"),
            text("extensionAttribute5"),
            text("extensionAttribute6"),
            text("extensionAttribute7"),
            text("extensionAttribute8"),
            text("extensionAttribute9"),
        ],
    },
    ComplexType {
        name: "onPremisesProvisioningError",
        base: None,
        properties: &[
            text("category"),
            time("occurredDateTime"),
            text("propertyCausingError"),
            text("value"),
        ],
    },
    ComplexType {
        name: "passwordProfile",
        base: None,
        properties: &[
            flag("forceChangePasswordNextSignIn"),
            flag("forceChangePasswordNextSignInWithMfa"),
            text("password"),
        ],
    },
    ComplexType {
        name: "privacyProfile",
        base: None,
        properties: &[text("contactEmail"), text("statementUrl")],
    },
    ComplexType {
        name: "provisionedPlan",
        base: None,
        properties: &[
            text("capabilityStatus"),
            text("provisioningStatus"),
            text("service"),
        ],
    },
    ComplexType {
        name: "servicePlanInfo",
        base: None,
        properties: &[
            text("appliesTo"),
            text("provisioningStatus"),
            guid("servicePlanId"),
            text("servicePlanName"),
        ],
    },
    ComplexType {
        name: "serviceProvisioningError",
        base: None,
        properties: &[
            time("createdDateTime"),
            flag("isResolved"),
            text("serviceInstance"),
        ],
    },
    ComplexType {
        name: "verifiedDomain",
        base: None,
        properties: &[
            text("capabilities"),
            flag("isDefault"),
            flag("isInitial"),
            text("name"),
            text("type"),
        ],
    },
];
