//! Graph's errors: status, code and text.

use std::borrow::Cow;

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_domain::Timestamp;

use super::{json, refusals::Stopped, time};

/// What went wrong, as the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    /// The HTTP status.
    pub status: StatusCode,
    /// `error.code`.
    pub code: &'static str,
    /// `error.message`.
    pub message: Cow<'static, str>,
    /// `error.details`, if there is more to say.
    pub detail: Option<Box<Detail>>,
    /// What the guard stopped.
    pub stopped: Option<Box<Stopped>>,
    /// Members of the answer beside `error`, with a comma before each.
    pub beside: Vec<u8>,
    /// Where to go on instead, for the header `Location`.
    pub location: Option<Box<str>>,
}

/// One entry of `error.details`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    /// Its `code`.
    pub code: &'static str,
    /// The property that is to blame.
    pub target: &'static str,
}

/// The code of most refusals of directory calls.
pub(crate) const BAD_DIRECTORY_REQUEST: &str = "Request_BadRequest";

impl GraphError {
    /// An error with a text of its own.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            detail: None,
            stopped: None,
            beside: Vec::new(),
            location: None,
        }
    }

    /// 400 `Request_BadRequest`: the directory does not accept what was asked for.
    pub fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, BAD_DIRECTORY_REQUEST, message)
    }

    /// What stands for the answer of a change that was planned only; nobody sees it.
    pub fn planned() -> Self {
        Self::refused("The change was planned, not made.")
    }

    /// 400 `BadRequest`: the request itself cannot be read.
    pub fn unreadable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// 401 `InvalidAuthenticationToken`.
    pub fn unauthenticated(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            message,
        )
    }

    /// 403 (licensing.md 2.2 E15).
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 404 (licensing.md 2.2 E14).
    pub fn not_found(key: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    /// 405 (licensing.md 2.2 E17).
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            BAD_DIRECTORY_REQUEST,
            "Specified HTTP method is not allowed for the request target.",
        )
    }

    /// 501: Graph may have this, Zetel does not.
    pub fn not_implemented(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    /// Appends the envelope of licensing.md 7.9.
    pub fn write(
        &self,
        out: &mut Vec<u8>,
        now: Timestamp,
        request_id: Uuid,
        client_request_id: &str,
    ) {
        json::object(out, |out| {
            json::key(out, "error");
            json::object(out, |out| {
                json::key(out, "code");
                json::string(out, self.code);
                json::key(out, "message");
                json::string(out, &self.message);
                if let Some(detail) = &self.detail {
                    json::key(out, "details");
                    json::array(out, [detail], |out, detail| self.write_detail(out, detail));
                }
                json::key(out, "innerError");
                json::object(out, |out| {
                    json::key(out, "date");
                    // Without the zone, as Graph's directory writes it.
                    json::string(
                        out,
                        std::str::from_utf8(&time::format(now)[..19]).unwrap_or_default(),
                    );
                    json::key(out, "request-id");
                    json::guid(out, request_id);
                    json::key(out, "client-request-id");
                    json::string(out, client_request_id);
                    if let Some(stopped) = &self.stopped {
                        json::key(out, "zetel.confirmation");
                        json::object(out, |out| stopped.write(out));
                    }
                });
            });
            out.extend_from_slice(&self.beside);
        });
    }

    fn write_detail(&self, out: &mut Vec<u8>, detail: &Detail) {
        json::object(out, |out| {
            json::key(out, "code");
            json::string(out, detail.code);
            json::key(out, "message");
            json::string(out, &self.message);
            json::key(out, "target");
            json::string(out, detail.target);
        });
    }
}
