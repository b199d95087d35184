//! Checking in, and being asked to leave.

use serde_json::{Value, json};

use super::{LAPTOP, gate, laptop, put, send, state};
use crate::world::{Answer, BEN, EMS, NOW, World};

const DAY: i64 = 86_400;

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap().to_string()
}

fn check_in(world: &World, body: &Value) -> Answer {
    send(
        world,
        "POST",
        &format!("/devices/{LAPTOP}/checkIn"),
        Some(body),
    )
}

fn enrolled() -> World {
    let world = gate();
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    world
}

#[test]
fn a_check_in() {
    let world = enrolled();
    world.pass(DAY);
    let empty = send(&world, "POST", &format!("/devices/{LAPTOP}/checkIn"), None);
    insta::assert_snapshot!("checked_in", empty.shown());
}

#[test]
fn what_an_mdm_server_reports() {
    let world = enrolled();
    let state = |body| {
        world.pass(60);
        let answer = check_in(&world, &body).json();
        (
            answer["complianceState"].clone(),
            answer["gracePeriodExpires"].clone(),
        )
    };
    assert_eq!(
        state(json!({"complianceState": "noncompliant"})),
        (json!("noncompliant"), json!(null))
    );
    assert_eq!(
        state(
            json!({"complianceState": "noncompliant", "gracePeriodExpires": "2026-12-24T00:00:00Z"})
        ),
        (json!("inGracePeriod"), json!("2026-12-24T00:00:00Z"))
    );
    assert_eq!(
        state(json!({"complianceState": "compliant"})),
        (json!("compliant"), json!(null))
    );
    assert_eq!(state(json!({"complianceState": "conflict"})).0, "conflict");
    assert_eq!(state(json!({})).0, "conflict");
}

#[test]
fn a_license_that_goes_and_comes_back() {
    let world = enrolled();
    let device = |world: &World| send(world, "GET", &format!("/devices/{LAPTOP}"), None).json();
    assert_eq!(world.assign(BEN, &[], &[EMS]).status, 200);
    let without = device(&world);
    assert_eq!(without["complianceState"], "noncompliant");
    assert_eq!(without["failedConditions"], json!(["RequireUserExistence"]));
    assert_eq!(without["coveredBy"], json!(null));
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    let with = device(&world);
    assert_eq!(with["complianceState"], "compliant");
    assert_eq!(with["coveredBy"], "userLicense");
}

#[test]
fn clocks_and_late_messages() {
    let world = enrolled();
    world.pass(DAY);
    let now = NOW + DAY;
    let ahead = check_in(&world, &json!({"at": time(now + 301)}));
    assert_eq!(ahead.status, 400);
    assert!(ahead.error().2.contains("'at'"), "{}", ahead.error().2);
    // A little ahead counts as now.
    assert_eq!(
        check_in(&world, &json!({"at": time(now + 300)})).json()["lastContact"],
        time(now)
    );
    let generation = state(&world).generation();
    let late = check_in(
        &world,
        &json!({"at": time(now - 60), "complianceState": "conflict"}),
    );
    assert_eq!(late.status, 200);
    assert_eq!(late.json()["lastContact"], time(now));
    assert_eq!(late.json()["complianceState"], "compliant");
    assert_eq!(state(&world).generation(), generation);
}

#[test]
fn certificates_are_renewed_near_their_end_and_never_after() {
    let world = enrolled();
    let expires = |answer: &Answer| answer.json()["certificateExpires"].clone();
    world.pass(322 * DAY);
    assert_eq!(
        expires(&check_in(&world, &json!({}))),
        time(NOW + 365 * DAY)
    );
    world.pass(DAY);
    assert_eq!(
        expires(&check_in(&world, &json!({}))),
        time(NOW + 688 * DAY)
    );
    world.pass(365 * DAY + 1);
    let late = check_in(&world, &json!({}));
    let (status, code, message) = late.error();
    assert_eq!(
        (status, code.as_str()),
        (410, "MustEnrollAgain"),
        "{}",
        late.shown()
    );
    assert!(message.contains("5CG0123ABC"), "{message}");
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 200);
    assert_eq!(check_in(&world, &json!({})).status, 200);
}

#[test]
fn a_device_is_asked_to_leave() {
    let world = enrolled();
    let path = format!("/devices/{LAPTOP}/retire");
    let asked = send(&world, "POST", &path, None);
    assert_eq!(
        (
            asked.status.as_u16(),
            asked.json()["managementState"].as_str()
        ),
        (200, Some("retirePending"))
    );
    for _ in 0..2 {
        world.pass(60);
        let told = check_in(&world, &json!({}));
        assert_eq!(told.json()["actions"], json!(["retire"]));
        assert_eq!(told.json()["managementState"], "retireIssued");
    }
    let failed = check_in(&world, &json!({"retireFailed": true}));
    assert_eq!(failed.json()["managementState"], "retireFailed");
    assert_eq!(failed.json()["actions"], json!([]));
    assert_eq!(
        send(&world, "POST", &path, None).json()["managementState"],
        "retirePending"
    );
    assert_eq!(
        send(&world, "DELETE", &format!("/devices/{LAPTOP}"), None).status,
        204
    );
}
