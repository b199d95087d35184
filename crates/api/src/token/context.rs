//! What every handler needs to know of its request.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use jiff::Timestamp;
use uuid::Uuid;
use zetel_identity::{Origin, Parameters, TokenError};

use super::TokenState;
use super::respond::Refusal;

/// Bodies beyond this are refused; the largest real one is an assertion with a certificate chain.
const MAXIMUM_BODY_BYTES: usize = 64 * 1024;

/// The scheme that a client used, put into the extensions of its request by the listener. Absent it is `https`.
#[derive(Clone, Copy, Debug)]
pub struct ClientScheme(pub &'static str);

/// How a request is named in answers and logs, and when it came.
#[derive(Clone, Copy)]
pub(super) struct RequestIds {
    pub trace: Uuid,
    /// The client's own name for it, or the same.
    pub correlation: Uuid,
    pub time: Timestamp,
}

/// What is known of a request besides its path and body.
pub(super) struct Context {
    pub origin: Origin,
    pub ids: RequestIds,
    pub cookies: String,
    authorization: Option<String>,
}

impl Context {
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// The refusal of this request, as JSON.
    pub(super) fn refuse(&self, error: &TokenError) -> Refusal {
        Refusal::new(error, &self.ids)
    }

    pub(super) fn is_https(&self) -> bool {
        self.origin.base().starts_with("https:")
    }
}

impl FromRequestParts<TokenState> for Context {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &TokenState) -> Result<Self, Refusal> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let trace = state.service.new_id().unwrap_or_default();
        let correlation = text("client-request-id").and_then(|id| Uuid::try_parse(id).ok());
        let ids = RequestIds {
            trace,
            correlation: correlation.or_else(|| id_in_query(parts)).unwrap_or(trace),
            time: Timestamp::from_second(state.service.now()).unwrap_or_default(),
        };
        let origin = state
            .service
            .public_origin()
            .or_else(|| client_origin(parts));
        let nameless = TokenError::Malformed("the Host header is missing or no host name");
        Ok(Self {
            origin: origin.ok_or_else(|| Refusal::new(&nameless, &ids))?,
            ids,
            cookies: cookies(parts),
            authorization: text(AUTHORIZATION.as_str()).map(str::to_owned),
        })
    }
}

/// Where the client reached us: HTTP/2 puts the host into the request's URI, HTTP/1.1 into a header.
fn client_origin(parts: &Parts) -> Option<Origin> {
    let scheme = parts
        .extensions
        .get::<ClientScheme>()
        .map_or("https", |scheme| scheme.0);
    let authority = parts.uri.authority().map(Authority::as_str);
    let host = || {
        parts
            .headers
            .get(HOST)
            .and_then(|value| value.to_str().ok())
    };
    Origin::new(scheme, authority.or_else(host)?)
}

fn id_in_query(parts: &Parts) -> Option<Uuid> {
    let query = parts.uri.query()?;
    let (_, id) =
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "client-request-id")?;
    Uuid::try_parse(&id).ok()
}

/// All cookies; HTTP/2 clients may send each in a header of its own.
fn cookies(parts: &Parts) -> String {
    let headers = parts
        .headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok());
    headers.collect::<Vec<_>>().join("; ")
}

/// The form in a request's body, or why it cannot be read.
pub(super) struct Form(pub Result<Parameters, TokenError>);

impl FromRequest<TokenState> for Form {
    type Rejection = Infallible;

    async fn from_request(request: Request<Body>, _: &TokenState) -> Result<Self, Infallible> {
        let body = to_bytes(request.into_body(), MAXIMUM_BODY_BYTES).await;
        let too_large = |_| TokenError::Malformed("the body is larger than 64 KiB or was cut off");
        Ok(Self(
            body.map_err(too_large)
                .and_then(|body| Parameters::parse(&body)),
        ))
    }
}
