//! Devices in plans, in the audit log and in the history of their users.

use serde_json::{Value, json};

use crate::{
    devices::{NOTEBOOK, PHONE, enrolled},
    own::{generation, send, violations},
    world::{ANNA, BEN, EMS, World},
};

fn planned(world: &World, method: &str, path: &str, body: Option<&Value>) -> Value {
    let prefer = [("Prefer", "zetel.plan")];
    let answer = send(world, method, path, "app", &prefer, body);
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/plan.schema.json"
    );
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let plan = answer.json();
    assert_eq!(violations(&schema, &plan), Vec::<String>::new());
    plan
}

#[test]
fn a_plan_names_the_devices_that_lose_what_covers_them() {
    let world = enrolled();
    let path = format!("/users/{BEN}/assignLicense");
    let remove = json!({"addLicenses": [], "removeLicenses": [EMS]});
    let plan = planned(&world, "POST", &path, Some(&remove));
    let shown = json!({"deviceCount": plan["deviceCount"], "devices": plan["devices"]});
    insta::assert_snapshot!(
        "devices_that_lose",
        serde_json::to_string_pretty(&shown).unwrap()
    );
    // Deleting the user does the same to the devices.
    let plan = planned(&world, "DELETE", &format!("/users/{BEN}"), None);
    assert_eq!(plan["deviceCount"], json!({"lose": 2, "regain": 0}));

    assert_eq!(world.post(&path, &remove).status, 200);
    let add = json!({"addLicenses": [{"skuId": EMS, "disabledPlans": []}], "removeLicenses": []});
    let plan = planned(&world, "POST", &path, Some(&add));
    assert_eq!(plan["deviceCount"], json!({"lose": 0, "regain": 2}));
    assert_eq!(plan["devices"][0]["effect"], "regainsCompliance");
    assert_eq!(plan["devices"][0]["restorableUntil"], Value::Null);
    let other = json!({"displayName": "Ben"});
    let plan = planned(&world, "PATCH", &format!("/users/{BEN}"), Some(&other));
    assert_eq!(plan["devices"], json!([]));
}

/// With a grace period nothing is lost at once; the forecast says when.
#[test]
fn a_grace_period_comes_first() {
    let world = enrolled();
    let policy = json!({"semantics": "extended", "graceDays": 5});
    let answer = world.call("PATCH", "/zetel/licensingPolicy", "admin", Some(&policy));
    assert_eq!(answer.status, 204);
    let path = format!("/users/{BEN}/assignLicense");
    let remove = json!({"addLicenses": [], "removeLicenses": [EMS]});
    let plan = planned(&world, "POST", &path, Some(&remove));
    assert_eq!(plan["deviceCount"], json!({"lose": 0, "regain": 0}));
    let forecast = world.get(&format!("/zetel/users/{BEN}/deviceForecast"));
    assert_eq!(forecast.json()["licenseEnds"], "2026-11-26T10:43:34Z");
}

#[test]
fn writes_on_devices_have_a_plan_that_changes_nothing() {
    let world = enrolled();
    let before = generation(&world);
    let device = format!("/deviceManagement/managedDevices/{PHONE}");
    let limits = "/deviceManagement/deviceEnrollmentConfigurations";
    let limit = json!({
        "@odata.type": "#microsoft.graph.deviceEnrollmentLimitConfiguration", "displayName": "x", "limit": 1,
    });
    for (method, path, body) in [
        ("DELETE", device.clone(), None),
        ("POST", format!("{device}/retire"), None),
        ("POST", format!("{device}/syncDevice"), None),
        (
            "PATCH",
            "/deviceManagement".to_owned(),
            Some(json!({"settings": {"secureByDefault": true}})),
        ),
        ("POST", limits.to_owned(), Some(limit)),
        (
            "PATCH",
            "/zetel/deviceSettings".to_owned(),
            Some(json!({"coexistence": true})),
        ),
        (
            "POST",
            "/zetel/enrollmentManagers".to_owned(),
            Some(json!({"user": ANNA})),
        ),
    ] {
        planned(&world, method, &path, body.as_ref());
    }
    assert_eq!(generation(&world), before);
}

/// Everything that can happen to devices, in the audit log and in the history of the user.
#[test]
fn devices_in_the_past() {
    let world = enrolled();
    let device = format!("/deviceManagement/managedDevices/{PHONE}");
    for (method, path, body, status) in [
        ("POST", format!("{device}/syncDevice"), None, 204),
        ("POST", format!("{device}/retire"), None, 204),
        ("DELETE", device.clone(), None, 204),
        (
            "PATCH",
            "/zetel/deviceSettings".to_owned(),
            Some(json!({"coexistence": true, "limits": {"pendingHours": 1}})),
            204,
        ),
        (
            "POST",
            "/zetel/enrollmentManagers".to_owned(),
            Some(json!({"user": BEN})),
            200,
        ),
        (
            "DELETE",
            format!("/zetel/enrollmentManagers/{BEN}"),
            None,
            204,
        ),
    ] {
        let answer = world.call(method, &path, "app", body.as_ref());
        assert_eq!(answer.status, status, "{}", answer.shown());
    }
    let log = world.call("GET", "/auditLogs/directoryAudits?$top=9", "admin", None);
    let records: Vec<String> = log.json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            let targets = serde_json::to_string(&record["targetResources"]).unwrap();
            let name = &record["activityDisplayName"];
            format!("{name} {}\n    {targets}", record["category"])
        })
        .collect();
    insta::assert_snapshot!("audited", records.join("\n"));
    let history = format!("/zetel/users/{BEN}/history?$top=9");
    let history = world.call("GET", &history, "admin", None).json();
    let told: Vec<&str> = history["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["what"].as_str().unwrap())
        .collect();
    insta::assert_snapshot!("told", told.join("\n"));
    let about = format!(
        "/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id%20eq%20'{NOTEBOOK}')"
    );
    let found = world.call("GET", &about, "admin", None);
    assert_eq!(found.json()["value"].as_array().unwrap().len(), 1);
}
