//! Who may: tokens, rights, and one's own account.

use axum::{body::Body, http::Request};

use crate::world::{ANNA, BEN, World};

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
        let body = serde_json::json!({"city": "Delft"});
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
