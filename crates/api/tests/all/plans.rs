//! `Prefer: zetel.plan`: what a change would do, without doing it; and the guard, which asks for it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    own::{generation, get, plan, post, send, set_policy, shown, text, violations},
    world::{
        ADMIN, ANNA, Answer, BEN, CARLA, DAAN, ELIF, EMS, NOBODY, OFFICE_E1, OFFICE_E3,
        UNKNOWN_PRODUCT, World,
    },
};

fn schema() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/plan.schema.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A plan, valid by its schema.
#[track_caller]
fn valid(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.shown());
    assert_eq!(answer.headers["preference-applied"], "zetel.plan");
    let plan = answer.json();
    assert_eq!(violations(&schema(), &plan), Vec::<String>::new());
    plan
}

fn licenses(add: &[Uuid], remove: &[Uuid]) -> Value {
    let add: Vec<Value> = add
        .iter()
        .map(|sku| json!({"skuId": text(*sku), "disabledPlans": []}))
        .collect();
    let remove: Vec<String> = remove.iter().map(|sku| text(*sku)).collect();
    json!({"addLicenses": add, "removeLicenses": remove})
}

/// Everybody who lives is in the group.
fn everybody(world: &World) -> Uuid {
    let group = world.group(0x61, "all");
    world.join(group, &[ADMIN, ANNA, BEN, CARLA, ELIF]);
    group
}

#[test]
fn every_write_route_has_a_plan_that_changes_nothing() {
    let world = World::new();
    let group = everybody(&world);
    let other = world.group(0x62, "other");
    assert_eq!(world.license(group, &[EMS], &[]).status, 202);
    let before = generation(&world);
    let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{BEN}")});
    let user = json!({
        "accountEnabled": true, "displayName": "New", "mailNickname": "new",
        "userPrincipalName": "new@contoso.example", "passwordProfile": {"password": "Correct-Horse-7"},
    });
    let new_group = json!({
        "displayName": "New", "mailNickname": "new", "mailEnabled": false, "securityEnabled": true,
    });
    let swap = json!({"from": text(EMS), "to": text(OFFICE_E3), "allUsers": true});
    let bulk = json!({
        "userIds": [text(BEN), "carla@contoso.example"],
        "addLicenses": [{"skuId": text(OFFICE_E3), "disabledPlans": []}], "removeLicenses": [],
    });
    for (method, path, body) in [
        ("POST", "/users".to_owned(), Some(user)),
        (
            "PATCH",
            format!("/users/{BEN}"),
            Some(json!({"usageLocation": "NL"})),
        ),
        ("DELETE", format!("/users/{BEN}"), None),
        (
            "POST",
            format!("/users/{BEN}/assignLicense"),
            Some(licenses(&[OFFICE_E3], &[])),
        ),
        (
            "POST",
            format!("/users/{BEN}/reprocessLicenseAssignment"),
            None,
        ),
        (
            "POST",
            "/me/assignLicense".to_owned(),
            Some(licenses(&[UNKNOWN_PRODUCT], &[])),
        ),
        (
            "POST",
            format!("/directory/deletedItems/{DAAN}/restore"),
            None,
        ),
        ("DELETE", format!("/directory/deletedItems/{DAAN}"), None),
        ("POST", "/groups".to_owned(), Some(new_group)),
        (
            "PATCH",
            format!("/groups/{group}"),
            Some(json!({"displayName": "Changed"})),
        ),
        ("DELETE", format!("/groups/{other}"), None),
        (
            "POST",
            format!("/groups/{other}/members/$ref"),
            Some(reference.clone()),
        ),
        (
            "POST",
            format!("/groups/{other}/owners/$ref"),
            Some(reference),
        ),
        (
            "DELETE",
            format!("/groups/{group}/members/{BEN}/$ref"),
            None,
        ),
        (
            "POST",
            format!("/groups/{group}/assignLicense"),
            Some(licenses(&[OFFICE_E3], &[EMS])),
        ),
        (
            "POST",
            format!("/groups/{group}/reprocessLicenseAssignment"),
            None,
        ),
        (
            "PATCH",
            "/zetel/licensingPolicy".to_owned(),
            Some(json!({"semantics": "extended", "priority": true})),
        ),
        ("POST", format!("/zetel/changes/{before}/undo"), None),
        ("POST", "/zetel/swapLicense".to_owned(), Some(swap)),
        ("POST", "/zetel/migrateToGroups".to_owned(), Some(json!({}))),
        ("POST", "/zetel/bulkAssignLicense".to_owned(), Some(bulk)),
        (
            "POST",
            "/zetel/approvals".to_owned(),
            Some(json!({"token": "0".repeat(32)})),
        ),
    ] {
        let planned = valid(&plan(&world, method, &path, body.as_ref()));
        assert_eq!(planned["generation"], before, "{method} {path}");
        assert_eq!(generation(&world), before, "{method} {path}");
    }
}

#[test]
fn a_plan_tells_seats_services_and_errors() {
    let world = World::new();
    let group = everybody(&world);
    let path = format!("/groups/{group}/assignLicense");
    let answer = plan(
        &world,
        "POST",
        &path,
        Some(&licenses(&[EMS, OFFICE_E3], &[])),
    );
    valid(&answer);
    insta::assert_snapshot!("plan_with_errors", shown(&answer));
}

#[test]
fn what_is_planned_is_what_happens() {
    let world = World::new();
    let group = everybody(&world);
    let path = format!("/groups/{group}/assignLicense");
    let body = licenses(&[OFFICE_E3], &[]);
    let planned = valid(&plan(&world, "POST", &path, Some(&body)));
    assert_eq!(post(&world, &path, &body).status, 202);
    let skus = get(&world, "/subscribedSkus").json();
    let office = skus["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|sku| sku["skuId"] == text(OFFICE_E3));
    assert_eq!(
        planned["products"][0]["after"]["consumed"],
        office.unwrap()["consumedUnits"]
    );
    assert_eq!(planned["userCount"], 5);
    // Once more changes nothing.
    let again = valid(&plan(&world, "POST", &path, Some(&body)));
    assert_eq!(again["products"], json!([]));
    assert_ne!(again["generation"], planned["generation"]);
}

#[test]
fn a_plan_of_what_is_refused_is_the_refusal() {
    let world = World::new();
    let group = everybody(&world);
    assert_eq!(world.license(group, &[EMS], &[]).status, 202);
    for (method, path, body) in [
        (
            "POST",
            format!("/users/{BEN}/assignLicense"),
            Some(licenses(&[NOBODY], &[])),
        ),
        (
            "POST",
            format!("/users/{NOBODY}/assignLicense"),
            Some(licenses(&[EMS], &[])),
        ),
        (
            "POST",
            format!("/users/{BEN}/assignLicense"),
            Some(licenses(&[], &[])),
        ),
        ("DELETE", format!("/groups/{group}"), None),
        (
            "PATCH",
            "/zetel/licensingPolicy".to_owned(),
            Some(json!({"guard": {"maxPercent": "x"}})),
        ),
        ("POST", "/zetel/changes/999999/undo".to_owned(), None),
    ] {
        let planned = plan(&world, method, &path, body.as_ref());
        let refused = world.call(method, &path, "admin", body.as_ref());
        assert_eq!(planned.error(), refused.error(), "{method} {path}");
        assert!(refused.status.is_client_error());
        assert!(!planned.headers.contains_key("preference-applied"));
    }
    let answer = send(
        &world,
        "DELETE",
        &format!("/users/{BEN}"),
        "weak",
        &[("Prefer", "zetel.plan")],
        None,
    );
    assert_eq!(answer.status, 403);
}

#[test]
fn the_guard_asks_for_the_token_of_the_plan() {
    let world = World::new();
    let group = everybody(&world);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    set_policy(
        &world,
        &json!({"guard": {"maxUsers": 2, "minUsersForPercent": 2}}),
    );
    let path = format!("/groups/{group}/assignLicense");
    let body = licenses(&[], &[OFFICE_E3]);
    let planned = valid(&plan(&world, "POST", &path, Some(&body)));
    insta::assert_snapshot!(
        "guard_of_a_plan",
        serde_json::to_string_pretty(&planned["guard"]).unwrap()
    );
    let token = planned["token"].as_str().unwrap();
    let stopped = post(&world, &path, &body);
    assert_eq!(stopped.error().0, 428);
    assert_eq!(stopped.error().1, "zetel_confirmationRequired");
    assert!(
        stopped.error().2.contains("Zetel-Confirm"),
        "{}",
        stopped.error().2
    );
    assert!(String::from_utf8_lossy(&stopped.body).contains(token));
    let confirmed = |token: &str| {
        send(
            &world,
            "POST",
            &path,
            "admin",
            &[("Zetel-Confirm", token)],
            Some(&body),
        )
    };
    for wrong in ["", "x", &"0".repeat(32), &token[1..]] {
        assert_eq!(confirmed(wrong).status, 428, "{wrong}");
    }
    assert_eq!(confirmed(token).status, 202);
    assert!(world.products_of(BEN).is_empty());
}

#[test]
fn somebody_else_approves() {
    let world = World::new();
    let group = everybody(&world);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    set_policy(
        &world,
        &json!({"guard": {"maxUsers": 2, "minUsersForPercent": 2, "secondApprover": true}}),
    );
    let path = format!("/groups/{group}/assignLicense");
    let body = licenses(&[], &[OFFICE_E3]);
    let planned = valid(&plan(&world, "POST", &path, Some(&body)));
    assert_eq!(planned["guard"]["needsApproval"], true);
    let token = planned["token"].as_str().unwrap();
    let confirm = || {
        send(
            &world,
            "POST",
            &path,
            "admin",
            &[("Zetel-Confirm", token)],
            Some(&body),
        )
    };
    assert_eq!(confirm().status, 428);
    let approve = |by: &str| {
        world.call(
            "POST",
            "/zetel/approvals",
            by,
            Some(&json!({"token": token})),
        )
    };
    assert_eq!(approve("admin").status, 200);
    assert_eq!(confirm().status, 400);
    assert_eq!(approve("anna").status, 403);
    assert_eq!(approve("app").status, 200);
    assert_eq!(confirm().status, 202);
    for wrong in [
        json!({}),
        json!({"token": 7}),
        json!({"token": "x"}),
        json!({"token": token, "more": 1}),
    ] {
        assert_eq!(
            post(&world, "/zetel/approvals", &wrong).status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn everybody_who_is_left_out_is_told() {
    let world = World::new();
    let body = json!({
        "userIds": [text(BEN), "nobody@contoso.example", text(NOBODY), text(ANNA), text(CARLA)],
        "addLicenses": [{"skuId": text(OFFICE_E1), "disabledPlans": []}], "removeLicenses": [],
    });
    let path = "/zetel/bulkAssignLicense";
    let planned = valid(&plan(&world, "POST", path, Some(&body)));
    let done = post(&world, path, &body);
    assert_eq!(done.status, 200, "{}", done.shown());
    assert_eq!(done.json()["notDone"], planned["notDone"]);
    insta::assert_snapshot!("bulk_assignment", shown(&done));
}
