//! Who may: tokens, rights, and one's own account.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::world::{ADMIN, ANNA, BEN, EMS, World};

#[test]
fn tokens_that_open_nothing() {
    let world = World::new();
    let shown: Vec<String> = [
        "Bearer forged",
        "Bearer expired",
        "Bearer unsigned",
        "Bearer elsewhere",
        "Bearer removed",
        "Bearer daan",
        "Bearer ",
        "Bearer",
        "Basic YTpi",
        "",
    ]
    .iter()
    .map(|authorization| {
        let request = Request::builder()
            .uri("/v1.0/users")
            .header("host", "localhost:8443")
            .header("authorization", *authorization);
        let answer = world.send(request.body(Body::empty()).unwrap());
        let (status, code, message) = answer.error();
        assert!(
            answer.headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer ")
        );
        format!("{authorization:?}: {status} {code}: {message}")
    })
    .collect();
    insta::assert_snapshot!("tokens_that_open_nothing", shown.join("\n"));
}

#[test]
fn a_path_that_is_not_there_is_not_told_to_strangers() {
    let world = World::new();
    assert_eq!(world.call("GET", "/drives", "forged", None).status, 401);
    assert_eq!(world.call("PUT", "/users", "forged", None).status, 401);
}

#[test]
fn everybody_may_read_their_own_account_and_no_other() {
    let world = World::new();
    for path in [
        "/me".to_owned(),
        format!("/users/{ANNA}"),
        "/users/Anna@contoso.example".to_owned(),
    ] {
        let answer = world.call("GET", &path, "anna", None);
        assert_eq!(answer.json()["displayName"], "anna de Vries", "{path}");
    }
    assert_eq!(
        world
            .call("GET", "/me/licenseDetails", "anna", None)
            .ids()
            .len(),
        1
    );
    let id = world
        .call("GET", "/me/licenseDetails", "anna", None)
        .ids()
        .remove(0);
    assert_eq!(
        world
            .call("GET", &format!("/me/licenseDetails/{id}"), "anna", None)
            .json()["skuPartNumber"],
        "EMS"
    );
    assert_eq!(world.call("GET", "/organization", "anna", None).status, 200);
    for path in [
        format!("/users/{BEN}"),
        "/users/ben@contoso.example".to_owned(),
        "/users/nobody@contoso.example".to_owned(),
        "/users".to_owned(),
        "/users/$count".to_owned(),
        "/subscribedSkus".to_owned(),
        "/directory/subscriptions".to_owned(),
        "/directory/deletedItems/microsoft.graph.user".to_owned(),
    ] {
        let (status, code, message) = world.call("GET", &path, "anna", None).error();
        assert_eq!(
            (status, code.as_str()),
            (403, "Authorization_RequestDenied"),
            "{path}"
        );
        assert_eq!(
            message,
            "Insufficient privileges to complete the operation."
        );
    }
    for (method, path) in [
        ("PATCH", "/me"),
        ("POST", "/me/assignLicense"),
        ("POST", "/users"),
    ] {
        let body = json!({"city": "Delft"});
        assert_eq!(
            world.call(method, path, "anna", Some(&body)).error().0,
            403,
            "{method} {path}"
        );
    }
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{ANNA}"), "anna", None)
            .error()
            .0,
        403
    );
}

/// An application may not do in a user's name what the user did not let it, whatever the user's roles.
#[test]
fn a_global_administrator_may_what_the_application_may_too() {
    let world = World::new();
    let path = format!("/users/{BEN}/assignLicense");
    let add = json!({"addLicenses": [{"skuId": EMS.to_string()}], "removeLicenses": []});
    let assign = |token| world.call("POST", &path, token, Some(&add));

    let reader = "admin+User.Read+User.Read.All";
    assert_eq!(world.call("GET", "/users", reader, None).status, 200);
    let (status, code, message) = assign(reader).error();
    assert_eq!(
        (status, code.as_str(), message.as_str()),
        (
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation."
        )
    );
    assert!(world.products_of(BEN).is_empty());

    let writer = "admin+LicenseAssignment.ReadWrite.All+User.Read";
    assert_eq!(world.call("GET", "/me", writer, None).status, 200);
    assert_eq!(world.call("GET", "/users", writer, None).error().0, 403);
    assert_eq!(assign(writer).status, 200);
    assert_eq!(world.products_of(BEN), [EMS.to_string()]);

    let without_role = "anna+LicenseAssignment.ReadWrite.All";
    assert_eq!(assign(without_role).error().0, 403);
}

#[test]
fn the_last_global_administrator_stays() {
    let world = World::new();
    let path = format!("/users/{ADMIN}");
    let disable = json!({"accountEnabled": false});
    for answer in [
        world.call("DELETE", &path, "admin", None),
        world.call("PATCH", &path, "admin", Some(&disable)),
    ] {
        let (status, code, message) = answer.error();
        assert_eq!((status, code.as_str()), (400, "Request_BadRequest"));
        assert_eq!(
            message,
            "The last Global Administrator cannot be removed or disabled. Give the role to somebody else first."
        );
    }
}

#[test]
fn an_application_is_nobody() {
    let world = World::new();
    let (status, code, message) = world.get("/me").error();
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
    assert_eq!(
        message,
        "/me request is only valid with delegated authentication flow."
    );
}
