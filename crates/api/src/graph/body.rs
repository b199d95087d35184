//! Request bodies: bounded, and JSON.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value};

use super::error::GraphError;

/// Largest body.
pub(crate) const MAXIMUM_BODY: usize = 1024 * 1024;
/// What is read and thrown away of a body that is too large: a client that is still sending does not see the answer.
const MAXIMUM_DRAINED: usize = 64 * MAXIMUM_BODY;
/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body to its end.
pub(crate) async fn read(body: Body, headers: &HeaderMap) -> Result<Bytes, GraphError> {
    read_within(PATIENCE, body, headers).await
}

async fn read_within(
    patience: Duration,
    body: Body,
    headers: &HeaderMap,
) -> Result<Bytes, GraphError> {
    let bytes = tokio::time::timeout(patience, collect(body))
        .await
        .map_err(|_| {
            GraphError::new(
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeout",
                "The body did not arrive in time.",
            )
        })??;
    if !bytes.is_empty() && !is_json(headers) {
        return Err(unreadable());
    }
    Ok(bytes)
}

async fn collect(mut body: Body) -> Result<Bytes, GraphError> {
    let cut_off = |_| GraphError::unreadable("The body was cut off.");
    let mut first = Bytes::new();
    let mut all = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(cut_off)?.into_data() else {
            continue;
        };
        length += data.len();
        if length > MAXIMUM_DRAINED {
            break;
        }
        if length > MAXIMUM_BODY {
            all = Vec::new();
        } else if first.is_empty() {
            // Nearly every body comes in one piece, which needs no copy.
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    if length > MAXIMUM_BODY {
        return Err(GraphError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            format!("The body is too large. It may have at most {MAXIMUM_BODY} bytes."),
        ));
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// Graph's error for a body that is no JSON.
pub(crate) fn unreadable() -> GraphError {
    GraphError::unreadable(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    )
}

/// The object in a body; an empty body and `null` are an object without members.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, GraphError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) | Err(_) => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::http::HeaderValue;
    use http_body_util::Full;

    use super::*;

    fn read_at_once(body: Body) -> Result<Bytes, GraphError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        runtime.block_on(read_within(Duration::ZERO, body, &headers))
    }

    #[test]
    fn a_body_that_does_not_end_is_not_waited_for() {
        let start = Full::new(Bytes::from_static(b"{}"));
        let error = read_at_once(Body::new(start.clone().with_trailers(pending()))).unwrap_err();
        assert_eq!((error.status.as_u16(), error.code), (408, "RequestTimeout"));
        let read = read_at_once(Body::new(start)).unwrap();
        assert_eq!(read, Bytes::from_static(b"{}"));
    }
}
