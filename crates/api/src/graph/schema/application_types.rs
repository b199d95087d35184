//! Complex types of applications and service principals.

use super::{Property, Type, complex::ComplexType};

const fn text(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn flag(name: &'static str) -> Property {
    Property::new(name, Type::Flag)
}

const fn time(name: &'static str) -> Property {
    Property::new(name, Type::Time)
}

const fn complex(name: &'static str, kind: &'static str) -> Property {
    Property::new(name, Type::Complex(kind))
}

const fn guid(name: &'static str) -> Property {
    Property::new(name, Type::Guid)
}

const fn type_of(name: &'static str, properties: &'static [Property]) -> ComplexType {
    ComplexType {
        name,
        base: None,
        properties,
    }
}

/// All of them.
pub(super) const APPLICATION_TYPES: &[ComplexType] = &[
    type_of(
        "apiApplication",
        &[
            flag("acceptMappedClaims"),
            guid("knownClientApplications").many(),
            complex("oauth2PermissionScopes", "permissionScope").many(),
            complex("preAuthorizedApplications", "preAuthorizedApplication").many(),
            Property::new("requestedAccessTokenVersion", Type::Number),
        ],
    ),
    type_of(
        "appRole",
        &[
            text("allowedMemberTypes").many(),
            text("description"),
            text("displayName"),
            guid("id").required(),
            flag("isEnabled").required(),
            text("origin"),
            text("value"),
        ],
    ),
    type_of(
        "implicitGrantSettings",
        &[
            flag("enableAccessTokenIssuance"),
            flag("enableIdTokenIssuance"),
        ],
    ),
    type_of(
        "informationalUrl",
        &[
            text("logoUrl"),
            text("marketingUrl"),
            text("privacyStatementUrl"),
            text("supportUrl"),
            text("termsOfServiceUrl"),
        ],
    ),
    type_of(
        "keyCredential",
        &[
            Property::new("customKeyIdentifier", Type::Binary),
            text("displayName"),
            time("endDateTime"),
            Property::new("key", Type::Binary),
            guid("keyId"),
            time("startDateTime"),
            text("type"),
            text("usage"),
        ],
    ),
    type_of(
        "optionalClaim",
        &[
            text("additionalProperties").many(),
            flag("essential").required(),
            text("name").required(),
            text("source"),
        ],
    ),
    type_of(
        "optionalClaims",
        &[
            complex("accessToken", "optionalClaim").many(),
            complex("idToken", "optionalClaim").many(),
            complex("saml2Token", "optionalClaim").many(),
        ],
    ),
    type_of(
        "passwordCredential",
        &[
            Property::new("customKeyIdentifier", Type::Binary),
            text("displayName"),
            time("endDateTime"),
            text("hint"),
            guid("keyId"),
            text("secretText"),
            time("startDateTime"),
        ],
    ),
    type_of(
        "permissionScope",
        &[
            text("adminConsentDescription"),
            text("adminConsentDisplayName"),
            guid("id").required(),
            flag("isEnabled").required(),
            text("origin"),
            text("type"),
            text("userConsentDescription"),
            text("userConsentDisplayName"),
            text("value"),
        ],
    ),
    type_of(
        "preAuthorizedApplication",
        &[
            text("appId").required(),
            text("delegatedPermissionIds").many(),
        ],
    ),
    type_of("publicClientApplication", &[text("redirectUris").many()]),
    type_of(
        "requiredResourceAccess",
        &[
            complex("resourceAccess", "resourceAccess").many(),
            text("resourceAppId").required(),
        ],
    ),
    type_of("resourceAccess", &[guid("id").required(), text("type")]),
    type_of("spaApplication", &[text("redirectUris").many()]),
    type_of(
        "webApplication",
        &[
            text("homePageUrl"),
            complex("implicitGrantSettings", "implicitGrantSettings"),
            text("logoutUrl"),
            text("redirectUris").many(),
        ],
    ),
];
