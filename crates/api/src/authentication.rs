//! Who calls: from the token of a request to the caller that the engine knows.

use std::{collections::HashMap, sync::Arc};

use parking_lot::RwLock;
use uuid::Uuid;
use zetel_domain::{
    Timestamp,
    access::{Caller, Scopes},
};
use zetel_identity::{AccessTokenError, Claims, TokenService};

/// Lists of scopes that are remembered. There are about as many as applications; an application that asks for ever
/// other combinations of its permissions cannot take more memory than this.
const MAXIMUM_SCOPE_LISTS: usize = 1_000;

/// Somebody whose token is good. Whether they still exist, and what they may do, is for the engine to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant that the token was made for.
    pub tenant_id: Uuid,
    /// Who calls.
    pub caller: Caller,
}

/// Makes principals of what tokens say, and remembers what each list of scopes means, so that a request with a known
/// list parses and allocates nothing.
#[derive(Debug, Default)]
pub struct Principals {
    scopes: RwLock<HashMap<Vec<String>, Scopes>>,
}

impl Principals {
    /// Who calls with a token that says this.
    pub fn of(&self, claims: &Claims) -> Principal {
        let caller = match &claims.caller {
            zetel_identity::Caller::Application { .. } => Caller::Application {
                client_id: claims.client_id,
            },
            zetel_identity::Caller::User { scopes, .. } => Caller::User {
                id: claims.object_id,
                scopes: self.scopes(scopes),
            },
        };
        Principal {
            tenant_id: claims.tenant_id,
            caller,
        }
    }

    fn scopes(&self, names: &[String]) -> Scopes {
        // The long list of Microsoft's own tools is not worth hashing.
        if names.iter().any(|name| name == Scopes::ACCESS_AS_USER) {
            return Scopes::All;
        }
        if let Some(known) = self.scopes.read().get(names) {
            return known.clone();
        }
        let scopes = Scopes::parse(names.iter().map(String::as_str));
        let mut known = self.scopes.write();
        if known.len() >= MAXIMUM_SCOPE_LISTS {
            known.clear();
        }
        known.insert(names.to_vec(), scopes.clone());
        scopes
    }
}

/// Judges access tokens.
pub trait Authenticate: Send + Sync + 'static {
    /// The principal of a token that was judged before; never blocks.
    fn known(&self, token: &str, now: Timestamp) -> Option<Principal>;

    /// Judges a token; may block on the database.
    fn judge(&self, token: &str, now: Timestamp) -> Result<Principal, AccessTokenError>;
}

/// Judges the access tokens that a token service made.
pub struct Authenticator {
    tokens: Arc<TokenService>,
    principals: Principals,
}

impl Authenticator {
    /// Judges the tokens of this service.
    pub fn new(tokens: Arc<TokenService>) -> Self {
        Self {
            tokens,
            principals: Principals::default(),
        }
    }
}

impl Authenticate for Authenticator {
    fn known(&self, token: &str, now: Timestamp) -> Option<Principal> {
        Some(self.principals.of(&*self.tokens.verified(token, now.0)?))
    }

    fn judge(&self, token: &str, now: Timestamp) -> Result<Principal, AccessTokenError> {
        Ok(self.principals.of(&*self.tokens.verify(token, now.0)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(principals: &Principals) -> usize {
        principals.scopes.read().len()
    }

    #[test]
    fn a_list_of_scopes_is_parsed_once() {
        let principals = Principals::default();
        let list = |name: &str| vec!["User.Read".to_owned(), name.to_owned()];
        let (Scopes::Only(first), Scopes::Only(second)) = (
            principals.scopes(&list("User.Read.All")),
            principals.scopes(&list("User.Read.All")),
        ) else {
            panic!("a list that bounds the user's rights")
        };
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(remembered(&principals), 1);

        assert_eq!(
            principals.scopes(&list("Directory.AccessAsUser.All")),
            Scopes::All
        );
        assert_eq!(remembered(&principals), 1);
    }

    #[test]
    fn the_number_of_lists_is_bounded() {
        let principals = Principals::default();
        for number in 0..=MAXIMUM_SCOPE_LISTS {
            let scopes = principals.scopes(&[number.to_string(), "User.Read.All".to_owned()]);
            assert_eq!(scopes, Scopes::parse(["User.Read.All"]));
        }
        assert_eq!(remembered(&principals), 1);
    }
}
