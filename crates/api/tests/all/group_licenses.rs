//! Licenses through groups (licensing.md 2.3 to 2.5 and 3).

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{
    ANNA, Answer, BEN, CARLA, EMS, INTUNE_DEVICE, INTUNE_PLAN, NOBODY, OFFICE_E1, OFFICE_E3,
    TEAMS_PHONE, UNOWNED_PRODUCT, World,
};

fn refused(answer: &Answer) -> String {
    let (status, code, message) = answer.error();
    format!("{status} {code}: {message}")
}

fn states(world: &World, user: Uuid) -> Vec<String> {
    let user = world
        .get(&format!("/users/{user}?$select=licenseAssignmentStates"))
        .json();
    let text = |state: &Value, name: &str| state[name].as_str().unwrap_or("-").to_owned();
    let states = user["licenseAssignmentStates"].as_array().unwrap().clone();
    let short = |id: String| match id.parse::<Uuid>() {
        Ok(EMS) => "EMS".to_owned(),
        Ok(OFFICE_E1) => "E1".to_owned(),
        Ok(OFFICE_E3) => "E3".to_owned(),
        Ok(other) => format!("{:x}", other.as_u128()),
        Err(_) => id,
    };
    states
        .iter()
        .map(|state| {
            let (sku, group) = (text(state, "skuId"), text(state, "assignedByGroup"));
            let (what, error) = (text(state, "state"), text(state, "error"));
            format!("{} {} {what} {error}", short(sku), short(group))
        })
        .collect()
}

fn consumed(world: &World, sku: Uuid) -> u64 {
    let product = world
        .get(&format!("/subscribedSkus/{}_{sku}", crate::world::TENANT))
        .json();
    product["consumedUnits"].as_u64().unwrap()
}

#[test]
fn licensing_a_group_is_accepted_and_done() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[ANNA, BEN, CARLA]);
    let body = json!({
        "addLicenses": [{"skuId": EMS.to_string(), "disabledPlans": [INTUNE_PLAN.to_string()]}],
        "removeLicenses": [],
    });
    let answer = world.post(&format!("/groups/{group}/assignLicense"), &body);
    insta::assert_snapshot!("group_licensed", answer.shown());
    assert_eq!(consumed(&world, EMS), 3);
    let select = "$select=id,assignedLicenses,licenseAssignmentStates,assignedPlans";
    insta::assert_snapshot!(
        "user_with_inherited_licenses",
        world.get(&format!("/users/{BEN}?{select}")).shown()
    );
    // Carla has no usage location: the tenant's counts, and hers stays empty.
    assert_eq!(world.products_of(CARLA), [EMS.to_string()]);
    let carla = world.get(&format!("/users/{CARLA}?$select=usageLocation"));
    assert_eq!(carla.json()["usageLocation"], Value::Null);
    let details = world.get(&format!("/users/{BEN}/licenseDetails")).json();
    assert_eq!(details["value"][0]["skuPartNumber"], "EMS");
    let configured = world.get(&format!(
        "/groups/{group}?$select=assignedLicenses,licenseProcessingState"
    ));
    assert_eq!(
        configured.json()["assignedLicenses"],
        json!([{"disabledPlans": [INTUNE_PLAN.to_string()], "skuId": EMS.to_string()}])
    );
    assert_eq!(
        configured.json()["licenseProcessingState"],
        json!({"state": "ProcessingComplete"})
    );
}

/// A plan is on if any source leaves it on; the seat is one.
#[test]
fn sources_are_united() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[ANNA]);
    assert_eq!(states(&world, ANNA), ["EMS - Active None"]);
    assert_eq!(world.license(group, &[EMS], &[]).status, 202);
    assert_eq!(
        states(&world, ANNA),
        ["EMS - Active None", "EMS b1 Active None"]
    );
    let licenses = world
        .get(&format!("/users/{ANNA}?$select=assignedLicenses"))
        .json();
    assert_eq!(
        licenses["assignedLicenses"],
        json!([{"disabledPlans": [], "skuId": EMS.to_string()}])
    );
    assert_eq!(consumed(&world, EMS), 1);

    assert_eq!(
        world.assign(ANNA, &[], &[EMS]).status,
        200,
        "the direct one goes"
    );
    assert_eq!(states(&world, ANNA), ["EMS b1 Active None"]);
    assert_eq!(
        refused(&world.assign(ANNA, &[], &[EMS])),
        "400 Request_BadRequest: User license is inherited from a group membership and it cannot be removed directly from the user."
    );
    let gone = world.call(
        "DELETE",
        &format!("/groups/{group}/members/{ANNA}/$ref"),
        "app",
        None,
    );
    assert_eq!(gone.status, 204);
    assert_eq!(states(&world, ANNA), [""; 0]);
    assert_eq!(consumed(&world, EMS), 0);
}

#[test]
fn errors_are_found_and_heal() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[ANNA, BEN]);
    // One seat of E1 for two.
    assert_eq!(world.license(group, &[OFFICE_E1, EMS], &[]).status, 202);
    assert_eq!(
        states(&world, ANNA),
        [
            "EMS - Active None",
            "EMS b1 Active None",
            "E1 b1 Active None"
        ]
    );
    assert_eq!(
        states(&world, BEN),
        ["EMS b1 Error Other", "E1 b1 Error CountViolation"]
    );
    let found =
        world.get("/groups?$filter=hasMembersWithLicenseErrors+eq+true&$select=id,displayName");
    assert_eq!(found.ids(), [group.to_string()]);
    let errors = format!("/groups/{group}/membersWithLicenseErrors");
    insta::assert_snapshot!("members_with_errors", world.get(&errors).shown());
    assert_eq!(world.get(&format!("{errors}/$count")).body, b"1");
    assert_eq!(
        world.get(&format!("{errors}/microsoft.graph.user")).ids(),
        [BEN.to_string()]
    );

    let reprocess = |user: Uuid| {
        world.call(
            "POST",
            &format!("/users/{user}/reprocessLicenseAssignment"),
            "app",
            None,
        )
    };
    assert_eq!(
        refused(&reprocess(BEN)),
        format!(
            "400 Request_BadRequest: Subscription with SKU {OFFICE_E1} does not have any available licenses."
        )
    );
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{ANNA}"), "app", None)
            .status,
        204
    );
    assert_eq!(
        states(&world, BEN),
        ["EMS b1 Error Other", "E1 b1 Error CountViolation"],
        "nothing heals by itself"
    );
    insta::assert_snapshot!("reprocessed", reprocess(BEN).shown());
    assert_eq!(
        states(&world, BEN),
        ["EMS b1 Active None", "E1 b1 Active None"]
    );
    assert_eq!(world.get(&errors).ids(), [""; 0]);
    assert_eq!(reprocess(NOBODY).status, 404);
    let nothing = world.get("/groups/$count?$filter=hasMembersWithLicenseErrors+eq+true");
    assert_eq!(nothing.body, b"0");
}

#[test]
fn each_refusal_of_a_group_has_its_text_and_changes_nothing() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let role_assignable = world.group_with(0xb2, "admins", |group| {
        group.definition.role_assignable = true;
    });
    let mail_only = world.group_with(0xb3, "mail", |group| {
        group.definition.unified = true;
        group.definition.mail_enabled = true;
        group.definition.security_enabled = false;
    });
    let plan = json!({"addLicenses": [{"skuId": OFFICE_E3.to_string(), "disabledPlans": [INTUNE_PLAN.to_string()]}], "removeLicenses": []});
    let path = format!("/groups/{group}/assignLicense");
    let shown: Vec<String> = [
        ("E4 missing plan", world.license(group, &[TEAMS_PHONE], &[])),
        (
            "E5 product not owned",
            world.license(group, &[UNOWNED_PRODUCT], &[]),
        ),
        ("E6 license not held", world.license(group, &[], &[EMS])),
        (
            "E8 device product",
            world.license(group, &[INTUNE_DEVICE], &[]),
        ),
        (
            "E9 a list is missing",
            world.post(&path, &json!({"addLicenses": []})),
        ),
        (
            "E10 no GUID",
            world.post(
                &path,
                &json!({"addLicenses": [{"skuId": "EMS"}], "removeLicenses": []}),
            ),
        ),
        ("E11 nothing to change", world.license(group, &[], &[])),
        ("E12 plan of another product", world.post(&path, &plan)),
        ("no body", world.call("POST", &path, "app", None)),
        ("named twice", world.license(group, &[EMS], &[EMS])),
        (
            "a role-assignable group",
            world.license(role_assignable, &[EMS], &[]),
        ),
        ("no security group", world.license(mail_only, &[EMS], &[])),
        (
            "a group that is not there",
            world.license(NOBODY, &[EMS], &[]),
        ),
        ("a user", world.license(ANNA, &[EMS], &[])),
    ]
    .iter()
    .map(|(name, answer)| format!("{name}: {}", refused(answer)))
    .collect();
    insta::assert_snapshot!("refusals_of_group_licenses", shown.join("\n"));
    let licensed = world.get("/groups/$count?$filter=assignedLicenses/$count+ne+0");
    assert_eq!(licensed.body, b"0");
}

#[test]
fn the_guard_stops_and_its_token_confirms() {
    use axum::{body::Body, http::Request};
    use zetel_domain::{
        Command,
        policy::{Guard, Policy},
    };

    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[BEN, CARLA]);
    assert_eq!(world.license(group, &[OFFICE_E3], &[]).status, 202);
    let guard = Guard {
        max_users: 1,
        min_users_for_percent: 1,
        ..Guard::default()
    };
    world.command(Command::ChangePolicy {
        policy: Policy {
            guard,
            ..Policy::default()
        },
    });
    let stopped = world.license(group, &[], &[OFFICE_E3]);
    let body = stopped.json();
    let confirmation = &body["error"]["innerError"]["zetel.confirmation"];
    let token = confirmation["token"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(
        "stopped_by_the_guard",
        stopped.shown().replace(&token, "{token}")
    );
    assert_eq!(states(&world, BEN).len(), 1, "nothing was changed");

    let remove = json!({"addLicenses": [], "removeLicenses": [OFFICE_E3.to_string()]}).to_string();
    let with = |name: &str, value: String| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1.0/groups/{group}/assignLicense"))
            .header("host", "localhost:8443")
            .header("authorization", "Bearer app")
            .header("content-type", "application/json")
            .header("prefer", "return=minimal")
            .header(name, value);
        world.send(request.body(Body::from(remove.clone())).unwrap())
    };
    assert_eq!(with("zetel-confirm", "wrong".to_owned()).status, 428);
    assert_eq!(with("prefer", "zetel.confirm=wrong".to_owned()).status, 428);
    let preference = format!("respond-async, Zetel.Confirm=\"{token}\"");
    assert_eq!(with("prefer", preference).status, 202);
    assert_eq!(states(&world, BEN), [""; 0]);
}

/// The ten scripts of licensing.md 3.14, as the Graph calls that they make.
#[test]
fn what_published_scripts_ask() {
    let world = World::new();
    let sales = world.group(0xb1, "sales");
    let others = world.group(0xb2, "others");
    world.join(sales, &[ANNA, BEN]);
    world.join(others, &[CARLA]);
    // Assign to a group; the licenses of a group; disabled plans per group.
    let body = json!({"addLicenses": [{"skuId": EMS.to_string(), "disabledPlans": [INTUNE_PLAN.to_string()]}], "removeLicenses": []});
    assert_eq!(
        world
            .post(&format!("/groups/{sales}/assignLicense"), &body)
            .status,
        202
    );
    assert_eq!(world.license(sales, &[OFFICE_E1], &[]).status, 202);
    let select = "/groups?$select=id,displayName,assignedLicenses,licenseProcessingState";
    let all = world.get(select).json();
    let groups = all["value"].as_array().unwrap();
    let licensed: Vec<&Value> = groups
        .iter()
        .filter(|group| group["licenseProcessingState"]["state"] == "ProcessingComplete")
        .collect();
    assert_eq!(licensed.len(), 1);
    assert_eq!(
        licensed[0]["assignedLicenses"][0]["disabledPlans"],
        json!([INTUNE_PLAN.to_string()])
    );
    // Names of products, and that each is known.
    let products = world
        .get("/subscribedSkus?$select=skuId,skuPartNumber")
        .json();
    let products = products["value"].as_array().unwrap();
    assert!(
        products
            .iter()
            .any(|product| product["skuId"] == EMS.to_string().as_str())
    );
    // Users with errors in a group: those of its members whose state by it is not `None`.
    let members = world.get(&format!("/groups/{sales}/members/microsoft.graph.user?$select=id,displayName,licenseAssignmentStates")).json();
    let with_error: Vec<&str> = members["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| {
            let states = user["licenseAssignmentStates"].as_array().unwrap();
            states.iter().any(|state| {
                state["assignedByGroup"] == sales.to_string().as_str() && state["error"] != "None"
            })
        })
        .map(|user| user["displayName"].as_str().unwrap())
        .collect();
    assert_eq!(with_error, ["ben de Vries"]);
    assert_eq!(
        world
            .get(&format!("/groups/{sales}/membersWithLicenseErrors"))
            .ids(),
        [BEN.to_string()]
    );
    // Tenant-wide: the same over all users; direct and inherited apart.
    let users = world.get("/users?$select=id,userPrincipalName,licenseAssignmentStates&$filter=assignedLicenses/$count+ne+0&$count=true").json();
    let direct = |user: &Value, is_direct: bool| {
        let states = user["licenseAssignmentStates"].as_array().unwrap();
        let of_ems = states
            .iter()
            .filter(|state| state["skuId"] == EMS.to_string().as_str());
        of_ems
            .filter(|state| state["assignedByGroup"].is_null() == is_direct)
            .count()
    };
    let anna = &users["value"][0];
    assert_eq!((direct(anna, true), direct(anna, false)), (1, 1));
    // Remove the direct license that the group gives as well; doing it again is refused with its own text.
    assert_eq!(world.assign(ANNA, &[], &[EMS]).status, 200);
    assert!(
        refused(&world.assign(ANNA, &[], &[EMS])).contains("inherited from a group membership")
    );
}
