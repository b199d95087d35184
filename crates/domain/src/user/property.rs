//! The properties of a user that are plain values: one table from which storage, JSON, `$select`, validation,
//! `$metadata` and documentation are all made (licensing.md 1.3).
//!
//! `id`, `accountEnabled`, `userType`, `usageLocation`, `createdDateTime` and `deletedDateTime` are columns of
//! [`crate::user::UserHead`] and not in this table; licenses are derived.

use std::collections::BTreeMap;

use crate::time::Timestamp;

/// The shape of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// Text of at most so many characters.
    Text {
        /// The limit that Graph documents, or 1,024 where it documents none.
        max_length: usize,
    },
    /// A list of texts.
    Texts {
        /// How many there may be.
        max_items: usize,
    },
    /// True or false.
    Flag,
    /// A point in time.
    Time,
    /// A 32-bit number.
    Number,
    /// A complex value, kept as JSON text.
    Json,
}

/// Who may set a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writable {
    /// Anybody who may update the user.
    Yes,
    /// Only the system (synchronization, the directory itself); a client that sends it gets an error.
    No,
}

/// What is known of a property.
#[derive(Clone, Copy, Debug)]
pub struct PropertySchema {
    /// The property.
    pub property: UserProperty,
    /// Its name in Graph.
    pub name: &'static str,
    /// Its shape.
    pub kind: PropertyKind,
    /// Whether Graph returns it without `$select`.
    pub by_default: bool,
    /// Who may set it.
    pub writable: Writable,
}

macro_rules! properties {
    ($($variant:ident $name:literal $kind:expr, $by_default:expr, $writable:ident;)*) => {
        /// A property of a user. The order is the order in JSON, and the number is the tag in stored records:
        /// append only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum UserProperty {
            $(#[doc = concat!("Graph's `", $name, "`.")] $variant,)*
        }

        /// All properties by tag; a byte each, so that reading a record does not touch the schema.
        const BY_TAG: &[UserProperty] = &[$(UserProperty::$variant,)*];

        /// All properties, in the order of their tags.
        pub const SCHEMA: &[PropertySchema] = &[
            $(PropertySchema {
                property: UserProperty::$variant, name: $name, kind: $kind, by_default: $by_default, writable: Writable::$writable,
            },)*
        ];
    };
}

const fn text(max_length: usize) -> PropertyKind {
    PropertyKind::Text { max_length }
}

const TEXT: PropertyKind = text(1024);
const TEXTS: PropertyKind = PropertyKind::Texts { max_items: 250 };

properties! {
    BusinessPhones "businessPhones" PropertyKind::Texts { max_items: 1 }, true, Yes;
    DisplayName "displayName" text(256), true, Yes;
    GivenName "givenName" text(64), true, Yes;
    JobTitle "jobTitle" text(128), true, Yes;
    Mail "mail" text(256), true, Yes;
    MobilePhone "mobilePhone" text(64), true, Yes;
    OfficeLocation "officeLocation" text(128), true, Yes;
    PreferredLanguage "preferredLanguage" text(64), true, Yes;
    Surname "surname" text(64), true, Yes;
    UserPrincipalName "userPrincipalName" text(113), true, Yes;
    AgeGroup "ageGroup" text(32), false, Yes;
    City "city" text(128), false, Yes;
    CompanyName "companyName" text(64), false, Yes;
    ConsentProvidedForMinor "consentProvidedForMinor" text(32), false, Yes;
    Country "country" text(128), false, Yes;
    CreationType "creationType" text(32), false, No;
    Department "department" text(64), false, Yes;
    DeviceEnrollmentLimit "deviceEnrollmentLimit" PropertyKind::Number, false, No;
    EmployeeHireDate "employeeHireDate" PropertyKind::Time, false, Yes;
    EmployeeId "employeeId" text(16), false, Yes;
    EmployeeLeaveDateTime "employeeLeaveDateTime" PropertyKind::Time, false, Yes;
    EmployeeOrgData "employeeOrgData" PropertyKind::Json, false, Yes;
    EmployeeType "employeeType" text(256), false, Yes;
    ExternalUserState "externalUserState" text(32), false, No;
    ExternalUserStateChangeDateTime "externalUserStateChangeDateTime" PropertyKind::Time, false, No;
    FaxNumber "faxNumber" text(64), false, Yes;
    Identities "identities" PropertyKind::Json, false, Yes;
    ImAddresses "imAddresses" TEXTS, false, No;
    IsResourceAccount "isResourceAccount" PropertyKind::Flag, false, No;
    LastPasswordChangeDateTime "lastPasswordChangeDateTime" PropertyKind::Time, false, No;
    MailNickname "mailNickname" text(64), false, Yes;
    OnPremisesDistinguishedName "onPremisesDistinguishedName" TEXT, false, No;
    OnPremisesDomainName "onPremisesDomainName" TEXT, false, No;
    OnPremisesExtensionAttributes "onPremisesExtensionAttributes" PropertyKind::Json, false, Yes;
    OnPremisesImmutableId "onPremisesImmutableId" TEXT, false, Yes;
    OnPremisesLastSyncDateTime "onPremisesLastSyncDateTime" PropertyKind::Time, false, No;
    OnPremisesProvisioningErrors "onPremisesProvisioningErrors" PropertyKind::Json, false, No;
    OnPremisesSamAccountName "onPremisesSamAccountName" TEXT, false, No;
    OnPremisesSecurityIdentifier "onPremisesSecurityIdentifier" TEXT, false, No;
    OnPremisesSyncEnabled "onPremisesSyncEnabled" PropertyKind::Flag, false, No;
    OnPremisesUserPrincipalName "onPremisesUserPrincipalName" TEXT, false, No;
    OtherMails "otherMails" TEXTS, false, Yes;
    PasswordPolicies "passwordPolicies" text(128), false, Yes;
    PostalCode "postalCode" text(40), false, Yes;
    PreferredDataLocation "preferredDataLocation" text(16), false, Yes;
    ProxyAddresses "proxyAddresses" TEXTS, false, No;
    SecurityIdentifier "securityIdentifier" TEXT, false, No;
    ShowInAddressList "showInAddressList" PropertyKind::Flag, false, Yes;
    SignInSessionsValidFromDateTime "signInSessionsValidFromDateTime" PropertyKind::Time, false, No;
    State "state" text(128), false, Yes;
    StreetAddress "streetAddress" text(1024), false, Yes;
}

impl UserProperty {
    /// The property with this tag.
    #[inline]
    pub fn from_tag(tag: u8) -> Option<Self> {
        BY_TAG.get(usize::from(tag)).copied()
    }

    /// All properties, in the order of their tags.
    pub fn each() -> impl Iterator<Item = Self> {
        BY_TAG.iter().copied()
    }

    /// The tag of stored records.
    pub const fn tag(self) -> u8 {
        self as u8
    }

    /// What is known of the property.
    pub fn schema(self) -> &'static PropertySchema {
        const FALLBACK: &PropertySchema = &SCHEMA[0];
        SCHEMA.get(usize::from(self.tag())).unwrap_or(FALLBACK)
    }

    /// The property with this Graph name, in any case (clients send `mailNickName` and `surName`).
    pub fn parse(name: &str) -> Option<Self> {
        SCHEMA
            .iter()
            .find(|schema| schema.name.eq_ignore_ascii_case(name))
            .map(|schema| schema.property)
    }
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyValue {
    /// Text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// True or false.
    Flag(bool),
    /// A point in time.
    Time(Timestamp),
    /// A number.
    Number(i32),
    /// JSON text of a complex value.
    Json(String),
}

impl From<&str> for PropertyValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The properties of one user that have a value.
pub type Properties = BTreeMap<UserProperty, PropertyValue>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_positions() {
        for (position, schema) in SCHEMA.iter().enumerate() {
            assert_eq!(usize::from(schema.property.tag()), position);
            assert_eq!(UserProperty::parse(schema.name), Some(schema.property));
        }
        assert_eq!(
            UserProperty::parse("mailNickName"),
            Some(UserProperty::MailNickname)
        );
        assert_eq!(UserProperty::from_tag(250), None);
    }
}
