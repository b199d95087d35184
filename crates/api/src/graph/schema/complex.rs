//! Complex types: values with members and no identity.

use super::{Property, Type};

/// A complex type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComplexType {
    /// Graph's name.
    pub name: &'static str,
    /// Its members.
    pub properties: &'static [Property],
}

impl ComplexType {
    /// The complex type with a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        COMPLEX_TYPES.iter().find(|known| known.name == name)
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

/// All complex types (licensing.md 1.3 and 1.6 to 1.10).
pub(crate) const COMPLEX_TYPES: &[ComplexType] = &[
    ComplexType {
        name: "assignedLicense",
        properties: &[guid("disabledPlans").many(), guid("skuId")],
    },
    ComplexType {
        name: "assignedPlan",
        properties: &[
            time("assignedDateTime"),
            text("capabilityStatus"),
            text("service"),
            guid("servicePlanId"),
        ],
    },
    ComplexType {
        name: "employeeOrgData",
        properties: &[text("costCenter"), text("division")],
    },
    ComplexType {
        name: "licenseAssignmentState",
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
        properties: &[text("state")],
    },
    ComplexType {
        name: "licenseUnitsDetail",
        properties: &[
            number("enabled"),
            number("lockedOut"),
            number("suspended"),
            number("warning"),
        ],
    },
    ComplexType {
        name: "objectIdentity",
        properties: &[text("issuer"), text("issuerAssignedId"), text("signInType")],
    },
    ComplexType {
        name: "onPremisesExtensionAttributes",
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
        properties: &[
            text("category"),
            time("occurredDateTime"),
            text("propertyCausingError"),
            text("value"),
        ],
    },
    ComplexType {
        name: "passwordProfile",
        properties: &[
            flag("forceChangePasswordNextSignIn"),
            flag("forceChangePasswordNextSignInWithMfa"),
            text("password"),
        ],
    },
    ComplexType {
        name: "privacyProfile",
        properties: &[text("contactEmail"), text("statementUrl")],
    },
    ComplexType {
        name: "provisionedPlan",
        properties: &[
            text("capabilityStatus"),
            text("provisioningStatus"),
            text("service"),
        ],
    },
    ComplexType {
        name: "servicePlanInfo",
        properties: &[
            text("appliesTo"),
            text("provisioningStatus"),
            guid("servicePlanId"),
            text("servicePlanName"),
        ],
    },
    ComplexType {
        name: "serviceProvisioningError",
        properties: &[
            time("createdDateTime"),
            flag("isResolved"),
            text("serviceInstance"),
        ],
    },
    ComplexType {
        name: "verifiedDomain",
        properties: &[
            text("capabilities"),
            flag("isDefault"),
            flag("isInitial"),
            text("name"),
            text("type"),
        ],
    },
];
