//! Signed decisions: made on request, and checked when a registration carries one.

use serde_json::{Value, json};
use zetel_domain::Timestamp;
use zetel_identity::Origin;

use super::{LAPTOP, check, gate, laptop, put, state};
use crate::world::{BEN, CARLA, NOBODY, TENANT, World};

fn question() -> Value {
    let mut question = laptop();
    question["deviceId"] = json!(LAPTOP.to_string());
    question["sign"] = json!(true);
    question
}

fn signed(world: &World, question: &Value) -> String {
    let answer = check(world, question);
    assert_eq!(answer.status, 200);
    answer.json()["decision"].as_str().unwrap().to_owned()
}

/// The PUT with a decision, and what became of it.
fn put_with(world: &World, decision: &str) -> (u16, String, String) {
    let mut body = laptop();
    body["decision"] = json!(decision);
    let answer = put(world, LAPTOP, &body);
    match answer.status.as_u16() {
        success @ (200 | 201) => (success, String::new(), String::new()),
        _ => answer.error(),
    }
}

#[test]
fn a_decision_is_signed_on_request_only() {
    let world = gate();
    assert!(check(&world, &laptop()).json().get("decision").is_none());
    let answer = check(&world, &question()).json();
    let text = answer["decision"].as_str().unwrap();
    let read = world.signer.read(TENANT, text, world.now()).unwrap();
    assert_eq!(answer["traceId"], read.trace_id.to_string());
    assert_eq!(read.verdict, "allow");
    assert_eq!((read.user, read.device_id), (Some(BEN), Some(LAPTOP)));
    assert_eq!(read.serial.as_deref(), Some("5CG0123ABC"));
    assert_eq!(
        (read.platform.as_str(), read.enrollment_type.as_str()),
        ("Windows", "userEnrollment")
    );
    assert!(read.codes.is_empty() && !read.is_shared);
    let denied = signed(
        &world,
        &json!({"user": CARLA.to_string(), "sign": true, "isShared": false}),
    );
    let read = world.signer.read(TENANT, &denied, world.now()).unwrap();
    assert_eq!(
        (read.verdict.as_str(), read.codes),
        ("deny", vec!["UserNotLicensed".to_owned()])
    );
    assert_eq!((read.device_id, read.serial), (None, None));
}

#[test]
fn a_registration_may_carry_its_decision() {
    let world = gate();
    let decision = signed(&world, &question());
    world.pass(299);
    assert_eq!(put_with(&world, &decision).0, 201);
    // It is no ticket that is used up, and none that opens a closed gate.
    assert_eq!(put_with(&world, &decision).0, 200);
    let early = signed(&world, &question());
    world.pass(-60);
    assert_eq!(put_with(&world, &early).0, 200);
    world.pass(-1);
    let (status, code, message) = put_with(&world, &early);
    assert_eq!((status, code.as_str()), (400, "InvalidDecision"));
    assert!(message.contains("not valid yet"), "{message}");
}

#[test]
fn rules_are_asked_again() {
    let world = gate();
    let decision = signed(&world, &question());
    let disabled = world.patch(&format!("/users/{BEN}"), &json!({"accountEnabled": false}));
    assert_eq!(disabled.status, 204);
    let (status, code, _) = put_with(&world, &decision);
    assert_eq!((status, code.as_str()), (403, "Authorization"));
}

#[test]
fn decisions_that_are_refused() {
    let world = gate();
    let good = signed(&world, &question());
    let other = |name: &str, value: Value| {
        let mut question = question();
        question[name] = value;
        signed(&world, &question)
    };
    assert_eq!(world.assign(CARLA, &[crate::world::EMS], &[]).status, 400);
    let origin = Origin::new("https", "localhost:8443").unwrap();
    let now = world.now();
    let read = world.signer.read(TENANT, &good, now).unwrap();
    let sign = |tenant, decision, now: Timestamp| {
        world.signer.sign(tenant, &origin, &decision, now).unwrap()
    };
    let mut forged = good.clone();
    forged.replace_range(
        good.len() / 2..=good.len() / 2,
        if good.as_bytes()[good.len() / 2] == b'A' {
            "B"
        } else {
            "A"
        },
    );
    let mut of_carla = read.clone();
    of_carla.user = Some(CARLA);
    let told: Vec<String> = [
        ("nonsense", "a.b.c".to_owned()),
        ("forged", forged),
        ("foreign", sign(NOBODY, read.clone(), now)),
        ("expired", sign(TENANT, read, Timestamp(now.0 - 300))),
        ("deny", other("user", json!("nobody@contoso.example"))),
        ("another user", sign(TENANT, of_carla, now)),
        (
            "another device",
            other("deviceId", json!(NOBODY.to_string())),
        ),
        ("no device", other("deviceId", json!(null))),
        (
            "another serial number",
            other("serial", json!("5CG0123ABD")),
        ),
        ("no serial number", other("serial", json!(null))),
        ("another platform", other("platform", json!("iOS"))),
        (
            "another type",
            other("enrollmentType", json!("windowsAzureADJoin")),
        ),
        ("shared", other("isShared", json!(true))),
    ]
    .into_iter()
    .map(|(name, decision)| format!("{name}: {:?}", put_with(&world, &decision)))
    .collect();
    insta::assert_snapshot!("refused_decisions", told.join("\n"));
    assert_eq!(state(&world).devices().len(), 0);
    assert_eq!(put_with(&world, &good).0, 201);
}
