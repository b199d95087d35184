//! `assignLicense` and each of its refusals (licensing.md 2.2).

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{
    ANNA, Answer, BEN, CARLA, ELIF, EMS, INTUNE_DEVICE, INTUNE_PLAN, NOBODY, OFFICE_E1, OFFICE_E3,
    TEAMS_PHONE, UNKNOWN_PRODUCT, UNOWNED_PRODUCT, World,
};

fn consumed(world: &World, sku: Uuid) -> u64 {
    let products = world.get("/subscribedSkus").json();
    let product = products["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|product| product["skuId"] == sku.to_string().as_str())
        .cloned()
        .unwrap();
    product["consumedUnits"].as_u64().unwrap()
}

fn refused(answer: &Answer) -> String {
    let (status, code, message) = answer.error();
    assert_eq!(
        (status, code.as_str()),
        (400, "Request_BadRequest"),
        "{message}"
    );
    message
}

#[test]
fn assigning_replacing_and_removing() {
    let world = World::new();
    let add = json!({
        "addLicenses": [{"skuId": EMS.to_string().to_uppercase(), "disabledPlans": [INTUNE_PLAN.to_string()]}],
        "removeLicenses": []
    });
    let answer = world.post(&format!("/users/{BEN}/assignLicense"), &add);
    insta::assert_snapshot!("assigned", answer.shown());
    assert_eq!(consumed(&world, EMS), 2);

    let read = || {
        world
            .get(&format!(
                "/users/{BEN}?$select=assignedLicenses,assignedPlans"
            ))
            .json()
    };
    assert_eq!(
        read()["assignedLicenses"][0]["disabledPlans"],
        json!([INTUNE_PLAN.to_string()])
    );
    let has_intune = |body: &Value| {
        let plans = body["assignedPlans"].as_array().unwrap();
        plans
            .iter()
            .any(|plan| plan["servicePlanId"] == INTUNE_PLAN.to_string().as_str())
    };
    assert!(!has_intune(&read()));

    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    assert_eq!(read()["assignedLicenses"][0]["disabledPlans"], json!([]));
    assert!(has_intune(&read()));
    assert_eq!(consumed(&world, EMS), 2, "replacing takes no seat");

    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[EMS]).status, 200);
    assert_eq!(world.products_of(BEN), [OFFICE_E3.to_string()]);
    assert_eq!(consumed(&world, EMS), 1);
}

#[test]
fn office_e1_to_e3_in_one_call() {
    let world = World::new();
    assert_eq!(world.assign(BEN, &[OFFICE_E1], &[]).status, 200);
    assert!(refused(&world.assign(BEN, &[OFFICE_E3], &[])).contains("mutually exclusive"));
    assert_eq!(world.assign(BEN, &[OFFICE_E3], &[OFFICE_E1]).status, 200);
    assert_eq!(world.products_of(BEN), [OFFICE_E3.to_string()]);
}

#[test]
fn each_refusal_has_graphs_text_and_changes_nothing() {
    let world = World::new();
    assert_eq!(world.assign(ANNA, &[OFFICE_E1], &[]).status, 200);
    let generation = generation(&world);
    let texts: Vec<String> = [
        ("E1 without usage location", world.assign(CARLA, &[EMS], &[])),
        ("E2 without seats", world.assign(BEN, &[OFFICE_E1], &[])),
        ("E3 exclusive plans", world.assign(ANNA, &[OFFICE_E3], &[])),
        ("E4 missing plan", world.assign(BEN, &[TEAMS_PHONE], &[])),
        ("E5 product not owned, added", world.assign(BEN, &[UNOWNED_PRODUCT], &[])),
        ("E5 product not owned, removed", world.assign(BEN, &[], &[UNOWNED_PRODUCT])),
        ("E6 license not held", world.assign(BEN, &[], &[EMS])),
        ("E8 device product", world.assign(BEN, &[INTUNE_DEVICE], &[])),
        ("E11 nothing to change", world.assign(BEN, &[], &[])),
        ("E12 plan of another product", world.post(
            &format!("/users/{BEN}/assignLicense"),
            &json!({"addLicenses": [{"skuId": OFFICE_E3.to_string(), "disabledPlans": [INTUNE_PLAN.to_string()]}], "removeLicenses": []}),
        )),
        ("E13 address of somebody else", world.assign(ELIF, &[OFFICE_E3], &[])),
        ("E16 prohibited location", world.assign(ELIF, &[TEAMS_PHONE], &[])),
        ("a product named twice", world.assign(BEN, &[EMS], &[EMS])),
        ("one bad product of two", world.assign(BEN, &[EMS, UNOWNED_PRODUCT], &[])),
    ]
    .iter()
    .map(|(name, answer)| format!("{name}: {}", refused(answer)))
    .collect();
    insta::assert_snapshot!("refusals_of_assign_license", texts.join("\n"));
    assert_eq!(self::generation(&world), generation, "nothing was changed");
    insta::assert_snapshot!(
        "refusal_as_a_whole",
        world.assign(CARLA, &[EMS], &[]).shown()
    );
}

fn generation(world: &World) -> u64 {
    use zetel_domain::access::{Action, Caller};
    let snapshot = world
        .engine
        .read(
            crate::world::TENANT,
            &Caller::System("test"),
            Action::ListUsers,
            None,
        )
        .unwrap();
    snapshot.generation()
}

#[test]
fn refusals_come_in_a_fixed_order() {
    let world = World::new();
    let path = |user: Uuid| format!("/users/{user}/assignLicense");
    let nonsense = json!({"addLicenses": "x"});
    let status = |token: &str, user: Uuid, body: &Value| {
        let answer = world.call("POST", &path(user), token, Some(body));
        (answer.status.as_u16(), answer.error().1)
    };
    let error = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(
        status("forged", NOBODY, &nonsense),
        error(401, "InvalidAuthenticationToken")
    );
    assert_eq!(
        status("weak", NOBODY, &nonsense),
        error(403, "Authorization_RequestDenied")
    );
    assert_eq!(
        status("app", NOBODY, &nonsense),
        error(404, "Request_ResourceNotFound")
    );
    assert_eq!(status("app", BEN, &nonsense), error(400, "BadRequest"));
    let bad_guid_and_missing = json!({"addLicenses": [{"skuId": "EMS"}]});
    assert!(refused(&world.post(&path(BEN), &bad_guid_and_missing)).contains("Edm.Guid"));
    assert!(refused(&world.post(&path(BEN), &json!({}))).contains("addLicenses, removeLicenses"));
}

#[test]
fn a_product_that_no_catalog_knows_can_be_assigned() {
    let world = World::new();
    assert_eq!(world.assign(BEN, &[UNKNOWN_PRODUCT], &[]).status, 200);
    let user = world
        .get(&format!(
            "/users/{BEN}?$select=assignedPlans,provisionedPlans"
        ))
        .json();
    assert_eq!(user["assignedPlans"][0]["service"], Value::Null);
    assert_eq!(user["provisionedPlans"], json!([]));
    let details = world.get(&format!("/users/{BEN}/licenseDetails")).json();
    assert_eq!(
        details["value"][0]["servicePlans"][0]["servicePlanName"],
        "OWN_PLAN"
    );
}

#[test]
fn a_suspended_product_keeps_its_licenses_and_switches_plans_off() {
    let world = World::new();
    let subscription = Uuid::from_u128(0x51);
    world.command(zetel_domain::Command::Cancel { id: subscription });
    let user = world
        .get(&format!(
            "/users/{ANNA}?$select=assignedPlans,assignedLicenses"
        ))
        .json();
    assert_eq!(user["assignedPlans"][0]["capabilityStatus"], "LockedOut");
    assert_eq!(user["assignedLicenses"].as_array().unwrap().len(), 1);
    let details = world.get(&format!("/users/{ANNA}/licenseDetails")).json();
    assert_eq!(
        details["value"][0]["servicePlans"][0]["provisioningStatus"],
        "Disabled"
    );
    let refusal = refused(&world.assign(BEN, &[EMS], &[]));
    assert_eq!(
        refusal,
        format!("Subscription with SKU {EMS} does not have any available licenses.")
    );
}
