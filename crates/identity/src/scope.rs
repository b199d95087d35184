//! Scopes and resources: what a token is asked for.

use url::Url;

use crate::TokenError;

/// Spellings of Microsoft Graph, lower case and without trailing slashes (graph-clients.md 1.7).
const GRAPH: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// Spellings of Azure Resource Manager. Azure CLI asks for such a token at login even when it calls nothing there.
const RESOURCE_MANAGER: [&str; 3] = [
    "https://management.core.windows.net",
    "https://management.azure.com",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
];

/// Scopes of OpenID Connect itself; they belong to no resource.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// This service's Graph.
    Graph,
    /// Azure Resource Manager, of which there is no more than who signs in to which tenant.
    ResourceManager,
}

impl Resource {
    /// The resource that an audience names. Another host than Microsoft's names this service itself: tokens for a
    /// host are only signed for hosts that are this service (see [`ScopeRequest::parse`]).
    pub(crate) fn of_audience(audience: &str) -> Option<Self> {
        let name = audience.trim_end_matches('/').to_ascii_lowercase();
        if GRAPH.contains(&name.as_str()) {
            Some(Self::Graph)
        } else if RESOURCE_MANAGER.contains(&name.as_str()) {
            Some(Self::ResourceManager)
        } else {
            host_of_origin(&name).map(|_| Self::Graph)
        }
    }
}

/// The host name of a URL that is nothing but an origin.
fn host_of_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let only_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let plain = url.username().is_empty() && url.password().is_none();
    let web = matches!(url.scheme(), "https" | "http");
    if only_origin && plain && web {
        url.host_str().map(str::to_owned)
    } else {
        None
    }
}

/// A `scope` parameter, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScopeRequest {
    /// As the client wrote it; returned with the token, so that clients find the token again in their cache.
    pub text: String,
    /// The audience as the client wrote it.
    pub audience: String,
    pub resource: Resource,
    /// Whether `/.default` was asked for.
    pub default: bool,
    /// Permissions asked for by name.
    pub permissions: Vec<String>,
    pub openid: bool,
    pub offline_access: bool,
}

impl ScopeRequest {
    /// Understands a list of scopes. All of them must belong to one resource; none at all means Graph.
    pub(crate) fn parse(
        text: &str,
        is_own_host: impl Fn(&str) -> bool,
    ) -> Result<Self, TokenError> {
        let mut request = Self {
            text: text.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
            audience: String::new(),
            resource: Resource::Graph,
            default: false,
            permissions: Vec::new(),
            openid: false,
            offline_access: false,
        };
        for scope in text.split_ascii_whitespace() {
            if OPENID_SCOPES.contains(&scope) {
                request.openid |= scope == "openid";
                request.offline_access |= scope == "offline_access";
                continue;
            }
            let (audience, permission) = scope.rsplit_once('/').unwrap_or((GRAPH[0], scope));
            let resource = granted_resource(audience, &is_own_host)?;
            let other = !request.audience.is_empty() && !same_audience(&request.audience, audience);
            if other || permission.is_empty() {
                return Err(TokenError::InvalidScope(scope.to_owned()));
            }
            audience.clone_into(&mut request.audience);
            request.resource = resource;
            if permission == ".default" {
                request.default = true;
            } else {
                request.permissions.push(permission.to_owned());
            }
        }
        if request.audience.is_empty() {
            GRAPH[0].clone_into(&mut request.audience);
        }
        Ok(request)
    }
}

fn same_audience(one: &str, other: &str) -> bool {
    one.trim_end_matches('/')
        .eq_ignore_ascii_case(other.trim_end_matches('/'))
}

/// The resource behind an audience, if tokens for it are issued here: Graph, Azure Resource Manager, and this
/// service under the host that the client used or one that the configuration names, with or without port.
fn granted_resource(
    audience: &str,
    is_own_host: &impl Fn(&str) -> bool,
) -> Result<Resource, TokenError> {
    let unknown = || TokenError::ResourceNotFound(audience.to_owned());
    let resource = Resource::of_audience(audience).ok_or_else(unknown)?;
    let name = audience.trim_end_matches('/').to_ascii_lowercase();
    if GRAPH.contains(&name.as_str()) || resource == Resource::ResourceManager {
        return Ok(resource);
    }
    let host = host_of_origin(&name).ok_or_else(unknown)?;
    if is_own_host(&host) {
        Ok(resource)
    } else {
        Err(unknown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ScopeRequest, TokenError> {
        ScopeRequest::parse(text, |host| ["localhost", "zetel.example"].contains(&host))
    }

    #[test]
    fn every_spelling_that_clients_use_names_graph() {
        for (scope, audience) in [
            (
                "https://graph.microsoft.com/.default",
                "https://graph.microsoft.com",
            ),
            (
                "https://graph.microsoft.com//.default",
                "https://graph.microsoft.com/",
            ),
            ("https://localhost:8443/.default", "https://localhost:8443"),
            (
                "https://localhost:8443//.default",
                "https://localhost:8443/",
            ),
            ("https://localhost/.default", "https://localhost"),
            ("https://zetel.example/.default", "https://zetel.example"),
            (
                "00000003-0000-0000-c000-000000000000/.default",
                "00000003-0000-0000-c000-000000000000",
            ),
        ] {
            let request = parse(&format!("{scope} openid profile offline_access")).unwrap();
            assert_eq!(
                (request.audience.as_str(), request.resource),
                (audience, Resource::Graph)
            );
            assert!(request.default && request.openid && request.offline_access);
            assert_eq!(Resource::of_audience(audience), Some(Resource::Graph));
        }
    }

    #[test]
    fn named_permissions_and_azure_are_understood() {
        let request = parse("User.Read https://graph.microsoft.com/Group.Read.All").unwrap();
        assert_eq!(request.permissions, ["User.Read", "Group.Read.All"]);
        assert!(!request.default && !request.openid);
        let azure = parse("https://management.core.windows.net//.default").unwrap();
        assert_eq!(azure.resource, Resource::ResourceManager);
        assert_eq!(
            parse("openid").unwrap().audience,
            "https://graph.microsoft.com"
        );
    }

    #[test]
    fn foreign_resources_and_mixtures_are_refused() {
        let code = |text: &str| parse(text).unwrap_err().code();
        assert_eq!(code("https://evil.example/.default"), 500_011);
        assert_eq!(code("api://something/.default"), 500_011);
        assert_eq!(code("https://user@localhost/.default"), 500_011);
        assert_eq!(code("https://localhost/path/.default"), 500_011);
        assert_eq!(
            code("https://graph.microsoft.com/.default https://management.azure.com/.default"),
            70011
        );
        assert_eq!(code("https://graph.microsoft.com/"), 70011);
    }

    #[test]
    fn an_id_token_audience_is_no_resource() {
        assert_eq!(
            Resource::of_audience("04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
            None
        );
        assert_eq!(Resource::of_audience(""), None);
        assert_eq!(
            Resource::of_audience("https://management.azure.com/"),
            Some(Resource::ResourceManager)
        );
    }
}
