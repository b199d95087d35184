//! HTTP: Graph v1.0, the enrollment gate, token service, health and metrics.
//!
//! Handlers convert, call the engine and render; no rule is decided here. [`app`] is what clients reach,
//! [`health::router`] is for a listener of its own.

mod authentication;
mod graph;
mod state;

pub mod health;
pub mod token;
pub mod words;

use std::sync::Arc;

use axum::Router;
use zetel_identity::TokenService;

pub use authentication::{Authenticate, Authenticator, Principal, Principals};
pub use graph::{
    ListCredentials, SignDecisions, coverage_document, parity_document, router as graph_router,
};
pub use state::{ApiState, Settings};

/// Everything that clients reach: Graph, the enrollment gate and the token service.
pub fn app(state: ApiState, token_service: Arc<TokenService>) -> Router {
    token::router(token_service).merge(graph::router(state))
}
