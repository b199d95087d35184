use serde_json::json;
use zetel_identity::{BasicCredentials, Caller};

use crate::harness::{
    CONTOSO, GRAPH, Harness, PUBLIC_TOOL, SYNC_TOOL, azure_cli, claims, on_both_engines, part,
    secret_form,
};

on_both_engines!(
    a_secret_gives_an_application_token,
    basic_authentication_needs_no_client_id_in_the_body
);

fn a_secret_gives_an_application_token(harness: &Harness) {
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    let answer = harness
        .post("contoso.example", &secret_form(&client, &secret, GRAPH))
        .unwrap();
    assert_eq!(
        (answer.token_type, answer.expires_in, answer.scope.as_str()),
        ("Bearer", 3599, GRAPH)
    );
    assert!(answer.refresh_token.is_none() && answer.id_token.is_none());
    let token = claims(&answer.access_token);
    let expected = json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://localhost:8443/{CONTOSO}/v2.0"),
        "iat": harness.now(), "nbf": harness.now(), "exp": harness.now() + 3599,
        "tid": CONTOSO.to_string(), "oid": "00000000-0000-0000-0000-00000000005b",
        "sub": "00000000-0000-0000-0000-00000000005b", "appid": client, "azp": client,
        "app_displayname": "Sync tool", "azpacr": "1", "idtyp": "app", "ver": "2.0",
        "roles": ["User.ReadWrite.All", "Organization.Read.All"], "uti": token["uti"],
    });
    assert_eq!(token, expected);
    assert_eq!(part(&answer.access_token, 0)["alg"], "RS256");
    let verified = harness
        .service
        .verify(&answer.access_token, harness.now())
        .unwrap();
    assert_eq!(
        (verified.tenant_id, verified.client_id),
        (CONTOSO, SYNC_TOOL)
    );
    let roles = vec![
        "User.ReadWrite.All".to_owned(),
        "Organization.Read.All".to_owned(),
    ];
    assert_eq!(verified.caller, Caller::Application { roles });
}

fn basic_authentication_needs_no_client_id_in_the_body(harness: &Harness) {
    let secret = harness.add_secret();
    let basic = BasicCredentials {
        client_id: SYNC_TOOL.to_string(),
        client_secret: secret.into(),
    };
    let fields = [("grant_type", "client_credentials"), ("scope", GRAPH)];
    assert!(
        harness
            .post_with(&CONTOSO.to_string(), &fields, Some(&basic))
            .is_ok()
    );
}

#[test]
fn the_audience_is_the_resource_as_it_was_asked_for() {
    let harness = Harness::sqlite();
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    for (scope, audience) in [
        (
            "https://graph.microsoft.com//.default",
            "https://graph.microsoft.com/",
        ),
        ("https://localhost:8443/.default", "https://localhost:8443"),
        ("https://localhost//.default", "https://localhost/"),
        (
            "00000003-0000-0000-c000-000000000000/.default",
            "00000003-0000-0000-c000-000000000000",
        ),
    ] {
        let answer = harness
            .post("contoso.example", &secret_form(&client, &secret, scope))
            .unwrap();
        assert_eq!(claims(&answer.access_token)["aud"], audience);
        assert!(
            harness
                .service
                .verify(&answer.access_token, harness.now())
                .is_ok(),
            "{scope}"
        );
    }
    let older = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
        ("client_secret", secret.as_str()),
        ("resource", "https://graph.microsoft.com/"),
    ];
    let answer = harness.post("contoso.example", &older).unwrap();
    assert_eq!(
        claims(&answer.access_token)["aud"],
        "https://graph.microsoft.com/"
    );
}

#[test]
fn each_mistake_has_its_number() {
    let harness = Harness::sqlite();
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    let good = secret_form(&client, &secret, GRAPH);
    let with = |name: &str, value: &'static str| {
        let mut fields = good.clone();
        fields.retain(|(field, _)| *field != name);
        if !value.is_empty() {
            fields.push((
                if name == "grant_type" {
                    "grant_type"
                } else {
                    leak(name)
                },
                value,
            ));
        }
        fields
    };
    for (fields, code) in [
        (with("grant_type", ""), 900_144),
        (with("grant_type", "magic"), 70003),
        (with("client_id", ""), 900_144),
        (with("client_id", "no-guid"), 700_016),
        (
            with("client_id", "00000000-0000-0000-0000-00000000dead"),
            700_016,
        ),
        (with("client_secret", ""), 7_000_218),
        (with("client_secret", "wrong"), 7_000_215),
        (with("client_assertion", "a.b.c"), 9_002_313),
        (with("scope", ""), 900_144),
        (with("scope", "User.Read"), 1_002_012),
        (with("scope", "https://evil.example/.default"), 500_011),
        (
            with(
                "scope",
                "https://graph.microsoft.com/.default https://management.azure.com/.default",
            ),
            70011,
        ),
    ] {
        assert_eq!(harness.refusal("contoso.example", &fields), code);
    }
    assert_eq!(harness.refusal("unknown.example", &good), 90002);
    assert_eq!(harness.refusal("organizations", &good), 50059);
    assert_eq!(harness.refusal("fabrikam.example", &good), 700_016);
    let public = secret_form("04b07795-8ddb-461a-bbee-02f9e1bf7b46", &secret, GRAPH);
    assert_eq!(harness.refusal("contoso.example", &public), 700_025);
    let (cli, tool) = (azure_cli(), PUBLIC_TOOL.to_string());
    for public in [&cli, &tool] {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", public.as_str()),
            ("scope", GRAPH),
        ];
        assert_eq!(harness.refusal("contoso.example", &fields), 7_000_218);
    }
}

fn leak(name: &str) -> &'static str {
    match name {
        "client_id" => "client_id",
        "client_secret" => "client_secret",
        "client_assertion" => "client_assertion",
        _ => "scope",
    }
}

#[test]
fn a_removed_application_and_an_expired_secret_get_nothing() {
    let harness = Harness::sqlite();
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    harness.advance(1_000_000);
    assert_eq!(
        harness.refusal("contoso.example", &secret_form(&client, &secret, GRAPH)),
        7_000_222
    );
    harness.directory.applications.lock().clear();
    assert_eq!(
        harness.refusal("contoso.example", &secret_form(&client, &secret, GRAPH)),
        700_016
    );
}

#[test]
fn guesses_are_slowed_down_and_the_right_secret_still_works() {
    let harness = Harness::sqlite();
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    for _ in 0..10 {
        assert_eq!(
            harness.refusal("contoso.example", &secret_form(&client, "guess", GRAPH)),
            7_000_215
        );
    }
    let error = harness
        .post("contoso.example", &secret_form(&client, "guess", GRAPH))
        .unwrap_err();
    assert_eq!(
        (error.code(), error.status(), error.retry_after()),
        (90055, 429, Some(60))
    );
    assert!(
        harness
            .post("contoso.example", &secret_form(&client, &secret, GRAPH))
            .is_ok()
    );
    harness.advance(60);
    assert_eq!(
        harness.refusal("contoso.example", &secret_form(&client, "guess", GRAPH)),
        7_000_215
    );
}
