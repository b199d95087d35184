//! Answers that are no errors.

use axum::http::{HeaderName, HeaderValue, StatusCode};

use super::{accept::Metadata, plan::PLAN};

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// JSON as Graph announces it.
    Json,
    /// A number of `/$count`.
    Text,
    /// `$metadata`.
    Xml,
    /// No body.
    Nothing,
}

impl Content {
    /// The `Content-Type` for a client that wants this much metadata.
    pub const fn media_type(self, metadata: Metadata) -> Option<&'static str> {
        match (self, metadata) {
            (Self::Json, Metadata::Minimal) => Some(
                "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            ),
            (Self::Json, Metadata::None) => Some(
                "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            ),
            (Self::Text, _) => Some("text/plain"),
            (Self::Xml, _) => Some("application/xml"),
            (Self::Nothing, _) => None,
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// What the body is.
    pub content: Content,
    /// The body.
    pub body: Vec<u8>,
    /// Where the object is that was made.
    pub location: Option<String>,
    /// More headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The preference of the client that was followed, for `Preference-Applied`.
    pub preference: Option<&'static str>,
}

impl Reply {
    /// 200 with JSON.
    pub const fn json(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            content: Content::Json,
            body,
            location: None,
            headers: Vec::new(),
            preference: None,
        }
    }

    /// 200 with a plan.
    pub fn plan(body: Vec<u8>) -> Self {
        Self {
            preference: Some(PLAN),
            ..Self::json(body)
        }
    }

    /// 200 with a number.
    pub fn count(count: u32) -> Self {
        Self {
            content: Content::Text,
            ..Self::json(count.to_string().into_bytes())
        }
    }

    /// 200 with XML.
    pub const fn xml(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            content: Content::Xml,
            body,
            location: None,
            headers: Vec::new(),
            preference: None,
        }
    }

    /// 201 with JSON and the place of what was made.
    pub fn created(body: Vec<u8>, location: String) -> Self {
        Self {
            status: StatusCode::CREATED,
            location: Some(location),
            ..Self::json(body)
        }
    }

    /// 202 with JSON and the place of what is being changed.
    pub fn accepted(body: Vec<u8>, location: String) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            location: Some(location),
            ..Self::json(body)
        }
    }

    /// 204.
    pub const fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            content: Content::Nothing,
            body: Vec::new(),
            location: None,
            headers: Vec::new(),
            preference: None,
        }
    }
}
