//! How devices are managed: Graph's settings and limits, and our own endpoints.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    devices::enrolled,
    own::{generation, send},
    world::{ADMIN, ANNA, BEN, CARLA, DAAN, EMS, INTUNE_PLAN, NOBODY, TENANT, World},
};

const LIMITS: &str = "/deviceManagement/deviceEnrollmentConfigurations";
const LIMIT_TYPE: &str = "#microsoft.graph.deviceEnrollmentLimitConfiguration";

/// A response without ids and times that differ from one run to the next.
fn shown(text: &str, id: &str) -> String {
    text.replace(id, "{policy}")
}

fn create(world: &World, name: &str, limit: u16) -> String {
    let body = json!({"@odata.type": LIMIT_TYPE, "displayName": name, "limit": limit});
    let answer = world.post(LIMITS, &body);
    assert_eq!(answer.status, 201, "{}", answer.shown());
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn target(kind: &str, group: Option<Uuid>) -> Value {
    let mut target = json!({"@odata.type": format!("#microsoft.graph.{kind}")});
    if let Some(group) = group {
        target["groupId"] = json!(group.to_string());
    }
    json!({"target": target})
}

fn assign(world: &World, id: &str, targets: &[Value]) -> u16 {
    let body = json!({"enrollmentConfigurationAssignments": targets});
    let answer = world.post(&format!("{LIMITS}/{id}/assign"), &body);
    answer.status.as_u16()
}

#[test]
fn the_tenant_as_graph_has_it() {
    let world = enrolled();
    insta::assert_snapshot!("device_management", world.get("/deviceManagement").shown());
    let state = world.get("/deviceManagement/subscriptionState").json();
    assert_eq!(state["value"], "active");
    let body =
        json!({"settings": {"secureByDefault": true, "deviceComplianceCheckinThresholdDays": 7}});
    let answer = world.patch("/deviceManagement", &body);
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let settings = world.get("/deviceManagement/settings").json();
    assert_eq!(
        settings,
        json!({
            "@odata.context": "https://localhost:8443/v1.0/$metadata#deviceManagement/settings",
            "deviceComplianceCheckinThresholdDays": 7, "isScheduledActionEnabled": true, "secureByDefault": true,
        })
    );
    assert_eq!(answer.json()["settings"]["secureByDefault"], true);
    let select = world
        .get("/deviceManagement?$select=subscriptionState")
        .json();
    assert_eq!(select.as_object().unwrap().len(), 2);
}

#[test]
fn limits_per_user() {
    let world = enrolled();
    let group = world.group(0x61, "sales");
    let inner = world.group(0x62, "inner");
    world.join(group, &[BEN]);
    let list = world.get(LIMITS);
    insta::assert_snapshot!("limits", list.shown());
    let body = json!({
        "@odata.type": LIMIT_TYPE, "displayName": "Two", "description": "For sales", "limit": 2,
    });
    let created = world.post(LIMITS, &body);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert!(id.ends_with("_Limit"));
    insta::assert_snapshot!("limit_created", shown(&created.shown(), &id));
    let targets = [
        target("groupAssignmentTarget", Some(group)),
        target("exclusionGroupAssignmentTarget", Some(inner)),
    ];
    assert_eq!(assign(&world, &id, &targets), 204);
    let path = format!("{LIMITS}/{id}");
    let expanded = world.get(&format!(
        "{path}?$expand=assignments&$select=id,limit,version"
    ));
    insta::assert_snapshot!("limit_expanded", shown(&expanded.shown(), &id));
    let assignments = world.get(&format!("{path}/assignments")).json();
    assert_eq!(assignments["value"], expanded.json()["assignments"]);
    let limit = |user: Uuid| {
        let answer = world.get(&format!("/users/{user}?$select=deviceEnrollmentLimit"));
        answer.json()["deviceEnrollmentLimit"].clone()
    };
    assert_eq!((limit(BEN), limit(ANNA)), (json!(2), json!(15)));
    let patched = world.patch(&path, &json!({"limit": 3, "description": null}));
    assert_eq!(
        (patched.status.as_u16(), &patched.json()["limit"]),
        (200, &json!(3))
    );
    assert_eq!(patched.json()["description"], Value::Null);
    assert_eq!(limit(BEN), 3);
    // Only the first policy that hits the user counts.
    let other = create(&world, "All", 9);
    assert_eq!(
        assign(
            &world,
            &other,
            &[target("allLicensedUsersAssignmentTarget", None)]
        ),
        204
    );
    assert_eq!((limit(BEN), limit(ANNA)), (json!(3), json!(9)));
    let first = json!({"priority": 1});
    assert_eq!(
        world
            .post(&format!("{LIMITS}/{other}/setPriority"), &first)
            .status,
        204
    );
    assert_eq!(limit(BEN), 9);
    let all = world.get(LIMITS).ids();
    assert_eq!(
        all,
        [other.clone(), id.clone(), format!("{TENANT}_DefaultLimit")]
    );
    assert_eq!(
        world
            .call("DELETE", &format!("{LIMITS}/{other}"), "app", None)
            .status,
        204
    );
    let default = format!("{LIMITS}/{TENANT}_DefaultLimit");
    assert_eq!(world.patch(&default, &json!({"limit": 4})).status, 200);
    assert_eq!((limit(BEN), limit(ANNA)), (json!(3), json!(4)));
}

#[test]
fn limits_that_cannot_be() {
    let world = enrolled();
    let id = create(&world, "Two", 2);
    let path = format!("{LIMITS}/{id}");
    let default = format!("{LIMITS}/{TENANT}_DefaultLimit");
    let before = generation(&world);
    let new = |change: Value| {
        let mut body = json!({"@odata.type": LIMIT_TYPE, "displayName": "New", "limit": 1});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let assigned = |targets: Value| json!({"enrollmentConfigurationAssignments": targets});
    let shown: Vec<String> = [
        ("POST", LIMITS.to_owned(), json!({"displayName": "x", "limit": 1})),
        ("POST", LIMITS.to_owned(), json!({"@odata.type": LIMIT_TYPE, "limit": 1})),
        ("POST", LIMITS.to_owned(), json!({"@odata.type": LIMIT_TYPE, "displayName": "x"})),
        (
            "POST",
            LIMITS.to_owned(),
            new(json!({"@odata.type": "#microsoft.graph.deviceEnrollmentPlatformRestrictionsConfiguration"})),
        ),
        ("POST", LIMITS.to_owned(), new(json!({"@odata.type": "limit"}))),
        ("POST", LIMITS.to_owned(), new(json!({"limit": 0}))),
        ("POST", LIMITS.to_owned(), new(json!({"limit": 16}))),
        ("POST", LIMITS.to_owned(), new(json!({"limit": "5"}))),
        ("POST", LIMITS.to_owned(), new(json!({"limit": 70_000}))),
        ("POST", LIMITS.to_owned(), new(json!({"displayName": " "}))),
        ("POST", LIMITS.to_owned(), new(json!({"displayName": "x".repeat(257)}))),
        ("POST", LIMITS.to_owned(), new(json!({"description": 7}))),
        ("POST", LIMITS.to_owned(), new(json!({"priority": 1}))),
        ("POST", LIMITS.to_owned(), new(json!({"version": 1}))),
        ("POST", LIMITS.to_owned(), new(json!({"color": 1}))),
        ("PATCH", path.clone(), json!({"limit": -1})),
        ("PATCH", path.clone(), json!({"assignments": []})),
        ("PATCH", format!("{LIMITS}/{NOBODY}_Limit"), json!({"limit": 1})),
        ("PATCH", format!("{LIMITS}/{TENANT}_Limit"), json!({"limit": 1})),
        ("PATCH", format!("{LIMITS}/{NOBODY}_DefaultLimit"), json!({"limit": 1})),
        ("DELETE", default.clone(), Value::Null),
        ("DELETE", format!("{LIMITS}/x"), Value::Null),
        ("POST", format!("{default}/assign"), assigned(json!([]))),
        ("POST", format!("{default}/setPriority"), json!({"priority": 1})),
        ("POST", format!("{path}/setPriority"), json!({})),
        ("POST", format!("{path}/setPriority"), json!({"priority": 0})),
        ("POST", format!("{path}/setPriority"), json!({"priority": "first"})),
        ("POST", format!("{path}/setPriority"), json!({"priority": 1, "color": 2})),
        ("POST", format!("{path}/assign"), json!({})),
        ("POST", format!("{path}/assign"), assigned(json!({}))),
        ("POST", format!("{path}/assign"), assigned(json!([7]))),
        ("POST", format!("{path}/assign"), assigned(json!([{}]))),
        (
            "POST",
            format!("{path}/assign"),
            assigned(json!([target("groupAssignmentTarget", None)])),
        ),
        (
            "POST",
            format!("{path}/assign"),
            assigned(json!([target("groupAssignmentTarget", Some(NOBODY))])),
        ),
        (
            "POST",
            format!("{path}/assign"),
            assigned(json!([target("allDevicesAssignmentTarget", None)])),
        ),
        (
            "POST",
            format!("{path}/assign"),
            assigned(json!([target("color", None)])),
        ),
        ("GET", format!("{path}?$expand=color"), Value::Null),
        ("GET", format!("{path}?$select=assignments"), Value::Null),
        ("GET", format!("{LIMITS}?$top=1"), Value::Null),
    ]
    .iter()
    .map(|(method, path, body)| {
        let answer = world.call(method, path, "app", Some(body).filter(|body| !body.is_null()));
        let (status, code, message) = answer.error();
        format!("{method} {path} {body}\n  {status} {code}: {message}").replace(&id, "{policy}")
    })
    .collect();
    insta::assert_snapshot!("limits_refused", shown.join("\n"));
    assert_eq!(generation(&world), before);
}

#[test]
fn device_settings() {
    let world = enrolled();
    let path = "/zetel/deviceSettings";
    insta::assert_snapshot!("device_settings", world.get(path).shown());
    let body = json!({
        "mdmAuthority": "office365", "coexistence": true, "complianceGraceDays": 3, "deviceLicensePolicy": "block",
        "cleanUpRules": [{"platform": "Windows", "days": 90}, {"days": 60}], "limits": {"DevicesPerUser": 10},
    });
    let answer = world.patch(path, &body);
    assert_eq!(answer.status, 204, "{}", answer.shown());
    let after = world.get(path).json();
    assert_eq!(after["limits"]["devicesPerUser"], 10);
    assert_eq!(
        after["cleanUpRules"][1],
        json!({"platform": null, "days": 60})
    );
    let organization = world
        .get("/organization?$select=mobileDeviceManagementAuthority")
        .json();
    assert_eq!(
        organization["value"][0]["mobileDeviceManagementAuthority"],
        "office365"
    );

    let allow = json!({"allowUnlicensedAdministrators": true});
    assert_eq!(world.patch(path, &allow).status, 204);
    let before = generation(&world);
    let shown: Vec<String> = [
        json!({"allowUnlicensedAdministrators": false}),
        json!({"deviceComplianceCheckinThresholdDays": 0}),
        json!({"deviceComplianceCheckinThresholdDays": 121}),
        json!({"deviceComplianceCheckinThresholdDays": "7"}),
        json!({"complianceGraceDays": 366}),
        json!({"cleanUpRules": [{"platform": "Windows", "days": 29}]}),
        json!({"cleanUpRules": [{"days": 40}, {"platform": null, "days": 50}]}),
        json!({"cleanUpRules": [{"platform": "DOS", "days": 40}]}),
        json!({"limits": {"devicesPerUser": 0}}),
        json!({"limits": {"renewalDays": 400}}),
        json!({"limits": {"color": 1}}),
        json!({"mdmAuthority": "me"}),
        json!({"color": 1}),
    ]
    .iter()
    .map(|body| {
        let (status, code, message) = world.patch(path, body).error();
        format!("{body}\n  {status} {code}: {message}")
    })
    .collect();
    insta::assert_snapshot!("device_settings_refused", shown.join("\n"));
    for body in [
        json!({"settings": 7}),
        json!({"settings": null}),
        json!({"settings": {"mdmAuthority": "intune"}}),
        json!({"settings": {"secureByDefault": "yes"}}),
        json!({"subscriptionState": "active"}),
        json!({"color": 1}),
    ] {
        assert_eq!(
            world.patch("/deviceManagement", &body).status,
            400,
            "{body}"
        );
    }
    let brand = json!({"intuneBrand": {}});
    assert_eq!(world.patch("/deviceManagement", &brand).status, 501);
    assert_eq!(generation(&world), before);
}

#[test]
fn the_status_of_the_tenant() {
    let world = enrolled();
    insta::assert_snapshot!("device_status", world.get("/zetel/deviceStatus").shown());
    let nobody = json!({"mdmAuthority": "unknown"});
    assert_eq!(world.patch("/zetel/deviceSettings", &nobody).status, 204);
    let status = world.get("/zetel/deviceStatus").json();
    assert_eq!(status["canEnroll"], 0);
    assert_eq!(status["cannotEnroll"]["authorityNotSet"], 2);
}

#[test]
fn enrollment_managers() {
    let world = enrolled();
    let path = "/zetel/enrollmentManagers";
    let anna = json!({"user": "anna@contoso.example"});
    let added = world.post(path, &anna);
    assert_eq!(added.status, 200, "{}", added.shown());
    assert_eq!(added.json()["change"], generation(&world));
    // Once more changes nothing.
    assert_eq!(world.post(path, &anna).json()["change"], Value::Null);
    insta::assert_snapshot!("enrollment_managers", world.get(path).shown());
    let before = generation(&world);
    for (body, status) in [
        (json!({}), 400),
        (json!({"user": 7}), 400),
        (json!({"user": NOBODY.to_string()}), 404),
        (json!({"user": DAAN.to_string()}), 404),
        (json!({"user": ANNA.to_string(), "color": 1}), 400),
    ] {
        assert_eq!(world.post(path, &body).status, status, "{body}");
    }
    let delete = |key: &str| world.call("DELETE", &format!("{path}/{key}"), "app", None);
    let (status, _, message) = delete(&BEN.to_string()).error();
    assert_eq!(
        (status, message.as_str()),
        (
            404,
            "The user 'ben@contoso.example' is not a device enrollment manager."
        )
    );
    assert_eq!(delete("nobody@contoso.example").status, 404);
    assert_eq!(generation(&world), before);
    assert_eq!(delete("anna@contoso.example").status, 204);
    assert_eq!(world.get(path).json()["value"], json!([]));
}

#[test]
fn forecasts() {
    let world = enrolled();
    let path = format!("/zetel/users/{BEN}/deviceForecast");
    insta::assert_snapshot!("forecast", world.get(&path).shown());
    let dutch = [("Accept-Language", "nl")];
    let in_dutch = send(&world, "GET", &path, "app", &dutch, None).json();
    let texts: Vec<&str> = in_dutch["devices"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&json!({"text": in_dutch["devices"][0]["restoreHow"]})])
        .map(|step| step["text"].as_str().unwrap().to_owned().leak() as &str)
        .collect();
    insta::assert_snapshot!("forecast_in_dutch", texts.join("\n"));
    for key in [NOBODY.to_string(), "nobody@contoso.example".to_owned()] {
        let answer = world.get(&format!("/zetel/users/{key}/deviceForecast"));
        assert_eq!(answer.status, 404);
    }
    // Without devices there is nothing to tell.
    let carla = world
        .get(&format!("/zetel/users/{CARLA}/deviceForecast"))
        .json();
    assert_eq!(
        (&carla["isLicensed"], &carla["devices"]),
        (&json!(false), &json!([]))
    );
    // In the recycle bin the user is found by the id.
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{BEN}"), "app", None)
            .status,
        204
    );
    let deleted = world.get(&path).json();
    assert_eq!(deleted["isLicensed"], false);
    assert_eq!(deleted["userPurged"], "2026-12-21T10:43:34Z");
    assert_eq!(
        deleted["devices"][0]["restorableUntil"],
        "2026-12-21T10:43:34Z"
    );
    assert!(
        deleted["devices"][0]["restoreHow"]
            .as_str()
            .unwrap()
            .starts_with("Restore the user")
    );
    let by_name = world.get("/zetel/users/ben@contoso.example/deviceForecast");
    assert_eq!(by_name.status, 404);
}

/// A license without its plan of device management counts as a license, and enrolls nothing.
#[test]
fn the_difference_is_explained() {
    let world = enrolled();
    let status = world.get("/zetel/deviceStatus").json();
    assert_eq!(status["cannotEnroll"]["planOff"], 1);
    let body = json!({"addLicenses": [{"skuId": EMS, "disabledPlans": []}], "removeLicenses": []});
    let answer = world.post(&format!("/users/{ANNA}/assignLicense"), &body);
    assert_eq!(answer.status, 200);
    let status = world.get("/zetel/deviceStatus").json();
    assert_eq!(status["canEnroll"], status["licensedUsers"]);
    let body = json!({"addLicenses": [{"skuId": EMS, "disabledPlans": [INTUNE_PLAN]}], "removeLicenses": []});
    assert_eq!(
        world
            .post(&format!("/users/{ADMIN}/assignLicense"), &body)
            .status,
        200
    );
    let status = world.get("/zetel/deviceStatus").json();
    assert_eq!(
        (&status["licensedUsers"], &status["canEnroll"]),
        (&json!(3), &json!(2))
    );
}
