//! The token service over HTTP: discovery, keys, tokens, device codes and the pages on which users sign in.
//!
//! Paths and shapes are those of Entra's v2.0 endpoints, as far as real clients use them. Every URL in an answer
//! begins with the origin that the client used, because clients compare the two.

mod authorize;
mod azure;
mod context;
mod csrf;
mod device_login;
mod discovery;
mod pages;
mod respond;
#[cfg(test)]
mod tests;
mod workers;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use zetel_identity::{BasicCredentials, TokenError, TokenRequest, TokenService};

pub use context::ClientScheme;
use context::{Context, Form};
use respond::{Refusal, json};
use workers::Workers;

/// What the handlers share.
#[derive(Clone)]
struct TokenState {
    service: Arc<TokenService>,
    workers: Workers,
}

/// The routes of the token service. A listener that does not speak HTTPS adds [`ClientScheme`] to its requests.
pub fn router(service: Arc<TokenService>) -> Router {
    let state = TokenState {
        service,
        workers: Workers::new(),
    };
    Router::new()
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::document_v2),
        )
        .route(
            "/{tenant}/.well-known/openid-configuration",
            get(discovery::document_v1),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/discovery/keys", get(discovery::keys))
        .route("/common/discovery/instance", get(discovery::instance))
        .route("/common/userrealm/{upn}", get(discovery::user_realm))
        .route("/metadata/endpoints", get(azure::endpoints))
        .route("/tenants", get(azure::tenants))
        .route("/subscriptions", get(azure::subscriptions))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/{tenant}/oauth2/token", post(token))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device_code))
        .route("/{tenant}/oauth2/devicecode", post(device_code))
        .route(
            "/{tenant}/oauth2/v2.0/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route(
            "/{tenant}/oauth2/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route("/{tenant}/oauth2/v2.0/logout", get(pages::signed_out))
        .route("/{tenant}/oauth2/logout", get(pages::signed_out))
        .route(
            "/devicelogin",
            get(device_login::show).post(device_login::submit),
        )
        .route(pages::STYLE_PATH, get(pages::style))
        .with_state(state)
}

/// The token endpoint.
async fn token(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
    Form(form): Form,
) -> Result<Response, Refusal> {
    let basic = context.authorization().and_then(BasicCredentials::parse);
    let origin = context.origin.clone();
    let hashes = form
        .as_ref()
        .is_ok_and(|form| form.get("grant_type") == Some("password"));
    let service = Arc::clone(&state.service);
    let work = move || {
        let form = form?;
        service.token(&TokenRequest {
            authority: &tenant,
            origin: &origin,
            form: &form,
            basic: basic.as_ref(),
        })
    };
    let result = if hashes {
        state.workers.hash(work).await
    } else {
        state.workers.run(work).await
    };
    result
        .map(|answer| json(&answer))
        .map_err(|error| context.refuse(&error))
}

/// The device code endpoint.
async fn device_code(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
    Form(form): Form,
) -> Result<Response, Refusal> {
    let origin = context.origin.clone();
    let service = Arc::clone(&state.service);
    let work = move || {
        let form = form?;
        service.start_device_code(&TokenRequest {
            authority: &tenant,
            origin: &origin,
            form: &form,
            basic: None,
        })
    };
    let result: Result<_, TokenError> = state.workers.run(work).await;
    result
        .map(|answer| json(&answer))
        .map_err(|error| context.refuse(&error))
}
