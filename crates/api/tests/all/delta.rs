//! Delta queries: rounds by pages, what changed since, and what happens to tokens.

mod client;
mod walk;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    policy::{Policy, Semantics},
};

use crate::world::{
    ANNA, Answer, BEN, CARLA, DAAN, ELIF, EMS, INTUNE_PLAN, NOBODY, OFFICE_E1, OFFICE_E3, World,
};

const WEEK: i64 = 7 * 86_400;

/// Follows a link, or asks a path after `/v1.0`, with a `Prefer` header.
fn ask(world: &World, link: &str, prefer: &str) -> Answer {
    let uri = if link.starts_with("https://") {
        link.to_owned()
    } else {
        format!("https://localhost:8443/v1.0{link}")
    };
    let mut request = Request::builder()
        .uri(uri.replace(' ', "%20"))
        .header("authorization", "Bearer app");
    if !prefer.is_empty() {
        request = request.header("prefer", prefer);
    }
    world.send(request.body(Body::empty()).unwrap())
}

fn link(answer: &Answer, name: &str) -> String {
    let body = answer.json();
    let link = body[name].as_str();
    link.unwrap_or_else(|| panic!("no {name}: {}", answer.shown()))
        .to_owned()
}

/// The link that begins the next round, after all pages of this one.
fn delta_link(world: &World, path: &str) -> String {
    let mut answer = ask(world, path, "odata.maxpagesize=999");
    while answer.json().get("@odata.nextLink").is_some() {
        answer = ask(
            world,
            &link(&answer, "@odata.nextLink"),
            "odata.maxpagesize=999",
        );
    }
    link(&answer, "@odata.deltaLink")
}

fn objects(answer: &Answer) -> Vec<Value> {
    answer.json()["value"].as_array().unwrap().clone()
}

/// The response without its tokens, which hold hashes that are others each time.
fn shown(answer: &Answer) -> String {
    let mut text = String::new();
    let shown = answer.shown();
    let mut rest = shown.as_str();
    while let Some(place) = rest.find("token=") {
        let (before, token) = rest.split_at(place + "token=".len());
        text.push_str(before);
        let end = token.find('"').unwrap_or(0);
        assert!(end > 20, "a token: {token}");
        text.push('…');
        rest = &token[end..];
    }
    text + rest
}

fn delete(world: &World, path: &str) {
    assert_eq!(world.call("DELETE", path, "app", None).status, 204);
}

#[test]
fn a_first_round_and_the_next_one() {
    let world = World::new();
    let path =
        "/users/delta?$select=displayName,mail,businessPhones,usageLocation,assignedLicenses";
    let first = ask(&world, path, "odata.maxpagesize=3");
    insta::assert_snapshot!("first_page", shown(&first));
    let last = ask(
        &world,
        &link(&first, "@odata.nextLink"),
        "odata.maxpagesize=3",
    );
    insta::assert_snapshot!("last_page", shown(&last));

    let round = link(&last, "@odata.deltaLink");
    insta::assert_snapshot!("no_changes", shown(&ask(&world, &round, "")));
    world.patch(
        &format!("/users/{ANNA}"),
        &json!({"mail": null, "department": "Sales"}),
    );
    world.patch(&format!("/users/{CARLA}"), &json!({"department": "Sales"}));
    world.assign(BEN, &[EMS], &[]);
    delete(&world, &format!("/users/{ELIF}"));
    insta::assert_snapshot!("changes", shown(&ask(&world, &round, "")));
    let minimal = ask(&world, &round, "return=minimal, odata.maxpagesize=1000");
    insta::assert_snapshot!("minimal", shown(&minimal));
}

#[test]
fn groups_come_with_their_members() {
    let world = World::new();
    let inner = world.group(0x91, "inner");
    let outer = world.group(0x92, "outer");
    world.join(outer, &[ANNA, BEN, inner]);
    let first = ask(&world, "/groups/delta", "");
    insta::assert_snapshot!("groups", shown(&first));
    let round = link(&first, "@odata.deltaLink");

    world.join(inner, &[CARLA]);
    delete(&world, &format!("/groups/{outer}/members/{ANNA}/$ref"));
    delete(&world, &format!("/users/{BEN}"));
    world.license(inner, &[OFFICE_E3], &[]);
    insta::assert_snapshot!(
        "changed_groups",
        shown(&ask(&world, &round, "return=minimal"))
    );
    let unselected = delta_link(&world, "/groups/delta?$select=displayName");
    world.join(outer, &[CARLA]);
    assert_eq!(objects(&ask(&world, &unselected, "")), Vec::<Value>::new());
    let selected = delta_link(&world, "/groups/delta?$select=members");
    world.join(inner, &[ANNA]);
    insta::assert_snapshot!("only_members", shown(&ask(&world, &selected, "")));
    delete(&world, &format!("/groups/{outer}"));
    let removed = json!({"id": outer, "@removed": {"reason": "deleted"}});
    let told = objects(&ask(&world, &round, ""));
    assert!(told.contains(&removed), "{told:?}");
}

#[test]
fn users_who_go_and_come_back() {
    let world = World::new();
    let round = delta_link(&world, "/users/delta?$select=displayName");
    let removed = |reason: &str| json!([{"id": BEN, "@removed": {"reason": reason}}]);
    delete(&world, &format!("/users/{BEN}"));
    let deleted = ask(&world, &round, "");
    assert_eq!(deleted.json()["value"], removed("changed"));

    let since = link(&deleted, "@odata.deltaLink");
    world.post(
        &format!("/directory/deletedItems/{BEN}/restore"),
        &json!({}),
    );
    let whole = json!([{"id": BEN, "displayName": "ben de Vries"}]);
    for prefer in ["", "return=minimal"] {
        assert_eq!(ask(&world, &since, prefer).json()["value"], whole);
        assert_eq!(ask(&world, &round, prefer).json()["value"], whole);
    }
    delete(&world, &format!("/users/{BEN}"));
    delete(&world, &format!("/directory/deletedItems/{BEN}"));
    assert_eq!(ask(&world, &round, "").json()["value"], removed("deleted"));
    assert_eq!(ask(&world, &since, "").json()["value"], removed("deleted"));
}

#[test]
fn licenses_are_followed_whatever_changes_them() {
    let world = World::new();
    let select = "licenseAssignmentStates,assignedPlans";
    let round = delta_link(&world, &format!("/users/delta?$select={select}"));
    let ids = |link: &str| -> Vec<Uuid> {
        let found = ask(&world, link, "return=minimal").ids();
        found.iter().map(|id| id.parse().unwrap()).collect()
    };
    let group = world.group(0x91, "licensed");
    world.join(group, &[BEN]);
    assert_eq!(ids(&round), Vec::<Uuid>::new());
    world.license(group, &[OFFICE_E3], &[]);
    assert_eq!(ids(&round), [BEN]);
    world.assign(ELIF, &[EMS], &[]);
    assert_eq!(ids(&round), [BEN, ELIF]);
    // The subscription ends, and its licenses go into grace.
    world.pass(366 * 86_400);
    assert_eq!(ask(&world, &round, "").status, 410, "a year is too long");
    let round = delta_link(&world, &format!("/users/delta?$select={select}"));
    world.command(Command::Tick);
    let told = objects(&ask(&world, &round, ""));
    let elif = told.iter().find(|user| user["id"] == json!(ELIF)).unwrap();
    assert_eq!(elif["assignedPlans"][0]["capabilityStatus"], "Warning");
}

/// Who is told of in a round by a server that saw the changes, and, no fewer, by one that reads of them in the journal.
fn told_in(world: &mut World, round: &str) -> Vec<String> {
    let seen = ask(world, round, "return=minimal").ids();
    world.restart();
    let read = ask(world, round, "return=minimal").ids();
    assert!(seen.iter().all(|id| read.contains(id)), "{seen:?} {read:?}");
    seen
}

#[test]
fn what_a_group_gives_is_followed_on_its_members() {
    let mut world = World::new();
    let path = "/users/delta?$select=licenseAssignmentStates";
    let group = world.group(0x91, "licensed");
    world.join(group, &[BEN, ELIF]);
    world.license(group, &[EMS, OFFICE_E1], &[]);
    let states = |world: &World, user: Uuid, sku: Uuid| -> Vec<Value> {
        let select = format!("/users/{user}?$select=licenseAssignmentStates");
        let user = world.get(&select).json();
        let states = user["licenseAssignmentStates"].as_array().unwrap().iter();
        states
            .filter(|state| state["skuId"] == json!(sku))
            .cloned()
            .collect()
    };
    let both = [BEN.to_string(), ELIF.to_string()];

    // Nothing is decided anew: both have the license, with one plan less.
    let round = delta_link(&world, path);
    let add = json!([{"skuId": EMS, "disabledPlans": [INTUNE_PLAN]}]);
    let body = json!({"addLicenses": add, "removeLicenses": []});
    let path_of_group = format!("/groups/{group}/assignLicense");
    assert_eq!(world.post(&path_of_group, &body).status, 202);
    for user in [BEN, ELIF] {
        let off = states(&world, user, EMS)[0]["disabledPlans"].clone();
        assert_eq!(off, json!([INTUNE_PLAN]));
    }
    assert_eq!(told_in(&mut world, &round), both);

    // There is one seat: one of the two had an error, and has it no longer.
    let round = delta_link(&world, path);
    let errors: Vec<Value> = [BEN, ELIF]
        .iter()
        .map(|user| states(&world, *user, OFFICE_E1)[0]["error"].clone())
        .collect();
    assert_eq!(errors, ["None", "CountViolation"]);
    assert_eq!(world.license(group, &[], &[OFFICE_E1]).status, 202);
    assert_eq!(states(&world, ELIF, OFFICE_E1), [Value::Null; 0]);
    assert_eq!(told_in(&mut world, &round), both);
}

#[test]
fn ways_into_a_licensed_group_are_followed_where_groups_nest() {
    let mut world = World::new();
    world.command(Command::ChangePolicy {
        policy: Policy {
            semantics: Semantics::Extended,
            nested_groups: true,
            ..Policy::default()
        },
    });
    let [licensed, direct, early, within, late] = [
        (0x91, "licensed"),
        (0x92, "direct"),
        (0x93, "early"),
        (0x94, "within"),
        (0x95, "late"),
    ]
    .map(|(id, name)| world.group(id, name));
    world.license(licensed, &[OFFICE_E3], &[]);
    world.join(early, &[within]);
    for group in [direct, within, late] {
        world.pass(3_600);
        world.join(group, &[BEN]);
    }
    world.pass(3_600);
    world.join(licensed, &[direct, late]);
    let since = |world: &World| {
        let user = world.get(&format!("/users/{BEN}?$select=licenseAssignmentStates"));
        user.json()["licenseAssignmentStates"][0]["lastUpdatedDateTime"].clone()
    };
    let [by_direct, by_early, by_late] = [
        "2026-11-21T09:43:34Z",
        "2026-11-21T10:43:34Z",
        "2026-11-21T11:43:34Z",
    ];
    assert_eq!(since(&world), by_direct);

    // The license stays throughout, but not since when: the earliest way in counts.
    let leaves_direct = Command::RemoveMembers {
        group: direct,
        members: vec![BEN],
    };
    let early_leaves = Command::RemoveMembers {
        group: licensed,
        members: vec![early],
    };
    let early_joins = Command::AddMembers {
        group: licensed,
        members: vec![early],
    };
    for (command, expected) in [
        (leaves_direct, by_late),
        (early_joins.clone(), by_early),
        (early_leaves, by_late),
        (early_joins, by_early),
        (Command::DeleteGroup { group: early }, by_late),
    ] {
        let round = delta_link(&world, "/users/delta?$select=licenseAssignmentStates");
        world.pass(60);
        world.command(command.clone());
        assert_eq!(since(&world), expected, "{command:?}");
        let told = told_in(&mut world, &round);
        assert_eq!(told, [BEN.to_string()], "{command:?}");
    }
}

#[test]
fn from_now_on_and_only_some() {
    let world = World::new();
    let filter = format!("$filter=id eq '{ANNA}' or id eq '{NOBODY}' or id eq '{DAAN}'");
    let latest = ask(
        &world,
        &format!("/users/delta()?$deltaToken=latest&{filter}&$select=city"),
        "",
    );
    insta::assert_snapshot!("latest", shown(&latest));
    let round = link(&latest, "@odata.deltaLink");
    for user in [ANNA, BEN] {
        world.patch(&format!("/users/{user}"), &json!({"city": "Delft"}));
    }
    world.post(
        &format!("/directory/deletedItems/{DAAN}/restore"),
        &json!({}),
    );
    let expected = json!([{"id": ANNA, "city": "Delft"}, {"id": DAAN}]);
    assert_eq!(ask(&world, &round, "").json()["value"], expected);
    let first = ask(
        &world,
        &format!("/users/microsoft.graph.delta()?{filter}&$select=id"),
        "odata.maxpagesize=1",
    );
    assert_eq!(first.json()["value"], json!([{"id": ANNA}]));
    let rest = ask(&world, &link(&first, "@odata.nextLink"), "");
    assert_eq!(rest.json()["value"], json!([{"id": DAAN}]));
    let group = world.group(0x91, "one");
    world.group(0x92, "two");
    let groups = ask(
        &world,
        &format!("/groups/delta?$filter=id eq '{group}'&$select=displayName"),
        "",
    );
    assert_eq!(groups.ids(), [group.to_string()]);
}

#[test]
fn members_of_a_large_group_come_by_pages() {
    let mut world = World::new();
    let users = client::crowd(2_300);
    world.command(Command::CreateUsers(users.clone()));
    let ids: Vec<Uuid> = users.iter().filter_map(|user| user.id).collect();
    let small = world.group(0x91, "small");
    let large = world.group(0x92, "large");
    let last = world.group(0x93, "last");
    world.join(small, &[ANNA]);
    world.join(last, &[BEN]);
    world.join(large, &ids);

    let mut copy = client::Copy::new("/groups/delta?$select=displayName,members", "");
    let mut sizes = Vec::new();
    while !copy.is_complete() {
        let page = copy.read_page(&world);
        sizes.push(client::members_on(&page));
        world.restart();
    }
    assert_eq!(sizes, [1_000, 1_000, 302]);
    assert_eq!(copy.members_of(large).len(), 2_300);
    assert_eq!(copy.members_of(last).len(), 1);

    let members = ids[..1_500].to_vec();
    world.command(Command::RemoveMembers {
        group: large,
        members,
    });
    let mut pages = 0;
    copy.begin_round();
    while !copy.is_complete() {
        copy.read_page(&world);
        pages += 1;
    }
    assert_eq!((pages, copy.members_of(large).len()), (2, 800));
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let world = World::new();
    let round = delta_link(&world, "/users/delta?$select=mail");
    let token = round.split_once("$deltatoken=").unwrap().1.to_owned();
    let first = ask(&world, "/users/delta", "odata.maxpagesize=1");
    let page = link(&first, "@odata.nextLink")
        .split_once("$skiptoken=")
        .unwrap()
        .1
        .to_owned();
    let mut mutilated = token.clone().into_bytes();
    mutilated[10] ^= 1;
    let mutilated = String::from_utf8(mutilated).unwrap();
    let fifty_one: Vec<String> = (0..51)
        .map(|id| format!("id eq '{}'", Uuid::from_u128(id)))
        .collect();
    for (path, status) in [
        ("/users/delta?$top=5", 501),
        ("/users/delta?$orderby=displayName", 501),
        ("/users/delta?$search=%22a%22", 501),
        ("/users/delta?$count=true", 501),
        ("/users/delta?$expand=manager", 501),
        ("/groups/delta?$expand=members", 501),
        ("/groups/delta?$select=owners", 501),
        ("/users/delta?$select=color", 400),
        ("/users/delta?$select=deviceEnrollmentLimit", 400),
        ("/users/delta?$filter=displayName eq 'x'", 400),
        (
            &format!("/users/delta?$filter={}", fifty_one.join(" or ")),
            400,
        ),
        ("/users/delta?$deltatoken=forged", 400),
        ("/users/delta?$skiptoken=", 400),
        ("/users/delta?$skiptoken=latest", 400),
        (&format!("/users/delta?$deltatoken={mutilated}"), 400),
        (&format!("/groups/delta?$deltatoken={token}"), 400),
        (&format!("/users/delta?$deltatoken={page}"), 400),
        (&format!("/users/delta?$skiptoken={token}"), 400),
        (
            &format!("/users/delta?$skiptoken={page}&$deltatoken={token}"),
            400,
        ),
        (
            &format!("/users/delta?$deltatoken={token}&$select=mail"),
            400,
        ),
        (
            &format!("/users/delta?$skiptoken={page}&$filter=id eq '{ANNA}'"),
            400,
        ),
    ] {
        let (found, code, message) = ask(&world, path, "").error();
        assert_eq!(found, status, "{path}: {message}");
        assert!(!code.is_empty() && message.len() > 20, "{path}: {message}");
    }
    assert_eq!(world.call("GET", "/users/delta", "weak", None).status, 403);
    assert_eq!(
        world
            .call("GET", "/groups/delta", "anna+User.Read", None)
            .status,
        403
    );
    assert_eq!(world.call("POST", "/users/delta", "app", None).status, 405);
    for prefer in [
        "odata.maxpagesize=none",
        "odata.maxpagesize=0",
        "odata.maxpagesize=99999999",
    ] {
        let answer = ask(&world, "/users/delta", prefer);
        assert_eq!(
            (answer.status.as_u16(), answer.ids().len()),
            (200, 5),
            "{prefer}"
        );
        assert!(
            !answer.headers.contains_key("preference-applied"),
            "{prefer}"
        );
    }
}

#[test]
fn a_client_that_comes_too_late_starts_again() {
    let mut world = World::new();
    let path =
        format!("/users/delta?$select=displayName,mail&$filter=id eq '{ANNA}' or id eq '{BEN}'");
    let round = delta_link(&world, &path);
    world.pass(WEEK);
    world.restart();
    assert_eq!(ask(&world, &round, "").status, 200);
    world.pass(1);
    let late = ask(&world, &round, "");
    insta::assert_snapshot!("too_late", late.shown());
    let again = ask(&world, late.headers["location"].to_str().unwrap(), "");
    assert_eq!(
        again.json()["value"],
        ask(&world, &path, "").json()["value"]
    );
    assert_eq!(again.ids().len(), 2);
}

#[test]
fn nobody_can_tell_where_somebody_was_who_is_gone() {
    let mut world = World::new();
    let group = world.group(0x91, "some");
    world.join(group, &[ANNA, BEN]);
    let round = delta_link(&world, "/groups/delta");
    let users = delta_link(&world, "/users/delta");
    let names = delta_link(&world, "/groups/delta?$select=displayName");
    delete(&world, &format!("/users/{BEN}"));
    delete(&world, &format!("/directory/deletedItems/{BEN}"));
    let removed = json!([{"@odata.type": "#microsoft.graph.user", "id": BEN, "@removed": {"reason": "deleted"}}]);
    assert_eq!(
        objects(&ask(&world, &round, ""))[0]["members@delta"],
        removed
    );
    world.restart();
    let lost = ask(&world, &round, "");
    assert_eq!(
        (lost.status.as_u16(), lost.error().1.as_str()),
        (410, "resyncRequired")
    );
    assert_eq!(
        lost.headers["location"],
        "https://localhost:8443/v1.0/groups/delta?$deltatoken="
    );
    assert_eq!(ask(&world, &users, "").ids(), [BEN.to_string()]);
    assert_eq!(ask(&world, &names, "").status, 200);
}
