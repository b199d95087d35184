use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zetel_identity::{AuthorizationError, AuthorizationRequest, ResponseMode, TokenResponse};

use crate::harness::{
    ADELE, ALL, CONTOSO, Harness, PASSWORD, SYNC_TOOL, UPN, azure_cli, claims, form,
    on_both_engines,
};

on_both_engines!(
    a_code_is_redeemed_once_with_its_verifier,
    codes_expire_and_are_revoked
);

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://localhost:43210";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

fn ask(
    harness: &Harness,
    fields: &[(&str, &str)],
) -> Result<AuthorizationRequest, AuthorizationError> {
    let (cli, challenge) = (azure_cli(), challenge());
    let mut all = vec![
        ("client_id", cli.as_str()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", ALL),
        ("state", "s&1"),
        ("nonce", "n1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    harness
        .service
        .authorization_request("organizations", &harness.origin, &form(&all))
}

fn code(harness: &Harness, fields: &[(&str, &str)]) -> String {
    let request = ask(harness, fields).unwrap();
    let signed_in = harness
        .service
        .sign_in("organizations", UPN, PASSWORD)
        .unwrap();
    harness.service.grant_code(&request, &signed_in).unwrap()
}

fn redeem(
    harness: &Harness,
    code: &str,
    verifier: &str,
    redirect_uri: &str,
) -> Result<TokenResponse, u32> {
    let cli = azure_cli();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", cli.as_str()),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
        ("scope", ALL),
    ];
    harness
        .post("contoso.example", &fields)
        .map_err(|error| error.code())
}

fn a_code_is_redeemed_once_with_its_verifier(harness: &Harness) {
    harness.set_password(PASSWORD, false);
    let code = code(harness, &[]);
    let refusal = |verifier, redirect| redeem(harness, &code, verifier, redirect).unwrap_err();
    assert_eq!(refusal("wrong", REDIRECT), 501_481);
    assert_eq!(refusal("", REDIRECT), 900_144);
    assert_eq!(refusal(VERIFIER, "http://localhost:1"), 500_112);
    let answer = redeem(harness, &code, VERIFIER, REDIRECT).unwrap();
    assert_eq!(claims(answer.id_token.as_ref().unwrap())["nonce"], "n1");
    assert!(answer.refresh_token.is_some());
    assert_eq!(refusal(VERIFIER, REDIRECT), 54005);
    let plain = self::code(
        harness,
        &[
            ("code_challenge", VERIFIER),
            ("code_challenge_method", "plain"),
        ],
    );
    assert!(redeem(harness, &plain, VERIFIER, REDIRECT).is_ok());
}

fn codes_expire_and_are_revoked(harness: &Harness) {
    harness.set_password(PASSWORD, false);
    let late = code(harness, &[]);
    harness.advance(600);
    assert_eq!(
        redeem(harness, &late, VERIFIER, REDIRECT).unwrap_err(),
        70008
    );
    let revoked = code(harness, &[]);
    harness.service.revoke_sessions(CONTOSO, ADELE).unwrap();
    assert_eq!(
        redeem(harness, &revoked, VERIFIER, REDIRECT).unwrap_err(),
        70000
    );
    assert_eq!(
        redeem(harness, "nonsense", VERIFIER, REDIRECT).unwrap_err(),
        70000
    );
}

#[test]
fn what_may_have_been_forged_is_not_redirected() {
    let harness = Harness::sqlite();
    let page = |fields: &[(&str, &str)]| match ask(&harness, fields).unwrap_err() {
        AuthorizationError::Page(error) => error.code(),
        AuthorizationError::Redirect(_, error) => panic!("redirected {error}"),
    };
    assert_eq!(page(&[("client_id", "")]), 900_144);
    assert_eq!(page(&[("client_id", "x")]), 700_016);
    assert_eq!(page(&[("client_id", &SYNC_TOOL.to_string())]), 50059);
    assert_eq!(page(&[("redirect_uri", "https://evil.example")]), 50011);
    assert_eq!(page(&[("redirect_uri", "")]), 900_144);
    assert_eq!(page(&[("response_mode", "pigeon")]), 9_002_313);
}

#[test]
fn other_mistakes_are_told_to_the_application() {
    let harness = Harness::sqlite();
    for (fields, code, text) in [
        (
            [("response_type", "token")],
            70005,
            "error=unsupported_response_type",
        ),
        ([("scope", "")], 900_144, "error=invalid_request"),
        (
            [("scope", "https://evil.example/.default")],
            500_011,
            "error=invalid_resource",
        ),
        ([("code_challenge", "")], 900_144, "error=invalid_request"),
        (
            [("code_challenge", "short")],
            9_002_313,
            "error=invalid_request",
        ),
        (
            [("code_challenge_method", "S512")],
            9_002_313,
            "error=invalid_request",
        ),
    ] {
        let AuthorizationError::Redirect(request, error) = ask(&harness, &fields).unwrap_err()
        else {
            panic!("{fields:?} was not redirected");
        };
        assert_eq!(error.code(), code);
        let location = request.location(&[("error", error.oauth_error())]);
        assert_eq!(location, format!("{REDIRECT}?{text}&state=s%261"));
    }
    let request = ask(&harness, &[("response_mode", "fragment")]).unwrap();
    assert_eq!(request.response_mode, ResponseMode::Fragment);
    assert_eq!(
        request.location(&[("code", "c")]),
        format!("{REDIRECT}#code=c&state=s%261")
    );
}
