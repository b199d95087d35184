//! A request without its body: one that came alone, or one of a batch.

use axum::http::{HeaderMap, HeaderValue, Method, header::USER_AGENT, request::Parts};
use uuid::Uuid;

use super::origin::Origin;
use crate::authentication::Principal;

/// What of a client's name goes into the log; it is ASCII.
const MAXIMUM_AGENT: usize = 128;

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Head<'r> {
    /// The method.
    pub method: &'r Method,
    /// The path as it stands.
    pub path: &'r str,
    /// The query as it stands.
    pub query: &'r str,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// Where the client reached us, if it says so.
    pub origin: Option<Origin<'r>>,
    /// The batch that it came in.
    pub batch: Option<Batch<'r>>,
}

/// What the requests of a batch have in common.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'r> {
    /// The id of the batch as a request.
    pub request_id: Uuid,
    /// The client's own id of the batch.
    pub client_request_id: Option<&'r HeaderValue>,
    /// Who sent it.
    pub principal: &'r Principal,
    /// How the client calls itself.
    pub agent: &'r str,
}

impl<'r> Head<'r> {
    /// The head of a request that came alone.
    pub fn of(parts: &'r Parts, public_url: Option<&'r str>) -> Self {
        Self {
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            origin: Origin::of(parts, public_url),
            batch: None,
        }
    }

    /// How the client calls itself; empty if it does not.
    pub fn agent(&self) -> &'r str {
        self.batch
            .map_or_else(|| agent(self.headers), |batch| batch.agent)
    }
}

/// How a client calls itself: its SDK, or else its program.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    let said = headers
        .get("sdkversion")
        .or_else(|| headers.get(USER_AGENT));
    let text = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
    text.get(..MAXIMUM_AGENT).unwrap_or(text)
}
