use zetel_identity::{DeviceCodeResponse, TokenError, TokenRequest, TokenResponse};

use crate::harness::{
    ADELE, ALL, CONTOSO, Harness, PASSWORD, SYNC_TOOL, UPN, azure_cli, claims, form,
    on_both_engines,
};

on_both_engines!(
    a_device_is_let_in_by_its_user,
    a_code_can_be_declined_and_expires
);

fn start(harness: &Harness, authority: &str) -> Result<DeviceCodeResponse, TokenError> {
    let form = form(&[("client_id", &azure_cli()), ("scope", ALL)]);
    let request = TokenRequest {
        authority,
        origin: &harness.origin,
        form: &form,
        basic: None,
    };
    harness.service.start_device_code(&request)
}

fn poll(harness: &Harness, code: &str) -> Result<TokenResponse, u32> {
    let cli = azure_cli();
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", cli.as_str()),
        ("code", code),
        ("device_code", code),
    ];
    harness
        .post("organizations", &fields)
        .map_err(|error| error.code())
}

fn a_device_is_let_in_by_its_user(harness: &Harness) {
    harness.set_password(PASSWORD, false);
    let started = start(harness, "organizations").unwrap();
    assert_eq!((started.expires_in, started.interval), (900, 5));
    assert_eq!(
        started.verification_uri,
        "https://localhost:8443/devicelogin"
    );
    assert!(
        started.message.contains(&started.user_code)
            && started.message.contains(&started.verification_uri)
    );
    assert_eq!(
        (started.user_code.len(), started.user_code.as_bytes()[4]),
        (9, b'-')
    );
    assert_eq!(poll(harness, &started.device_code).unwrap_err(), 70016);
    let device = harness
        .service
        .pending_device(&started.user_code.to_lowercase().replace('-', " "))
        .unwrap();
    assert_eq!(device.display_name.as_deref(), Some("Microsoft Azure CLI"));
    let signed_in = harness
        .service
        .sign_in("organizations", UPN, PASSWORD)
        .unwrap();
    harness
        .service
        .approve_device_code(&device.user_code, &signed_in)
        .unwrap();
    let again = harness
        .service
        .approve_device_code(&device.user_code, &signed_in)
        .unwrap_err();
    assert_eq!(again.code(), 70019);
    let answer = poll(harness, &started.device_code).unwrap();
    assert_eq!(claims(&answer.access_token)["oid"], ADELE.to_string());
    assert!(answer.refresh_token.is_some() && answer.id_token.is_some());
    assert_eq!(poll(harness, &started.device_code).unwrap_err(), 70019);
}

fn a_code_can_be_declined_and_expires(harness: &Harness) {
    let started = start(harness, "contoso.example").unwrap();
    harness
        .service
        .decline_device_code(&started.user_code)
        .unwrap();
    assert_eq!(poll(harness, &started.device_code).unwrap_err(), 65004);
    let started = start(harness, "contoso.example").unwrap();
    harness.advance(900);
    assert_eq!(poll(harness, &started.device_code).unwrap_err(), 70020);
    assert_eq!(
        harness
            .service
            .pending_device(&started.user_code)
            .unwrap_err()
            .code(),
        70019
    );
    harness.service.purge_expired().unwrap();
    assert_eq!(poll(harness, &started.device_code).unwrap_err(), 70019);
}

#[test]
fn the_servers_own_machine_approves_without_a_password() {
    let harness = Harness::sqlite();
    let started = start(&harness, "contoso.example").unwrap();
    let refusal = |upn| {
        harness
            .service
            .approve_device_code_as(&started.user_code, upn)
            .unwrap_err()
            .code()
    };
    assert_eq!(refusal("nobody@contoso.example"), 50034);
    assert_eq!(refusal("nobody@nowhere.example"), 50034);
    let signed_in = harness
        .service
        .approve_device_code_as(&started.user_code, UPN)
        .unwrap();
    assert_eq!((signed_in.tenant_id, signed_in.user.id), (CONTOSO, ADELE));
    let short = [
        ("grant_type", "device_code"),
        ("client_id", &*azure_cli()),
        ("device_code", started.device_code.as_str()),
    ];
    assert!(harness.post("contoso.example", &short).is_ok());
}

#[test]
fn a_device_of_another_tenant_or_client_is_refused() {
    let harness = Harness::sqlite();
    let started = start(&harness, "fabrikam.example").unwrap();
    assert_eq!(
        harness
            .service
            .approve_device_code_as(&started.user_code, UPN)
            .unwrap_err()
            .code(),
        70000
    );
    let other = SYNC_TOOL.to_string();
    let fields = [
        ("grant_type", "device_code"),
        ("client_id", other.as_str()),
        ("device_code", started.device_code.as_str()),
    ];
    assert_eq!(harness.refusal("contoso.example", &fields), 70000);
    assert_eq!(
        start(&harness, "unknown.example").unwrap_err().code(),
        90002
    );
    let unknown = form(&[
        ("client_id", "00000000-0000-0000-0000-00000000dead"),
        ("scope", ALL),
    ]);
    let request = TokenRequest {
        authority: "contoso.example",
        origin: &harness.origin,
        form: &unknown,
        basic: None,
    };
    assert_eq!(
        harness
            .service
            .start_device_code(&request)
            .unwrap_err()
            .code(),
        700_016
    );
    assert_eq!(
        harness
            .service
            .decline_device_code("BCDF-GHJK")
            .unwrap_err()
            .code(),
        70019
    );
}
