//! Batches that cannot be answered: none of their requests runs.

use axum::{body::Body, http::Request};
use serde_json::{Map, Value, json};

use super::{get, write};
use crate::world::{BEN, World};

#[test]
fn malformed_batches_run_nothing() {
    let world = World::new();
    let first = write(
        "1",
        "PATCH",
        &format!("/users/{BEN}"),
        &json!({"city": "Delft"}),
    );
    let with = |second: &Value| json!({"requests": [first.clone(), second]});
    let changed = |name: &str, value: Value| {
        let mut request = first.clone();
        request["id"] = json!("2");
        request[name] = value;
        with(&request)
    };
    let many_headers: Map<_, _> = (0..65).map(|n| (format!("x{n}"), json!("y"))).collect();
    let cases = [
        ("no object", json!([])),
        ("no requests", json!({})),
        ("requests null", json!({"requests": null})),
        ("requests object", json!({"requests": {}})),
        ("requests empty", json!({"requests": []})),
        ("21 requests", json!({"requests": vec![first.clone(); 21]})),
        ("request text", with(&json!("GET /users"))),
        ("no id", changed("id", json!(null))),
        ("id empty", changed("id", json!(""))),
        ("id fraction", changed("id", json!(1.5))),
        ("id true", changed("id", json!(true))),
        ("same id", changed("id", json!("1"))),
        ("same id as number", changed("id", json!(1))),
        ("no method", changed("method", json!(null))),
        ("method number", changed("method", json!(7))),
        ("method with spaces", changed("method", json!("GET /users"))),
        ("no url", changed("url", json!(null))),
        ("url empty", changed("url", json!(""))),
        ("url list", changed("url", json!(["/users"]))),
        (
            "no content type",
            changed("headers", json!({"accept": "application/json"})),
        ),
        ("headers list", changed("headers", json!([]))),
        ("header name", changed("headers", json!({"a b": "c"}))),
        (
            "header value",
            changed("headers", json!({"a": "b\r\nc: d"})),
        ),
        ("header number", changed("headers", json!({"a": 1}))),
        ("65 headers", changed("headers", many_headers.into())),
        ("dependsOn text", changed("dependsOn", json!("1"))),
        (
            "dependsOn object",
            changed("dependsOn", json!([{"id": "1"}])),
        ),
        ("dependsOn unknown", changed("dependsOn", json!(["1", "3"]))),
        ("dependsOn itself", changed("dependsOn", json!(["2"]))),
        ("atomicityGroup", changed("atomicityGroup", json!("g"))),
        ("if", changed("if", json!("$1/succeeded"))),
    ];
    let mut shown: Vec<String> = Vec::new();
    for (name, body) in cases {
        let (status, code, message) = world.post("/$batch", &body).error();
        shown.push(format!("{name}: {status} {code}: {message}"));
    }
    let circle = json!({"requests": [
        {"id": "a", "method": "GET", "url": "/users", "dependsOn": ["c"]},
        {"id": "b", "method": "GET", "url": "/users", "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/users", "dependsOn": ["b"]},
        first,
    ]});
    shown.push(format!(
        "circle: {:?}",
        world.post("/$batch", &circle).error()
    ));
    insta::assert_snapshot!("malformed_batches", shown.join("\n"));
    let ben = world.get(&format!("/users/{BEN}?$select=city")).json();
    assert_eq!(ben["city"], Value::Null);
}

#[test]
fn bodies_of_a_batch_that_cannot_be_read() {
    let world = World::new();
    let send = |content_type: &str, body: Vec<u8>| {
        let request = Request::builder()
            .method("POST")
            .uri("/v1.0/$batch")
            .header("host", "localhost:8443")
            .header("authorization", "Bearer app")
            .header("content-type", content_type);
        let (status, code, _) = world.send(request.body(Body::from(body)).unwrap()).error();
        (status, code)
    };
    let whole = json!({"requests": [get(1, "/users")]})
        .to_string()
        .into_bytes();
    let bad = (400, "BadRequest".to_owned());
    assert_eq!(send("application/json", Vec::new()), bad);
    assert_eq!(send("multipart/mixed", whole.clone()), bad);
    assert_eq!(
        send("application/json", whole[..whole.len() - 1].to_vec()),
        bad
    );
    let deep = format!("{{\"requests\":{}", "[".repeat(100_000));
    assert_eq!(send("application/json", deep.into_bytes()), bad);
    let long = json!({"requests": [get(1, &"x".repeat(2_000_000))]}).to_string();
    assert_eq!(
        send("application/json", long.into_bytes()),
        (413, "RequestEntityTooLarge".to_owned())
    );
    assert_eq!(world.get("/$batch").error().0, 405);
}
