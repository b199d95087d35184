//! Our own endpoints: changes and undoing them, bulk changes, the waiting list, a user's past, the policy.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    own::{generation, get, post, send, set_policy, shown, text},
    world::{
        ADMIN, ANNA, Answer, BEN, CARLA, DAAN, ELIF, EMS, INTUNE_PLAN, NOBODY, OFFICE_E1,
        OFFICE_E3, TEAMS_PHONE, World,
    },
};

/// A link without its host.
fn path_of(link: &Value) -> String {
    let link = link.as_str().unwrap();
    link.split_once("/v1.0").unwrap().1.to_owned()
}

/// All items of a list, read by pages of two.
fn by_pages(world: &World, path: &str) -> Vec<Value> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut next = Some(format!("{path}{separator}$top=2"));
    let mut items = Vec::new();
    while let Some(path) = next {
        let page = get(world, &path).json();
        let value = page["value"].as_array().unwrap();
        assert!(value.len() <= 2);
        items.extend(value.iter().cloned());
        next = page.get("@odata.nextLink").map(path_of);
    }
    items
}

fn all(world: &World, path: &str) -> Vec<Value> {
    let page = get(world, path).json();
    assert!(page.get("@odata.nextLink").is_none());
    page["value"].as_array().unwrap().clone()
}

#[test]
fn changes_are_listed_by_pages() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[ANNA, BEN]);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    let answer = get(&world, "/zetel/changes?$top=4");
    insta::assert_snapshot!("changes", shown(&answer));
    let changes = all(&world, "/zetel/changes");
    assert_eq!(by_pages(&world, "/zetel/changes"), changes);
    assert_eq!(changes.len() as u64, generation(&world));
    let newest = get(&world, &format!("/zetel/changes/{}", generation(&world)));
    assert_eq!(newest.json()["summary"], changes[0]["summary"]);
}

#[test]
fn changes_that_are_not_there() {
    let world = World::new();
    for key in [
        "0",
        "999999",
        "x",
        "-1",
        "1.5",
        "18446744073709551615",
        "99999999999999999999999",
        "%00",
        "+1",
    ] {
        assert_eq!(
            get(&world, &format!("/zetel/changes/{key}")).status,
            404,
            "{key}"
        );
        let undone = post(&world, &format!("/zetel/changes/{key}/undo"), &json!({}));
        assert!(
            [400, 404].contains(&undone.status.as_u16()),
            "{key}: {}",
            undone.shown()
        );
    }
    for query in [
        "$top=0",
        "$top=1000",
        "$skiptoken=x",
        "$filter=x",
        "$skip=1",
    ] {
        let status = get(&world, &format!("/zetel/changes?{query}")).status;
        assert!([400, 501].contains(&status.as_u16()), "{query}");
    }
    let answer = post(&world, "/zetel/changes/5/undo", &json!({"more": 1}));
    assert_eq!(answer.status, 400);
}

#[test]
fn who_may() {
    let world = World::new();
    let body = json!({"at": "2026-11-21T08:43:34Z"});
    for (method, path, body) in [
        ("GET", "/zetel/changes".to_owned(), None),
        ("GET", "/zetel/changes/1".to_owned(), None),
        ("GET", format!("/zetel/users/{ANNA}/history"), None),
        (
            "GET",
            format!("/zetel/users/{ANNA}/licenses?at=2026-11-21T08:43:34Z"),
            None,
        ),
        ("GET", "/auditLogs/directoryAudits".to_owned(), None),
        ("GET", "/auditLogs/directoryAudits/1_0".to_owned(), None),
        ("GET", format!("/zetel/waitingList?skuId={EMS}"), None),
        (
            "PATCH",
            "/zetel/licensingPolicy".to_owned(),
            Some(json!({})),
        ),
        ("POST", "/zetel/changes/1/undo".to_owned(), Some(json!({}))),
        ("POST", "/zetel/restoreLicenses".to_owned(), Some(body)),
        (
            "POST",
            "/zetel/swapLicense".to_owned(),
            Some(json!({"from": text(EMS), "to": text(OFFICE_E3), "allUsers": true})),
        ),
        (
            "POST",
            "/zetel/swapLicense".to_owned(),
            Some(json!({"from": text(EMS), "to": text(OFFICE_E3), "groupId": text(NOBODY)})),
        ),
        ("POST", "/zetel/migrateToGroups".to_owned(), Some(json!({}))),
        (
            "POST",
            "/zetel/bulkAssignLicense".to_owned(),
            Some(json!({})),
        ),
        ("POST", "/zetel/approvals".to_owned(), Some(json!({}))),
    ] {
        for token in ["weak", "anna"] {
            let answer = world.call(method, &path, token, body.as_ref());
            assert_eq!(answer.status, 403, "{method} {path} {token}");
        }
        assert_eq!(
            world.call(method, &path, "elsewhere", body.as_ref()).status,
            401
        );
    }
    // Everybody may know the rules, and why they themselves have what they have.
    assert_eq!(
        world
            .call("GET", "/zetel/licensingPolicy", "anna", None)
            .status,
        200
    );
    let explanation = |user: Uuid| {
        world.call(
            "GET",
            &format!("/zetel/users/{user}/explanation"),
            "anna",
            None,
        )
    };
    assert_eq!(explanation(ANNA).status, 200);
    assert_eq!(explanation(BEN).status, 403);
}

#[test]
fn a_change_is_undone() {
    let world = World::new();
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[]).status, 200);
    let made = generation(&world);
    let undone = post(&world, &format!("/zetel/changes/{made}/undo"), &json!({}));
    assert_eq!(undone.status, 200, "{}", undone.shown());
    assert_eq!(undone.json()["change"], made + 1);
    assert_eq!(undone.json()["notDone"], json!([]));
    assert!(world.products_of(BEN).is_empty());
    let again = post(&world, &format!("/zetel/changes/{made}/undo"), &json!({}));
    assert!(
        again.status == 400 || again.json()["change"].is_null(),
        "{}",
        again.shown()
    );
}

#[test]
fn licenses_are_put_back_as_they_were() {
    let world = World::new();
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[]).status, 200);
    world.pass(100);
    assert_eq!(world.assign(BEN, &[], &[OFFICE_E3]).status, 200);
    assert_eq!(world.assign(ANNA, &[], &[EMS]).status, 200);
    let at = "2026-11-21T08:44:00Z";
    let body = json!({"at": at, "userId": "ben@contoso.example"});
    let restored = post(&world, "/zetel/restoreLicenses", &body);
    assert_eq!(restored.status, 200, "{}", restored.shown());
    assert_eq!(world.products_of(BEN), [text(OFFICE_E3)]);
    assert!(world.products_of(ANNA).is_empty());
    assert_eq!(
        post(&world, "/zetel/restoreLicenses", &json!({"at": at})).status,
        200
    );
    assert_eq!(world.products_of(ANNA), [text(EMS)]);
    for wrong in [
        json!({}),
        json!({"at": "yesterday"}),
        json!({"at": 7}),
        json!({"at": "2099-01-01T00:00:00Z"}),
        json!({"at": at, "userId": text(BEN), "groupId": text(NOBODY)}),
        json!({"at": at, "groupId": "x"}),
        json!({"at": at, "color": 1}),
    ] {
        let answer = post(&world, "/zetel/restoreLicenses", &wrong);
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.shown());
    }
}

#[test]
fn a_user_has_a_past() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[ANNA, BEN]);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    world.pass(100);
    let change = json!({"department": "Sales", "usageLocation": "BE"});
    assert_eq!(world.patch(&format!("/users/{ANNA}"), &change).status, 204);
    assert_eq!(world.assign(ANNA, &[], &[EMS]).status, 200);
    assert_eq!(
        world
            .call(
                "DELETE",
                &format!("/groups/{group}/members/{ANNA}/$ref"),
                "app",
                None
            )
            .status,
        204
    );
    let path = format!("/zetel/users/{ANNA}/history");
    let history = get(&world, &path);
    insta::assert_snapshot!("history", shown_without_request_ids(&history));
    assert_eq!(by_pages(&world, &path), all(&world, &path));
    let by_name = get(&world, "/zetel/users/anna@contoso.example/history");
    assert_eq!(by_name.json()["value"], history.json()["value"]);

    let licenses = |at: &str| get(&world, &format!("/zetel/users/{ANNA}/licenses?at={at}"));
    insta::assert_snapshot!("licenses_of_then", shown(&licenses("2026-11-21T08:44:00Z")));
    assert_eq!(licenses("2026-11-21T09:00:00Z").json()["value"], json!([]));
    for wrong in ["", "yesterday", "2026-13-01"] {
        assert_eq!(licenses(wrong).status, 400, "{wrong}");
    }
    for nobody in [
        text(NOBODY),
        "nobody@contoso.example".to_owned(),
        "%F0%9F%92%A9".to_owned(),
    ] {
        assert_eq!(
            get(&world, &format!("/zetel/users/{nobody}/history")).status,
            404
        );
        assert_eq!(
            get(
                &world,
                &format!("/zetel/users/{nobody}/licenses?at=2026-11-21T09:00:00Z")
            )
            .status,
            404
        );
    }
    assert_eq!(
        get(&world, &format!("/zetel/users/{DAAN}/history")).status,
        200
    );
}

fn shown_without_request_ids(answer: &Answer) -> String {
    let mut body = answer.json();
    for item in body["value"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().remove("requestId");
    }
    serde_json::to_string_pretty(&body).unwrap()
}

#[test]
fn products_are_swapped() {
    let world = World::new();
    for user in [ANNA, BEN] {
        assert_eq!(world.assign(user, &[OFFICE_E3], &[]).status, 200);
    }
    let swap = |scope: Value| {
        let mut body = json!({"from": text(OFFICE_E3), "to": text(OFFICE_E1)});
        body.as_object_mut()
            .unwrap()
            .extend(scope.as_object().unwrap().clone());
        post(&world, "/zetel/swapLicense", &body)
    };
    // One seat for two users.
    let answer = swap(json!({"allUsers": true}));
    assert_eq!(answer.status, 200, "{}", answer.shown());
    insta::assert_snapshot!("swap", shown(&answer));
    assert_eq!(world.products_of(ANNA), [text(EMS), text(OFFICE_E1)]);
    assert_eq!(world.products_of(BEN), [text(OFFICE_E3)]);
    assert_eq!(
        swap(json!({"userIds": [text(CARLA)]})).json()["notDone"][0]["user"]["id"],
        text(CARLA)
    );

    let group = world.group(0x61, "sales");
    world.join(group, &[ADMIN]);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    let answer = post(
        &world,
        "/zetel/swapLicense",
        &json!({"from": text(OFFICE_E3), "to": text(EMS), "groupId": text(group)}),
    );
    assert_eq!(answer.status, 200, "{}", answer.shown());
    assert_eq!(world.products_of(ADMIN), [text(EMS)]);

    for wrong in [
        json!({}),
        json!({"allUsers": false}),
        json!({"allUsers": true, "userIds": [text(BEN)]}),
        json!({"userIds": "ben"}),
        json!({"userIds": [7]}),
        json!({"userIds": vec![text(BEN); 10_001]}),
        json!({"groupId": "x"}),
        json!({"allUsers": true, "disabledPlans": ["x"]}),
        json!({"allUsers": true, "color": "red"}),
        json!({"allUsers": true, "from": null}),
        json!({"allUsers": true, "to": "x"}),
    ] {
        let answer = swap(wrong.clone());
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.shown());
    }
}

#[test]
fn direct_licenses_move_to_groups() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[ANNA, BEN]);
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[]).status, 200);
    let without_intune = json!({
        "addLicenses": [
            {"skuId": text(OFFICE_E3), "disabledPlans": []},
            {"skuId": text(EMS), "disabledPlans": [text(INTUNE_PLAN)]},
        ],
        "removeLicenses": [],
    });
    assert_eq!(
        world
            .post(&format!("/groups/{group}/assignLicense"), &without_intune)
            .status,
        202
    );
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    let answer = post(
        &world,
        "/zetel/migrateToGroups",
        &json!({"userIds": [text(ANNA), text(BEN)]}),
    );
    assert_eq!(answer.status, 200, "{}", answer.shown());
    insta::assert_snapshot!("migration", shown(&answer));
    let answer = post(
        &world,
        "/zetel/migrateToGroups",
        &json!({"acceptLostPlans": true}),
    );
    assert_eq!(answer.json()["notDone"], json!([]), "{}", answer.shown());
    for wrong in [
        json!({"userIds": {}}),
        json!({"acceptLostPlans": "yes"}),
        json!({"more": 1}),
    ] {
        assert_eq!(
            post(&world, "/zetel/migrateToGroups", &wrong).status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn bodies_of_bulk_assignments() {
    let world = World::new();
    let nothing = generation(&world);
    for wrong in [
        json!({"addLicenses": [], "removeLicenses": []}),
        json!({"userIds": [], "addLicenses": []}),
        json!({"userIds": [text(BEN)], "addLicenses": [{"skuId": "x"}], "removeLicenses": []}),
        json!({"userIds": [text(BEN)], "addLicenses": [], "removeLicenses": [], "color": 1}),
        json!({"userIds": vec!["x"; 10_001], "addLicenses": [], "removeLicenses": []}),
        json!([]),
    ] {
        let answer = post(&world, "/zetel/bulkAssignLicense", &wrong);
        assert_eq!(answer.status, 400, "{}", answer.shown());
    }
    assert_eq!(generation(&world), nothing);
}

#[test]
fn who_waits_for_a_seat() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[ADMIN, BEN, ELIF, CARLA]);
    assert_eq!(world.license(group, &[OFFICE_E1], &[]).status, 202);
    let path = format!("/zetel/waitingList?skuId={OFFICE_E1}");
    insta::assert_snapshot!("waiting_list", shown(&get(&world, &path)));
    assert_eq!(by_pages(&world, &path), all(&world, &path));
    assert!(all(&world, &format!("/zetel/waitingList?skuId={TEAMS_PHONE}")).is_empty());
    for (query, status) in [
        ("", 400),
        ("?skuId=", 400),
        ("?skuId=x", 400),
        ("?skuId=00000000-0000-0000-0000-00000000dead", 404),
    ] {
        assert_eq!(
            get(&world, &format!("/zetel/waitingList{query}")).status,
            status,
            "{query}"
        );
    }
}

#[test]
fn the_policy_is_read_and_changed() {
    let world = World::new();
    insta::assert_snapshot!("policy", shown(&get(&world, "/zetel/licensingPolicy")));
    let policy = json!({
        "semantics": "extended", "nestedGroups": true, "fallback": [[text(OFFICE_E3), text(OFFICE_E1)]],
        "graceDays": 3, "guard": {"maxPercent": 20},
    });
    set_policy(&world, &policy);
    let read = get(&world, "/zetel/licensingPolicy").json();
    for name in ["semantics", "nestedGroups", "fallback", "graceDays"] {
        assert_eq!(read[name], policy[name]);
    }
    assert_eq!(read["guard"]["maxPercent"], 20);
    assert_eq!(read["guard"]["maxUsers"], 50);
    for wrong in [
        json!({"semantics": "ours"}),
        json!({"guard": []}),
        json!({"graceDays": 70_000}),
        json!({"x": 1}),
        json!([]),
    ] {
        let answer = world.call("PATCH", "/zetel/licensingPolicy", "admin", Some(&wrong));
        assert_eq!(answer.status, 400, "{wrong}");
    }
    assert_eq!(get(&world, "/zetel/licensingPolicy").json(), read);
}

#[test]
fn an_explanation_answers_a_question() {
    let world = World::new();
    let path = format!("/zetel/users/{ANNA}/explanation");
    for (query, status) in [
        (String::new(), 200),
        (format!("?skuId={EMS}"), 200),
        (format!("?servicePlanId={INTUNE_PLAN}"), 200),
        (format!("?skuId={EMS}&servicePlanId={INTUNE_PLAN}"), 400),
        ("?skuId=x".to_owned(), 400),
        (format!("?skuId={NOBODY}"), 404),
    ] {
        let answer = send(
            &world,
            "GET",
            &format!("{path}{query}"),
            "admin",
            &[("accept-language", "nl")],
            None,
        );
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(
        get(&world, &format!("/zetel/users/{NOBODY}/explanation")).status,
        404
    );
}
