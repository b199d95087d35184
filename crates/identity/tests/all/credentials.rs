use zetel_identity::{IdentityError, PASSWORD_TABLE, PasswordHash, push_password};
use zetel_store::sql::Rows;

use crate::harness::{
    ADELE, CONTOSO, FABRIKAM, GRAPH, Harness, PASSWORD, START, SYNC_TOOL, UPN, on_both_engines,
    secret_form,
};

on_both_engines!(
    several_secrets_work_until_they_are_removed,
    passwords_are_stored_in_bulk
);

fn several_secrets_work_until_they_are_removed(harness: &Harness) {
    let client = SYNC_TOOL.to_string();
    let service = &harness.service;
    let first = service
        .add_secret(CONTOSO, SYNC_TOOL, "laptop", START + 100)
        .unwrap();
    let second = service
        .add_secret(CONTOSO, SYNC_TOOL, "server", START + 200)
        .unwrap();
    assert_eq!(first.value.expose().len(), 43);
    assert_eq!(first.credential.hint, first.value.expose()[..3]);
    let mut listed = service.secrets(CONTOSO, SYNC_TOOL).unwrap();
    listed.sort_by_key(|secret| secret.expires_at);
    assert_eq!(
        listed,
        [first.credential.clone(), second.credential.clone()]
    );
    assert!(service.secrets(FABRIKAM, SYNC_TOOL).unwrap().is_empty());
    let log_in = |secret: &str| {
        harness
            .post("contoso.example", &secret_form(&client, secret, GRAPH))
            .is_ok()
    };
    assert!(log_in(first.value.expose()) && log_in(second.value.expose()));
    assert!(
        service
            .remove_credential(CONTOSO, SYNC_TOOL, first.credential.key_id)
            .unwrap()
    );
    assert!(
        !service
            .remove_credential(CONTOSO, SYNC_TOOL, first.credential.key_id)
            .unwrap()
    );
    assert!(!log_in(first.value.expose()) && log_in(second.value.expose()));
    service.remove_application(CONTOSO, SYNC_TOOL).unwrap();
    assert!(!log_in(second.value.expose()));
}

fn passwords_are_stored_in_bulk(harness: &Harness) {
    let environment = zetel_identity::Environment::new(std::sync::Arc::new(|| 0));
    let hash = PasswordHash::new(PASSWORD, &environment).unwrap();
    let mut rows = Rows::new(&PASSWORD_TABLE);
    push_password(&mut rows, CONTOSO, ADELE, &hash, false, START).unwrap();
    harness
        .database
        .transaction(|transaction| transaction.insert_new(&rows))
        .unwrap();
    assert!(
        harness
            .service
            .sign_in("organizations", UPN, PASSWORD)
            .is_ok()
    );
}

#[test]
fn certificates_are_listed_and_removed() {
    let harness = Harness::sqlite();
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let parameters = rcgen::CertificateParams::new(vec!["app".to_owned()]).unwrap();
    let pem = parameters.self_signed(&key).unwrap().pem();
    let added = harness
        .service
        .add_certificate(CONTOSO, SYNC_TOOL, "app", pem.as_bytes())
        .unwrap();
    assert_eq!(
        harness.service.certificates(CONTOSO, SYNC_TOOL).unwrap(),
        std::slice::from_ref(&added)
    );
    assert!(
        harness
            .service
            .remove_credential(CONTOSO, SYNC_TOOL, added.key_id)
            .unwrap()
    );
    assert!(
        harness
            .service
            .certificates(CONTOSO, SYNC_TOOL)
            .unwrap()
            .is_empty()
    );
    let refused = harness
        .service
        .add_certificate(CONTOSO, SYNC_TOOL, "app", b"nonsense");
    assert!(matches!(refused, Err(IdentityError::Certificate(_))));
}
