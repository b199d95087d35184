//! Enrolling: once, again, and what stands in the way.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{LAPTOP, codes, gate, laptop, put, send, send_with, state};
use crate::world::{ADMIN, BEN, CARLA, EMS};

#[test]
fn a_device_enrolls_once_and_says_it_again() {
    let world = gate();
    let body = json!({
        "user": "ben@contoso.example", "platform": "Windows", "serial": "5CG0123ABC", "deviceName": "Bens laptop",
        "imei": "490154203237518", "manufacturer": "Contoso", "model": "Book 7", "osVersion": "10.0.26100",
        "directoryId": "00000000-0000-0000-0000-0000000000aa", "ownership": "company",
        "registrationState": "registered", "certificateExpires": "2027-06-01T00:00:00Z",
    });
    let created = put(&world, LAPTOP, &body);
    insta::assert_snapshot!("enrolled", created.shown());
    let generation = state(&world).generation();
    world.pass(60);
    let again = put(&world, LAPTOP, &body);
    assert_eq!(again.status, 200);
    assert_eq!(again.json(), created.json());
    assert_eq!(state(&world).generation(), generation);
    let read = send(&world, "GET", &format!("/devices/{LAPTOP}"), None);
    let mut device = created.json();
    device.as_object_mut().unwrap().remove("warnings");
    assert_eq!(read.json(), device);
}

#[test]
fn a_device_may_be_told_more_of() {
    let world = gate();
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let mut more = laptop();
    more["osVersion"] = json!("10.0.26100");
    more["user"] = json!(BEN.to_string());
    let answer = put(&world, LAPTOP, &more);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["osVersion"], "10.0.26100");
    for (name, value) in [("platform", "iOS"), ("serial", "5CG0123ABD")] {
        let mut other = laptop();
        other[name] = json!(value);
        let answer = put(&world, LAPTOP, &other);
        assert_eq!(answer.status, 409, "{}", answer.shown());
        assert_eq!(answer.json()["error"]["code"], "DeviceDiffers");
        let message = answer.error().2;
        assert!(message.contains("5CG0123ABC"), "{message}");
    }
    assert_eq!(state(&world).devices().len(), 1);
}

#[test]
fn a_refusal_has_all_members_of_a_checks_answer() {
    let world = gate();
    let generation = state(&world).generation();
    let body = json!({"user": CARLA.to_string(), "platform": "iOS", "enrollmentType": "deviceEnrollmentManager"});
    let answer = put(&world, LAPTOP, &body);
    insta::assert_snapshot!("refused", answer.shown());
    assert_eq!(state(&world).generation(), generation);
    assert_eq!(state(&world).devices().len(), 0);
}

#[test]
fn a_device_of_another_user() {
    let world = gate();
    assert_eq!(world.assign(ADMIN, &[EMS], &[]).status, 200);
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let mut theirs = laptop();
    theirs["user"] = json!(ADMIN.to_string());
    for id in [LAPTOP, Uuid::from_u128(0xd2)] {
        let answer = put(&world, id, &theirs);
        assert_eq!(codes(&answer.json()), ["DeviceOfAnotherUser"]);
        let text = answer.error().2;
        assert!(!text.contains("ben"), "{text}");
    }
    assert_eq!(
        send(&world, "DELETE", &format!("/devices/{LAPTOP}"), None).status,
        204
    );
    assert_eq!(put(&world, LAPTOP, &theirs).status, 201);
}

#[test]
fn a_plan_enrolls_nothing() {
    let world = gate();
    let plan = |method: &str, path: String, body: Option<&Value>| {
        send_with(
            &world,
            method,
            &path,
            "mdm",
            &[("Prefer", "zetel.plan")],
            body,
        )
    };
    let device = format!("/devices/{LAPTOP}");
    let answer = plan("PUT", device.clone(), Some(&laptop()));
    assert_eq!(
        answer.headers["preference-applied"],
        "zetel.plan",
        "{}",
        answer.shown()
    );
    assert_eq!(state(&world).devices().len(), 0);
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let generation = state(&world).generation();
    for (method, path) in [
        ("DELETE", device.clone()),
        ("POST", format!("{device}/retire")),
        ("POST", format!("{device}/checkIn")),
    ] {
        let answer = plan(method, path, None);
        assert_eq!(
            answer.headers["preference-applied"],
            "zetel.plan",
            "{}",
            answer.shown()
        );
    }
    assert_eq!(state(&world).generation(), generation);
    let mut denied = laptop();
    denied["user"] = json!(CARLA.to_string());
    denied["serial"] = json!("5CG0123ABD");
    let answer = plan(
        "PUT",
        "/devices/00000000-0000-0000-0000-0000000000d2".to_owned(),
        Some(&denied),
    );
    assert_eq!(
        (answer.status.as_u16(), codes(&answer.json())),
        (403, vec!["UserNotLicensed".to_owned()])
    );
}

#[test]
fn a_record_that_goes() {
    let world = gate();
    let device = format!("/devices/{LAPTOP}");
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let gone = send(&world, "DELETE", &device, None);
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    for (method, path) in [
        ("GET", device.clone()),
        ("DELETE", device.clone()),
        ("POST", format!("{device}/retire")),
        ("POST", format!("{device}/checkIn")),
    ] {
        let answer = send(&world, method, &path, None);
        let (status, code, message) = answer.error();
        assert_eq!(
            (status, code.as_str()),
            (404, "DeviceNotFound"),
            "{method} {path}"
        );
        assert_eq!(
            message,
            "No device with this id is enrolled. Enroll it first."
        );
    }
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
}

#[test]
fn a_shared_device_shows_its_users() {
    let world = gate();
    let body = json!({"user": BEN.to_string(), "users": [CARLA.to_string()], "isShared": true, "platform": "iOS"});
    let answer = put(&world, LAPTOP, &body);
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["users"][0]["id"], CARLA.to_string());
    assert_eq!(answer.json()["coveredBy"], "deviceLicense");
}
