//! The authorization endpoint: what a sign-in page needs to know, and the code that it ends with
//! (RFC 6749 section 4.1.1).

use url::Url;
use uuid::Uuid;

use crate::directory::known_client;
use crate::encoding::{base64url, from_base64url, reference, sha256};
use crate::service::Client;
use crate::sql::{self, CodeRow};
use crate::{ApplicationAccount, Origin, Parameters, SignedIn, TokenError, TokenService};

/// Authorization codes are good for ten minutes.
const CODE_LIFETIME_SECONDS: i64 = 600;

/// Hosts that mean the user's own machine (RFC 8252 section 7.3).
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// How the answer travels to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts to it.
    FormPost,
}

/// A request for a code that may be answered: client and redirect URI are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The path segment: tenant, domain, `organizations` or `common`.
    pub authority: String,
    /// The application.
    pub client_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// How it goes there.
    pub response_mode: ResponseMode,
    /// Returned unchanged.
    pub state: Option<String>,
    /// User principal name to fill in.
    pub login_hint: Option<String>,
    scope: String,
    nonce: Option<String>,
    challenge: Option<String>,
    challenge_method: Option<String>,
}

/// Why no code is given. Only the second kind may be told to the redirect URI: the first one may have forged it.
#[derive(Debug)]
pub enum AuthorizationError {
    /// Show it to the user.
    Page(TokenError),
    /// Send it to the redirect URI of the request.
    Redirect(Box<AuthorizationRequest>, TokenError),
}

/// The `S256` challenge of a verifier (RFC 7636, section 4.2).
pub fn challenge_of(verifier: &str) -> String {
    base64url(sha256(verifier))
}

impl AuthorizationRequest {
    /// Names and values of the answer: those given, and `state`.
    pub fn answer<'a>(&'a self, values: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let state = self.state.as_deref().map(|state| ("state", state));
        values.iter().copied().chain(state).collect()
    }

    /// The URL that carries an answer in its query or fragment.
    pub fn location(&self, values: &[(&str, &str)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.answer(values));
        let text = text.finish();
        let separator = match self.response_mode {
            ResponseMode::Fragment => '#',
            _ if self.redirect_uri.contains('?') => '&',
            _ => '?',
        };
        format!("{}{separator}{text}", self.redirect_uri)
    }
}

impl TokenService {
    /// Understands the query of the authorization endpoint.
    pub fn authorization_request(
        &self,
        authority: &str,
        origin: &Origin,
        query: &Parameters,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        let (mut request, confidential) = self
            .addressed_request(authority, origin, query)
            .map_err(AuthorizationError::Page)?;
        match self.requested_code(&mut request, origin, query, confidential) {
            Ok(()) => Ok(request),
            Err(error) => Err(AuthorizationError::Redirect(Box::new(request), error)),
        }
    }

    /// The part of a request that decides where an answer may go; whether the client is confidential.
    fn addressed_request(
        &self,
        authority: &str,
        origin: &Origin,
        query: &Parameters,
    ) -> Result<(AuthorizationRequest, bool), TokenError> {
        let tenant = self.tenant_of(authority)?;
        let client_id = query.required("client_id")?;
        let not_found = || crate::client::application_not_found(client_id, authority);
        let client_id = Uuid::try_parse(client_id).map_err(|_| not_found())?;
        // Without a tenant only the clients that every tenant knows can be checked.
        let client = match (tenant, known_client(client_id)) {
            (None, None) => return Err(TokenError::TenantMissing),
            (tenant, _) => self.find_client(tenant.unwrap_or_default(), client_id, authority)?,
        };
        let redirect_uri = query.required("redirect_uri")?;
        if !may_redirect(&client, redirect_uri, origin) {
            return Err(TokenError::RedirectNotRegistered {
                redirect_uri: redirect_uri.to_owned(),
                client_id,
            });
        }
        let response_mode = match query.get("response_mode") {
            None | Some("query") => ResponseMode::Query,
            Some("fragment") => ResponseMode::Fragment,
            Some("form_post") => ResponseMode::FormPost,
            Some(_) => {
                return Err(TokenError::Malformed(
                    "response_mode must be query, fragment or form_post",
                ));
            }
        };
        let text = |name| query.get(name).map(str::to_owned);
        let request = AuthorizationRequest {
            authority: authority.to_owned(),
            client_id,
            display_name: client.display_name,
            redirect_uri: redirect_uri.to_owned(),
            response_mode,
            state: text("state"),
            login_hint: text("login_hint"),
            scope: String::new(),
            nonce: text("nonce"),
            challenge: text("code_challenge"),
            challenge_method: text("code_challenge_method"),
        };
        Ok((
            request,
            client.account.is_some_and(|account| !account.public_client),
        ))
    }

    fn requested_code(
        &self,
        request: &mut AuthorizationRequest,
        origin: &Origin,
        query: &Parameters,
        confidential: bool,
    ) -> Result<(), TokenError> {
        let response_type = query.required("response_type")?;
        if response_type != "code" {
            return Err(TokenError::UnsupportedResponseType(
                response_type.to_owned(),
            ));
        }
        request.scope = self.scope(query.required("scope")?, origin)?.text;
        match (&request.challenge, request.challenge_method.as_deref()) {
            (Some(challenge), Some("S256"))
                if from_base64url(challenge).is_some_and(|bytes| bytes.len() == 32) =>
            {
                Ok(())
            }
            (Some(_), Some("S256")) => Err(TokenError::Malformed(
                "code_challenge is not the base64url of a SHA-256 digest",
            )),
            (Some(_), None | Some("plain")) => Ok(()),
            (Some(_), Some(_)) => Err(TokenError::Malformed(
                "code_challenge_method must be S256 or plain",
            )),
            // Whoever intercepts the code of a public client could redeem it (RFC 9700 section 2.1.1).
            (None, _) if !confidential => Err(TokenError::MissingParameter("code_challenge")),
            (None, _) => Ok(()),
        }
    }

    /// Makes the code for a user who has just signed in.
    pub fn grant_code(
        &self,
        request: &AuthorizationRequest,
        signed_in: &SignedIn,
    ) -> Result<String, TokenError> {
        self.find_client(signed_in.tenant_id, request.client_id, &request.authority)?;
        let code = reference(signed_in.tenant_id, self.environment.random()?);
        let row = CodeRow {
            user_id: signed_in.user.id,
            client_id: request.client_id,
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            challenge_method: request.challenge_method.clone(),
            scope: request.scope.clone(),
            nonce: request.nonce.clone(),
            expires_at: self.now() + CODE_LIFETIME_SECONDS,
            redeemed: false,
        };
        sql::insert_code(&self.database, signed_in.tenant_id, &sha256(&code), &row)?;
        Ok(code)
    }
}

/// Whether answers may go to a URI: one that is registered, or for public clients the user's own machine over
/// `http` on any port; those for our own pages stay here. A fragment is never allowed (RFC 6749 section 3.1.2).
fn may_redirect(client: &Client, redirect_uri: &str, origin: &Origin) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else {
        return false;
    };
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let is_loopback =
        url.scheme() == "http" && url.host_str().is_some_and(|host| LOOPBACK.contains(&host));
    match &client.account {
        None => match known_client(client.id).and_then(|known| known.callback) {
            Some(callback) => redirect_uri.strip_prefix(origin.base()) == Some(callback),
            None => is_loopback,
        },
        Some(account) => {
            account
                .redirect_uris
                .iter()
                .any(|known| known == redirect_uri)
                || (is_loopback && (account.public_client || is_registered_loopback(account, &url)))
        }
    }
}

/// A registered `http://localhost` URI stands for every port, as Entra has it (RFC 8252 section 7.3).
fn is_registered_loopback(account: &ApplicationAccount, url: &Url) -> bool {
    let same = |known: &Url| {
        known.scheme() == "http" && known.host_str() == url.host_str() && known.path() == url.path()
    };
    account
        .redirect_uris
        .iter()
        .filter_map(|known| Url::parse(known).ok())
        .any(|known| same(&known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::ADMIN_CENTER;
    use crate::token::ClientProof;

    fn client(account: Option<(bool, &[&str])>) -> Client {
        let account = account.map(|(public_client, uris)| ApplicationAccount {
            application_id: Uuid::nil(),
            service_principal_id: Uuid::nil(),
            display_name: String::new(),
            permissions: Vec::new(),
            public_client,
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        });
        Client {
            id: Uuid::nil(),
            display_name: String::new(),
            account,
            proof: ClientProof::Public,
        }
    }

    #[test]
    fn answers_go_to_registered_uris_and_public_clients_own_machine() {
        let known = client(None);
        let public = client(Some((true, &["myapp://auth"])));
        let web = client(Some((
            false,
            &["https://app.example/back", "http://localhost/back"],
        )));
        for (client, uri, expected) in [
            (&known, "http://localhost:1234", true),
            (&known, "http://127.0.0.1:1234/", true),
            (&known, "https://app.example/back", false),
            (&known, "http://localhost.evil.example/", false),
            (&known, "http://user@localhost/", false),
            (&public, "myapp://auth", true),
            (&public, "http://localhost:8400/x", true),
            (&public, "myapp://auth/other", false),
            (&web, "https://app.example/back", true),
            (&web, "https://app.example/back/", false),
            (&web, "https://app.example/back?x=1", false),
            (&web, "https://app.example/back#f", false),
            (&web, "http://localhost:5000/back", true),
            (&web, "http://localhost:5000/other", false),
            (&web, "http://127.0.0.1:5000/back", false),
            (&web, "javascript:alert(1)", false),
            (&web, "not a url", false),
        ] {
            let origin = Origin::from_url("https://zetel.example").unwrap();
            assert_eq!(may_redirect(client, uri, &origin), expected, "{uri}");
        }
    }

    #[test]
    fn codes_for_our_own_pages_stay_on_this_service() {
        let own = Client {
            id: ADMIN_CENTER.client_id,
            ..client(None)
        };
        let origin = Origin::from_url("https://zetel.example").unwrap();
        for (uri, expected) in [
            ("https://zetel.example/admin/callback", true),
            ("https://zetel.example/admin/callback?x", false),
            ("https://zetel.example.evil.example/admin/callback", false),
            ("https://evil.example/admin/callback", false),
            ("http://zetel.example/admin/callback", false),
            ("http://localhost:1234", false),
        ] {
            assert_eq!(may_redirect(&own, uri, &origin), expected, "{uri}");
        }
    }
}
