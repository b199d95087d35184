//! `/auditLogs/directoryAudits`: the journal in Entra's words (licensing.md 3.13).

use std::fmt::Write as _;

use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    location::Location,
    user::{NewUser, PropertyValue, UserProperty, UserType},
};

use crate::{
    own::{generation, get, plan, text},
    world::{ADMIN, ANNA, BEN, CARLA, ELIF, EMS, NOBODY, OFFICE_E1, OFFICE_E3, World},
};

const PATH: &str = "/auditLogs/directoryAudits";

/// A group with a history of its own.
fn licensed(world: &World) -> Uuid {
    let group = world.group(0x61, "sales");
    world.join(group, &[ADMIN, ANNA, BEN, CARLA, ELIF]);
    assert_eq!(world.license(group, &[EMS, OFFICE_E3], &[]).status, 202);
    group
}

/// Records of the newest changes, without request ids.
fn records(world: &World, query: &str) -> Vec<Value> {
    let answer = get(world, &format!("{PATH}?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let mut records = answer.json()["value"].as_array().unwrap().clone();
    for record in &mut records {
        record.as_object_mut().unwrap().remove("correlationId");
    }
    records
}

fn names(records: &[Value]) -> Vec<&str> {
    records
        .iter()
        .map(|record| record["activityDisplayName"].as_str().unwrap())
        .collect()
}

#[test]
fn licensing_a_group_in_the_audit_log() {
    let world = World::new();
    licensed(&world);
    let shown = records(&world, "$top=8");
    insta::assert_snapshot!(
        "licensing_a_group",
        serde_json::to_string_pretty(&shown).unwrap()
    );
    let answer = get(
        &world,
        &format!("{PATH}/{}", shown[0]["id"].as_str().unwrap()),
    );
    insta::assert_snapshot!(
        "audit_record",
        serde_json::to_string_pretty(&{
            let mut body = answer.json();
            body.as_object_mut().unwrap().remove("correlationId");
            body
        })
        .unwrap()
    );
}

#[test]
fn what_else_happens_has_entras_names() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[ANNA]);
    let inner = world.group(0x62, "inner");
    world.join(group, &[inner]);
    let patch = |path: String, body: &Value| assert_eq!(world.patch(&path, body).status, 204);
    patch(
        format!("/groups/{group}"),
        &json!({"displayName": "Sales", "description": "Sellers"}),
    );
    patch(format!("/users/{BEN}"), &json!({"department": "Sales"}));
    let delete = |path: String| {
        assert_eq!(
            world.call("DELETE", &path, "app", None).status,
            204,
            "{path}"
        );
    };
    delete(format!("/groups/{group}/members/{ANNA}/$ref"));
    delete(format!("/users/{BEN}"));
    assert_eq!(
        world
            .call(
                "POST",
                &format!("/directory/deletedItems/{BEN}/restore"),
                "app",
                None
            )
            .status,
        200
    );
    delete(format!("/users/{BEN}"));
    delete(format!("/directory/deletedItems/{BEN}"));
    delete(format!("/groups/{inner}"));
    assert_eq!(
        world
            .post(
                &format!("/users/{ANNA}/reprocessLicenseAssignment"),
                &json!({})
            )
            .status,
        200
    );
    assert_eq!(
        world
            .post(
                &format!("/groups/{group}/reprocessLicenseAssignment"),
                &json!({})
            )
            .status,
        202
    );
    let body = json!({"semantics": "extended", "priority": true});
    assert_eq!(
        world
            .call("PATCH", "/zetel/licensingPolicy", "admin", Some(&body))
            .status,
        204
    );
    let all = records(&world, "$top=999");
    let brief: Vec<String> = all
        .iter()
        .map(|record| {
            let targets = record["targetResources"].as_array().unwrap();
            let targets: Vec<String> = targets
                .iter()
                .map(|target| {
                    let modified = target["modifiedProperties"].as_array().unwrap();
                    let modified: Vec<String> = modified
                        .iter()
                        .map(|property| {
                            format!(
                                "{}: {} -> {}",
                                property["displayName"], property["oldValue"], property["newValue"]
                            )
                        })
                        .collect();
                    format!(
                        "    {} {} {}",
                        target["type"],
                        target["displayName"],
                        modified.join(", ")
                    )
                })
                .collect();
            format!(
                "{} {} {}\n{}",
                record["id"],
                record["category"],
                record["activityDisplayName"],
                targets.join("\n")
            )
        })
        .collect();
    insta::assert_snapshot!("all_activities", brief.join("\n"));
}

#[test]
fn the_log_is_whole_whatever_the_size_of_pages() {
    let world = World::new();
    licensed(&world);
    let all = records(&world, "$top=999");
    assert!(all.len() > 30);
    for size in [1, 3, 7] {
        let mut next = Some(format!("{PATH}?$top={size}"));
        let mut ids = Vec::new();
        while let Some(path) = next {
            let page = get(&world, &path);
            assert_eq!(page.status, 200);
            assert!(page.ids().len() <= size);
            ids.extend(page.ids());
            let link = page.json().get("@odata.nextLink").cloned();
            next = link.map(|link| {
                link.as_str()
                    .unwrap()
                    .split_once("/v1.0")
                    .unwrap()
                    .1
                    .to_owned()
            });
        }
        let expected: Vec<&str> = all
            .iter()
            .map(|record| record["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{size}");
    }
    for record in &all {
        let id = record["id"].as_str().unwrap();
        let single = get(&world, &format!("{PATH}/{id}")).json();
        assert_eq!(single["activityDisplayName"], record["activityDisplayName"]);
        assert_eq!(single["targetResources"], record["targetResources"]);
    }
}

#[test]
fn records_are_found() {
    let world = World::new();
    let group = licensed(&world);
    world.pass(100_000);
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[]).status, 200);
    let found = |filter: &str| {
        let query: String = form_urlencoded(filter);
        records(&world, &format!("$filter={query}&$top=999"))
    };
    let all = records(&world, "$top=999");
    let expected = |keep: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        all.iter().filter(|record| keep(record)).cloned().collect()
    };
    assert_eq!(
        found("activityDisplayName eq 'Change user license'"),
        expected(&|record| record["activityDisplayName"] == "Change user license")
    );
    assert_eq!(
        found("category eq 'GroupManagement' and activityDateTime le 2026-11-21T23:00:00Z"),
        expected(&|record| record["category"] == "GroupManagement")
    );
    assert_eq!(
        found("result eq 'failure'"),
        expected(&|record| record["result"] == "failure")
    );
    assert_eq!(
        names(&found("activityDateTime ge 2026-11-22T00:00:00Z")),
        ["Change user license"]
    );
    let about = |id: Uuid| {
        let id = text(id);
        move |record: &Value| {
            let targets = record["targetResources"].as_array().unwrap();
            let is_user =
                record["activityDisplayName"] != "Change user license" || targets[0]["id"] == id;
            is_user && targets.iter().any(|target| target["id"] == id)
        }
    };
    for id in [BEN, ADMIN, group] {
        let filter = format!("targetResources/any(t: t/id eq '{id}')");
        assert_eq!(found(&filter), expected(&about(id)), "{id}");
        assert!(!found(&filter).is_empty());
    }
    assert!(found(&format!("targetResources/any(t:t/id eq '{NOBODY}')")).is_empty());
    let both = format!(
        "targetResources/any(t:t/id eq '{BEN}') and targetResources/any(t:t/id eq '{group}') and activityDisplayName eq 'Add member to group'"
    );
    assert_eq!(found(&both).len(), 1);
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

#[test]
fn a_change_of_many_users_is_read_by_pages() {
    let world = World::new();
    let ids: Vec<Uuid> = (0..500)
        .map(|number| Uuid::from_u128(0x1_0000 + number))
        .collect();
    crowd(&world, &ids);
    let group = world.group(0x61, "all");
    world.join(group, &ids);
    let path = format!("/groups/{group}/assignLicense");
    let body = json!({"addLicenses": [{"skuId": text(EMS)}], "removeLicenses": []});
    let planned = plan(&world, "POST", &path, Some(&body)).json();
    assert_eq!(planned["userCount"], 500);
    let failed = &planned["errors"][0];
    assert_eq!(failed["userCount"], 498);
    assert_eq!(failed["users"].as_array().unwrap().len(), 100);
    assert_eq!(world.post(&path, &body).status, 202);

    let mut next = Some(format!(
        "{PATH}?$top=150&$filter={}",
        form_urlencoded("result eq 'failure'")
    ));
    let mut ids_of_records = Vec::new();
    while let Some(path) = next {
        let page = get(&world, &path);
        ids_of_records.extend(page.ids());
        let link = page.json().get("@odata.nextLink").cloned();
        next = link.map(|link| {
            link.as_str()
                .unwrap()
                .split_once("/v1.0")
                .unwrap()
                .1
                .to_owned()
        });
    }
    let generation = generation(&world);
    // Set, start, two users with a seat; then those without one.
    let expected: Vec<String> = (4..502)
        .rev()
        .map(|number| format!("{generation}_{number}"))
        .collect();
    assert_eq!(ids_of_records, expected);
    let filter = format!(
        "targetResources/any(t:t/id eq '{}') and result eq 'failure'",
        ids[321]
    );
    let found = records(&world, &format!("$filter={}", form_urlencoded(&filter)));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], format!("{generation}_{}", 4 + 321 - 2));
    let finish = records(&world, "$top=1");
    assert_eq!(
        finish[0]["targetResources"][0]["modifiedProperties"][0]["newValue"],
        "[Users successfully assigned licenses: 2, Users for whom license assignment failed: 498.]"
    );
}

/// Users with these ids.
fn crowd(world: &World, ids: &[Uuid]) {
    let user = |id: &Uuid| NewUser {
        id: Some(*id),
        account_enabled: true,
        user_type: UserType::Member,
        usage_location: Location::parse("NL"),
        properties: [
            (UserProperty::DisplayName, id.to_string()),
            (UserProperty::MailNickname, id.to_string()),
            (
                UserProperty::UserPrincipalName,
                format!("{id}@contoso.example"),
            ),
        ]
        .into_iter()
        .map(|(property, value)| (property, PropertyValue::Text(value)))
        .collect(),
    };
    world.command(Command::CreateUsers(ids.iter().map(user).collect()));
}

#[test]
fn what_failed_is_said() {
    let world = World::new();
    let group = world.group(0x61, "sales");
    world.join(group, &[BEN, CARLA]);
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[]).status, 200);
    assert_eq!(world.license(group, &[OFFICE_E1], &[]).status, 202);
    let failures = records(&world, "$filter=result%20eq%20%27failure%27");
    let reasons: Vec<&str> = failures
        .iter()
        .map(|record| record["resultReason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons.len(), 1);
    assert!(
        reasons[0].starts_with("License assignment failed because service plans "),
        "{reasons:?}"
    );
    assert!(
        reasons[0].ends_with(" are mutually exclusive."),
        "{reasons:?}"
    );
}

#[test]
fn hostile_requests() {
    let world = World::new();
    for id in [
        "",
        "x",
        "1",
        "1_",
        "_1",
        "1_x",
        "0_0",
        "999_0",
        "1_999",
        "99999999999999999999_0",
        "1_0_0",
        "-1_0",
        "+1_0",
        "%FF",
    ] {
        let status = get(&world, &format!("{PATH}/{id}")).status.as_u16();
        assert!(
            [200, 400, 404].contains(&status) && (status != 200 || id.is_empty()),
            "{id}: {status}"
        );
    }
    for filter in [
        "",
        "x",
        "activityDisplayName",
        "contains(category,'x')",
        "category eq 'x' or category eq 'y'",
        "activityDateTime ge x",
        "'",
    ] {
        let answer = get(
            &world,
            &format!("{PATH}?$filter={}", form_urlencoded(filter)),
        );
        assert_eq!(answer.status, 400, "{filter}");
    }
    for query in [
        "$skiptoken=AAAA",
        "$top=0",
        "$orderby=activityDateTime",
        "$search=x",
    ] {
        assert!(
            get(&world, &format!("{PATH}?{query}"))
                .status
                .is_client_error()
                || query.starts_with("$orderby")
                || query.starts_with("$search")
        );
    }
    // A token of another list opens nothing here.
    let link = get(&world, "/zetel/changes?$top=1").json()["@odata.nextLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.split_once("$skiptoken=").unwrap().1.to_owned();
    assert_eq!(
        get(&world, &format!("{PATH}?$skiptoken={token}")).status,
        400
    );
}
