//! Who calls: from the token of a request to the caller that the engine knows.

use uuid::Uuid;
use zetel_domain::{Timestamp, access::Caller};
use zetel_identity::{AccessTokenError, Claims, TokenService};

/// Somebody whose token is good. Whether they still exist, and what they may do, is for the engine to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant that the token was made for.
    pub tenant_id: Uuid,
    /// Who calls.
    pub caller: Caller,
}

impl From<&Claims> for Principal {
    fn from(claims: &Claims) -> Self {
        let caller = match claims.caller {
            zetel_identity::Caller::Application { .. } => Caller::Application {
                client_id: claims.client_id,
            },
            zetel_identity::Caller::User { .. } => Caller::User {
                id: claims.object_id,
            },
        };
        Self {
            tenant_id: claims.tenant_id,
            caller,
        }
    }
}

/// Judges access tokens.
pub trait Authenticate: Send + Sync + 'static {
    /// The principal of a token that was judged before; never blocks.
    fn known(&self, token: &str, now: Timestamp) -> Option<Principal>;

    /// Judges a token; may block on the database.
    fn judge(&self, token: &str, now: Timestamp) -> Result<Principal, AccessTokenError>;
}

impl Authenticate for TokenService {
    fn known(&self, token: &str, now: Timestamp) -> Option<Principal> {
        Some(Principal::from(&*self.verified(token, now.0)?))
    }

    fn judge(&self, token: &str, now: Timestamp) -> Result<Principal, AccessTokenError> {
        Ok(Principal::from(&*self.verify(token, now.0)?))
    }
}
