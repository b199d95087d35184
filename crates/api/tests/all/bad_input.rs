//! Requests that cannot be answered: each gets Graph's error and changes nothing.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::world::{Answer, BEN, World};

fn raw(
    world: &World,
    method: &str,
    path: &str,
    content_type: Option<&str>,
    body: Vec<u8>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/v1.0{path}"))
        .header("host", "localhost:8443")
        .header("authorization", "Bearer app");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    world.send(request.body(Body::from(body)).unwrap())
}

#[test]
fn bodies_that_are_no_json() {
    let world = World::new();
    let unreadable = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    let assign = format!("/users/{BEN}/assignLicense");
    let change = format!("/users/{BEN}");
    let deep = |text: &str| text.repeat(10_000).into_bytes();
    for body in [
        b"{".to_vec(),
        b"[]".to_vec(),
        b"\"text\"".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"{} trailing".to_vec(),
        deep("["),
        deep("{\"a\":"),
    ] {
        for (method, path) in [("POST", &assign), ("PATCH", &change)] {
            let answer = raw(&world, method, path, Some("application/json"), body.clone());
            assert_eq!(
                answer.error(),
                (400, "BadRequest".to_owned(), unreadable.to_owned()),
                "{method} {}",
                String::from_utf8_lossy(&body)
            );
        }
    }
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = raw(&world, "PATCH", &change, content_type, b"{}".to_vec());
        assert_eq!(answer.error().2, unreadable);
    }
    assert_eq!(
        raw(
            &world,
            "PATCH",
            &change,
            Some("Application/JSON;odata.metadata=full"),
            b"{}".to_vec()
        )
        .status,
        204
    );
    assert_eq!(
        raw(
            &world,
            "POST",
            "/users",
            Some("application/json"),
            Vec::new()
        )
        .error()
        .2,
        "Empty Payload. JSON content expected."
    );
}

#[test]
fn a_body_over_the_limit() {
    let world = World::new();
    let body = format!("{{\"department\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let answer = raw(
        &world,
        "PATCH",
        &format!("/users/{BEN}"),
        Some("application/json"),
        body.into_bytes(),
    );
    insta::assert_snapshot!("body_over_the_limit", answer.shown());
}

#[test]
fn paths_and_methods_that_are_not_there() {
    let world = World::new();
    for path in [
        "/drives/of/everybody",
        "/users/x/manager",
        "/groups/x/photo",
        "/users/x/licenseDetails/$count",
        "",
    ] {
        let (status, code, message) = world.get(path).error();
        assert_eq!((status, code.as_str()), (501, "NotImplemented"), "{path}");
        assert_eq!(
            message,
            format!("The path '/v1.0{path}' is not implemented.")
        );
    }
    for (method, path) in [
        ("DELETE", "/subscribedSkus"),
        ("PUT", "/users"),
        ("PATCH", "/organization"),
        ("GET", "/users/x/assignLicense"),
        ("POST", "/$metadata"),
        ("GET", "/$batch"),
    ] {
        let answer = world.call(method, path, "app", None);
        let expected = (
            405,
            "Request_BadRequest".to_owned(),
            "Specified HTTP method is not allowed for the request target.".to_owned(),
        );
        assert_eq!(answer.error(), expected, "{method} {path}");
        assert!(answer.headers.contains_key("allow"));
    }
    let at = |path: &str| {
        let request = Request::builder()
            .uri(path)
            .header("host", "localhost")
            .header("authorization", "Bearer app");
        world.send(request.body(Body::empty()).unwrap()).error()
    };
    assert_eq!(
        at("/beta/users"),
        (
            501,
            "NotImplemented".to_owned(),
            "The path '/beta/users' is not implemented: there is no beta version. Use /v1.0."
                .to_owned()
        )
    );
    assert_eq!(
        at("/v3.0/users"),
        (
            400,
            "BadRequest".to_owned(),
            "Invalid version: v3.0".to_owned()
        )
    );
    assert_eq!(
        at("/"),
        (400, "BadRequest".to_owned(), "Invalid version: ".to_owned())
    );
    assert_eq!(at("/v1.0/users/%ff").0, 400);
    assert_eq!(at("//V1.0//users?$top=1").0, 200);
}

#[test]
fn query_options_that_are_not_there() {
    let world = World::new();
    let shown: Vec<String> = [
        "/users?$filter=displayName%20eq%20x",
        "/users/x?$filter=id%20eq%20'x'",
        "/users?$search=x",
        "/users?$orderby=department",
        "/users?$expand=manager",
        "/users?$skip=1",
        "/users?$unknown=1",
        "/users?$top=0",
        "/users?$top=1000",
        "/users?$top=ten",
        "/users?$count=maybe",
        "/users?$select=favoriteColor",
        "/users?$select=aboutMe",
        "/users?$select=manager",
        "/users?$skiptoken=forged",
        "/users?$format=atom",
        "/users/$count?$filter=x",
        "/subscribedSkus?$top=1",
        "/organization?$count=true",
        "/users/x?$expand=manager",
    ]
    .iter()
    .map(|path| {
        let (status, code, message) = world.get(path).error();
        format!("{path}: {status} {code}: {message}")
    })
    .collect();
    insta::assert_snapshot!("query_options_that_are_not_there", shown.join("\n"));
}

#[test]
fn nothing_of_a_refused_body_is_shown() {
    let world = World::new();
    let secret = "Hunter2-Hunter2";
    for profile in [
        json!(secret),
        json!([secret]),
        json!({"password": [secret]}),
        json!({"password": {"x": secret}}),
        json!({"password": secret, "extra": secret}),
    ] {
        let answer = world.patch(
            &format!("/users/{BEN}"),
            &json!({"passwordProfile": profile}),
        );
        assert_eq!(answer.status, 400);
        assert!(!answer.shown().contains(secret));
    }
}
