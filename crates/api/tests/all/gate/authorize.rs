//! The gate for a reverse proxy: the answer is in the status and in headers.

use serde_json::json;

use super::{LAPTOP, enroll_for_ben, gate, send};

#[test]
fn a_proxy_is_answered_in_headers() {
    let world = gate();
    let query = format!(
        "/authorize?user=ben%40contoso.example&platform=Windows&serial=5CG0123ABC&deviceId={LAPTOP}&isShared=false&ownership=&agent="
    );
    insta::assert_snapshot!("authorized", send(&world, "GET", &query, None).shown());
    let denied = send(
        &world,
        "GET",
        "/authorize?user=carla@contoso.example&platform=iOS",
        None,
    );
    insta::assert_snapshot!("not_authorized", denied.shown());
    assert!(denied.body.is_empty());
}

#[test]
fn every_parameter_counts() {
    let world = gate();
    enroll_for_ben(&world, 0x100, 1, &json!({}));
    let verdict = |query: &str| {
        let answer = send(&world, "GET", &format!("/authorize?{query}"), None);
        answer.headers["zetel-verdict"].to_str().unwrap().to_owned()
    };
    for (query, expected) in [
        ("user=ben@contoso.example", "allow"),
        ("user=", "deny"),
        (
            "isShared=true&users=ben@contoso.example,BEN@contoso.example",
            "allow",
        ),
        ("isShared=true&users=ben@contoso.example,nobody", "deny"),
        ("enrollmentType=appleBulkWithoutUser", "allow"),
        ("enrollmentType=windowsBulkUserless", "deny"),
        (
            "user=ben@contoso.example&platform=iOS&serial=SERIAL00256",
            "allow",
        ),
        (
            "user=ben@contoso.example&platform=iOS&serial=SERIAL00256&agent=intuneClient",
            "deny",
        ),
        (
            "user=ben@contoso.example&deviceId=00000000-0000-0000-0000-000000000100&agent=intuneClient&isVirtual=true",
            "deny",
        ),
    ] {
        assert_eq!(verdict(query), expected, "{query}");
    }
}

#[test]
fn a_long_name_does_not_burst_a_header() {
    let world = gate();
    let query = format!("/authorize?user={}", "%C3%A9".repeat(512));
    let answer = send(&world, "GET", &query, None);
    assert_eq!(answer.status, 403);
    let reason = answer.headers["zetel-reason"].as_bytes();
    assert!(reason.len() <= 1_000);
    assert!(std::str::from_utf8(reason).is_ok());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let world = gate();
    let messages: Vec<String> = [
        "who=ben",
        "user=a&user=b",
        "platform=Amiga",
        "isShared=yes",
        "deviceId=7",
        "user=%00",
        "$top=1",
    ]
    .iter()
    .map(|query| {
        let answer = send(&world, "GET", &format!("/authorize?{query}"), None);
        let (status, code, message) = answer.error();
        format!("{query}: {status} {code}: {message}")
    })
    .collect();
    insta::assert_snapshot!("unreadable_queries", messages.join("\n"));
}
