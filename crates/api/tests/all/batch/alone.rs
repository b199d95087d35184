//! A request of a batch and the same request alone: the answers are the same.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request},
};
use serde_json::{Map, Value, json};

use super::responses;
use crate::world::{BEN, OFFICE_E3, World};

/// A request: its method, its path, its body and its headers.
type Asked = (
    &'static str,
    String,
    Option<Value>,
    &'static [(&'static str, &'static str)],
);

fn alone_and_in_a_batch() -> Vec<Asked> {
    let eventual: &[_] = &[("ConsistencyLevel", "eventual")];
    let change = json!({"addLicenses": [{"skuId": OFFICE_E3.to_string()}], "removeLicenses": []});
    let user = |path: &str| format!("/users/{BEN}{path}");
    vec![
        ("GET", "/users".to_owned(), None, &[]),
        (
            "GET",
            "/users?$top=1&$count=true".to_owned(),
            None,
            eventual,
        ),
        ("GET", "/users/$count".to_owned(), None, eventual),
        ("GET", "/users/$count".to_owned(), None, &[]),
        (
            "GET",
            "//Users('ben%40contoso.example')".to_owned(),
            None,
            &[],
        ),
        (
            "GET",
            "/users?$filter=usageLocation%20eq%20'DE'".to_owned(),
            None,
            &[],
        ),
        ("GET", "/users?$filter=color".to_owned(), None, &[]),
        (
            "GET",
            "/organization".to_owned(),
            None,
            &[("Accept", "application/json;odata.metadata=none")],
        ),
        ("GET", "/auditLogs/directoryAudits/x".to_owned(), None, &[]),
        ("GET", "/drives".to_owned(), None, &[]),
        ("PUT", "/users".to_owned(), None, &[]),
        ("GET", "/me".to_owned(), None, &[]),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Bearer forged")],
        ),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Bearer weak")],
        ),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Basic YTpi")],
        ),
        (
            "POST",
            user("/assignLicense"),
            Some(change.clone()),
            &[("Prefer", "zetel.plan")],
        ),
        ("POST", user("/assignLicense"), Some(change.clone()), &[]),
        ("POST", user("/assignLicense"), Some(change), &[]),
        ("POST", user("/assignLicense"), Some(json!([])), &[]),
        (
            "PATCH",
            user(""),
            Some(json!({"city": "Delft"})),
            &[("If-Match", "\"0\"")],
        ),
        ("PATCH", user(""), Some(json!({"color": "red"})), &[]),
        ("PATCH", user(""), None, &[]),
        (
            "POST",
            user("/getMemberGroups"),
            Some(json!({"securityEnabledOnly": false})),
            &[],
        ),
        ("DELETE", user(""), None, &[]),
        (
            "POST",
            format!("/directory/deletedItems/{BEN}/restore"),
            None,
            &[],
        ),
        ("GET", format!("/users/{}", "x".repeat(5_000)), None, &[]),
        (
            "GET",
            format!("/users?$filter={}", "x".repeat(17_000)),
            None,
            &[],
        ),
    ]
}

/// A response without what differs from request to request.
fn comparable(status: u16, headers: &Value, mut body: Value) -> Value {
    let mut headers = headers.clone();
    for name in ["request-id", "content-length"] {
        headers.as_object_mut().unwrap().remove(name);
    }
    if let Some(inner) = body.pointer_mut("/error/innerError") {
        inner["request-id"].take();
        inner["client-request-id"].take();
    }
    json!({"status": status, "headers": headers, "body": body})
}

fn headers_of(headers: &HeaderMap) -> Value {
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let members = headers.iter();
    members
        .map(|(name, value)| (name.as_str().to_owned(), json!(text(value))))
        .collect::<Map<_, _>>()
        .into()
}

#[test]
fn a_request_is_answered_as_it_would_be_alone() {
    let (one, other) = (World::new(), World::new());
    for (method, path, body, headers) in alone_and_in_a_batch() {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/v1.0{path}"))
            .header("host", "localhost:8443");
        let mut members = Map::new();
        for (name, value) in headers {
            request = request.header(*name, *value);
            members.insert((*name).to_owned(), json!(value));
        }
        if !headers.iter().any(|(name, _)| *name == "Authorization") {
            request = request.header("authorization", "Bearer app");
        }
        let sent = body.as_ref().map_or_else(String::new, Value::to_string);
        if body.is_some() {
            request = request.header("content-type", "application/json");
            members.insert("Content-Type".to_owned(), json!("application/json"));
        }
        let alone = one.send(request.body(Body::from(sent)).unwrap());
        let item =
            json!({"id": "1", "method": method, "url": path, "headers": members, "body": body});
        let [in_batch] = &responses(&other, &json!([item]))[..] else {
            panic!("one response")
        };
        let body = serde_json::from_slice(&alone.body).unwrap_or_default();
        let expected = comparable(alone.status.as_u16(), &headers_of(&alone.headers), body);
        let spelled = in_batch["headers"].as_object().unwrap().iter();
        let headers: Value = spelled
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect::<Map<_, _>>()
            .into();
        let status = u16::try_from(in_batch["status"].as_u64().unwrap()).unwrap();
        assert_eq!(
            comparable(status, &headers, in_batch["body"].clone()),
            expected,
            "{method} {path} {members:?}"
        );
    }
}
