//! Every reason once, with what it says, and their order.

use std::fmt::Write as _;

use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    device::{MdmAuthority, PoolPolicy},
    user::UserKey,
};

use super::{LAPTOP, check, codes, enroll_for_ben, gate, laptop, put, set, state};
use crate::world::{ADMIN, ANNA, BEN, CARLA, DAAN, ELIF, World};

/// What a question is answered, in lines.
fn lines(world: &World, body: &Value) -> String {
    let answer = check(world, body).json();
    assert_eq!(answer["verdict"], "deny", "{body}");
    let first = &answer["reasons"][0];
    for name in ["errorType", "hresult", "message"] {
        assert_eq!(answer[name], first[name], "{name}");
    }
    let mut text = format!("{body}\n");
    for reason in answer["reasons"].as_array().unwrap() {
        let member = |name: &str| reason[name].as_str().unwrap();
        writeln!(
            text,
            "  {} {} {} {}\n    {}\n    {}",
            member("code"),
            member("errorType"),
            member("hresult"),
            member("failureCategory"),
            reason["message"]["en"].as_str().unwrap(),
            reason["message"]["nl"].as_str().unwrap()
        )
        .unwrap();
    }
    text
}

#[test]
fn users_and_licenses() {
    let world = gate();
    let disabled = world.patch(&format!("/users/{ELIF}"), &json!({"accountEnabled": false}));
    assert_eq!(disabled.status, 204);
    world.command(Command::AddEnrollmentManager {
        user: UserKey::Id(BEN),
    });
    let carla = "carla@contoso.example";
    let told: Vec<String> = [
        json!({}),
        json!({"user": "nobody@contoso.example"}),
        json!({"user": DAAN.to_string()}),
        json!({"user": ELIF.to_string()}),
        json!({"user": carla, "enrollmentType": "deviceEnrollmentManager"}),
        json!({"user": BEN.to_string(), "enrollmentType": "appleBulkWithUser"}),
        json!({"user": carla}),
        json!({"user": ANNA.to_string()}),
        json!({"enrollmentType": "windowsBulkUserless"}),
    ]
    .iter()
    .map(|body| lines(&world, body))
    .collect();
    insta::assert_snapshot!("users_and_licenses", told.join("\n"));
}

#[test]
fn nobody_manages_devices() {
    let world = gate();
    set(&world, |settings| {
        settings.authority = MdmAuthority::Unknown;
    });
    insta::assert_snapshot!("nobody_manages", lines(&world, &laptop()));
}

#[test]
fn device_licenses() {
    let world = gate();
    set(&world, |settings| settings.pool_policy = PoolPolicy::Block);
    let without_user = json!({"user": null, "enrollmentType": "appleBulkWithoutUser"});
    enroll_for_ben(&world, 0x100, 5, &without_user);
    let told: Vec<String> = [
        json!({"enrollmentType": "appleBulkWithoutUser"}),
        json!({"isShared": true, "user": BEN.to_string(), "users": [CARLA.to_string(), ANNA.to_string()]}),
        json!({"isShared": true}),
    ]
    .iter()
    .map(|body| lines(&world, body))
    .collect();
    insta::assert_snapshot!("device_licenses", told.join("\n"));
}

#[test]
fn limits_and_known_devices() {
    let world = gate();
    set(&world, |settings| {
        settings.limits.devices_per_user = 2;
        settings.limits.agents_per_user = 1;
        settings.limits.devices_per_manager = 1;
        settings.limits.android_devices_per_manager = 1;
    });
    world.command(Command::AddEnrollmentManager {
        user: UserKey::Id(ADMIN),
    });
    enroll_for_ben(&world, 0x100, 2, &json!({}));
    enroll_for_ben(
        &world,
        0x200,
        1,
        &json!({"agent": "intuneClient", "platform": "Windows", "deviceName": "Bens desk"}),
    );
    enroll_for_ben(
        &world,
        0x300,
        1,
        &json!({"agent": "intuneClient", "platform": "Windows", "isVirtual": true}),
    );
    let manager = json!({"user": ADMIN.to_string(), "platform": "Android", "ownership": "personal", "enrollmentType": "deviceEnrollmentManager"});
    assert_eq!(put(&world, LAPTOP, &manager).status, 201);
    let ben = BEN.to_string();
    let told: Vec<String> = [
        json!({"user": ben, "platform": "iOS"}),
        json!({"user": ben, "platform": "Windows", "agent": "intuneClient"}),
        json!({"user": ben, "platform": "Windows", "agent": "intuneClient", "isVirtual": true}),
        manager,
        json!({"user": ben, "platform": "iOS", "agent": "intuneClient", "isVirtual": true, "serial": "serial00256"}),
        json!({"user": ADMIN.to_string(), "platform": "iOS", "serial": "serial00256", "enrollmentType": "windowsCoManagement"}),
        json!({"user": "carla@contoso.example", "platform": "Windows", "serial": "SERIAL00512", "enrollmentType": "windowsCoManagement"}),
    ]
    .iter()
    .map(|body| lines(&world, body))
    .collect();
    insta::assert_snapshot!("limits_and_known_devices", told.join("\n"));
}

#[test]
fn all_reasons_are_told_in_their_order() {
    let world = gate();
    enroll_for_ben(&world, 0x100, 1, &json!({}));
    set(&world, |settings| {
        settings.authority = MdmAuthority::Unknown;
    });
    let body = json!({
        "user": CARLA.to_string(), "platform": "iOS", "serial": "SERIAL00256", "agent": "intuneClient",
        "enrollmentType": "deviceEnrollmentManager", "users": [DAAN.to_string(), "nobody"], "isShared": true,
    });
    assert_eq!(
        codes(&check(&world, &body).json()),
        [
            "MdmAuthorityNotSet",
            "UserNotFound",
            "UserDeleted",
            "NotEnrollmentManager",
            "ManagedOtherwise",
            "DeviceOfAnotherUser",
        ]
    );
}

#[test]
fn the_sixteenth_device() {
    let world = gate();
    enroll_for_ben(&world, 0x100, 15, &json!({}));
    let answer = put(&world, LAPTOP, &laptop());
    assert_eq!(answer.status, 403);
    assert_eq!(codes(&answer.json()), ["DeviceLimitReached"]);
    assert_eq!(answer.json()["error"]["code"], "DeviceCapReached");
    assert_eq!(answer.json()["usage"]["used"], 15);
    assert_eq!(state(&world).devices().len(), 15);
    // One that is enrolled may enroll again, also under a new id.
    let known = json!({"user": BEN.to_string(), "platform": "iOS", "serial": "SERIAL00256"});
    assert_eq!(put(&world, Uuid::from_u128(0x100), &known).status, 200);
    assert_eq!(put(&world, Uuid::from_u128(0x900), &known).status, 201);
}
