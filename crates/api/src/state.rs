//! What all requests share.

use std::sync::Arc;

use zetel_engine::Engine;
use zetel_identity::Environment;

use crate::{
    authentication::Authenticate,
    graph::{ListCredentials, SignDecisions},
    health::Metrics,
};

/// What the API is made of.
pub struct ApiState {
    /// The tenants.
    pub engine: Engine,
    /// Judges access tokens: an [`Authenticator`](crate::Authenticator).
    pub authenticator: Arc<dyn Authenticate>,
    /// Signs decisions about devices: a [`TokenService`](zetel_identity::TokenService).
    pub signer: Arc<dyn SignDecisions>,
    /// Tells what credentials applications have: a [`TokenService`](zetel_identity::TokenService).
    pub credentials: Arc<dyn ListCredentials>,
    /// Randomness for request ids, for the salts of passwords, and for the secrets of applications.
    pub environment: Environment,
    /// Counts requests.
    pub metrics: Arc<Metrics>,
    /// How it behaves.
    pub settings: Settings,
}

/// How the API behaves.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Public URL such as `https://zetel.example`, without a slash at the end. Links in answers begin with it; without
    /// it they begin with the host that each client used.
    pub public_url: Option<String>,
    /// Passwords hashed at the same time, 19 MiB and a core each; as many as there are cores if 0.
    pub password_workers: usize,
}
