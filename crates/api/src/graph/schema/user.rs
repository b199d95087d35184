//! The user: property values that are stored, from the domain's table, and values that are computed.

use std::sync::LazyLock;

use zetel_domain::user::{
    UserProperty,
    property::{PropertyKind, SCHEMA},
};

use super::{Property, Type, resolve};
use crate::graph::{
    error::GraphError,
    render::{
        strip::Piece,
        user::{self as write, UserRow},
    },
};

/// The user's schema.
pub(crate) static USER: LazyLock<UserSchema> = LazyLock::new(UserSchema::new);

/// What Graph returns of a user without `$select`.
static BY_DEFAULT: LazyLock<UserSelection> = LazyLock::new(|| {
    let places = (0..)
        .zip(&USER.properties)
        .filter(|(_, property)| property.by_default)
        .map(|(place, _)| place)
        .collect();
    UserSelection::of(places, String::new())
});

/// Properties that Graph has and Zetel does not: those outside the directory (licensing.md 1.3), sign-in reports,
/// custom attributes, and what is reached with `$expand`.
const NOT_IMPLEMENTED: &[&str] = &[
    "aboutMe",
    "authorizationInfo",
    "birthday",
    "customSecurityAttributes",
    "hireDate",
    "identityParentId",
    "interests",
    "isManagementRestricted",
    "legalAgeGroupClassification",
    "mailboxSettings",
    "mySite",
    "onPremisesSyncBehavior",
    "pastProjects",
    "preferredName",
    "print",
    "responsibilities",
    "schools",
    "signInActivity",
    "skills",
    "directReports",
    "licenseDetails",
    "managedDevices",
    "manager",
    "memberOf",
    "ownedDevices",
    "registeredDevices",
    "transitiveMemberOf",
];

/// A stored property and the bytes around its value.
#[derive(Clone, Debug)]
pub(crate) struct StoredColumn {
    /// The property.
    pub property: UserProperty,
    /// The shape of its value.
    pub kind: PropertyKind,
    /// `,"name":`, and the quote of a text.
    pub opening: Piece,
    /// The whole member if there is no value.
    pub absent: Piece,
}

/// A computed property.
#[derive(Clone, Copy)]
pub(crate) struct ComputedColumn {
    /// The property.
    pub property: Property,
    /// Appends the value.
    pub write: for<'row, 'data> fn(&'row UserRow<'data>, &mut Vec<u8>),
}

/// All properties of a user: the stored ones, then the computed ones.
pub(crate) struct UserSchema {
    /// The properties.
    pub properties: Vec<Property>,
    stored: Vec<StoredColumn>,
    computed: Vec<ComputedColumn>,
}

const fn computed(
    property: Property,
    write: for<'row, 'data> fn(&'row UserRow<'data>, &mut Vec<u8>),
) -> ComputedColumn {
    ComputedColumn { property, write }
}

const COMPUTED: &[ComputedColumn] = &[
    computed(Property::new("id", Type::Text).required(), write::id),
    computed(
        Property::new("accountEnabled", Type::Flag).on_request(),
        write::account_enabled,
    ),
    computed(
        Property::new("assignedLicenses", Type::Complex("assignedLicense"))
            .many()
            .on_request(),
        write::assigned_licenses,
    ),
    computed(
        Property::new("assignedPlans", Type::Complex("assignedPlan"))
            .many()
            .on_request(),
        write::assigned_plans,
    ),
    computed(
        Property::new("createdDateTime", Type::Time).on_request(),
        write::created,
    ),
    computed(
        Property::new("deletedDateTime", Type::Time).on_request(),
        write::deleted,
    ),
    computed(
        Property::new("deviceEnrollmentLimit", Type::Number)
            .required()
            .on_request(),
        write::device_enrollment_limit,
    ),
    computed(
        Property::new("identities", Type::Complex("objectIdentity"))
            .many()
            .on_request(),
        write::identities,
    ),
    computed(
        Property::new(
            "licenseAssignmentStates",
            Type::Complex("licenseAssignmentState"),
        )
        .many()
        .on_request(),
        write::license_assignment_states,
    ),
    computed(
        Property::new("passwordProfile", Type::Complex("passwordProfile")).on_request(),
        write::password_profile,
    ),
    computed(
        Property::new("provisionedPlans", Type::Complex("provisionedPlan"))
            .many()
            .on_request(),
        write::provisioned_plans,
    ),
    computed(
        Property::new("securityIdentifier", Type::Text).on_request(),
        write::security_identifier,
    ),
    computed(
        Property::new(
            "serviceProvisioningErrors",
            Type::Complex("serviceProvisioningError"),
        )
        .many()
        .on_request(),
        write::service_provisioning_errors,
    ),
    computed(
        Property::new("usageLocation", Type::Text).on_request(),
        write::usage_location,
    ),
    computed(
        Property::new("userType", Type::Text).on_request(),
        write::user_type,
    ),
];

impl UserSchema {
    fn new() -> Self {
        let is_computed = |name: &str| COMPUTED.iter().any(|column| column.property.name == name);
        let stored = || SCHEMA.iter().filter(|schema| !is_computed(schema.name));
        let property = |name: &'static str, kind: PropertyKind, by_default: bool| {
            let property = match kind {
                PropertyKind::Text { .. } => Property::new(name, Type::Text),
                PropertyKind::Texts { .. } => Property::new(name, Type::Text).many(),
                PropertyKind::Flag => Property::new(name, Type::Flag),
                PropertyKind::Time => Property::new(name, Type::Time),
                PropertyKind::Number => Property::new(name, Type::Number).required(),
                PropertyKind::Json => json_property(name),
            };
            Property {
                by_default,
                ..property
            }
        };
        let properties = stored()
            .map(|schema| property(schema.name, schema.kind, schema.by_default))
            .chain(COMPUTED.iter().map(|column| column.property));
        Self {
            properties: properties.collect(),
            stored: stored()
                .map(|schema| StoredColumn::new(schema.property, schema.name, schema.kind))
                .collect(),
            computed: COMPUTED.to_vec(),
        }
    }

    /// The property with a name in any case.
    pub fn find(&self, name: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// Whether Graph has a property that Zetel has not.
    pub fn is_known_elsewhere(name: &str) -> bool {
        NOT_IMPLEMENTED
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Properties whose values are kept as JSON.
fn json_property(name: &'static str) -> Property {
    match name {
        "onPremisesProvisioningErrors" => {
            Property::new(name, Type::Complex("onPremisesProvisioningError")).many()
        }
        "onPremisesExtensionAttributes" => {
            Property::new(name, Type::Complex("onPremisesExtensionAttributes"))
        }
        _ => Property::new(name, Type::Complex("employeeOrgData")),
    }
}

impl StoredColumn {
    fn new(property: UserProperty, name: &str, kind: PropertyKind) -> Self {
        let quote = if matches!(kind, PropertyKind::Text { .. }) {
            "\""
        } else {
            ""
        };
        let nothing = match (kind, property) {
            (PropertyKind::Texts { .. }, _) | (_, UserProperty::OnPremisesProvisioningErrors) => {
                "[]"
            }
            _ => "null",
        };
        Self {
            property,
            kind,
            opening: Piece::new(&format!(",\"{name}\":{quote}")),
            absent: Piece::new(&format!(",\"{name}\":{nothing}")),
        }
    }
}

/// The properties of a user that a client wants.
pub(crate) struct UserSelection {
    /// Stored properties in the order of their tags, which is the order of records.
    pub stored: Vec<&'static StoredColumn>,
    /// Whether the id is among the properties; it is not in `computed`.
    pub id: bool,
    /// Computed properties.
    pub computed: Vec<&'static ComputedColumn>,
    /// What `$select` adds to the context URL.
    pub context: String,
}

/// A selection made for one request, or the one that all requests without `$select` share.
pub(crate) enum AnySelection {
    /// Made from a `$select`.
    Own(UserSelection),
    /// Without `$select`.
    Default(&'static UserSelection),
}

impl std::ops::Deref for AnySelection {
    type Target = UserSelection;

    fn deref(&self) -> &UserSelection {
        match self {
            Self::Own(selection) => selection,
            Self::Default(selection) => selection,
        }
    }
}

impl UserSelection {
    /// Reads a `$select`.
    pub fn parse(select: Option<&str>) -> Result<AnySelection, GraphError> {
        let Some(select) = select else {
            return Ok(AnySelection::Default(&BY_DEFAULT));
        };
        let resolved = resolve(Some(select), "user", &USER.properties, NOT_IMPLEMENTED)?;
        Ok(AnySelection::Own(Self::of(
            resolved.places,
            resolved.context,
        )))
    }

    /// What Graph returns without `$select`.
    pub fn by_default() -> &'static Self {
        &BY_DEFAULT
    }

    fn of(places: Vec<usize>, context: String) -> Self {
        let mut selection = Self {
            stored: Vec::new(),
            id: false,
            computed: Vec::new(),
            context,
        };
        for place in places {
            match USER.stored.get(place) {
                Some(column) => selection.stored.push(column),
                None => match USER.computed.get(place - USER.stored.len()) {
                    Some(column) if column.property.name == "id" => selection.id = true,
                    column => selection.computed.extend(column),
                },
            }
        }
        selection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_property_has_one_name_and_the_default_set_is_that_of_graph() {
        let names: BTreeSet<&str> = USER
            .properties
            .iter()
            .map(|property| property.name)
            .collect();
        assert_eq!(names.len(), USER.properties.len());
        assert!(NOT_IMPLEMENTED.iter().all(|name| USER.find(name).is_none()));
        let by_default: Vec<&str> = USER
            .properties
            .iter()
            .filter(|property| property.by_default)
            .map(|property| property.name)
            .collect();
        assert_eq!(
            by_default,
            [
                "businessPhones",
                "displayName",
                "givenName",
                "jobTitle",
                "mail",
                "mobilePhone",
                "officeLocation",
                "preferredLanguage",
                "surname",
                "userPrincipalName",
                "id"
            ]
        );
    }

    #[test]
    fn names_fit_into_pieces() {
        for column in &USER.stored {
            let name = column.property.schema().name;
            assert!(
                column
                    .opening
                    .bytes()
                    .starts_with(format!(",\"{name}\":").as_bytes())
            );
            assert!(
                column.absent.bytes().len() > name.len() + 4 && column.absent.bytes().len() < 48
            );
        }
    }

    #[test]
    fn stored_columns_are_in_the_order_of_records() {
        assert!(USER.stored.is_sorted_by_key(|column| column.property.tag()));
    }
}
