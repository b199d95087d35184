//! Devices as Graph shows them: managed ones, and those of the directory.

use std::fmt::Write as _;

use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command, Timestamp,
    device::{
        Build, DeviceDetails, Enrollment, EnrollmentType, Ownership, Platform, Report, Reported,
    },
    user::UserKey,
};

use crate::world::{ANNA, Answer, BEN, EMS, NOBODY, NOW, World};

/// Ben's notebook: joined to the directory, with everything that can be known.
pub const NOTEBOOK: Uuid = Uuid::from_u128(0xd1);
/// Ben's phone, of which nothing is known.
pub const PHONE: Uuid = Uuid::from_u128(0xd2);
/// A device without a user, covered by a device license.
pub const KIOSK: Uuid = Uuid::from_u128(0xd3);
/// Under which the directory knows the notebook.
pub const DIRECTORY_ID: Uuid = Uuid::from_u128(0xad1);

/// Ben has a license and two devices; a third one has no user.
pub fn enrolled() -> World {
    let world = World::new();
    world.grant_devices();
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    enroll(
        &world,
        Enrollment {
            id: NOTEBOOK,
            user: Some(UserKey::Id(BEN)),
            platform: Platform::Windows,
            enrollment_type: EnrollmentType::WindowsAzureAdJoin,
            ownership: Ownership::Company,
            build: Build {
                manufacturer: "Contoso".to_owned(),
                model: "Book \"7\"".to_owned(),
                os_version: "10.0.26100".to_owned(),
            },
            details: DeviceDetails {
                name: "BEN-NOTEBOOK".to_owned(),
                serial: "5CG0123ABC".to_owned(),
                imei: "490154203237518".to_owned(),
                directory_id: Some(DIRECTORY_ID),
            },
            ..Enrollment::default()
        },
    );
    world.pass(3600);
    enroll(
        &world,
        Enrollment {
            id: PHONE,
            user: Some(UserKey::Id(BEN)),
            platform: Platform::Ios,
            enrollment_type: EnrollmentType::UserEnrollment,
            ownership: Ownership::Personal,
            ..Enrollment::default()
        },
    );
    world.pass(3600);
    enroll(
        &world,
        Enrollment {
            id: KIOSK,
            platform: Platform::Android,
            enrollment_type: EnrollmentType::AndroidDedicated,
            ..Enrollment::default()
        },
    );
    world
}

pub fn enroll(world: &World, enrollment: Enrollment) {
    world.command(Command::EnrollDevice(Box::new(enrollment)));
}

/// A check-in that says how the device complies.
fn report(world: &World, device: Uuid, reported: Reported, grace_until: Option<Timestamp>) {
    let report = Report {
        reported: Some(reported),
        grace_until,
        ..Report::default()
    };
    world.command(Command::CheckIn { device, report });
}

const PATH: &str = "/deviceManagement/managedDevices";

fn single(id: Uuid) -> String {
    format!("{PATH}/{id}")
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

#[test]
fn managed_devices() {
    let world = enrolled();
    insta::assert_snapshot!("managed_device", world.get(&single(NOTEBOOK)).shown());
    insta::assert_snapshot!(
        "managed_device_of_nobody",
        world.get(&single(KIOSK)).shown()
    );
    let select = "$select=id,deviceName,ComplianceState,userPrincipalName";
    let page = world.get(&format!("{PATH}?{select}&$top=2&$count=true"));
    insta::assert_snapshot!("managed_devices", page.shown());
    let link = page.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let next = world.get(link.split_once("/v1.0").unwrap().1);
    assert_eq!(next.ids(), [KIOSK.to_string()]);
    assert!(next.json().get("@odata.nextLink").is_none());
    assert_eq!(world.get(&format!("{PATH}/$count")).body, b"3");
}

#[test]
fn devices_of_users() {
    let world = enrolled();
    let of_ben = [NOTEBOOK.to_string(), PHONE.to_string()];
    for key in [BEN.to_string(), "ben@contoso.example".to_owned()] {
        let path = format!("/users/{key}/managedDevices");
        let answer = world.get(&path);
        assert_eq!(answer.ids(), of_ben);
        let context = answer.json()["@odata.context"].as_str().unwrap().to_owned();
        assert!(context.ends_with(&format!("#users('{BEN}')/managedDevices")));
        assert_eq!(world.get(&format!("{path}/$count")).body, b"2");
        let first = world.get(&format!("{path}?$top=1&$select=id"));
        let link = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
        assert_eq!(
            world.get(link.split_once("/v1.0").unwrap().1).ids(),
            of_ben[1..]
        );
        let filter = encoded("operatingSystem eq 'iOS'");
        assert_eq!(
            world.get(&format!("{path}?$filter={filter}")).ids(),
            of_ben[1..]
        );
        assert_eq!(world.get(&format!("{path}/{PHONE}")).status, 200);
        assert_eq!(world.get(&format!("{path}/{KIOSK}")).status, 404);
    }
    assert!(
        world
            .get(&format!("/users/{ANNA}/managedDevices"))
            .ids()
            .is_empty()
    );
    for path in ["", "/$count", &format!("/{PHONE}")] {
        let answer = world.get(&format!("/users/{NOBODY}/managedDevices{path}"));
        assert_eq!(answer.status, 404, "{path}");
    }
}

/// Everybody may see their own devices; for others an administrator needs a license, or a tenant that asks for none.
#[test]
fn who_may_see_devices() {
    let world = enrolled();
    let mine = |path: &str| world.call("GET", path, "anna", None).status.as_u16();
    for path in [
        "/me/managedDevices",
        "/me/managedDevices/$count",
        "/me/registeredDevices",
        "/me/ownedDevices",
        "/users/anna@contoso.example/managedDevices",
        &format!("/zetel/users/{ANNA}/deviceForecast"),
    ] {
        assert_eq!(mine(path), 200, "{path}");
    }
    for path in [
        PATH.to_owned(),
        single(PHONE),
        format!("/users/{BEN}/managedDevices"),
        "/users/ben@contoso.example/managedDevices".to_owned(),
        "/users/nobody@contoso.example/managedDevices".to_owned(),
        format!("/zetel/users/{BEN}/deviceForecast"),
        "/devices".to_owned(),
        "/deviceManagement".to_owned(),
        "/zetel/deviceStatus".to_owned(),
    ] {
        assert_eq!(mine(&path), 403, "{path}");
    }
    assert_eq!(mine(&format!("/me/managedDevices/{PHONE}")), 404);
    let as_admin = |path: &str| world.call("GET", path, "admin", None);
    let (status, _, message) = as_admin(PATH).error();
    assert_eq!(status, 403);
    assert!(message.contains("need an Intune license"), "{message}");
    assert_eq!(as_admin("/deviceManagement").status, 200);
    let allow = json!({"allowUnlicensedAdministrators": true});
    let patched = world.call("PATCH", "/zetel/deviceSettings", "admin", Some(&allow));
    assert_eq!(patched.status, 204, "{}", patched.shown());
    assert_eq!(as_admin(PATH).ids().len(), 3);
}

#[test]
fn devices_are_found_by_what_is_known_of_them() {
    let world = enrolled();
    report(
        &world,
        PHONE,
        Reported::NonCompliant,
        Some(Timestamp(NOW + 90_000)),
    );
    let (notebook, phone, kiosk) = (NOTEBOOK, PHONE, KIOSK);
    for (filter, expected) in [
        (format!("id eq '{PHONE}'"), vec![phone]),
        (format!("id in ('{PHONE}','{NOBODY}')"), vec![phone]),
        (format!("userId eq '{BEN}'"), vec![notebook, phone]),
        ("userId eq ''".to_owned(), vec![kiosk]),
        (
            "userPrincipalName eq 'BEN@contoso.example'".to_owned(),
            vec![notebook, phone],
        ),
        ("startswith(deviceName,'ben-')".to_owned(), vec![notebook]),
        ("serialNumber eq '5cg0123abc'".to_owned(), vec![notebook]),
        ("serialNumber eq null".to_owned(), vec![phone, kiosk]),
        (
            "operatingSystem eq 'Windows' or operatingSystem eq 'Android'".to_owned(),
            vec![notebook, kiosk],
        ),
        (
            "complianceState eq 'compliant'".to_owned(),
            vec![notebook, kiosk],
        ),
        ("complianceState eq 'inGracePeriod'".to_owned(), vec![phone]),
        (
            "managedDeviceOwnerType eq 'company'".to_owned(),
            vec![notebook],
        ),
        ("managementState ne 'managed'".to_owned(), Vec::new()),
        ("deviceEnrollmentType eq 'unknown'".to_owned(), vec![kiosk]),
        (
            format!("azureADDeviceId eq '{DIRECTORY_ID}'"),
            vec![notebook],
        ),
        (
            "enrolledDateTime gt 2026-11-21T08:43:34Z and enrolledDateTime lt 2026-11-21T10:43:34Z"
                .to_owned(),
            vec![phone],
        ),
        (
            "enrolledDateTime ge 2026-11-21T08:43:34Z and enrolledDateTime le 2026-11-21T09:43:34Z"
                .to_owned(),
            vec![notebook, phone],
        ),
        (
            "contains(deviceName,'OTEB') and enrolledDateTime eq 2026-11-21T08:43:34Z".to_owned(),
            vec![notebook],
        ),
        (
            "lastSyncDateTime ge 2026-11-21T10:43:34Z".to_owned(),
            vec![phone, kiosk],
        ),
        (
            "not (userId eq '') and operatingSystem ne 'iOS'".to_owned(),
            vec![notebook],
        ),
    ] {
        let expected: Vec<String> = expected.iter().map(Uuid::to_string).collect();
        let query = encoded(&filter);
        let answer = world.get(&format!("{PATH}?$filter={query}"));
        assert_eq!(answer.ids(), expected, "{filter}: {}", answer.shown());
        let count = world.get(&format!("{PATH}/$count?$filter={query}"));
        assert_eq!(count.body, expected.len().to_string().as_bytes());
    }
}

#[test]
fn what_cannot_be_asked_of_devices_is_said() {
    let world = enrolled();
    let shown: Vec<String> = [
        "deviceName gt 'x'",
        "enrolledDateTime ge 'yesterday'",
        "enrolledDateTime ge 7",
        "complianceState eq 'fine'",
        "complianceState eq 1",
        "startswith(complianceState,'c')",
        "model eq 'x'",
        "users/any(u:u/id eq 'x')",
        "color eq 'x'",
        "contains(complianceState,'x')",
        "deviceName",
    ]
    .iter()
    .map(|filter| {
        let answer = world.get(&format!("{PATH}?$filter={}", encoded(filter)));
        let (status, code, message) = answer.error();
        format!("{filter}\n  {status} {code}: {message}")
    })
    .collect();
    insta::assert_snapshot!("questions_refused", shown.join("\n"));
    for (query, status) in [
        ("$orderby=deviceName", 501),
        ("$expand=users", 501),
        ("$select=users", 501),
        ("$select=color", 400),
        ("$top=0", 400),
        ("$skiptoken=x", 400),
        ("$skip=1", 400),
    ] {
        assert_eq!(world.get(&format!("{PATH}?{query}")).status, status);
    }
    let token = world.get("/devices?$top=1").json()["@odata.nextLink"].clone();
    let (_, token) = token.as_str().unwrap().split_once("$skiptoken=").unwrap();
    assert_eq!(world.get(&format!("{PATH}?$skiptoken={token}")).status, 400);
}

#[test]
fn devices_are_asked_to_leave() {
    let world = enrolled();
    let state = |id: Uuid| world.get(&single(id)).json()["managementState"].clone();
    let post = |id: Uuid, action: &str| {
        let path = format!("{}/{action}", single(id));
        world.call("POST", &path, "app", None).status.as_u16()
    };
    assert_eq!(post(PHONE, "syncDevice"), 204);
    assert_eq!(state(PHONE), "managed");
    assert_eq!(post(PHONE, "microsoft.graph.retire"), 204);
    assert_eq!(state(PHONE), "retirePending");
    assert_eq!(post(PHONE, "retire"), 204);
    report(&world, PHONE, Reported::Compliant, None);
    assert_eq!(state(PHONE), "retireIssued");
    let delete = |path: &str| world.call("DELETE", path, "app", None).status.as_u16();
    assert_eq!(delete(&single(PHONE)), 204);
    assert_eq!(delete(&single(PHONE)), 404);
    for id in [PHONE.to_string(), NOBODY.to_string(), "x".to_owned()] {
        let path = format!("{PATH}/{id}");
        let (status, code, message) = world.get(&path).error();
        assert_eq!((status, code.as_str()), (404, "Request_ResourceNotFound"));
        assert!(message.contains(&id));
        for action in ["retire", "syncDevice"] {
            let answer = world.call("POST", &format!("{path}/{action}"), "app", None);
            assert_eq!(answer.status, 404);
        }
        assert_eq!(delete(&path), 404);
    }
    for token in ["weak", "anna"] {
        let answer = world.call("DELETE", &single(KIOSK), token, None);
        assert_eq!(answer.status, 403, "{token}");
    }
    assert_eq!(world.get(&format!("{PATH}/$count")).body, b"2");
}

/// A rule hides silent devices everywhere; a check-in brings them back.
#[test]
fn hidden_devices_are_not_there() {
    let world = enrolled();
    let rules = json!({"cleanUpRules": [{"platform": "iOS", "days": 30}]});
    assert_eq!(world.patch("/zetel/deviceSettings", &rules).status, 204);
    world.pass(31 * 86_400);
    let shown = [NOTEBOOK.to_string(), KIOSK.to_string()];
    assert_eq!(world.get(PATH).ids(), shown);
    assert_eq!(world.get("/devices").ids(), shown);
    for path in [single(PHONE), format!("/devices/{PHONE}")] {
        assert_eq!(world.get(&path).status, 404, "{path}");
    }
    assert_eq!(
        world
            .get(&format!("/users/{BEN}/managedDevices"))
            .ids()
            .len(),
        1
    );
    for path in [format!("{PATH}/$count"), "/devices/$count".to_owned()] {
        assert_eq!(world.get(&path).body, b"2", "{path}");
    }
    assert_eq!(
        world.get(&format!("{PATH}?$count=true")).json()["@odata.count"],
        2
    );
    let status = world.get("/zetel/deviceStatus").json();
    assert_eq!(
        (&status["enrolledDevices"], &status["hiddenDevices"]),
        (&json!(2), &json!(1))
    );
    report(&world, PHONE, Reported::Compliant, None);
    assert_eq!(world.get(PATH).ids().len(), 3);
}

#[test]
fn devices_of_the_directory() {
    let world = enrolled();
    insta::assert_snapshot!("device", world.get(&format!("/devices/{NOTEBOOK}")).shown());
    let by_id = world.get(&format!("/devices/{NOTEBOOK}")).json();
    let by_name = world.get(&format!("/devices(deviceId='{DIRECTORY_ID}')"));
    assert_eq!(by_name.json(), by_id);
    // The directory was not told of the phone, so it has one id only.
    let phone = world.get(&format!("/devices(deviceId='{PHONE}')")).json();
    assert_eq!(phone["id"], PHONE.to_string());
    for path in [
        format!("/devices/{DIRECTORY_ID}"),
        format!("/devices(deviceId='{NOTEBOOK}')"),
        "/devices(deviceId='x')".to_owned(),
    ] {
        assert_eq!(world.get(&path).status, 404, "{path}");
    }
    let page = world.get("/devices?$top=2&$count=true&$select=id,trustType,isCompliant");
    insta::assert_snapshot!("devices", page.shown());
    assert_eq!(world.get("/devices/$count").body, b"3");
    let owned = world.get(&format!("/users/{BEN}/ownedDevices?$select=id,displayName"));
    insta::assert_snapshot!("owned_devices", owned.shown());
    let registered = world.get(&format!("/users/{BEN}/registeredDevices"));
    assert_eq!(registered.ids(), owned.ids());
    let count = world.get(&format!("/users/{BEN}/registeredDevices/$count"));
    assert_eq!(count.body, b"2");
}

#[test]
fn devices_of_the_directory_are_asked_as_they_are_shown() {
    let world = enrolled();
    let all = world.get("/devices?$select=id,displayName,trustType,isCompliant,operatingSystem");
    let all = all.json()["value"].as_array().unwrap().clone();
    let with = |name: &str, value: Value| -> Vec<String> {
        let fitting = all.iter().filter(|device| device[name] == value);
        fitting
            .map(|device| device["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for (filter, expected) in [
        (
            "trustType eq 'workplace'",
            with("trustType", "Workplace".into()),
        ),
        ("isCompliant eq true", with("isCompliant", true.into())),
        (
            "not (isCompliant eq true)",
            with("isCompliant", false.into()),
        ),
        (
            "operatingSystem eq 'windows'",
            with("operatingSystem", "Windows".into()),
        ),
        ("accountEnabled eq false", Vec::new()),
        (
            "profileType eq 'RegisteredDevice' and deviceId ne 'x'",
            world.get("/devices").ids(),
        ),
        (
            &format!("deviceId eq '{DIRECTORY_ID}'"),
            vec![NOTEBOOK.to_string()],
        ),
        ("approximateLastSignInDateTime ge 2100-01-01", Vec::new()),
    ] {
        let query = format!("$count=true&$filter={}", encoded(filter));
        let answer = world.get(&format!("/devices?{query}"));
        assert_eq!(answer.ids(), expected, "{filter} {}", answer.shown());
        assert_eq!(answer.json()["@odata.count"], expected.len());
        let count = world.get(&format!("/devices/$count?$filter={}", encoded(filter)));
        assert_eq!(count.body, expected.len().to_string().as_bytes());
    }
    let found = world
        .get("/devices?$count=true&$orderby=displayName+desc")
        .json();
    let names: Vec<&str> = found["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["displayName"].as_str().unwrap_or_default())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| std::cmp::Reverse(name.to_lowercase()));
    assert_eq!((names.len(), names), (3, sorted));
    let search = world.get(&format!("/devices?$search={}", encoded("\"deviceId:x\"")));
    assert_eq!((search.status.as_u16(), search.ids().len()), (200, 0));
    let refused = world.get("/devices?$filter=model+eq+'x'");
    assert_eq!(refused.error().1, "Request_UnsupportedQuery");
}

/// The license goes and comes back, and compliance with it.
#[test]
fn compliance_follows_the_license() {
    let world = enrolled();
    let states = || -> Vec<Value> {
        let answer: Answer = world.get(&format!("{PATH}?$select=id,complianceState"));
        let devices = answer.json()["value"].as_array().unwrap().clone();
        devices
            .iter()
            .map(|device| device["complianceState"].clone())
            .collect()
    };
    let is_compliant = || world.get(&format!("/devices/{PHONE}")).json()["isCompliant"].clone();
    assert_eq!(states(), ["compliant"; 3]);
    assert_eq!(is_compliant(), true);
    assert_eq!(world.assign(BEN, &[], &[EMS]).status, 200);
    assert_eq!(states(), ["noncompliant", "noncompliant", "compliant"]);
    assert_eq!(is_compliant(), false);
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    assert_eq!(states(), ["compliant"; 3]);
}
