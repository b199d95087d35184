//! Signatures that an application makes with the key of its certificate.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;

use crate::CertificateCredential;
use crate::encoding::{from_base64url, sha256};
use crate::jws::Jws;

/// How far the client's clock may be off.
pub(crate) const CLOCK_SKEW_SECONDS: i64 = 300;

/// Why a signature is not accepted.
pub(crate) enum SignatureError {
    /// The header does not say how and with which certificate the token was signed.
    Malformed(&'static str),
    /// The token is signed by no certificate of the application.
    Refused {
        reason: &'static str,
        /// The thumbprint as the client sent it, or the kind of header that is missing.
        thumbprint: String,
    },
}

/// Checks that a token is signed by one of the certificates, and that the certificate is valid.
pub(crate) fn check(
    jws: &Jws<'_>,
    certificates: &[CertificateCredential],
    now: i64,
) -> Result<(), SignatureError> {
    let algorithm: &'static dyn VerificationAlgorithm = match jws.header.alg.as_str() {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        _ => {
            return Err(SignatureError::Malformed(
                "its alg is neither RS256 nor PS256",
            ));
        }
    };
    let (thumbprint, certificate) = find_certificate(jws, certificates)?;
    let refused = |reason| SignatureError::Refused {
        reason,
        thumbprint: thumbprint.clone(),
    };
    let certificate = &certificate
        .ok_or_else(|| refused("the key was not found"))?
        .certificate;
    UnparsedPublicKey::new(algorithm, &certificate.public_key)
        .verify(jws.signed.as_bytes(), &jws.signature)
        .map_err(|_| refused("the signature does not belong to the key"))?;
    if certificate.has_expired(now) {
        return Err(refused("the certificate has expired"));
    }
    if now < certificate.not_before.saturating_sub(CLOCK_SKEW_SECONDS) {
        return Err(refused("the certificate is not valid yet"));
    }
    Ok(())
}

/// The thumbprint for messages, and the certificate that it names.
fn find_certificate<'a>(
    jws: &Jws<'_>,
    certificates: &'a [CertificateCredential],
) -> Result<(String, Option<&'a CertificateCredential>), SignatureError> {
    let header = &jws.header;
    let malformed = || SignatureError::Malformed("its x5t#S256, x5t or x5c is not base64");
    // Python pads thumbprints with `=`, Node does not.
    let decode = |text: &str| from_base64url(text.trim_end_matches('=')).ok_or_else(malformed);
    let by_sha256 = |print: &[u8]| {
        certificates
            .iter()
            .find(|known| known.certificate.sha256 == print)
    };
    if let Some(text) = &header.x5t_s256 {
        return Ok((text.clone(), by_sha256(&decode(text)?)));
    }
    if let Some(text) = &header.x5t {
        let print = decode(text)?;
        return Ok((
            text.clone(),
            certificates
                .iter()
                .find(|known| known.certificate.sha1 == print.as_slice()),
        ));
    }
    let Some(first) = header.x5c.as_ref().and_then(|chain| chain.first()) else {
        return Err(SignatureError::Malformed(
            "its header has neither x5t#S256 nor x5t nor x5c",
        ));
    };
    let der = base64::engine::general_purpose::STANDARD
        .decode(first)
        .map_err(|_| malformed())?;
    Ok(("x5c".to_owned(), by_sha256(&sha256(der))))
}
