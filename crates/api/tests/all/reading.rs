//! Every path that reads: whole responses.

use axum::{body::Body, http::Request};
use serde_json::Value;

use crate::world::{ANNA, CARLA, DAAN, EMS, NOBODY, TENANT, UNOWNED_PRODUCT, World};

/// The id of EMS in licenseDetails of the test tenant.
fn details_id(world: &World) -> String {
    world
        .get(&format!("/users/{ANNA}/licenseDetails"))
        .ids()
        .remove(0)
}

/// Ids that the engine makes differ from run to run.
fn without_commerce_ids(world: &World, text: String) -> String {
    let subscriptions = world.get("/directory/subscriptions").json();
    let ids = subscriptions["value"].as_array().unwrap().iter();
    ids.fold(text, |text, subscription| {
        let id = subscription["commerceSubscriptionId"].as_str().unwrap();
        text.replace(id, "(made by the engine)")
    })
}

#[test]
fn whole_responses() {
    let world = World::new();
    for (name, path) in [
        ("organization", "/organization".to_owned()),
        ("organization_by_id", format!("/organization/{TENANT}?$select=mobileDeviceManagementAuthority,displayName")),
        ("subscribed_skus", "/subscribedSkus?$select=accountId,accountName,appliesTo,capabilityStatus,consumedUnits,id,prepaidUnits,skuId,skuPartNumber,subscriptionIds".to_owned()),
        ("subscribed_sku", format!("/subscribedSkus/{TENANT}_{EMS}")),
        ("subscriptions", "/directory/subscriptions?$select=id,commerceSubscriptionId,createdDateTime,isTrial,nextLifecycleDateTime,ownerId,ownerTenantId,ownerType,skuId,skuPartNumber,status,totalLicenses".to_owned()),
        ("subscription", format!("/directory/subscriptions/{}", uuid::Uuid::from_u128(0x51))),
        ("users", "/users".to_owned()),
        ("user", format!("/users/{ANNA}")),
        ("user_with_licenses", format!("/users/{ANNA}?$select=id,assignedLicenses,assignedPlans,provisionedPlans,licenseAssignmentStates,usageLocation")),
        ("license_details", format!("/users/{ANNA}/licenseDetails")),
        ("deleted_users", "/directory/deletedItems/microsoft.graph.user".to_owned()),
        ("deleted_user", format!("/directory/deletedItems/{DAAN}?$select=id,deletedDateTime,userPrincipalName,accountEnabled")),
    ] {
        let shown = world.get(&path).shown();
        insta::assert_snapshot!(name, without_commerce_ids(&world, shown));
    }
    let id = details_id(&world);
    let one = world.get(&format!(
        "/users/{ANNA}/licenseDetails/{id}?$select=skuPartNumber,id"
    ));
    insta::assert_snapshot!("license_details_by_id", one.shown());
    let me = world.call("GET", "/me", "anna", None);
    insta::assert_snapshot!("me", me.shown());
}

#[test]
fn every_property_of_a_user_without_values_and_with() {
    let world = World::new();
    let document = zetel_api::coverage_document();
    let listed = document.split("## Properties of ").nth(1).unwrap();
    assert!(listed.starts_with("users"));
    let names: Vec<&str> = listed
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| *name != "$select")
        .collect();
    for (snapshot, user) in [
        ("every_property_absent", ANNA),
        ("every_property_present", CARLA),
    ] {
        let answer = world.get(&format!("/users/{user}?$select={}", names.join(",")));
        let members = answer.json().as_object().unwrap().len();
        assert_eq!(members, names.len() + 1, "every property and the context");
        insta::assert_snapshot!(snapshot, answer.shown());
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let world = World::new();
    for path in [
        format!("/users/{NOBODY}"),
        format!("/users/{NOBODY}/licenseDetails"),
        format!("/users/{DAAN}"),
        "/users/nobody@contoso.example".to_owned(),
        format!("/users/{ANNA}/licenseDetails/{}", "A".repeat(43)),
        format!("/users/{ANNA}/licenseDetails/x"),
        format!("/organization/{NOBODY}"),
        format!("/subscribedSkus/{TENANT}_{UNOWNED_PRODUCT}"),
        format!("/subscribedSkus/{NOBODY}_{EMS}"),
        format!("/subscribedSkus/{EMS}"),
        format!("/directory/subscriptions/{NOBODY}"),
        format!("/directory/subscriptions(commerceSubscriptionId='{NOBODY}')"),
        format!("/directory/deletedItems/{ANNA}"),
        "/directory/deletedItems/x".to_owned(),
    ] {
        let (status, code, message) = world.get(&path).error();
        assert_eq!(
            (status, code.as_str()),
            (404, "Request_ResourceNotFound"),
            "{path}"
        );
        assert!(message.ends_with(
            "does not exist or one of its queried reference-property objects are not present."
        ));
    }
    let (_, _, message) = world.get("/users/Nobody%40contoso.example").error();
    assert_eq!(
        message,
        "Resource 'Nobody@contoso.example' does not exist or one of its queried reference-property objects are not present."
    );
}

#[test]
fn a_user_is_found_under_every_spelling() {
    let world = World::new();
    let expected = world.get(&format!("/users/{ANNA}")).json();
    for path in [
        "/users/anna@contoso.example".to_owned(),
        "/users/ANNA%40contoso.EXAMPLE".to_owned(),
        "//Users//anna@contoso.example/".to_owned(),
        "/users('anna@contoso.example')".to_owned(),
        "/users(%27anna%40contoso.example%27)".to_owned(),
        format!("/USERS/{}", ANNA.to_string().to_uppercase()),
        format!("/users('{ANNA}')"),
    ] {
        assert_eq!(world.get(&path).json(), expected, "{path}");
    }
}

#[test]
fn a_subscription_is_found_by_both_keys() {
    let world = World::new();
    let list = world.get("/directory/subscriptions").json();
    let first = &list["value"][0];
    let id = first["id"].as_str().unwrap();
    let commerce_id = first["commerceSubscriptionId"].as_str().unwrap();
    let by_id = world.get(&format!("/directory/subscriptions/{id}")).json();
    let by_key = world
        .get(&format!(
            "/Directory/Subscriptions(commerceSubscriptionId='{commerce_id}')"
        ))
        .json();
    assert_eq!(by_id, by_key);
    assert_eq!(by_id["totalLicenses"], first["totalLicenses"]);
}

#[test]
fn selecting_narrows_the_answer_and_its_context() {
    let world = World::new();
    for (path, context) in [
        (
            "/users?$select=Id,DISPLAYNAME",
            "$metadata#users(id,displayName)",
        ),
        (
            "/users?%24select=displayName%2Cid",
            "$metadata#users(displayName,id)",
        ),
        (
            "/users?select=id,+displayName",
            "$metadata#users(id,displayName)",
        ),
        (
            "/users/anna@contoso.example?$select=id,displayName",
            "$metadata#users(id,displayName)/$entity",
        ),
    ] {
        let body = world.get(path).json();
        let expected = format!("https://localhost:8443/v1.0/{context}");
        assert_eq!(body["@odata.context"], expected.as_str(), "{path}");
        let user = body["value"].get(0).unwrap_or(&body);
        let names: Vec<&String> = user
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| !name.starts_with('@'))
            .collect();
        assert_eq!(names, ["displayName", "id"], "{path}");
    }
    let products = world.get("/subscribedSkus?$select=skuId").json();
    assert_eq!(products["value"][0].as_object().unwrap().len(), 1);
}

#[test]
fn links_stay_on_the_host_that_the_client_used() {
    let world = World::new();
    let context = |request: Request<Body>| {
        let body = world.send(request).json();
        let context = body["@odata.context"].as_str();
        context.map_or_else(|| body["error"]["message"].to_string(), str::to_owned)
    };
    let request = |uri: &str| {
        Request::builder()
            .uri(uri)
            .header("authorization", "Bearer app")
    };
    let by_header = request("/v1.0/users?$top=1")
        .header("host", "[::1]:8443")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        context(by_header),
        "https://[::1]:8443/v1.0/$metadata#users"
    );
    let by_authority = request("https://graph.microsoft.com/v1.0/users?$top=1")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        context(by_authority),
        "https://graph.microsoft.com/v1.0/$metadata#users"
    );
    let mut plain = request("/v1.0/users?$top=1")
        .header("host", "localhost:8080")
        .body(Body::empty())
        .unwrap();
    plain
        .extensions_mut()
        .insert(zetel_api::token::ClientScheme("http"));
    assert_eq!(context(plain), "http://localhost:8080/v1.0/$metadata#users");
    for host in ["", "a\"b", "a/b", "a b"] {
        let bad = request("/v1.0/users")
            .header("host", host)
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            context(bad),
            "\"The Host header is missing or names no host.\"",
            "{host}"
        );
    }
}

#[test]
fn the_header_of_every_answer() {
    let world = World::new();
    let request = Request::builder()
        .uri("/v1.0/users/nobody")
        .header("host", "localhost:8443")
        .header("authorization", "bearer app")
        .header("client-request-id", "my-own-name")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(request);
    assert_eq!(answer.headers["client-request-id"], "my-own-name");
    assert_eq!(answer.headers["odata-version"], "4.0");
    assert_eq!(answer.headers["cache-control"], "no-cache");
    assert_eq!(
        answer.headers["content-type"],
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    );
    let inner: &Value = &answer.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "my-own-name");
    assert_eq!(
        inner["request-id"].as_str().unwrap(),
        answer.headers["request-id"]
    );
    assert_eq!(inner["date"], "2026-11-21T08:43:34");
    let first = world.get("/users").headers["request-id"].clone();
    assert_ne!(world.get("/users").headers["request-id"], first);
}
