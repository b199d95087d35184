//! Creating, changing, deleting and restoring users.

use serde_json::{Value, json};
use uuid::Uuid;

use zetel_store::sql::Statement;

use crate::world::{ADMIN, ANNA, BEN, CARLA, DAAN, EMS, OFFICE_E3, TENANT, World};

fn new_user() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.user",
        "accountEnabled": true,
        "displayName": "Fenna \"F\" Jansen",
        "mailNickName": "fenna",
        "userPrincipalName": "Fenna@Contoso.Example",
        "usageLocation": "nl",
        "businessPhones": ["+31 20 1234567"],
        "passwordProfile": {"forceChangePasswordNextSignIn": false, "password": "Correct-Horse-1"},
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name);
    body
}

#[test]
fn creating_a_user() {
    let world = World::new();
    let answer = world.post("/users", &new_user());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.headers["location"].to_str().unwrap(),
        format!("https://localhost:8443/v1.0/users/{id}")
    );
    insta::assert_snapshot!(
        "created",
        answer.shown().replace(&id, "(made by the engine)")
    );
    let user = world.get("/users/fenna@contoso.example?$select=usageLocation,accountEnabled,createdDateTime,userType").json();
    assert_eq!(user["usageLocation"], "NL");
    assert_eq!(user["createdDateTime"], "2026-11-21T08:43:34Z");
    let statement = Statement::new(
        "list hashes",
        "SELECT hash FROM user_password WHERE tenant_id = $1",
    );
    let tenant = TENANT.as_bytes().as_slice().into();
    let database = world.engine.store().database();
    let hashes = database.transaction(|transaction| transaction.query(&statement, &[tenant]));
    let hashes = hashes.unwrap();
    assert_eq!(hashes.len(), 1, "the password is stored with the user");
    assert!(hashes[0].text(0).unwrap().starts_with("$argon2id$"));
}

#[test]
fn what_a_new_user_must_be() {
    let world = World::new();
    for (body, expected) in [
        (
            without(new_user(), "accountEnabled"),
            "A value is required for property 'accountEnabled' of resource 'User'.",
        ),
        (
            without(new_user(), "displayName"),
            "A value is required for property 'displayName' of resource 'User'.",
        ),
        (
            without(new_user(), "mailNickName"),
            "A value is required for property 'mailNickname' of resource 'User'.",
        ),
        (
            without(new_user(), "userPrincipalName"),
            "A value is required for property 'userPrincipalName' of resource 'User'.",
        ),
        (
            without(new_user(), "passwordProfile"),
            "A value is required for property 'passwordProfile' of resource 'User'.",
        ),
        (
            with(new_user(), "passwordProfile", json!({"password": "short"})),
            "The specified password does not comply with password complexity requirements. Please provide a different password.",
        ),
        (
            with(new_user(), "passwordProfile", json!("Correct-Horse-1")),
            "Invalid value specified for property 'passwordProfile' of resource 'User'.",
        ),
        (
            with(new_user(), "passwordProfile", json!({})),
            "A value is required for property 'passwordProfile.password' of resource 'User'.",
        ),
        (
            with(
                new_user(),
                "userPrincipalName",
                json!("a@elsewhere.example"),
            ),
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        ),
        (
            with(new_user(), "userPrincipalName", json!("no domain")),
            "Invalid value specified for property 'userPrincipalName' of resource 'User'.",
        ),
        (
            with(
                new_user(),
                "userPrincipalName",
                json!("ANNA@contoso.example"),
            ),
            "Another object with the same value for property userPrincipalName already exists.",
        ),
        (
            with(new_user(), "usageLocation", json!("ZZ")),
            "Invalid value specified for property 'usageLocation' of resource 'User'.",
        ),
        (
            with(new_user(), "jobTitle", json!("x".repeat(129))),
            "Invalid value specified for property 'jobTitle' of resource 'User'. It may have at most 128 characters.",
        ),
        (
            with(new_user(), "proxyAddresses", json!(["smtp:a@b.c"])),
            "Property 'proxyAddresses' is read-only and cannot be set.",
        ),
        (
            with(new_user(), "assignedLicenses", json!([])),
            "Property 'assignedLicenses' is read-only and cannot be set.",
        ),
        (
            with(new_user(), "favoriteColor", json!("blue")),
            "The property 'favoriteColor' does not exist on type 'microsoft.graph.user'. Make sure to only use property names that are defined by the type.",
        ),
    ] {
        let (status, code, message) = world.post("/users", &body).error();
        assert_eq!(
            (status, code.as_str(), message.as_str()),
            (400, "Request_BadRequest", expected)
        );
    }
    let conflict = world.post(
        "/users",
        &with(
            new_user(),
            "userPrincipalName",
            json!("anna@contoso.example"),
        ),
    );
    assert_eq!(
        conflict.json()["error"]["details"][0]["target"],
        "userPrincipalName"
    );
    assert_eq!(world.get("/users/$count").body, b"5");
}

#[test]
fn changing_a_user() {
    let world = World::new();
    let path = format!("/users/{BEN}");
    let answer = world.patch(&path, &json!({"@odata.type": "#microsoft.graph.user", "SurName": "Smit", "mail": null, "userPrincipalName": "bert@contoso.nl"}));
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert!(answer.headers.get("content-type").is_none());
    let user = world.get("/users/bert@contoso.nl").json();
    assert_eq!(
        (
            user["surname"].as_str(),
            user["mail"].as_str(),
            user["id"].as_str().unwrap()
        ),
        (Some("Smit"), None, BEN.to_string().as_str())
    );
    for (body, expected) in [
        (
            json!({"displayName": null}),
            "A value is required for property 'displayName' of resource 'User'.",
        ),
        (
            json!({"id": "x"}),
            "Property 'id' is read-only and cannot be set.",
        ),
        (
            json!({"city": ""}),
            "Invalid value specified for property 'city' of resource 'User'.",
        ),
    ] {
        assert_eq!(
            world.patch(&path, &body).error(),
            (400, "Request_BadRequest".to_owned(), expected.to_owned())
        );
    }
    assert_eq!(world.patch(&path, &json!({"aboutMe": "x"})).error().0, 501);
    assert_eq!(
        world
            .patch(&path, &json!({"manager@odata.bind": "x"}))
            .error()
            .0,
        501
    );
}

#[test]
fn a_password_is_set_with_or_without_other_changes() {
    let world = World::new();
    let path = format!("/users/{BEN}");
    let profile = json!({"password": "Correct-Horse-2"});
    assert_eq!(
        world
            .patch(&path, &json!({"passwordProfile": profile}))
            .status,
        204
    );
    let changed = |path: &str| {
        world
            .get(&format!(
                "{path}?$select=lastPasswordChangeDateTime,displayName"
            ))
            .json()
    };
    assert_eq!(
        changed(&path)["lastPasswordChangeDateTime"],
        "2026-11-21T08:43:34Z"
    );
    let both = json!({"passwordProfile": profile, "userPrincipalName": "bert@contoso.nl", "displayName": "Bert"});
    assert_eq!(world.patch("/users/ben@contoso.example", &both).status, 204);
    assert_eq!(changed("/users/bert@contoso.nl")["displayName"], "Bert");
    // Whoever may write users may not take over an administrator, and then changes nothing at all.
    let on_admin = world.patch(
        &format!("/users/{ADMIN}"),
        &json!({"passwordProfile": profile, "displayName": "X"}),
    );
    assert_eq!(on_admin.error().0, 403);
    assert_eq!(
        changed(&format!("/users/{ADMIN}"))["displayName"],
        "admin de Vries"
    );
}

#[test]
fn deleting_restoring_and_purging() {
    let world = World::new();
    let path = format!("/users/{ANNA}");
    let item = format!("/directory/deletedItems/{ANNA}");
    assert_eq!(world.call("DELETE", &path, "app", None).status, 204);
    assert_eq!(world.get(&path).status, 404);
    assert_eq!(world.call("DELETE", &path, "app", None).status, 404);
    let deleted = world.get(&item).json();
    assert_eq!(deleted["@odata.type"], "#microsoft.graph.user");
    let expected = format!("{}anna@contoso.example", ANNA.simple());
    assert_eq!(deleted["userPrincipalName"], expected.as_str());
    let restored = world.call("POST", &format!("{item}/restore"), "app", None);
    insta::assert_snapshot!("restored", restored.shown());
    assert_eq!(world.products_of(ANNA), [EMS.to_string()]);

    let rename = json!({"newUserPrincipalName": "x@contoso.example"});
    let of_daan = format!("/directory/deletedItems/{DAAN}");
    assert_eq!(
        world.post(&format!("{of_daan}/restore"), &rename).error().0,
        501
    );
    assert_eq!(
        world
            .post(&format!("{of_daan}/restore"), &json!({"color": 1}))
            .error()
            .0,
        400
    );
    assert_eq!(world.call("DELETE", &of_daan, "app", None).status, 204);
    assert_eq!(world.get(&of_daan).status, 404);
    assert_eq!(
        world
            .call("POST", &format!("{of_daan}/restore"), "app", None)
            .status,
        404
    );
}

#[test]
fn a_name_that_was_given_away_blocks_the_restore() {
    let world = World::new();
    assert_eq!(
        world
            .post(
                "/users",
                &with(
                    new_user(),
                    "userPrincipalName",
                    json!("daan@contoso.example")
                )
            )
            .status,
        201
    );
    let answer = world.post(
        &format!("/directory/deletedItems/{DAAN}/restore"),
        &json!({}),
    );
    assert!(answer.error().2.contains("userPrincipalName"));
}

#[test]
fn seats_of_deleted_users_are_free_at_once() {
    let world = World::new();
    assert_eq!(world.assign(BEN, &[EMS, OFFICE_E3], &[]).status, 200);
    assert_eq!(
        world
            .patch(&format!("/users/{CARLA}"), &json!({"usageLocation": "NL"}))
            .status,
        204
    );
    let free = |world: &World| {
        let products = world.get(&format!("/subscribedSkus/{TENANT}_{EMS}")).json();
        products["prepaidUnits"]["enabled"].as_u64().unwrap()
            - products["consumedUnits"].as_u64().unwrap()
    };
    assert_eq!(free(&world), 1);
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{BEN}"), "app", None)
            .status,
        204
    );
    assert_eq!(free(&world), 2);
    assert_eq!(world.get(&format!("/users/{}", Uuid::nil())).status, 404);
}
