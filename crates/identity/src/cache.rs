//! Verified access tokens, remembered until they expire.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::Claims;

/// Tokens that a node remembers; at 2 KB each this bounds the memory to 20 MB.
const MAXIMUM_TOKENS: usize = 10_000;

/// Bytes at the end of a token that find it: a part of its signature.
const KEY_BYTES: usize = 32;

/// By the end of the token: the token as a whole, and its claims.
type Known = HashMap<[u8; KEY_BYTES], (Box<str>, Arc<Claims>)>;

/// Finds a token by the end of its signature and then compares it as a whole.
///
/// Only verified tokens are stored, so the keys are as good as random: nobody can choose tokens that collide, and
/// hashing the kilobytes of a whole token would cost more than the rest of the check.
pub(crate) struct TokenCache {
    tokens: RwLock<Known>,
}

impl TokenCache {
    pub(crate) fn new() -> Self {
        Self {
            tokens: RwLock::new(HashMap::new()),
        }
    }

    /// The claims of a token that was verified before and has not expired.
    pub(crate) fn get(&self, token: &str, now: i64) -> Option<Arc<Claims>> {
        let tokens = self.tokens.read();
        let (known, claims) = tokens.get(token.as_bytes().last_chunk()?)?;
        (**known == *token && now < claims.expires_at).then(|| Arc::clone(claims))
    }

    /// Remembers a verified token. When there are too many, expired ones go first, then any.
    pub(crate) fn insert(&self, token: &str, claims: &Arc<Claims>, now: i64) {
        let Some(key) = token.as_bytes().last_chunk() else {
            return;
        };
        let mut tokens = self.tokens.write();
        if tokens.len() >= MAXIMUM_TOKENS {
            tokens.retain(|_, (_, claims)| now < claims.expires_at);
        }
        if tokens.len() >= MAXIMUM_TOKENS {
            // Half of them: making room one by one would look at all of them for every new token.
            let mut keep = false;
            tokens.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        tokens.insert(*key, (token.into(), Arc::clone(claims)));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::Caller;

    fn claims(expires_at: i64) -> Arc<Claims> {
        Arc::new(Claims {
            tenant_id: Uuid::nil(),
            object_id: Uuid::nil(),
            client_id: Uuid::nil(),
            audience: String::new(),
            caller: Caller::Application { roles: Vec::new() },
            issued_at: 0,
            expires_at,
            token_id: String::new(),
        })
    }

    #[test]
    fn only_the_whole_token_is_found_until_it_expires() {
        let cache = TokenCache::new();
        let token = format!("header.payload.{}", "s".repeat(300));
        cache.insert(&token, &claims(100), 0);
        assert!(cache.get(&token, 99).is_some());
        assert!(cache.get(&token, 100).is_none());
        assert!(
            cache
                .get(&token.replace("payload", "forgery"), 99)
                .is_none()
        );
        assert!(cache.get("short", 99).is_none());
    }

    #[test]
    fn the_number_of_tokens_is_bounded() {
        let cache = TokenCache::new();
        for number in 0..=2 * MAXIMUM_TOKENS {
            cache.insert(&format!("{number:064}"), &claims(100), 0);
        }
        assert!(cache.tokens.read().len() <= MAXIMUM_TOKENS);
        // Expired ones go first: what is still valid stays.
        let cache = TokenCache::new();
        cache.insert(&"x".repeat(64), &claims(200), 0);
        for number in 0..MAXIMUM_TOKENS {
            cache.insert(
                &format!("{number:064}"),
                &claims(100),
                if number < 9_000 { 0 } else { 150 },
            );
        }
        assert!(cache.get(&"x".repeat(64), 150).is_some());
    }
}
