//! What all pages share.

use std::sync::Arc;

use zetel_api::Authenticate;
use zetel_engine::Engine;
use zetel_identity::TokenService;

/// What the admin center is made of. Cheap to clone.
#[derive(Clone)]
pub struct AdminCenter {
    /// The tenants.
    pub engine: Engine,
    /// Signs people in.
    pub tokens: Arc<TokenService>,
    /// Judges the access tokens in the cookies of sessions.
    pub authenticator: Arc<dyn Authenticate>,
}
