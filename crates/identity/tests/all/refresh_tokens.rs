use zetel_identity::AccessTokenError;

use crate::harness::{
    ADELE, ALL, CONTOSO, Harness, PASSWORD, PUBLIC_TOOL, UPN, azure_cli, claims, on_both_engines,
    password_form,
};

on_both_engines!(
    one_token_serves_several_resources,
    a_token_ends_with_its_sessions_and_its_time
);

const DAY: i64 = 86_400;

fn login(harness: &Harness) -> String {
    harness.set_password(PASSWORD, false);
    let answer = harness
        .post("organizations", &password_form(&azure_cli(), UPN, PASSWORD))
        .unwrap();
    answer.refresh_token.unwrap()
}

fn redeem(
    harness: &Harness,
    authority: &str,
    client: &str,
    token: &str,
    scope: &str,
) -> Result<String, u32> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", token),
        ("scope", scope),
    ];
    let answer = harness
        .post(authority, &fields)
        .map_err(|error| error.code())?;
    assert_eq!(answer.refresh_token.as_deref(), Some(token));
    Ok(answer.access_token)
}

fn one_token_serves_several_resources(harness: &Harness) {
    let (token, cli) = (login(harness), azure_cli());
    let azure = "https://management.core.windows.net//.default offline_access openid profile";
    let answer = redeem(harness, &CONTOSO.to_string(), &cli, &token, azure).unwrap();
    assert_eq!(
        claims(&answer)["aud"],
        "https://management.core.windows.net/"
    );
    assert_eq!(claims(&answer)["scp"], "user_impersonation");
    assert_eq!(
        harness.service.verify(&answer, harness.now()),
        Err(AccessTokenError::Audience)
    );
    for scope in [ALL, ""] {
        let answer = redeem(harness, "organizations", &cli, &token, scope).unwrap();
        assert!(harness.service.verify(&answer, harness.now()).is_ok());
    }
}

fn a_token_ends_with_its_sessions_and_its_time(harness: &Harness) {
    let (token, cli) = (login(harness), azure_cli());
    harness.advance(80 * DAY);
    assert!(redeem(harness, "organizations", &cli, &token, ALL).is_ok());
    harness.advance(80 * DAY);
    assert!(redeem(harness, "organizations", &cli, &token, ALL).is_ok());
    harness.advance(90 * DAY);
    assert_eq!(
        redeem(harness, "organizations", &cli, &token, ALL),
        Err(700_082)
    );
    harness.service.purge_expired().unwrap();
    assert_eq!(
        redeem(harness, "organizations", &cli, &token, ALL),
        Err(70000)
    );
    let token = login(harness);
    harness.service.revoke_sessions(CONTOSO, ADELE).unwrap();
    assert_eq!(
        redeem(harness, "organizations", &cli, &token, ALL),
        Err(70000)
    );
    let token = login(harness);
    harness.set_password("Another-Password-2", false);
    assert_eq!(
        redeem(harness, "organizations", &cli, &token, ALL),
        Err(70000)
    );
}

#[test]
fn a_token_is_bound_to_tenant_client_and_user() {
    let harness = Harness::sqlite();
    let (token, cli) = (login(&harness), azure_cli());
    assert_eq!(
        redeem(&harness, "fabrikam.example", &cli, &token, ALL),
        Err(70000)
    );
    assert_eq!(
        redeem(
            &harness,
            "contoso.example",
            &PUBLIC_TOOL.to_string(),
            &token,
            ALL
        ),
        Err(70000)
    );
    assert_eq!(
        redeem(&harness, "contoso.example", &cli, "nonsense", ALL),
        Err(70000)
    );
    harness.directory.users.lock()[0].1.enabled = false;
    assert_eq!(
        redeem(&harness, "contoso.example", &cli, &token, ALL),
        Err(50057)
    );
    harness.directory.users.lock().clear();
    assert_eq!(
        redeem(&harness, "contoso.example", &cli, &token, ALL),
        Err(70000)
    );
}
