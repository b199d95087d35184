//! A request without its body: one that came alone, or one of a batch.

use axum::http::{HeaderMap, HeaderValue, Method, request::Parts};
use uuid::Uuid;

use super::origin::Origin;
use crate::authentication::Principal;

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
}
