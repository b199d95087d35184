//! What every path does alike (licensing.md 7.8 and 7.9): headers, context, errors, and how much metadata is told.

use std::collections::{BTreeMap, BTreeSet};

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    device::{DeviceDetails, Enrollment, EnrollmentType, Platform},
    group::NewGroup,
    user::UserKey,
};

use crate::{
    devices::enroll,
    own::send,
    world::{ADMIN, ANNA, Answer, BEN, CARLA, EMS, NOBODY, TENANT, World},
};

/// The administrator's device, and its id in the directory.
const DEVICE: Uuid = Uuid::from_u128(0xd7);
const DIRECTORY_ID: Uuid = Uuid::from_u128(0xad7);

/// Methods and templates of the route table.
pub fn routes() -> Vec<(String, String)> {
    let document = zetel_api::coverage_document();
    let rows = document.lines().filter_map(|line| {
        let (method, rest) = line.strip_prefix("| ")?.split_once(" | `/")?;
        let (template, _) = rest.split_once("` |")?;
        let is_method = method.bytes().all(|byte| byte.is_ascii_uppercase());
        is_method.then(|| {
            (
                method.to_owned(),
                format!("/{}", template.replace("\\|", "|")),
            )
        })
    });
    let routes: Vec<_> = rows.collect();
    assert!(routes.len() > 100, "{}", routes.len());
    routes
}

/// One of everything that can be read, as the administrator's.
fn everything() -> World {
    let world = World::new();
    assert_eq!(world.assign(ADMIN, &[EMS], &[]).status, 200);
    let nested = world.group(0x91, "nested");
    let crew = world.group_with(0x90, "crew", |group: &mut NewGroup| {
        group.owners = vec![ADMIN];
    });
    world.join(nested, &[CARLA]);
    world.join(crew, &[ADMIN, ANNA, CARLA, nested]);
    assert_eq!(world.license(crew, &[EMS], &[]).status, 202);
    let all = world.group(0x92, "all");
    world.join(all, &[crew]);
    let old = world.group_with(0x93, "old", |group: &mut NewGroup| {
        group.definition.mail_enabled = true;
        group.definition.unified = true;
    });
    assert_eq!(
        world
            .call("DELETE", &format!("/groups/{old}"), "app", None)
            .status,
        204
    );
    enroll(
        &world,
        Enrollment {
            id: DEVICE,
            user: Some(UserKey::Id(ADMIN)),
            platform: Platform::Windows,
            enrollment_type: EnrollmentType::WindowsAzureAdJoin,
            details: DeviceDetails {
                directory_id: Some(DIRECTORY_ID),
                ..DeviceDetails::default()
            },
            ..Enrollment::default()
        },
    );
    world.command(Command::DeleteUser {
        user: UserKey::Id(BEN),
    });
    let refused = Request::builder()
        .method("POST")
        .uri("/enrollment/v1/checks")
        .header("host", "localhost:8443")
        .header("authorization", "Bearer admin")
        .header("content-type", "application/json")
        .body(Body::from(json!({"user": BEN.to_string()}).to_string()));
    assert_eq!(world.send(refused.unwrap()).json()["verdict"], "deny");
    world
}

fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut all = vec![("ConsistencyLevel", "eventual")];
    all.extend_from_slice(headers);
    send(world, "GET", path, "admin", &all, None)
}

/// The first id in a list.
fn first(world: &World, path: &str) -> String {
    let ids = get(world, path, &[]).ids();
    ids.first()
        .unwrap_or_else(|| panic!("{path} is empty"))
        .clone()
}

/// What stands for the keys in templates.
fn keys(world: &World) -> Vec<(&'static str, String)> {
    let subscriptions = get(world, "/directory/subscriptions", &[]).json();
    let commerce_id = subscriptions["value"][0]["commerceSubscriptionId"].as_str();
    let limits = "/deviceManagement/deviceEnrollmentConfigurations";
    let events = "/deviceManagement/troubleshootingEvents";
    let audits = "/auditLogs/directoryAudits";
    let deleted = "/directory/deletedItems";
    let roles = "/roleManagement/directory";
    let [application, principal] =
        ["/applications", "/servicePrincipals"].map(|list| first(world, list));
    let of_application = get(world, &format!("/applications/{application}"), &[]).json();
    let client = of_application["appId"].as_str().unwrap();
    let role = first(world, "/directoryRoles");
    vec![
        ("'{appId}'", format!("'{client}'")),
        ("/applications/{id}", format!("/applications/{application}")),
        (
            "/servicePrincipals/{id}",
            format!("/servicePrincipals/{principal}"),
        ),
        ("roleTemplateId='{id}'", format!("roleTemplateId='{role}'")),
        ("/directoryRoles/{id}", format!("/directoryRoles/{role}")),
        ("roleDefinitions/{id}", format!("roleDefinitions/{role}")),
        (
            "roleAssignments/{id}",
            format!(
                "roleAssignments/{}",
                first(world, &format!("{roles}/roleAssignments"))
            ),
        ),
        ("/domains/{id}", "/domains/contoso.example".to_owned()),
        ("{id | userPrincipalName}", ADMIN.to_string()),
        (
            "licenseDetails/{id}",
            format!("licenseDetails/{}", first(world, "/me/licenseDetails")),
        ),
        ("/groups/{id}", format!("/groups/{}", Uuid::from_u128(0x90))),
        (
            "/subscribedSkus/{id}",
            format!("/subscribedSkus/{TENANT}_{EMS}"),
        ),
        (
            "subscriptions/{id}",
            format!("subscriptions/{}", Uuid::from_u128(0x51)),
        ),
        ("'{id}'", format!("'{}'", commerce_id.unwrap())),
        ("/organization/{id}", format!("/organization/{TENANT}")),
        (
            "deletedItems/{id}/microsoft.graph.group",
            format!(
                "deletedItems/{}/microsoft.graph.group",
                Uuid::from_u128(0x93)
            ),
        ),
        (
            "deletedItems/{id}",
            format!(
                "deletedItems/{}",
                first(world, &format!("{deleted}/microsoft.graph.user"))
            ),
        ),
        (
            "/directoryObjects/{id}",
            format!("/directoryObjects/{ADMIN}"),
        ),
        ("/managedDevices/{id}", format!("/managedDevices/{DEVICE}")),
        (
            "/devices/{id}",
            format!("/devices/{}", first(world, "/devices")),
        ),
        ("{deviceId}", DIRECTORY_ID.to_string()),
        (
            "deviceEnrollmentConfigurations/{id}",
            format!("deviceEnrollmentConfigurations/{}", first(world, limits)),
        ),
        (
            "troubleshootingEvents/{id}",
            format!("troubleshootingEvents/{}", first(world, events)),
        ),
        (
            "directoryAudits/{id}",
            format!("directoryAudits/{}", first(world, audits)),
        ),
        ("{generation}", "1".to_owned()),
        ("/waitingList", format!("/waitingList?skuId={EMS}")),
        ("/licenses", "/licenses?at=2026-11-21T08:43:34Z".to_owned()),
    ]
}

fn concrete(template: &str, keys: &[(&'static str, String)]) -> String {
    let fill = |path: String, (key, value): &(&str, String)| path.replace(key, value);
    let path = keys.iter().fold(template.to_owned(), fill);
    assert!(
        !path.contains(['{', ' ']),
        "nothing stands for a key of {path}"
    );
    path
}

/// Types and context of a body, without ids that differ.
fn described(body: &[u8], keys: &[(&'static str, String)]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return "(no JSON)".to_owned();
    };
    let Some(context) = body["@odata.context"].as_str() else {
        return format!("(no context) {body}").chars().take(60).collect();
    };
    let items = body["value"].as_array().cloned();
    let items = items.unwrap_or_else(|| vec![body.clone()]);
    let types: BTreeSet<&str> = items
        .iter()
        .filter_map(|item| item["@odata.type"].as_str())
        .collect();
    let context = context
        .strip_prefix("https://localhost:8443/v1.0/$metadata")
        .unwrap();
    let unnamed = |text: String, (_, value): &(&str, String)| {
        value
            .rsplit('/')
            .next()
            .map_or(text.clone(), |id| match id.len() {
                36.. => text.replace(id, "{id}"),
                _ => text,
            })
    };
    let context = keys.iter().fold(context.to_owned(), unnamed);
    format!(
        "{context} {}",
        types.into_iter().collect::<Vec<_>>().join(" ")
    )
}

#[test]
fn everything_that_can_be_read_says_what_it_is() {
    let world = everything();
    let keys = keys(&world);
    let mut shown = Vec::new();
    for (method, template) in routes() {
        if method != "GET" || template == "/$metadata" {
            continue;
        }
        let path = concrete(&template, &keys);
        let answer = get(&world, &path, &[("client-request-id", "mine")]);
        let header = |name: &str| answer.headers[name].to_str().unwrap();
        assert_eq!(header("odata-version"), "4.0", "{path}");
        assert_eq!(header("cache-control"), "no-cache", "{path}");
        assert_eq!(header("client-request-id"), "mine", "{path}");
        assert!(Uuid::try_parse(header("request-id")).is_ok(), "{path}");
        let content_type = header("content-type");
        let is_count = template.ends_with("/$count");
        assert_eq!(content_type == "text/plain", is_count, "{path}");
        assert_eq!(
            content_type.starts_with("application/json;odata.metadata=minimal;"),
            !is_count,
            "{path}"
        );
        let status = answer.status.as_u16();
        shown.push(
            format!("{template}: {status} {}", described(&answer.body, &keys))
                .trim_end()
                .to_owned(),
        );
    }
    insta::assert_snapshot!("contexts", shown.join("\n"));
}

/// Objects in the way of the client that wants to be told nothing about them.
fn without_context(body: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().remove("@odata.context");
    body
}

#[test]
fn how_much_is_told_is_for_the_client_to_say() {
    let world = everything();
    let keys = keys(&world);
    for (method, template) in routes() {
        if method != "GET" || template == "/$metadata" || template.ends_with("/$count") {
            continue;
        }
        let path = concrete(&template, &keys);
        let asked = |accept: &str| get(&world, &path, &[("Accept", accept)]);
        let minimal = asked("application/json");
        let full = asked("application/json;odata.metadata=full");
        assert_eq!(
            full.headers["content-type"], minimal.headers["content-type"],
            "{path}"
        );
        let none = asked("application/json;odata.metadata=none");
        assert_eq!(
            none.headers["content-type"],
            "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            "{path}"
        );
        if minimal.status == 200 {
            assert_eq!(full.json(), minimal.json(), "{path}");
            assert!(minimal.json()["@odata.context"].is_string(), "{path}");
            assert_eq!(none.json(), without_context(&minimal.json()), "{path}");
        }
    }
}

/// Fails if an error is not of the shape that Graph has.
fn check_error(answer: &Answer, what: &str) {
    let body = answer.json();
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&body), ["error"], "{what}");
    assert_eq!(
        names(&body["error"]),
        ["code", "innerError", "message"],
        "{what}"
    );
    let inner = &body["error"]["innerError"];
    assert_eq!(
        names(inner),
        ["client-request-id", "date", "request-id"],
        "{what}"
    );
    assert_eq!(
        inner["request-id"],
        answer.headers["request-id"].to_str().unwrap(),
        "{what}"
    );
    assert_eq!(inner["client-request-id"], inner["request-id"], "{what}");
    assert_eq!(
        inner["date"], "2026-11-21T08:43:34",
        "without a zone, {what}"
    );
    assert!(!answer.headers.contains_key("client-request-id"), "{what}");
    for (name, value) in [("odata-version", "4.0"), ("cache-control", "no-cache")] {
        assert_eq!(answer.headers[name], value, "{what}");
    }
    assert!(
        !body["error"]["message"].as_str().unwrap().is_empty(),
        "{what}"
    );
}

#[test]
fn every_path_refuses_strangers_and_other_methods_alike() {
    let world = World::new();
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, template) in routes() {
        let names = template
            .replace("{id | userPrincipalName}", "{id}")
            .replace("{user}", "{id}");
        methods.entry(names).or_default().insert(method);
    }
    for (template, expected) in methods {
        let path = template
            .replace("{id}", "x")
            .replace("{deviceId}", "x")
            .replace("{generation}", "1");
        for method in expected.iter().filter(|_| template != "/$metadata") {
            let answer = send(&world, method, &path, "forged", &[], Some(&json!({})));
            assert_eq!(answer.error().0, 401, "{method} {path}");
            assert!(
                answer.headers.contains_key("www-authenticate"),
                "{method} {path}"
            );
            check_error(&answer, &path);
        }
        let answer = send(&world, "TRACE", &path, "admin", &[], None);
        assert_eq!(
            answer.error(),
            (
                405,
                "Request_BadRequest".to_owned(),
                "Specified HTTP method is not allowed for the request target.".to_owned()
            ),
            "{path}"
        );
        check_error(&answer, &path);
        let allowed = answer.headers["allow"].to_str().unwrap();
        let allowed: BTreeSet<String> = allowed.split(", ").map(str::to_owned).collect();
        assert!(allowed.is_superset(&expected), "{path}: {allowed:?}");
    }
}

#[test]
fn every_path_refuses_what_is_not_there_alike() {
    let world = World::new();
    for (method, template) in routes() {
        let path = template
            .replace("{id | userPrincipalName}", &NOBODY.to_string())
            .replace("{id}", &NOBODY.to_string())
            .replace("{deviceId}", &NOBODY.to_string())
            .replace("{user}", &NOBODY.to_string())
            .replace("{generation}", "999999");
        let answer = send(&world, &method, &path, "admin", &[], None);
        assert!(
            answer.status.as_u16() < 500,
            "{method} {path}: {}",
            answer.shown()
        );
        if answer.status.is_client_error() {
            check_error(&answer, &format!("{method} {path}"));
        }
    }
}

/// Directory objects have no versions (licensing.md 7.8).
#[test]
fn versions_are_neither_told_nor_asked_for() {
    let world = World::new();
    let path = format!("/users/{ANNA}");
    let answer = get(&world, &path, &[("If-None-Match", "*")]);
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("etag"));
    assert!(!answer.shown().contains("@odata.etag"));
    for (name, value) in [
        ("If-Match", "W/\"0\""),
        ("If-None-Match", "*"),
        ("If-Unmodified-Since", "x"),
    ] {
        let body = json!({"city": value});
        let answer = send(
            &world,
            "PATCH",
            &path,
            "admin",
            &[(name, value)],
            Some(&body),
        );
        assert_eq!(answer.status, 204, "{name}");
        let user = get(&world, &format!("{path}?$select=city"), &[]).json();
        assert_eq!(user["city"], value);
    }
}

/// None of the enumerations has a member that Graph keeps from clients that do not ask for it.
#[test]
fn preferences_that_change_nothing() {
    let world = everything();
    let path = "/deviceManagement/managedDevices";
    let usual = get(&world, path, &[]).json();
    for prefer in ["include-unknown-enum-members", "return=minimal", ";,=", ""] {
        let answer = get(&world, path, &[("Prefer", prefer)]);
        assert_eq!(answer.json(), usual, "{prefer}");
        assert!(
            !answer.headers.contains_key("preference-applied"),
            "{prefer}"
        );
    }
}

#[test]
fn ids_of_requests_that_are_no_ids() {
    let world = World::new();
    for id in ["x".repeat(129), "é".to_owned()] {
        let answer = get(&world, "/organization", &[("client-request-id", &id)]);
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.contains_key("client-request-id"), "{id}");
    }
    let longest = "x".repeat(128);
    let answer = get(&world, "/organization", &[("client-request-id", &longest)]);
    assert_eq!(answer.headers["client-request-id"], longest.as_str());
}
