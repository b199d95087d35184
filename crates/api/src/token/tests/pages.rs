//! The pages on which users sign in.

use std::sync::Arc;

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_identity::{Environment, PasswordHash};

use super::{CLI, Client, PASSWORD, TENANT, UPN};

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no field {name} in {page}"));
    rest.split_once('"').unwrap().0.replace("&amp;", "&")
}

const AUTHORIZE: &str = "/organizations/oauth2/v2.0/authorize?client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&\
    response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A4321&scope=openid+offline_access&state=s1&\
    code_challenge=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&code_challenge_method=plain&login_hint=adele";

#[tokio::test]
async fn the_sign_in_page_ends_with_a_code() {
    let client = Client::new();
    let page = client.get(AUTHORIZE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Microsoft Azure CLI") && page.body.contains("value=\"adele\""));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'")
            && policy.ends_with("form-action 'self' http://localhost:4321")
    );
    assert!(!page.body.contains("<script") && page.header("cache-control").contains("no-store"));
    let (cookie, csrf, request) = (
        page.cookie(),
        hidden(&page.body, "csrf"),
        hidden(&page.body, "request"),
    );
    assert!(
        cookie.starts_with("__Host-zetel-signin=")
            && page.header("set-cookie").contains("HttpOnly")
    );
    let path = "/organizations/oauth2/v2.0/authorize";
    let fields = |password| {
        [
            ("csrf", csrf.as_str()),
            ("request", request.as_str()),
            ("username", UPN),
            ("password", password),
        ]
    };
    let headers = [("cookie", cookie.as_str())];
    let wrong = client.post_with(path, &fields("wrong"), &headers).await;
    assert!(
        wrong
            .body
            .contains("The user name or the password is wrong.")
            && !wrong.body.contains("value=\"wrong\"")
    );
    let forged = client.post(path, &fields(PASSWORD)).await;
    assert_eq!(
        (forged.status, forged.header("location")),
        (StatusCode::BAD_REQUEST, "")
    );
    let done = client.post_with(path, &fields(PASSWORD), &headers).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let location = done.header("location").to_owned();
    let code = location
        .strip_prefix("http://localhost:4321?code=")
        .unwrap()
        .strip_suffix("&state=s1")
        .unwrap();
    let redeem = [
        ("grant_type", "authorization_code"),
        ("client_id", CLI),
        ("code", code),
        ("redirect_uri", "http://localhost:4321"),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ];
    let tokens = client
        .post("/organizations/oauth2/v2.0/token", &redeem)
        .await
        .json();
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string());
}

#[tokio::test]
async fn the_sign_in_page_can_be_left() {
    let client = Client::new();
    let page = client.get(AUTHORIZE).await;
    let (cookie, csrf, request) = (
        page.cookie(),
        hidden(&page.body, "csrf"),
        hidden(&page.body, "request"),
    );
    let fields = [
        ("csrf", csrf.as_str()),
        ("request", request.as_str()),
        ("cancel", "1"),
    ];
    let path = "/organizations/oauth2/v2.0/authorize";
    let left = client
        .post_with(path, &fields, &[("cookie", &cookie)])
        .await;
    assert!(
        left.header("location")
            .starts_with("http://localhost:4321?error=access_denied")
    );
    let silent = client.get(&format!("{AUTHORIZE}&prompt=none")).await;
    assert!(
        silent
            .header("location")
            .starts_with("http://localhost:4321?error=login_required")
    );
    let posted = client
        .post_with(
            path,
            &[
                fields[0],
                fields[2],
                ("request", &format!("{request}&response_mode=form_post")),
            ],
            &[("cookie", &cookie)],
        )
        .await;
    assert!(
        posted.body.contains("Continue to Microsoft Azure CLI")
            && posted.body.contains("value=\"access_denied\"")
    );
    let foreign = client
        .get(&AUTHORIZE.replace("localhost%3A4321", "evil.example"))
        .await;
    assert_eq!(
        (foreign.status, foreign.header("location")),
        (StatusCode::BAD_REQUEST, "")
    );
    assert!(foreign.body.contains("AADSTS50011"));
}

#[tokio::test]
async fn a_device_is_approved_on_its_page() {
    let client = Client::new();
    let fields = [
        ("client_id", CLI),
        (
            "scope",
            "https://graph.microsoft.com/.default offline_access",
        ),
    ];
    let device = client
        .post("/organizations/oauth2/v2.0/devicecode", &fields)
        .await
        .json();
    assert_eq!(
        device["verification_uri"],
        "https://localhost:8443/devicelogin"
    );
    let user_code = device["user_code"].as_str().unwrap();
    let page = client.get("/devicelogin").await;
    let (cookie, csrf) = (page.cookie(), hidden(&page.body, "csrf"));
    let headers = [("cookie", cookie.as_str())];
    let wrong = [("csrf", csrf.as_str()), ("otc", "BCDF-GHJK")];
    let wrong = client.post_with("/devicelogin", &wrong, &headers).await;
    assert!(wrong.body.contains("The code is wrong or has expired."));
    let first = [("csrf", csrf.as_str()), ("otc", user_code)];
    let forged = client.post("/devicelogin", &first).await;
    assert!(!forged.body.contains("Microsoft Azure CLI"));
    let asked = client.post_with("/devicelogin", &first, &headers).await;
    assert!(asked.body.contains("Microsoft Azure CLI") && asked.body.contains("name=\"password\""));
    let second = [
        first[0],
        first[1],
        ("username", UPN),
        ("password", PASSWORD),
    ];
    let done = client.post_with("/devicelogin", &second, &headers).await;
    assert!(done.body.contains("Your device is signed in."));
    let code = device["device_code"].as_str().unwrap();
    let poll = [
        ("grant_type", "device_code"),
        ("client_id", CLI),
        ("device_code", code),
    ];
    assert!(
        client
            .post("/organizations/oauth2/v2.0/token", &poll)
            .await
            .json()["access_token"]
            .is_string()
    );
}

#[tokio::test]
async fn a_password_that_must_be_changed_is_changed_on_the_page() {
    let client = Client::new();
    let hash = PasswordHash::new(PASSWORD, &Environment::new(Arc::new(|| 0))).unwrap();
    client
        .service
        .set_password(TENANT, Uuid::from_u128(0xad), &hash, true)
        .unwrap();
    let page = client.get(AUTHORIZE).await;
    let (cookie, csrf, request) = (
        page.cookie(),
        hidden(&page.body, "csrf"),
        hidden(&page.body, "request"),
    );
    let headers = [("cookie", cookie.as_str())];
    let path = "/organizations/oauth2/v2.0/authorize";
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("request", request.as_str()),
        ("username", UPN),
        ("password", PASSWORD),
    ];
    let page = client.post_with(path, &fields, &headers).await;
    assert!(page.body.contains("Choose a new password") && page.body.contains("new_password"));
    fields.extend([
        ("new_password", "New-Password-2"),
        ("repeated_password", "other"),
    ]);
    let differing = client.post_with(path, &fields, &headers).await;
    assert!(differing.body.contains("The two new passwords differ."));
    fields.pop();
    fields.push(("repeated_password", "New-Password-2"));
    assert_eq!(
        client.post_with(path, &fields, &headers).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        client
            .service
            .sign_in("organizations", UPN, "New-Password-2")
            .is_ok()
    );
}

#[tokio::test]
async fn signing_out_and_the_style_need_no_session() {
    let client = Client::new();
    let page = client
        .get("/common/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example")
        .await;
    assert_eq!((page.status, page.header("location")), (StatusCode::OK, ""));
    assert!(
        client
            .get("/signin/style.css")
            .await
            .header("content-type")
            .starts_with("text/css")
    );
}
