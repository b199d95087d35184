//! What clients read before they ask for a token. All URLs begin with the origin that the client used.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zetel_identity::{Origin, Parameters, TokenError};

use super::TokenState;
use super::context::Context;
use super::respond::{self, Refusal};

/// The document of the v2.0 endpoints (OpenID Connect Discovery section 3).
pub(super) async fn document_v2(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
) -> Result<Response, Refusal> {
    document(
        &state,
        &tenant,
        &context,
        "/oauth2/v2.0",
        "/discovery/v2.0/keys",
    )
}

/// The document of the older endpoints; AD FS clients ask for it under `/adfs`.
pub(super) async fn document_v1(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
) -> Result<Response, Refusal> {
    document(&state, &tenant, &context, "/oauth2", "/discovery/keys")
}

fn document(
    state: &TokenState,
    segment: &str,
    context: &Context,
    endpoints: &str,
    keys: &str,
) -> Result<Response, Refusal> {
    let tenant = state
        .service
        .tenant_of(segment)
        .map_err(|error| context.refuse(&error))?;
    let base = context.origin.base();
    // Addressed by id whenever there is one, so that tokens and document name the same issuer.
    let address = match tenant {
        Some(id) if !segment.eq_ignore_ascii_case("adfs") => id.to_string(),
        _ => segment.to_ascii_lowercase(),
    };
    // Entra's own placeholder where the tenant is not known yet.
    let issuer = tenant.map_or("{tenantid}".to_owned(), |id| id.to_string());
    Ok(respond::json(&json!({
        "issuer": format!("{base}/{issuer}/v2.0"),
        "authorization_endpoint": format!("{base}/{address}{endpoints}/authorize"),
        "token_endpoint": format!("{base}/{address}{endpoints}/token"),
        "device_authorization_endpoint": format!("{base}/{address}{endpoints}/devicecode"),
        "end_session_endpoint": format!("{base}/{address}{endpoints}/logout"),
        "jwks_uri": format!("{base}/{address}{keys}"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "grant_types_supported": [
            "authorization_code", "client_credentials", "password", "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "code_challenge_methods_supported": ["S256", "plain"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "preferred_username", "name", "tid", "oid", "upn", "ver",
        ],
        "request_uri_parameter_supported": false,
    })))
}

/// The public keys (RFC 7517).
pub(super) async fn keys(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
) -> Result<Response, Refusal> {
    let service = Arc::clone(&state.service);
    let work = move || {
        service.tenant_of(&tenant)?;
        Ok(service.key_set()?)
    };
    let keys = state
        .workers
        .run(work)
        .await
        .map_err(|error: TokenError| context.refuse(&error))?;
    Ok(respond::json(&keys))
}

/// Instance discovery: whether a host is an authority. Clients ask `login.microsoftonline.com`, which a test
/// environment may point here; only this service's own hosts are vouched for.
pub(super) async fn instance(
    State(state): State<TokenState>,
    RawQuery(query): RawQuery,
    context: Context,
) -> Result<Response, Refusal> {
    let query = Parameters::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| context.refuse(&error))?;
    let endpoint = query
        .required("authorization_endpoint")
        .map_err(|error| context.refuse(&error))?;
    let Some((origin, tenant)) = authority_of(endpoint).filter(|(origin, _)| {
        state
            .service
            .is_own_host(origin.host_name(), &context.origin)
    }) else {
        let body = json!({
            "error": "invalid_instance",
            "error_description": "AADSTS50049: Unknown or invalid instance.",
            "error_codes": [50049],
        });
        return Ok((StatusCode::BAD_REQUEST, respond::json(&body)).into_response());
    };
    let host = origin
        .base()
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    Ok(respond::json(&json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", origin.base()),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })))
}

/// Origin and first path segment of an authorization endpoint.
fn authority_of(endpoint: &str) -> Option<(Origin, &str)> {
    let (scheme, rest) = endpoint.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let tenant = path.split('/').next().filter(|tenant| !tenant.is_empty())?;
    let plain = tenant
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    Origin::new(scheme, host)
        .filter(|_| plain)
        .map(|origin| (origin, tenant))
}

/// How users of a domain sign in. MSAL asks before it sends a password; nothing is federated here.
pub(super) async fn user_realm(
    State(state): State<TokenState>,
    Path(upn): Path<String>,
) -> Response {
    let domain = upn.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    let known = state.service.tenant_of_upn(&upn).is_some();
    let mut realm = json!({
        "ver": "1.0",
        "account_type": if known { "Managed" } else { "Unknown" },
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    if let Some(domain) = domain {
        realm["domain_name"] = Value::String(domain);
    }
    respond::json(&realm)
}
