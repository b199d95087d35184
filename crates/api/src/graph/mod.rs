//! Graph v1.0, and the enrollment gate beside it.

mod accept;
mod actor;
mod audit;
mod batch;
mod body;
mod call;
mod coverage;
mod credentials;
mod delta;
mod dispatch;
mod error;
mod exchange;
mod filter;
mod gate;
mod handlers;
mod head;
mod journal;
mod json;
mod metadata;
mod not_done;
mod origin;
mod paging;
mod parity;
mod passwords;
mod path;
mod people;
mod plan;
mod policy;
mod query;
mod recent_sets;
mod references;
mod refusals;
mod relations;
mod render;
mod reply;
mod request_id;
mod routes;
mod schema;
mod service;
mod settings;
mod time;

use std::sync::Arc;

use axum::Router;

pub use coverage::coverage_document;
pub use credentials::ListCredentials;
pub use gate::SignDecisions;
pub use parity::parity_document;
pub(crate) use routes::ROUTES;

use crate::state::ApiState;

/// Answers every path that no other router does: Graph reads paths in its own way (double slashes, letter case, keys),
/// so it takes them apart itself.
pub fn router(state: ApiState) -> Router {
    let graph = Arc::new(service::Graph::new(state));
    Router::new().fallback(service::serve).with_state(graph)
}
