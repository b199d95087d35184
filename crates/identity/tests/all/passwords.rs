use serde_json::json;
use zetel_identity::Caller;

use crate::harness::{
    ADELE, CONTOSO, Harness, PASSWORD, PUBLIC_TOOL, SYNC_TOOL, UPN, azure_cli, claims,
    on_both_engines, password_form,
};

on_both_engines!(
    a_password_gives_user_tokens,
    changing_a_password_lets_the_user_in_again
);

fn a_password_gives_user_tokens(harness: &Harness) {
    harness.set_password(PASSWORD, false);
    let cli = azure_cli();
    for authority in ["contoso.example", "organizations", "common", "adfs"] {
        let answer = harness
            .post(
                authority,
                &password_form(&cli, "Adele@Contoso.example", PASSWORD),
            )
            .unwrap();
        let token = claims(&answer.access_token);
        assert_eq!(token["oid"], ADELE.to_string());
        assert_eq!(
            (&token["idtyp"], &token["azpacr"]),
            (&json!("user"), &json!("0"))
        );
        assert_eq!(
            (&token["upn"], &token["name"]),
            (&json!(UPN), &json!("Adele Vance"))
        );
        assert_eq!(
            token["wids"],
            json!([
                "00000000-0000-0000-0000-0000000062e9",
                "b79fbf4d-3ef9-4689-8143-76b194e85509"
            ])
        );
        assert!(
            token["scp"]
                .as_str()
                .unwrap()
                .contains("Directory.AccessAsUser.All")
        );
        let identity = claims(answer.id_token.as_ref().unwrap());
        assert_eq!(
            (&identity["aud"], &identity["preferred_username"]),
            (&json!(cli), &json!(UPN))
        );
        assert!(answer.refresh_token.is_some() && answer.client_info.is_some());
        let verified = harness
            .service
            .verify(&answer.access_token, harness.now())
            .unwrap();
        assert_eq!((verified.tenant_id, verified.object_id), (CONTOSO, ADELE));
        assert!(
            matches!(&verified.caller, Caller::User { user_principal_name, .. } if user_principal_name == UPN)
        );
    }
}

fn changing_a_password_lets_the_user_in_again(harness: &Harness) {
    harness.set_password(PASSWORD, true);
    let cli = azure_cli();
    assert_eq!(
        harness.refusal("organizations", &password_form(&cli, UPN, PASSWORD)),
        50055
    );
    let change = |old, new| {
        harness
            .service
            .change_password("organizations", UPN, old, new)
            .map_err(|e| e.code())
    };
    assert_eq!(change("wrong", "New-Password-2"), Err(50126));
    assert_eq!(change(PASSWORD, PASSWORD), Err(50056));
    assert_eq!(change(PASSWORD, "short"), Err(50056));
    assert!(change(PASSWORD, "New-Password-2").is_ok());
    assert_eq!(
        harness.refusal("organizations", &password_form(&cli, UPN, PASSWORD)),
        50126
    );
    assert!(
        harness
            .post("organizations", &password_form(&cli, UPN, "New-Password-2"))
            .is_ok()
    );
    harness.service.delete_password(CONTOSO, ADELE).unwrap();
    assert_eq!(
        harness.refusal("organizations", &password_form(&cli, UPN, "New-Password-2")),
        50126
    );
}

#[test]
fn each_refusal_has_its_number() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let (cli, confidential) = (azure_cli(), SYNC_TOOL.to_string());
    assert_eq!(
        harness.refusal("contoso.example", &password_form(&cli, UPN, "wrong")),
        50126
    );
    assert_eq!(
        harness.refusal(
            "contoso.example",
            &password_form(&cli, "nobody@contoso.example", "x")
        ),
        50034
    );
    assert_eq!(
        harness.refusal(
            "organizations",
            &password_form(&cli, "nobody@nowhere.example", "x")
        ),
        50034
    );
    assert_eq!(
        harness.refusal("fabrikam.example", &password_form(&cli, UPN, PASSWORD)),
        50034
    );
    assert_eq!(
        harness.refusal("contoso.example", &password_form(&cli, UPN, "")),
        900_144
    );
    assert_eq!(
        harness.refusal(
            "contoso.example",
            &password_form(&confidential, UPN, PASSWORD)
        ),
        7_000_218
    );
    harness.directory.users.lock()[0].1.enabled = false;
    assert_eq!(
        harness.refusal("contoso.example", &password_form(&cli, UPN, PASSWORD)),
        50057
    );
    assert_eq!(
        harness.refusal("contoso.example", &password_form(&cli, UPN, "wrong")),
        50126
    );
}

#[test]
fn delegated_permissions_are_those_of_the_application() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let tool = PUBLIC_TOOL.to_string();
    let with_scope = |scope| {
        let mut fields = password_form(&tool, UPN, PASSWORD);
        fields.retain(|(name, _)| *name != "scope");
        fields.push(("scope", scope));
        harness.post("contoso.example", &fields)
    };
    let all = with_scope("https://graph.microsoft.com/.default").unwrap();
    assert_eq!(
        claims(&all.access_token)["scp"],
        "Organization.Read.All User.Read User.ReadWrite.All"
    );
    assert!(all.id_token.is_none() && all.refresh_token.is_none());
    let one = with_scope("user.readwrite.all").unwrap();
    assert_eq!(
        claims(&one.access_token)["scp"],
        "User.Read User.ReadWrite.All"
    );
    assert_eq!(with_scope("Mail.Send").unwrap_err().code(), 65001);
}

#[test]
fn guessing_locks_the_account_for_a_while_also_one_that_does_not_exist() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let cli = azure_cli();
    for upn in [UPN, "nobody@contoso.example"] {
        for _ in 0..10 {
            assert_ne!(
                harness.refusal("contoso.example", &password_form(&cli, upn, "guess")),
                50053
            );
        }
        let error = harness
            .post("organizations", &password_form(&cli, upn, PASSWORD))
            .unwrap_err();
        assert_eq!((error.code(), error.retry_after()), (50053, Some(60)));
    }
    harness.advance(60);
    assert!(
        harness
            .post("contoso.example", &password_form(&cli, UPN, PASSWORD))
            .is_ok()
    );
}
