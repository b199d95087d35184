//! Answers of the token service: JSON that is never stored, and errors as Entra writes them.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, PRAGMA, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use zetel_identity::TokenError;

use super::context::RequestIds;

/// A JSON answer that no cache may keep (RFC 6749 section 5.1).
pub(super) fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (never_stored("application/json; charset=utf-8"), body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer of the token service could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Headers of an answer that no cache may keep.
pub(super) fn never_stored(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-cache"),
        ),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ])
}

/// An error answer (RFC 6749 section 5.2, with Entra's additions).
pub(super) struct Refusal {
    status: StatusCode,
    retry_after: Option<i64>,
    body: Box<ErrorBody>,
}

/// The shape of graph-clients.md section 1, item 10.
#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: String,
    trace_id: String,
    correlation_id: String,
    error_uri: String,
}

impl Refusal {
    pub(super) fn new(error: &TokenError, ids: &RequestIds) -> Self {
        log(error, ids);
        let code = error.code();
        let timestamp = ids.time.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        Self {
            status: StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
            retry_after: error.retry_after(),
            body: Box::new(ErrorBody {
                error: error.oauth_error(),
                error_description: format!(
                    "{} Trace ID: {} Correlation ID: {} Timestamp: {timestamp}",
                    error.description(),
                    ids.trace,
                    ids.correlation
                ),
                error_codes: [code],
                timestamp,
                trace_id: ids.trace.to_string(),
                correlation_id: ids.correlation.to_string(),
                // Microsoft's own page about the code.
                error_uri: format!("https://login.microsoftonline.com/error?code={code}"),
            }),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = json(&self.body);
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Failures of the service are logged with their cause, refusals with their number only: no name, no secret.
pub(super) fn log(error: &TokenError, ids: &RequestIds) {
    let trace_id = ids.trace;
    if let TokenError::Service(cause) = error {
        tracing::error!(%trace_id, %cause, "the token service failed");
    } else {
        tracing::info!(%trace_id, code = error.code(), "token request refused");
    }
}

/// A redirect whose target was checked by the caller.
pub(super) fn redirect(location: &str) -> Option<Response> {
    let location = HeaderValue::try_from(location).ok()?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
        .headers_mut()
        .extend(never_stored("text/html; charset=utf-8"));
    response.headers_mut().insert("location", location);
    Some(response)
}
