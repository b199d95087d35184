//! Access tokens by client credentials (RFC 6749 section 4.4).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::Method;
use url::{Url, form_urlencoded};

use super::failure::Failure;
use super::transport::{Content, Transport};

/// A token is renewed this long before it expires.
const MARGIN: Duration = Duration::from_mins(1);

/// Who signs in, where, and for what.
pub struct Credentials {
    /// The token endpoint.
    pub endpoint: Url,
    /// Application id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Scope, ending in `/.default`.
    pub scope: String,
}

/// Where tokens come from. Shared by all threads of a run; one of them renews, the others get what it got.
pub struct TokenSource {
    origin: Origin,
    current: Mutex<Option<Token>>,
}

enum Origin {
    Ready(String),
    Service {
        transport: Transport,
        credentials: Credentials,
    },
}

#[derive(Clone)]
struct Token {
    text: String,
    renew_at: Option<Instant>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// A number; some services send it as a string.
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl TokenSource {
    /// A token that the user already has.
    pub fn ready(token: String) -> Self {
        Self {
            origin: Origin::Ready(token),
            current: Mutex::new(None),
        }
    }

    /// Tokens from a token service.
    pub fn new(transport: Transport, credentials: Credentials) -> Self {
        Self {
            origin: Origin::Service {
                transport,
                credentials,
            },
            current: Mutex::new(None),
        }
    }

    /// A valid token; asks the token service when there is none or it is about to expire.
    pub fn current(&self) -> Result<String, Failure> {
        self.get(None)
    }

    /// A token other than `rejected`, which the server did not accept. `None` when no other can be had.
    pub fn renewed(&self, rejected: &str) -> Result<Option<String>, Failure> {
        match self.origin {
            Origin::Ready(_) => Ok(None),
            Origin::Service { .. } => self.get(Some(rejected)).map(Some),
        }
    }

    fn get(&self, rejected: Option<&str>) -> Result<String, Failure> {
        let (transport, credentials) = match &self.origin {
            Origin::Ready(token) => return Ok(token.clone()),
            Origin::Service {
                transport,
                credentials,
            } => (transport, credentials),
        };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(token) = &*current
            && rejected != Some(token.text.as_str())
            && token.renew_at.is_none_or(|at| now < at)
        {
            return Ok(token.text.clone());
        }
        let token = request(transport, credentials, now)?;
        Ok(current.insert(token).text.clone())
    }
}

fn request(
    transport: &Transport,
    credentials: &Credentials,
    now: Instant,
) -> Result<Token, Failure> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &credentials.client_id)
        .append_pair("client_secret", &credentials.client_secret)
        .append_pair("scope", &credentials.scope)
        .finish();
    let answer = transport.send(
        &Method::POST,
        &credentials.endpoint,
        &[],
        Content::Form(&form),
    )?;
    if answer.status != 200 {
        return Err(Failure::from_token_service(&answer));
    }
    let token: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::bad_answer(format!("`{}` is no token service", credentials.endpoint))
    })?;
    Ok(Token {
        text: token.access_token,
        renew_at: renew_at(&token.expires_in, now),
    })
}

fn renew_at(expires_in: &serde_json::Value, now: Instant) -> Option<Instant> {
    let seconds = expires_in
        .as_u64()
        .or_else(|| expires_in.as_str()?.parse().ok())?;
    now.checked_add(Duration::from_secs(seconds).saturating_sub(MARGIN))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::renew_at;

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let now = Instant::now();
        let later = |seconds| now.checked_add(Duration::from_secs(seconds));
        assert_eq!(renew_at(&json!(3600), now), later(3540));
        assert_eq!(renew_at(&json!("3600"), now), later(3540));
        assert_eq!(renew_at(&json!(5), now), later(0));
        assert_eq!(renew_at(&json!(null), now), None);
    }
}
