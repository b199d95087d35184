//! Checks: what allows a device to enroll, and that asking changes nothing.

use serde_json::json;
use zetel_domain::{Command, device::PoolPolicy, user::UserKey};
use zetel_store::state_hash;

use super::{LAPTOP, check, codes, enroll_for_ben, gate, laptop, put, send_with, set, state};
use crate::world::{ADMIN, ANNA, BEN, EMS, World};

#[test]
fn a_device_that_may_enroll() {
    let world = gate();
    insta::assert_snapshot!("allowed", check(&world, &laptop()).shown());
}

#[test]
fn a_device_that_may_not() {
    let world = gate();
    let body = json!({"user": "carla@contoso.example", "platform": "iOS", "serial": "F2LXK0AAAA"});
    insta::assert_snapshot!("denied", check(&world, &body).shown());
}

#[test]
fn every_way_in_which_a_device_is_covered() {
    let world = gate();
    world.command(Command::AddEnrollmentManager {
        user: UserKey::Id(ADMIN),
    });
    let ben = BEN.to_string();
    for (body, cover) in [
        (json!({"user": ben}), "userLicense"),
        (
            json!({"users": [ben, "BEN@contoso.example"], "isShared": true}),
            "allUsersLicensed",
        ),
        (
            json!({"user": ben, "users": ["carla@contoso.example"], "isShared": true}),
            "deviceLicense",
        ),
        (
            json!({"enrollmentType": "appleBulkWithoutUser"}),
            "deviceLicense",
        ),
        (
            json!({"user": ADMIN.to_string(), "enrollmentType": "deviceEnrollmentManager"}),
            "deviceLicense",
        ),
        (
            json!({"user": ANNA.to_string(), "enrollmentType": "windowsCoManagement"}),
            "exempt",
        ),
    ] {
        let answer = check(&world, &body).json();
        assert_eq!(answer["verdict"], "allow", "{body}");
        assert_eq!(answer["coveredBy"], cover, "{body}");
        assert_eq!(answer["message"], json!(null), "{body}");
    }
}

#[test]
fn a_pool_that_is_short_warns_or_blocks() {
    let world = gate();
    enroll_for_ben(
        &world,
        0x100,
        5,
        &json!({"user": null, "enrollmentType": "appleBulkWithoutUser"}),
    );
    let sixth = json!({"enrollmentType": "appleBulkWithoutUser", "platform": "iOS"});
    let answer = check(&world, &sixth).json();
    assert_eq!(answer["verdict"], "allow");
    insta::assert_snapshot!(
        "pool_short",
        serde_json::to_string_pretty(&answer["warnings"]).unwrap()
    );
    let registered = put(&world, LAPTOP, &sixth);
    assert_eq!(registered.status, 201);
    assert_eq!(registered.json()["warnings"], answer["warnings"]);
    assert_eq!(registered.json()["coveredBy"], "deviceLicense");
    set(&world, |settings| settings.pool_policy = PoolPolicy::Block);
    assert_eq!(codes(&check(&world, &sixth).json()), ["NoDeviceLicense"]);
    let again = check(
        &world,
        &json!({"deviceId": LAPTOP.to_string(), "enrollmentType": "appleBulkWithoutUser", "platform": "iOS"}),
    );
    assert_eq!(again.json()["verdict"], "allow");
}

#[test]
fn usage_counts_against_the_limit_that_is_meant() {
    let world = gate();
    enroll_for_ben(&world, 0x100, 3, &json!({}));
    enroll_for_ben(
        &world,
        0x200,
        2,
        &json!({"agent": "intuneClient", "platform": "Windows"}),
    );
    let usage = |more: &serde_json::Value| {
        let mut body = json!({"user": BEN.to_string()});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        check(&world, &body).json()["usage"].clone()
    };
    let tenant = state(&world).id().to_string();
    assert_eq!(
        usage(&json!({})),
        json!({"used": 3, "limit": 15, "policy": tenant})
    );
    assert_eq!(
        usage(&json!({"agent": "intuneClient"})),
        json!({"used": 2, "limit": 5, "policy": null})
    );
    assert_eq!(
        usage(&json!({"agent": "intuneClient", "isVirtual": true})),
        json!({"used": 0, "limit": 1, "policy": null})
    );
    assert_eq!(
        usage(&json!({"enrollmentType": "deviceEnrollmentManager"})),
        json!({"used": 0, "limit": 1000, "policy": null})
    );
    for nobody in [
        json!({}),
        json!({"user": "nobody@contoso.example"}),
        json!({"enrollmentType": "appleBulkWithoutUser", "user": BEN.to_string()}),
    ] {
        assert_eq!(check(&world, &nobody).json()["usage"], json!(null));
    }
}

#[test]
fn a_check_changes_nothing() {
    let world = gate();
    let before = state(&world);
    for body in [
        laptop(),
        json!({"user": "carla@contoso.example"}),
        json!({"user": "nobody@contoso.example", "sign": true}),
    ] {
        assert_eq!(check(&world, &body).status, 200);
    }
    let after = state(&world);
    assert_eq!(after.generation(), before.generation());
    assert_eq!(state_hash(&after).unwrap(), state_hash(&before).unwrap());
    assert_eq!(after.devices().len(), 0);
}

#[test]
fn the_license_decides_at_once() {
    let world = gate();
    let verdict = |world: &World| check(world, &laptop()).json()["verdict"].clone();
    assert_eq!(verdict(&world), "allow");
    assert_eq!(world.assign(BEN, &[], &[EMS]).status, 200);
    assert_eq!(verdict(&world), "deny");
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    assert_eq!(verdict(&world), "allow");
}

#[test]
fn who_may_ask() {
    let world = gate();
    let device = format!("/devices/{LAPTOP}");
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    let asked = |token| send_with(&world, "POST", "/checks", token, &[], Some(&laptop())).status;
    assert_eq!(asked("admin"), 403, "administrators need a license");
    assert_eq!(world.assign(ADMIN, &[EMS], &[]).status, 200);
    for (method, path, body) in [
        ("POST", "/checks".to_owned(), Some(laptop())),
        (
            "GET",
            "/authorize?user=ben@contoso.example".to_owned(),
            None,
        ),
        ("PUT", device.clone(), Some(laptop())),
        ("GET", device.clone(), None),
        ("POST", format!("{device}/checkIn"), None),
        ("POST", format!("{device}/retire"), None),
    ] {
        let status = |token| {
            let answer = send_with(&world, method, &path, token, &[], body.as_ref());
            answer.status.as_u16()
        };
        for token in ["mdm", "admin"] {
            assert!(status(token) < 300, "{token} {method} {path}");
        }
        for token in ["weak", "anna", "app"] {
            assert_eq!(status(token), 403, "{token} {method} {path}");
        }
        assert_eq!(status("forged"), 401, "{method} {path}");
    }
    let delete = |token| send_with(&world, "DELETE", &device, token, &[], None).status;
    assert_eq!(delete("weak"), 403);
    assert_eq!(delete("mdm"), 204);
}
