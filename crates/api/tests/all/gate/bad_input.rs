//! Bodies that are refused: the error names the member and what it may be, and nothing changes.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{LAPTOP, check, gate, laptop, put, send, send_with, state};
use crate::world::{BEN, World};

fn shown(world: &World, path: &str, method: &str, body: &Value) -> String {
    let answer = send(world, method, path, Some(body));
    let (status, code, message) = answer.error();
    let mut text = body.to_string();
    text.truncate(60);
    format!("{text}\n  {status} {code}: {message}")
}

#[test]
fn members_that_are_wrong() {
    let world = gate();
    let generation = state(&world).generation();
    let long = "x".repeat(256);
    let checks: Vec<String> = [
        json!({"who": "ben"}),
        json!({"user": 7}),
        json!({"user": "x".repeat(1025)}),
        json!({"users": "ben"}),
        json!({"users": [7]}),
        json!({"users": vec!["ben"; 1001]}),
        json!({"deviceId": "7"}),
        json!({"serial": long}),
        json!({"serial": "a\u{0}b"}),
        json!({"platform": "Amiga"}),
        json!({"enrollmentType": "byHand"}),
        json!({"ownership": "shared"}),
        json!({"agent": 1}),
        json!({"isVirtual": "true"}),
        json!({"isShared": null}),
        json!({"sign": 1}),
        json!({"deviceName": "only in a PUT"}),
        json!([]),
        json!("text"),
    ]
    .iter()
    .map(|body| shown(&world, "/checks", "POST", body))
    .collect();
    insta::assert_snapshot!("wrong_checks", checks.join("\n"));
    let path = format!("/devices/{LAPTOP}");
    let puts: Vec<String> = [
        json!({"deviceId": LAPTOP.to_string()}),
        json!({"sign": true}),
        json!({"deviceName": long}),
        json!({"imei": long}),
        json!({"manufacturer": long}),
        json!({"model": long}),
        json!({"osVersion": long}),
        json!({"directoryId": "x"}),
        json!({"registrationState": "halfway"}),
        json!({"certificateExpires": "tomorrow"}),
        json!({"certificateExpires": "9999-01-01T00:00:00Z"}),
        json!({"decision": "x".repeat(16 * 1024 + 1)}),
    ]
    .iter()
    .map(|body| shown(&world, &path, "PUT", body))
    .collect();
    insta::assert_snapshot!("wrong_registrations", puts.join("\n"));
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let path = format!("{path}/checkIn");
    let check_ins: Vec<String> = [
        json!({"at": 7}),
        json!({"complianceState": "inGracePeriod"}),
        json!({"gracePeriodExpires": "soon"}),
        json!({"retireFailed": "no"}),
        json!({"user": BEN.to_string()}),
    ]
    .iter()
    .map(|body| shown(&world, &path, "POST", body))
    .collect();
    insta::assert_snapshot!("wrong_check_ins", check_ins.join("\n"));
    assert_eq!(state(&world).generation(), generation + 1);
}

fn raw(world: &World, body: &'static str) -> (u16, String, String) {
    let request = Request::builder()
        .method("POST")
        .uri("/enrollment/v1/checks")
        .header("host", "localhost:8443")
        .header("authorization", "Bearer mdm")
        .header("content-type", "application/json");
    world.send(request.body(Body::from(body)).unwrap()).error()
}

#[test]
fn bodies_that_are_no_json() {
    let world = gate();
    let told: Vec<String> = [
        "",
        "{",
        "{\"user\":\"ben",
        "{\"user\":\"a\",\"user\":\"b\"}",
        "{} {}",
        "nonsense",
    ]
    .into_iter()
    .map(|body| format!("{body}: {:?}", raw(&world, body)))
    .collect();
    insta::assert_snapshot!("no_json", told.join("\n"));
    // Escapes are read, and members in another order.
    let read = raw_json(
        &world,
        "{\"platform\":\"windows\",\"us\\u0065r\":\"b\\u0065n@contoso.example\",\"serial\":null}",
    );
    assert_eq!(read["verdict"], "allow");
}

fn raw_json(world: &World, body: &'static str) -> Value {
    let request = Request::builder()
        .method("POST")
        .uri("/Enrollment//V1/checks")
        .header("host", "localhost:8443")
        .header("authorization", "Bearer mdm")
        .header("content-type", "application/json");
    world.send(request.body(Body::from(body)).unwrap()).json()
}

#[test]
fn limits_are_inclusive() {
    let world = gate();
    assert_eq!(
        check(&world, &json!({"user": "x".repeat(1024)})).status,
        200
    );
    assert_eq!(
        check(&world, &json!({"serial": "x".repeat(255)})).status,
        200
    );
    assert_eq!(
        check(
            &world,
            &json!({"users": vec!["ben"; 1000], "isShared": true})
        )
        .status,
        200
    );
}

#[test]
fn paths_and_methods() {
    let world = gate();
    for (method, path, status) in [
        ("GET", "/checks", 405),
        ("POST", "/authorize", 405),
        (
            "PATCH",
            "/devices/00000000-0000-0000-0000-0000000000d1",
            405,
        ),
        ("POST", "/devices", 501),
        ("GET", "/nothing", 501),
        ("PUT", "/devices/7", 400),
        ("GET", "/devices/00000000-0000-0000-0000-000000000000", 400),
        ("DELETE", "/devices/x", 400),
    ] {
        let body = matches!(method, "PUT" | "POST" | "PATCH").then(laptop);
        let answer = send(&world, method, path, body.as_ref());
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{method} {path}: {}",
            answer.shown()
        );
        if status == 405 {
            assert!(answer.headers.contains_key("allow"));
        }
    }
    let elsewhere = world.call("POST", "/enrollment/v1/checks", "mdm", Some(&laptop()));
    assert_eq!(elsewhere.status, 501);
    let unknown = send_with(
        &world,
        "PUT",
        &format!("/devices/{}", Uuid::nil()),
        "mdm",
        &[],
        Some(&laptop()),
    );
    assert_eq!(unknown.status, 400);
}
