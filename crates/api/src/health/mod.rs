//! Health and metrics, for a listener of their own: nothing here asks for a token.

mod metrics;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use zetel_engine::Engine;

pub use metrics::Metrics;

#[derive(Clone)]
struct HealthState {
    engine: Engine,
    metrics: Arc<Metrics>,
}

/// `/healthz` (the process runs), `/readyz` (the database answers), `/metrics` (Prometheus).
pub fn router(engine: Engine, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(show_metrics))
        .with_state(HealthState { engine, metrics })
}

async fn ready(State(state): State<HealthState>) -> Response {
    let asked = tokio::task::spawn_blocking(move || state.engine.tenant_ids()).await;
    match asked {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
                .into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n").into_response(),
    }
}

async fn show_metrics(State(state): State<HealthState>) -> Response {
    let text = state.metrics.text();
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, media_type)], text).into_response()
}
