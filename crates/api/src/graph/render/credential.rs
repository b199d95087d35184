//! Secrets and certificates of applications, as Graph shows them: never the secret itself, but once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zetel_domain::Timestamp;
use zetel_identity::{CertificateCredential, SecretCredential};

use crate::graph::json;

/// Appends the members of a `passwordCredential`, a comma before each.
pub(crate) fn password(out: &mut Vec<u8>, secret: &SecretCredential, text: Option<&str>) {
    json::key(out, "customKeyIdentifier");
    json::null(out);
    json::key(out, "displayName");
    json::string_or_null(out, &secret.display_name);
    json::key(out, "endDateTime");
    json::timestamp(out, Timestamp(secret.expires_at));
    json::key(out, "hint");
    json::string(out, &secret.hint);
    json::key(out, "keyId");
    json::guid(out, secret.key_id);
    json::key(out, "secretText");
    json::string_or_null(out, text.unwrap_or_default());
    json::key(out, "startDateTime");
    json::timestamp(out, Timestamp(secret.created_at));
}

/// Appends a list of secrets.
pub(crate) fn passwords(out: &mut Vec<u8>, secrets: &[SecretCredential]) {
    json::array(out, secrets, |out, secret| {
        json::object(out, |out| password(out, secret, None));
    });
}

/// Appends a list of certificates, by thumbprint and without their keys.
pub(crate) fn keys(out: &mut Vec<u8>, certificates: &[CertificateCredential]) {
    json::array(out, certificates, |out, credential| {
        json::object(out, |out| key(out, credential));
    });
}

/// Appends the members of a `keyCredential`, a comma before each.
pub(crate) fn key(out: &mut Vec<u8>, credential: &CertificateCredential) {
    let certificate = &credential.certificate;
    json::key(out, "customKeyIdentifier");
    json::string(out, &STANDARD.encode(certificate.sha1));
    json::key(out, "displayName");
    json::string_or_null(out, &credential.display_name);
    json::key(out, "endDateTime");
    json::timestamp(out, Timestamp(certificate.not_after));
    json::key(out, "key");
    json::null(out);
    json::key(out, "keyId");
    json::guid(out, credential.key_id);
    json::key(out, "startDateTime");
    json::timestamp(out, Timestamp(certificate.not_before));
    json::key(out, "type");
    json::string(out, "AsymmetricX509Cert");
    json::key(out, "usage");
    json::string(out, "Verify");
}
