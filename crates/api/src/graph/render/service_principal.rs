//! Service principals: `/servicePrincipals`, and what they may do: `appRoleAssignments`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;
use zetel_domain::{Tenant, access::Permission, application::Application};
use zetel_query::tables;

use super::{
    application::{NO_INFO, OWN_TENANT, kept, texts},
    credential,
};
use crate::graph::{
    credentials::Credentials,
    filter::{Filtered, FilteredByText},
    json,
    schema::{Column, Entity, Property, Type},
};

/// Microsoft Graph's application id, the same everywhere.
pub(crate) const GRAPH_APP_ID: Uuid = Uuid::from_u128(0x00000003_0000_0000_c000_000000000000);
/// The object id of Microsoft Graph's service principal here.
pub(crate) const GRAPH_PRINCIPAL: Uuid = Uuid::from_u128(0x00000003_0000_4000_8000_007a6574656c);
const GRAPH_NAME: &str = "Microsoft Graph";
const GRAPH_URIS: [&str; 2] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
];

/// Whose service principal it is.
#[derive(Clone, Copy)]
pub(crate) enum Who<'a> {
    /// Microsoft Graph's, whose app roles are the permissions of applications.
    Graph,
    /// An application's.
    Application(&'a Application),
}

/// What a service principal is written from.
#[derive(Clone, Copy)]
pub(crate) struct PrincipalRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Whose it is.
    pub who: Who<'a>,
    /// The application's credentials.
    pub credentials: &'a Credentials,
}

impl<'a> PrincipalRow<'a> {
    /// All service principals, in the order of their ids.
    pub fn all(tenant: &'a Tenant) -> Vec<Self> {
        let applications = tenant
            .applications()
            .values()
            .filter(|application| !application.dormant)
            .map(Who::Application);
        let mut rows: Vec<Self> = applications
            .chain([Who::Graph])
            .map(|who| Self {
                tenant,
                who,
                credentials: Credentials::NONE,
            })
            .collect();
        rows.sort_by_key(Self::id);
        rows
    }

    /// The object id.
    pub fn id(&self) -> Uuid {
        match self.who {
            Who::Graph => GRAPH_PRINCIPAL,
            Who::Application(application) => application.service_principal_id,
        }
    }

    /// `appId`
    pub fn client_id(&self) -> Uuid {
        match self.who {
            Who::Graph => GRAPH_APP_ID,
            Who::Application(application) => application.client_id,
        }
    }

    /// Its application, if the tenant has it.
    pub fn application(&self) -> Option<&'a Application> {
        match self.who {
            Who::Graph => None,
            Who::Application(application) => Some(application),
        }
    }

    /// `displayName`
    pub fn name(&self) -> &'a str {
        match self.who {
            Who::Graph => GRAPH_NAME,
            Who::Application(application) => &application.display_name,
        }
    }

    /// `servicePrincipalNames`
    fn names(&self) -> Vec<String> {
        let mut names = vec![self.client_id().to_string()];
        match self.who {
            Who::Graph => names.extend(GRAPH_URIS.map(str::to_owned)),
            Who::Application(application) => names.extend(texts(application, "identifierUris")),
        }
        names
    }
}

/// The entity of `/servicePrincipals`.
pub(crate) struct ServicePrincipal;

type Col = Column<ServicePrincipal>;

const fn one(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn complex(name: &'static str, kind: &'static str) -> Property {
    Property::new(name, Type::Complex(kind))
}

const fn nothing(name: &'static str, kind: Type) -> Col {
    Column::new(Property::new(name, kind), |_, out| json::null(out))
}

const fn none(property: Property) -> Col {
    Column::new(property.many(), |_, out| out.extend_from_slice(b"[]"))
}

/// Appends a property that is kept with the application.
fn of_application(out: &mut Vec<u8>, row: &PrincipalRow<'_>, name: &str, absent: &str) {
    match row.application() {
        Some(application) => kept(out, application, name, absent),
        None => out.extend_from_slice(absent.as_bytes()),
    }
}

impl Entity for ServicePrincipal {
    type Row<'a> = PrincipalRow<'a>;
    const NAME: &'static str = "servicePrincipal";
    const COLUMNS: &'static [Col] = &[
        Column::new(one("id").required(), |row, out| json::guid(out, row.id())),
        nothing("deletedDateTime", Type::Time),
        Column::new(Property::new("accountEnabled", Type::Flag), |_, out| {
            json::flag(out, true);
        }),
        none(one("alternativeNames")),
        Column::new(one("appDescription"), |row, out| {
            of_application(out, row, "description", "null");
        }),
        Column::new(one("appDisplayName"), |row, out| {
            json::string(out, row.name());
        }),
        Column::new(one("appId"), |row, out| json::guid(out, row.client_id())),
        nothing("applicationTemplateId", Type::Text),
        Column::new(
            Property::new("appOwnerOrganizationId", Type::Guid),
            |row, out| match row.who {
                Who::Graph => json::null(out),
                Who::Application(_) => json::guid(out, row.tenant.id()),
            },
        ),
        Column::new(
            Property::new("appRoleAssignmentRequired", Type::Flag).required(),
            |_, out| json::flag(out, false),
        ),
        nothing("description", Type::Text),
        nothing("disabledByMicrosoftStatus", Type::Text),
        Column::new(one("displayName"), |row, out| json::string(out, row.name())),
        nothing("homepage", Type::Text),
        nothing("loginUrl", Type::Text),
        nothing("logoutUrl", Type::Text),
        Column::new(one("notes"), |row, out| {
            of_application(out, row, "notes", "null");
        }),
        none(one("notificationEmailAddresses")),
        nothing("preferredSingleSignOnMode", Type::Text),
        nothing("preferredTokenSigningKeyThumbprint", Type::Text),
        Column::new(one("replyUrls").many(), |row, out| {
            let uris = row
                .application()
                .map(|application| &application.redirect_uris);
            json::array(out, uris.into_iter().flatten(), |out, uri| {
                json::string(out, uri);
            });
        }),
        Column::new(one("servicePrincipalNames").many(), |row, out| {
            json::array(out, row.names(), |out, name| json::string(out, &name));
        }),
        Column::new(one("servicePrincipalType"), |_, out| {
            json::string(out, "Application");
        }),
        Column::new(one("signInAudience"), |row, out| {
            of_application(out, row, "signInAudience", OWN_TENANT);
        }),
        Column::new(one("tags").many(), |row, out| {
            of_application(out, row, "tags", "[]");
        }),
        nothing("tokenEncryptionKeyId", Type::Guid),
        Column::new(
            complex("appRoles", "appRole").many(),
            |row, out| match row.who {
                Who::Graph => json::array(out, Permission::ALL, |out, one| app_role(out, *one)),
                Who::Application(application) => kept(out, application, "appRoles", "[]"),
            },
        ),
        Column::new(complex("info", "informationalUrl"), |row, out| {
            of_application(out, row, "info", NO_INFO);
        }),
        Column::new(
            complex("keyCredentials", "keyCredential").many(),
            |row, out| credential::keys(out, &row.credentials.certificates),
        ),
        none(complex("oauth2PermissionScopes", "permissionScope")),
        Column::new(
            complex("passwordCredentials", "passwordCredential").many(),
            |row, out| credential::passwords(out, &row.credentials.secrets),
        ),
    ];
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "addIns",
        "createdByAppId",
        "customSecurityAttributes",
        "isDisabled",
        "resourceSpecificApplicationPermissions",
        "samlSingleSignOnSettings",
        "verifiedPublisher",
    ];
}

fn app_role(out: &mut Vec<u8>, permission: Permission) {
    json::object(out, |out| {
        json::key(out, "allowedMemberTypes");
        out.extend_from_slice(br#"["Application"]"#);
        for name in ["description", "displayName"] {
            json::key(out, name);
            json::string(out, permission.as_str());
        }
        json::key(out, "id");
        json::guid(out, permission.app_role_id());
        json::key(out, "isEnabled");
        json::flag(out, true);
        json::key(out, "origin");
        json::string(out, "Application");
        json::key(out, "value");
        json::string(out, permission.as_str());
    });
}

impl Filtered for ServicePrincipal {
    const ASKED: &'static zetel_query::Entity = &tables::SERVICE_PRINCIPAL;
}

impl FilteredByText for ServicePrincipal {
    fn texts(row: &PrincipalRow<'_>, name: &str) -> Vec<String> {
        match name {
            "id" => vec![row.id().to_string()],
            "appId" => vec![row.client_id().to_string()],
            "servicePrincipalType" => vec!["Application".to_owned()],
            "servicePrincipalNames" => row.names(),
            "tags" => row
                .application()
                .map(|application| texts(application, "tags"))
                .unwrap_or_default(),
            _ => vec![row.name().to_owned()],
        }
    }
}

/// A permission that a service principal has, as Graph shows it.
pub(crate) struct GrantRow<'a> {
    /// Who has it.
    pub application: &'a Application,
    /// What.
    pub permission: Permission,
}

impl GrantRow<'_> {
    /// The id: whose and what, 43 characters as in Graph.
    pub fn id(&self) -> String {
        let role = self.permission.app_role_id();
        let both = [
            self.application.service_principal_id.into_bytes(),
            role.into_bytes(),
        ];
        URL_SAFE_NO_PAD.encode(both.concat())
    }
}

/// The entity of `appRoleAssignments`.
pub(crate) struct AppRoleAssignment;

impl Entity for AppRoleAssignment {
    type Row<'a> = GrantRow<'a>;
    const NAME: &'static str = "appRoleAssignment";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(one("id").required(), |row, out| {
            json::string(out, &row.id());
        }),
        Column::new(Property::new("deletedDateTime", Type::Time), |_, out| {
            json::null(out);
        }),
        Column::new(
            Property::new("appRoleId", Type::Guid).required(),
            |row, out| {
                json::guid(out, row.permission.app_role_id());
            },
        ),
        // The journal knows when; the state does not.
        Column::new(Property::new("createdDateTime", Type::Time), |_, out| {
            json::null(out);
        }),
        Column::new(one("principalDisplayName"), |row, out| {
            json::string(out, &row.application.display_name);
        }),
        Column::new(Property::new("principalId", Type::Guid), |row, out| {
            json::guid(out, row.application.service_principal_id);
        }),
        Column::new(one("principalType"), |_, out| {
            json::string(out, "ServicePrincipal");
        }),
        Column::new(one("resourceDisplayName"), |_, out| {
            json::string(out, GRAPH_NAME);
        }),
        Column::new(Property::new("resourceId", Type::Guid), |_, out| {
            json::guid(out, GRAPH_PRINCIPAL);
        }),
    ];
}
