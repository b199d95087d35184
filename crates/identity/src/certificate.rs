//! X.509 certificates with which applications prove who they are.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::IdentityError;
use crate::encoding::sha256;

/// RSA keys from 2048 to 8192 bits are accepted.
const KEY_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// What is kept of a certificate. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-1 thumbprint, the `x5t` of assertions.
    pub sha1: [u8; 20],
    /// SHA-256 thumbprint, the `x5t#S256` of assertions.
    pub sha256: [u8; 32],
    /// Subject as text, for display.
    pub subject: String,
    /// Public key as DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// First valid second since 1970-01-01 UTC.
    pub not_before: i64,
    /// Last valid second.
    pub not_after: i64,
}

impl Certificate {
    /// Reads a certificate in DER, or the first one of a PEM file; other sections of the file are ignored.
    ///
    /// # Errors
    /// [`IdentityError::Certificate`] says what is wrong.
    pub fn parse(pem_or_der: &[u8]) -> Result<Self, IdentityError> {
        let refused = |reason: &str| IdentityError::Certificate(reason.to_owned());
        let is_pem = pem_or_der
            .windows(11)
            .any(|window| window == b"-----BEGIN ");
        let der = if is_pem {
            CertificateDer::from_pem_slice(pem_or_der)
                .map_err(|_| refused("the PEM text holds no complete CERTIFICATE section"))?
        } else {
            CertificateDer::from(pem_or_der)
        };
        Self::from_der(&der).map_err(refused)
    }

    /// Whether its last valid second is over; `now` is in seconds since 1970-01-01 UTC.
    pub fn has_expired(&self, now: i64) -> bool {
        now > self.not_after
    }

    fn from_der(der: &[u8]) -> Result<Self, &'static str> {
        let (rest, certificate) = X509Certificate::from_der(der)
            .map_err(|_| "it is neither PEM nor DER of an X.509 certificate")?;
        if !rest.is_empty() {
            return Err("bytes follow after its end");
        }
        let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
            return Err("its key is not an RSA key; assertions are signed RS256 or PS256");
        };
        if !KEY_BITS.contains(&key.key_size()) {
            return Err("its RSA key has less than 2048 or more than 8192 bits");
        }
        Ok(Self {
            sha1: thumbprint_sha1(der),
            sha256: sha256(der),
            subject: certificate.subject().to_string(),
            public_key: certificate.public_key().raw.to_vec(),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
        })
    }
}

/// SHA-1 names a certificate here, as `x5t` does; it protects nothing.
fn thumbprint_sha1(der: &[u8]) -> [u8; 20] {
    let mut output = [0; 20];
    output.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref());
    output
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};

    use super::*;

    #[test]
    fn pem_with_a_key_and_der_give_the_same() {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let signed = CertificateParams::new(vec!["app".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let pem = format!("{}\n{}", key.serialize_pem(), signed.pem());
        let from_pem = Certificate::parse(pem.as_bytes()).unwrap();
        assert_eq!(from_pem, Certificate::parse(signed.der()).unwrap());
        assert_eq!(from_pem.sha256, sha256(signed.der()));
        assert!(from_pem.not_before < from_pem.not_after);
    }

    #[test]
    fn what_is_no_rsa_certificate_is_refused_with_the_reason() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let curve = CertificateParams::new(vec!["app".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let refusal = |bytes: &[u8]| Certificate::parse(bytes).unwrap_err().to_string();
        assert!(refusal(curve.der()).contains("not an RSA key"));
        assert!(refusal(key.serialize_pem().as_bytes()).contains("no complete CERTIFICATE"));
        assert!(refusal(b"hello").contains("neither PEM nor DER"));
        assert!(refusal(&[curve.der().as_ref(), b"x"].concat()).contains("bytes follow"));
    }
}
