use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;
use zetel_identity::AccessTokenError;

use crate::harness::{
    GRAPH, Harness, PASSWORD, SYNC_TOOL, UPN, azure_cli, part, password_form, secret_form,
};

fn token(harness: &Harness) -> String {
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    harness
        .post("contoso.example", &secret_form(&client, &secret, GRAPH))
        .unwrap()
        .access_token
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn tampered_and_unsigned_tokens_are_refused() {
    let harness = Harness::sqlite();
    let token = token(&harness);
    let parts: Vec<&str> = token.split('.').collect();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let with = |name: &str, value: Value| {
        let mut changed = header.clone();
        changed[name] = value;
        format!("{}.{}.{}", encode(&changed), parts[1], parts[2])
    };
    let mut other_tenant = claims.clone();
    other_tenant["tid"] = json!("00000000-0000-0000-0000-0000000000fa");
    let mut bytes = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    bytes[100] ^= 1;
    for forged in [
        format!("{}.{}.{}", parts[0], encode(&other_tenant), parts[2]),
        format!(
            "{}.{}.{}",
            parts[0],
            parts[1],
            URL_SAFE_NO_PAD.encode(bytes)
        ),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.", encode(&json!({ "alg": "none" })), parts[1]),
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("alg", json!("PS256")),
        with("kid", json!("unknown")),
    ] {
        let result = harness.service.verify(&forged, harness.now());
        assert_eq!(result, Err(AccessTokenError::Signature));
        assert!(harness.service.verified(&forged, harness.now()).is_none());
    }
    for malformed in [
        "",
        "a.b.c",
        "opaque",
        parts[0],
        &token[1..],
        &format!("{token}.x"),
    ] {
        assert!(harness.service.verify(malformed, harness.now()).is_err());
    }
    assert!(harness.service.verify(&token, harness.now()).is_ok());
}

#[test]
fn a_token_is_valid_in_its_time_only() {
    let harness = Harness::sqlite();
    let (token, now) = (token(&harness), harness.now());
    assert_eq!(
        harness.service.verify(&token, now - 301),
        Err(AccessTokenError::NotYetValid)
    );
    assert!(harness.service.verify(&token, now - 300).is_ok());
    assert!(harness.service.verify(&token, now + 3598).is_ok());
    assert_eq!(
        harness.service.verify(&token, now + 3599),
        Err(AccessTokenError::Expired)
    );
    assert!(harness.service.verified(&token, now + 3599).is_none());
}

#[test]
fn a_verified_token_is_remembered() {
    let harness = Harness::sqlite();
    let (token, now) = (token(&harness), harness.now());
    assert!(harness.service.verified(&token, now).is_none());
    let first = harness.service.verify(&token, now).unwrap();
    assert!(Arc::ptr_eq(
        &first,
        &harness.service.verified(&token, now).unwrap()
    ));
    assert!(Arc::ptr_eq(
        &first,
        &harness.service.verify(&token, now).unwrap()
    ));
}

#[test]
fn an_id_token_opens_nothing() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let answer = harness
        .post(
            "contoso.example",
            &password_form(&azure_cli(), UPN, PASSWORD),
        )
        .unwrap();
    let result = harness
        .service
        .verify(&answer.id_token.unwrap(), harness.now());
    assert_eq!(result, Err(AccessTokenError::Audience));
}
