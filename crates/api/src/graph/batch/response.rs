//! One response in the answer to a batch.

use axum::{
    http::{HeaderName, header::CONTENT_TYPE},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::super::json;

/// Appends a response with the id of its request.
pub(super) fn write(out: &mut Vec<u8>, id: &Value, response: &Response<Vec<u8>>) {
    json::object(out, |out| {
        json::key(out, "id");
        match id {
            Value::String(id) => json::string(out, id),
            other => out.extend_from_slice(other.to_string().as_bytes()),
        }
        json::key(out, "status");
        json::number(out, i64::from(response.status().as_u16()));
        json::key(out, "headers");
        json::object(out, |out| {
            for (name, value) in response.headers() {
                json::key(out, spelled(name));
                json::string(out, &String::from_utf8_lossy(value.as_bytes()));
            }
        });
        write_body(out, response);
    });
}

/// Appends the body, if there is one: JSON as it stands, and everything else as Graph has it, a count as a number and
/// bytes in base64.
fn write_body(out: &mut Vec<u8>, response: &Response<Vec<u8>>) {
    let (headers, body) = (response.headers(), response.body());
    let Some(media_type) = headers.get(CONTENT_TYPE) else {
        return;
    };
    json::key(out, "body");
    let is_json = media_type.as_bytes().starts_with(b"application/json");
    let is_count = !body.is_empty() && body.iter().all(u8::is_ascii_digit);
    if is_json || is_count {
        out.extend_from_slice(body);
    } else {
        json::string(out, &STANDARD.encode(body));
    }
}

/// The name of a header as Graph spells it in batches: clients look for `Content-Type` in just this spelling.
fn spelled(name: &HeaderName) -> &str {
    match name.as_str() {
        "allow" => "Allow",
        "cache-control" => "Cache-Control",
        "content-type" => "Content-Type",
        "location" => "Location",
        "odata-version" => "OData-Version",
        "preference-applied" => "Preference-Applied",
        "retry-after" => "Retry-After",
        "www-authenticate" => "WWW-Authenticate",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_by_their_type() {
        for (media_type, body, expected) in [
            (
                Some("application/json;x=y"),
                r#"{"a":1}"#,
                r#","body":{"a":1}"#,
            ),
            (Some("text/plain"), "17", r#","body":17"#),
            (Some("application/xml"), "<a/>", r#","body":"PGEvPg==""#),
            (None, "", ""),
        ] {
            let mut response = Response::new(body.as_bytes().to_vec());
            if let Some(media_type) = media_type {
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, media_type.parse().unwrap());
            }
            let mut out = Vec::new();
            write_body(&mut out, &response);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
