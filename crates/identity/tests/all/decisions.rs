//! Signed decisions about devices: what they say, for whom and how long they are good, and that no token is one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;
use zetel_identity::{AccessTokenError, Decision, DecisionError};

use crate::harness::{ADELE, CONTOSO, FABRIKAM, GRAPH, Harness, SYNC_TOOL, part, secret_form};

fn decision() -> Decision {
    Decision {
        trace_id: Uuid::from_u128(0x7ace),
        purpose: "enrollment".to_owned(),
        verdict: "deny".to_owned(),
        user: Some(ADELE),
        device_id: Some(Uuid::from_u128(0xde)),
        serial: Some("5CG0123ABC".to_owned()),
        platform: "Windows".to_owned(),
        enrollment_type: "userEnrollment".to_owned(),
        is_shared: false,
        codes: vec!["UserNotLicensed".to_owned()],
    }
}

fn signed(harness: &Harness, decision: &Decision) -> String {
    harness
        .service
        .sign_decision(CONTOSO, &harness.origin, decision, harness.now())
        .unwrap()
}

#[test]
fn a_decision_says_what_was_asked_and_lasts_five_minutes() {
    let harness = Harness::sqlite();
    let (text, now) = (signed(&harness, &decision()), harness.now());
    let header = part(&text, 0);
    let keys = serde_json::to_value(harness.service.key_set().unwrap()).unwrap();
    assert_eq!(
        header,
        json!({"typ": "zetel-decision+jwt", "alg": "RS256", "kid": keys["keys"][0]["kid"]})
    );
    assert_eq!(
        part(&text, 1),
        json!({
            "iss": format!("https://localhost:8443/{CONTOSO}/v2.0"), "tid": CONTOSO.to_string(),
            "jti": Uuid::from_u128(0x7ace).to_string(), "iat": now, "nbf": now, "exp": now + 300,
            "purpose": "enrollment", "verdict": "deny", "sub": ADELE.to_string(), "deviceId": Uuid::from_u128(0xde).to_string(),
            "serial": "5CG0123ABC", "platform": "Windows", "enrollmentType": "userEnrollment",
            "isShared": false, "codes": ["UserNotLicensed"],
        })
    );
    let verify = |at| harness.service.verify_decision(CONTOSO, &text, at);
    assert_eq!(verify(now - 61), Err(DecisionError::NotYetValid));
    assert_eq!(verify(now - 60), Ok(decision()));
    assert_eq!(verify(now + 299), Ok(decision()));
    assert_eq!(verify(now + 300), Err(DecisionError::Expired));
}

#[test]
fn what_was_not_asked_is_not_said() {
    let harness = Harness::sqlite();
    let bare = Decision {
        user: None,
        device_id: None,
        serial: None,
        codes: Vec::new(),
        ..decision()
    };
    let text = signed(&harness, &bare);
    let claims = part(&text, 1);
    for absent in ["sub", "deviceId", "serial"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let read = harness
        .service
        .verify_decision(CONTOSO, &text, harness.now());
    assert_eq!(read, Ok(bare));
}

#[test]
fn another_node_and_the_next_key_know_a_decision() {
    let harness = Harness::sqlite();
    let other = harness.second_node();
    harness.service.rotate_signing_key().unwrap();
    let text = signed(&harness, &decision());
    harness.advance(1);
    let now = harness.now();
    assert_eq!(other.verify_decision(CONTOSO, &text, now), Ok(decision()));
}

#[test]
fn forged_and_foreign_decisions_are_refused() {
    let harness = Harness::sqlite();
    let text = signed(&harness, &decision());
    let parts: Vec<&str> = text.split('.').collect();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut allowed = part(&text, 1);
    allowed["verdict"] = json!("allow");
    let mut unsigned = part(&text, 0);
    unsigned["alg"] = json!("none");
    let mut unknown_key = part(&text, 0);
    unknown_key["kid"] = json!("unknown");
    let verify = |text: &str| {
        harness
            .service
            .verify_decision(CONTOSO, text, harness.now())
    };
    for forged in [
        format!("{}.{}.{}", parts[0], encode(&allowed), parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.", encode(&unsigned), parts[1]),
        format!("{}.{}.{}", encode(&unknown_key), parts[1], parts[2]),
    ] {
        assert_eq!(verify(&forged), Err(DecisionError::Signature), "{forged}");
    }
    for malformed in ["", "a.b.c", parts[0], &text[1..], &format!("{text}.x")] {
        assert_eq!(verify(malformed), Err(DecisionError::Malformed));
    }
    let foreign = harness
        .service
        .verify_decision(FABRIKAM, &text, harness.now());
    assert_eq!(foreign, Err(DecisionError::Tenant));
    let elsewhere = Harness::sqlite();
    let strange = signed(&elsewhere, &decision());
    assert_eq!(verify(&strange), Err(DecisionError::Signature));
}

#[test]
fn a_decision_is_no_token_and_a_token_no_decision() {
    let harness = Harness::sqlite();
    let text = signed(&harness, &decision());
    assert_eq!(
        harness.service.verify(&text, harness.now()),
        Err(AccessTokenError::Type)
    );
    assert!(harness.service.verified(&text, harness.now()).is_none());
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    let token = harness
        .post("contoso.example", &secret_form(&client, &secret, GRAPH))
        .unwrap()
        .access_token;
    assert!(harness.service.verify(&token, harness.now()).is_ok());
    let read = harness
        .service
        .verify_decision(CONTOSO, &token, harness.now());
    assert_eq!(read, Err(DecisionError::Type));
}
