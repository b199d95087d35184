//! As much of Azure Resource Manager as Azure CLI asks for when it signs in: where everything is, which tenants the user
//! has, and that no tenant has a subscription to Azure.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;
use zetel_identity::TokenError;

use super::TokenState;
use super::context::Context;
use super::respond::{self, Refusal};

/// `GET /metadata/endpoints`: the endpoints of this cloud, which are all here, and the suffixes of services, of which it
/// has none. Needs no token.
pub(super) async fn endpoints(context: Context) -> Response {
    let base = context.origin.base();
    let root = format!("{base}/");
    respond::json(&json!({
        "name": "Zetel",
        "portal": root,
        "authentication": {
            "loginEndpoint": base,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": root,
        "graphAudience": root,
        "microsoftGraphResourceId": root,
        "resourceManager": root,
        "suffixes": {},
    }))
}

/// `GET /tenants`: the tenant of the token.
pub(super) async fn tenants(
    State(state): State<TokenState>,
    context: Context,
) -> Result<Response, Refusal> {
    let Some(tenant) = tenant(&state, &context).await? else {
        return Ok(unauthenticated());
    };
    Ok(respond::json(&json!({ "value": [{
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant,
        "tenantCategory": "Home",
    }] })))
}

/// `GET /subscriptions`: none.
pub(super) async fn subscriptions(
    State(state): State<TokenState>,
    context: Context,
) -> Result<Response, Refusal> {
    if tenant(&state, &context).await?.is_none() {
        return Ok(unauthenticated());
    }
    Ok(respond::json(&json!({ "value": [] })))
}

/// The tenant of the request's token; nothing if the token is not good.
async fn tenant(state: &TokenState, context: &Context) -> Result<Option<Uuid>, Refusal> {
    let bearer = context.authorization().and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    });
    let Some(token) = bearer else {
        return Ok(None);
    };
    let service = Arc::clone(&state.service);
    let work = move || Ok(service.tenant_of_azure_token(&token, service.now()).ok());
    let tenant: Result<Option<Uuid>, TokenError> = state.workers.run(work).await;
    tenant.map_err(|error| context.refuse(&error))
}

fn unauthenticated() -> Response {
    let body = json!({ "error": {
        "code": "AuthenticationFailed",
        "message": "Authentication failed. Send an access token for https://management.azure.com/.",
    } });
    let mut response = (StatusCode::UNAUTHORIZED, respond::json(&body)).into_response();
    let challenge = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}
