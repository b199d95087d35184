//! What all requests share, and the way from HTTP to their answers and back.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use zetel_engine::Engine;
use zetel_identity::Environment;

use super::{
    credentials::ListCredentials, dispatch, gate::SignDecisions, head::Head,
    passwords::PasswordHasher, recent_sets::RecentSets, render::license::LicenseTexts,
    request_id::RequestIds,
};
use crate::{authentication::Authenticate, health::Metrics, state::ApiState};

/// What all requests share.
pub(crate) struct Graph {
    /// The tenants.
    pub engine: Engine,
    /// Texts of licenses, made once.
    pub texts: LicenseTexts,
    /// Hashes passwords.
    pub passwords: PasswordHasher,
    /// Signs decisions about devices.
    pub signer: Arc<dyn SignDecisions>,
    /// Tells what credentials applications have.
    pub credentials: Arc<dyn ListCredentials>,
    /// Time and randomness for new credentials.
    pub environment: Environment,
    /// Judges access tokens.
    pub authenticator: Arc<dyn Authenticate>,
    /// Sets of conditions that were asked lately.
    pub recent_sets: RecentSets,
    /// Gives every request its id.
    pub request_ids: RequestIds,
    /// Counts requests.
    pub metrics: Arc<Metrics>,
    public_url: Option<String>,
}

impl Graph {
    /// Takes the parts together.
    pub fn new(state: ApiState) -> Self {
        // Without randomness ids repeat those of an earlier start, which is no reason not to serve.
        let seed = state
            .environment
            .random::<8>()
            .map_or(0, u64::from_le_bytes);
        Self {
            engine: state.engine,
            texts: LicenseTexts::default(),
            passwords: PasswordHasher::new(
                state.environment.clone(),
                state.settings.password_workers,
            ),
            signer: state.signer,
            credentials: state.credentials,
            environment: state.environment,
            authenticator: state.authenticator,
            recent_sets: RecentSets::default(),
            request_ids: RequestIds::new(seed),
            metrics: state.metrics,
            public_url: state.settings.public_url,
        }
    }
}

/// Answers a request.
pub(crate) async fn serve(State(graph): State<Arc<Graph>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let head = Head::of(&parts, graph.public_url.as_deref());
    dispatch::answer(&graph, &head, body).await.map(Body::from)
}
