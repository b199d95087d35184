//! Applications: `/applications`.

use std::borrow::Cow;

use serde_json::{Value, json};
use zetel_domain::{Tenant, application::Application};
use zetel_query::tables;

use super::credential;
use crate::graph::{
    credentials::Credentials,
    filter::{Filtered, FilteredByText},
    json,
    schema::{Column, Entity, Property, Type},
};

/// What an application is written from.
#[derive(Clone, Copy)]
pub(crate) struct ApplicationRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The application.
    pub application: &'a Application,
    /// Its credentials.
    pub credentials: &'a Credentials,
}

/// The properties that show credentials.
pub(crate) const CREDENTIALS: &[&str] = &["keyCredentials", "passwordCredentials"];

/// Where sign-in may return to, by the kind of program.
pub(crate) const PLATFORMS: [&str; 3] = ["publicClient", "spa", "web"];

/// A kind of program as Graph shows it, with where its sign-in may return to. What was registered on the server's own
/// machine has no kind: it stands with the programs that keep secrets, or with those that cannot.
pub(crate) fn platform<'a>(application: &'a Application, name: &str) -> Cow<'a, str> {
    if let Some(kept) = application.properties.get(name) {
        return Cow::Borrowed(kept);
    }
    let has_kind = PLATFORMS
        .iter()
        .any(|name| application.properties.contains_key(*name));
    let of_this_kind = name
        == if application.public_client {
            "publicClient"
        } else {
            "web"
        };
    let redirect_uris = if of_this_kind && !has_kind {
        application.redirect_uris.as_slice()
    } else {
        &[]
    };
    let shown = match name {
        "web" => json!({
            "homePageUrl": null, "logoutUrl": null, "redirectUris": redirect_uris,
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false,
            },
        }),
        _ => json!({ "redirectUris": redirect_uris }),
    };
    Cow::Owned(shown.to_string())
}

/// The texts of a property that is a list of texts.
pub(crate) fn texts(application: &Application, name: &str) -> Vec<String> {
    let kept = application.properties.get(name);
    kept.and_then(|kept| serde_json::from_str(kept).ok())
        .unwrap_or_default()
}

/// A property that is a text; empty if it has none.
pub(crate) fn text(application: &Application, name: &str) -> String {
    let kept = application.properties.get(name);
    match kept.map(|kept| serde_json::from_str(kept)) {
        Some(Ok(Value::String(text))) => text,
        _ => String::new(),
    }
}

/// What the tenant's own people and nobody else sign in to.
pub(crate) const OWN_TENANT: &str = r#""AzureADMyOrg""#;

/// Appends a property that is kept for clients.
pub(crate) fn kept(out: &mut Vec<u8>, application: &Application, name: &str, absent: &str) {
    let kept = application.properties.get(name).map(String::as_str);
    out.extend_from_slice(kept.unwrap_or(absent).as_bytes());
}

/// The entity of `/applications`.
pub(crate) struct ApplicationEntity;

type Col = Column<ApplicationEntity>;

const fn nothing(name: &'static str, kind: Type) -> Col {
    Column::new(Property::new(name, kind), |_, out| json::null(out))
}

/// A property that is kept for clients, and what it is until it was set.
macro_rules! kept {
    ($property:expr, $absent:expr) => {
        Column::new($property, |row, out| {
            kept(out, row.application, $property.name, $absent)
        })
    };
}

const fn one(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn complex(name: &'static str, kind: &'static str) -> Property {
    Property::new(name, Type::Complex(kind))
}

impl Entity for ApplicationEntity {
    type Row<'a> = ApplicationRow<'a>;
    const NAME: &'static str = "application";
    const COLUMNS: &'static [Col] = &[
        Column::new(one("id").required(), |row, out| {
            json::guid(out, row.application.id);
        }),
        nothing("deletedDateTime", Type::Time),
        Column::new(one("appId"), |row, out| {
            json::guid(out, row.application.client_id);
        }),
        nothing("applicationTemplateId", Type::Text),
        Column::new(Property::new("createdDateTime", Type::Time), |row, out| {
            json::timestamp(out, row.application.created);
        }),
        nothing("defaultRedirectUri", Type::Text),
        kept!(one("description"), "null"),
        nothing("disabledByMicrosoftStatus", Type::Text),
        Column::new(one("displayName"), |row, out| {
            json::string(out, &row.application.display_name);
        }),
        kept!(one("groupMembershipClaims"), "null"),
        kept!(one("identifierUris").many(), "[]"),
        nothing("isDeviceOnlyAuthSupported", Type::Flag),
        Column::new(
            Property::new("isFallbackPublicClient", Type::Flag),
            |row, out| json::flag(out, row.application.public_client),
        ),
        kept!(one("notes"), "null"),
        Column::new(one("publisherDomain"), |row, out| {
            let initial = row.tenant.domains().iter().find(|domain| domain.is_initial);
            json::string_or_null(out, initial.map_or("", |domain| &domain.name));
        }),
        nothing("samlMetadataUrl", Type::Text),
        kept!(one("serviceManagementReference"), "null"),
        kept!(one("signInAudience"), OWN_TENANT),
        kept!(one("tags").many(), "[]"),
        nothing("tokenEncryptionKeyId", Type::Guid),
        nothing("uniqueName", Type::Text),
        kept!(complex("api", "apiApplication"), NO_API),
        kept!(complex("appRoles", "appRole").many(), "[]"),
        kept!(complex("info", "informationalUrl"), NO_INFO),
        Column::new(
            complex("keyCredentials", "keyCredential").many(),
            |row, out| credential::keys(out, &row.credentials.certificates),
        ),
        kept!(complex("optionalClaims", "optionalClaims"), "null"),
        Column::new(
            complex("passwordCredentials", "passwordCredential").many(),
            |row, out| credential::passwords(out, &row.credentials.secrets),
        ),
        Column::new(
            complex("publicClient", "publicClientApplication"),
            |row, out| out.extend_from_slice(platform(row.application, "publicClient").as_bytes()),
        ),
        kept!(
            complex("requiredResourceAccess", "requiredResourceAccess").many(),
            "[]"
        ),
        Column::new(complex("spa", "spaApplication"), |row, out| {
            out.extend_from_slice(platform(row.application, "spa").as_bytes());
        }),
        Column::new(complex("web", "webApplication"), |row, out| {
            out.extend_from_slice(platform(row.application, "web").as_bytes());
        }),
    ];
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "addIns",
        "authenticationBehaviors",
        "certification",
        "createdByAppId",
        "isDisabled",
        "logo",
        "managerApplications",
        "nativeAuthenticationApisEnabled",
        "oauth2RequirePostResponse",
        "parentalControlSettings",
        "requestSignatureVerification",
        "servicePrincipalLockConfiguration",
        "verifiedPublisher",
    ];
}

const NO_API: &str = r#"{"acceptMappedClaims":null,"knownClientApplications":[],"oauth2PermissionScopes":[],"preAuthorizedApplications":[],"requestedAccessTokenVersion":null}"#;

/// What is known of a program for people who wonder what it is.
pub(crate) const NO_INFO: &str = r#"{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null}"#;

impl Filtered for ApplicationEntity {
    const ASKED: &'static zetel_query::Entity = &tables::APPLICATION;
}

impl FilteredByText for ApplicationEntity {
    fn texts(row: &ApplicationRow<'_>, name: &str) -> Vec<String> {
        let application = row.application;
        match name {
            "id" => vec![application.id.to_string()],
            "appId" => vec![application.client_id.to_string()],
            "displayName" => vec![application.display_name.clone()],
            "signInAudience" => vec![match application.properties.get(name) {
                Some(_) => text(application, name),
                None => OWN_TENANT.trim_matches('"').to_owned(),
            }],
            many => texts(application, many),
        }
    }
}
