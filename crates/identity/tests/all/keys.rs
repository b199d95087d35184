use zetel_identity::{AccessTokenError, IdentityError, TokenSettings};

use crate::harness::{GRAPH, Harness, SYNC_TOOL, on_both_engines, open, part, secret_form};

on_both_engines!(
    rotation_keeps_old_tokens_valid_until_they_expire,
    keys_survive_a_restart_and_reach_other_nodes
);

fn token(harness: &Harness) -> String {
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    harness
        .post("contoso.example", &secret_form(&client, &secret, GRAPH))
        .unwrap()
        .access_token
}

fn published(harness: &Harness) -> Vec<String> {
    let set = serde_json::to_value(harness.service.key_set().unwrap()).unwrap();
    let keys = set["keys"].as_array().unwrap();
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["use"], &key["e"]),
            (&"RSA".into(), &"sig".into(), &"AQAB".into())
        );
        assert_eq!(key["n"].as_str().unwrap().len(), 342);
        assert!(key.get("d").is_none());
    }
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn rotation_keeps_old_tokens_valid_until_they_expire(harness: &Harness) {
    let old = token(harness);
    assert_eq!(published(harness), [part(&old, 0)["kid"].as_str().unwrap()]);
    harness.advance(10);
    harness.service.rotate_signing_key().unwrap();
    let new = token(harness);
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert_eq!(published(harness).len(), 2);
    for token in [&old, &new] {
        assert!(harness.second_node().verify(token, harness.now()).is_ok());
    }
    harness.advance(3600 + 700);
    assert_eq!(published(harness), [part(&new, 0)["kid"].as_str().unwrap()]);
    harness.service.rotate_signing_key().unwrap();
    assert_eq!(published(harness).len(), 2);
}

fn keys_survive_a_restart_and_reach_other_nodes(harness: &Harness) {
    let old = token(harness);
    let other = harness.second_node();
    assert!(other.verify(&old, harness.now()).is_ok());
    harness.advance(2);
    other.rotate_signing_key().unwrap();
    // This node has not seen the rotation yet, and learns of it from a token.
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    let form = crate::harness::form(&secret_form(&client, &secret, GRAPH));
    let request = zetel_identity::TokenRequest {
        authority: "contoso.example",
        origin: &harness.origin,
        form: &form,
        basic: None,
    };
    let new = other.token(&request).unwrap().access_token;
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert!(harness.service.verify(&new, harness.now()).is_ok());
}

#[test]
fn keys_do_not_open_with_another_master_key() {
    let harness = Harness::sqlite();
    let opened = open(
        &harness.database,
        TokenSettings::default(),
        &harness.directory,
        &harness.clock,
        [8; 32],
    );
    assert!(matches!(opened, Err(IdentityError::WrongMasterKey(_))));
}

#[test]
fn a_token_of_another_installation_is_not_believed() {
    let (one, other) = (Harness::sqlite(), Harness::sqlite());
    assert_eq!(
        other.service.verify(&token(&one), one.now()),
        Err(AccessTokenError::Signature)
    );
}

#[test]
fn a_public_url_must_be_an_origin() {
    let harness = Harness::sqlite();
    let settings = TokenSettings {
        public_url: Some("https://h/path".to_owned()),
        ..TokenSettings::default()
    };
    let error = open(
        &harness.database,
        settings,
        &harness.directory,
        &harness.clock,
        [7; 32],
    )
    .unwrap_err();
    assert!(error.to_string().contains("https://h/path"), "{error}");
}
