//! Nothing that can be printed shows a secret, and no table holds one in the clear.

use zetel_identity::BasicCredentials;
use zetel_store::sql::{Statement, ValueRef};

use crate::harness::{
    ALL, CONTOSO, GRAPH, Harness, PASSWORD, START, SYNC_TOOL, UPN, azure_cli, form, password_form,
    secret_form,
};

#[test]
fn printing_shows_no_secret() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let secret = harness
        .service
        .add_secret(CONTOSO, SYNC_TOOL, "test", START + 100)
        .unwrap();
    let value = secret.value.expose();
    let answer = harness
        .post(
            "contoso.example",
            &password_form(&azure_cli(), UPN, PASSWORD),
        )
        .unwrap();
    let basic = BasicCredentials {
        client_id: "c".to_owned(),
        client_secret: value.to_owned().into(),
    };
    let printed = format!(
        "{secret:?} {:?} {answer:?} {basic:?} {:?} {:?}",
        secret.value,
        form(&[("client_secret", value), ("password", PASSWORD)]),
        harness.service,
    );
    for hidden in [
        value,
        PASSWORD,
        &answer.access_token,
        answer.refresh_token.as_deref().unwrap(),
    ] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}

#[test]
fn refusals_show_no_secret() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let client = SYNC_TOOL.to_string();
    let refused = "Guessed-Secret-1";
    for fields in [
        secret_form(&client, refused, GRAPH),
        password_form(&azure_cli(), UPN, refused),
        vec![
            ("grant_type", "refresh_token"),
            ("client_id", &azure_cli()),
            ("refresh_token", refused),
        ],
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &azure_cli()),
            ("code", refused),
        ],
        vec![
            ("grant_type", "device_code"),
            ("client_id", &azure_cli()),
            ("device_code", refused),
        ],
    ] {
        let error = harness.post("contoso.example", &fields).unwrap_err();
        assert!(!format!("{error} {error:?} {}", error.description()).contains(refused));
    }
}

#[test]
fn tables_hold_digests_only() {
    let harness = Harness::sqlite();
    harness.set_password(PASSWORD, false);
    let secret = harness.add_secret();
    let answer = harness
        .post(
            "contoso.example",
            &password_form(&azure_cli(), UPN, PASSWORD),
        )
        .unwrap();
    let device = form(&[("client_id", &azure_cli()), ("scope", ALL)]);
    let request = zetel_identity::TokenRequest {
        authority: "organizations",
        origin: &harness.origin,
        form: &device,
        basic: None,
    };
    let device = harness.service.start_device_code(&request).unwrap();
    let hidden = [
        PASSWORD,
        &secret,
        answer.refresh_token.as_deref().unwrap(),
        &device.device_code,
    ];
    let mut cells = 0;
    for text in [
        "SELECT * FROM user_password",
        "SELECT * FROM application_secret",
        "SELECT * FROM refresh_token",
        "SELECT * FROM device_code",
        "SELECT * FROM signing_key",
    ] {
        let statement = Statement::new("dump", Box::leak(text.to_owned().into_boxed_str()));
        for row in harness.database.query(&statement, &[]).unwrap() {
            for column in 0.. {
                let bytes = match row.value(column) {
                    Ok(ValueRef::Text(text)) => text.as_bytes().to_vec(),
                    Ok(ValueRef::Bytes(bytes)) => bytes.to_vec(),
                    Ok(_) => continue,
                    Err(_) => break,
                };
                cells += 1;
                let found = |needle: &str| {
                    bytes
                        .windows(needle.len())
                        .any(|window| window == needle.as_bytes())
                };
                assert!(
                    !hidden.iter().any(|needle| found(needle)),
                    "{text}, column {column}"
                );
                // A private key in PKCS#8 begins with this identifier of RSA.
                assert!(
                    !bytes
                        .windows(9)
                        .any(|window| window == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1])
                );
            }
        }
    }
    assert!(cells > 15);
}
