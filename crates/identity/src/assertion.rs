//! Client assertions: a JWT that an application signs with the key of its certificate (RFC 7523 section 2.2).

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use serde::Deserialize;
use uuid::Uuid;

use crate::encoding::{from_base64url, sha256};
use crate::jws::Jws;
use crate::{CertificateCredential, TokenError};

/// How far the client's clock may be off.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// Assertions that are valid for longer are refused: their `jti` must be remembered until they expire.
const MAXIMUM_LIFETIME_SECONDS: i64 = 24 * 3600;

/// What an assertion is checked against.
pub(crate) struct AssertionRequest<'a> {
    pub assertion: &'a str,
    pub certificates: &'a [CertificateCredential],
    pub client_id: Uuid,
    pub now: i64,
    /// Whether a path segment names the tenant whose endpoint was called.
    pub is_own_tenant: &'a dyn Fn(&str) -> bool,
}

/// An assertion that holds, to be remembered.
#[derive(Debug)]
pub(crate) struct AcceptedAssertion {
    pub jti_digest: [u8; 32],
    pub digest: [u8; 32],
    pub expires_at: i64,
}

/// Claims as clients send them: times may be floats (MSAL for Python), `nbf` and `iat` may be missing.
#[derive(Deserialize)]
struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The application that an assertion says it speaks for; not verified.
pub(crate) fn claimed_client(assertion: &str) -> Result<Uuid, TokenError> {
    let claims = parse(assertion)?.1;
    Uuid::try_parse(&claims.sub).map_err(|_| TokenError::AssertionIssuer)
}

/// Checks signature, certificate, issuer, audience and time.
pub(crate) fn verify(request: &AssertionRequest<'_>) -> Result<AcceptedAssertion, TokenError> {
    let (jws, claims) = parse(request.assertion)?;
    let algorithm: &'static dyn VerificationAlgorithm = match jws.header.alg.as_str() {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        _ => {
            return Err(TokenError::AssertionMalformed(
                "its alg is neither RS256 nor PS256",
            ));
        }
    };
    let (thumbprint, certificate) = find_certificate(&jws, request.certificates)?;
    let refused = |reason| TokenError::AssertionSignature {
        reason,
        thumbprint: thumbprint.clone(),
    };
    let certificate = &certificate
        .ok_or_else(|| refused("the key was not found"))?
        .certificate;
    UnparsedPublicKey::new(algorithm, &certificate.public_key)
        .verify(jws.signed.as_bytes(), &jws.signature)
        .map_err(|_| refused("the signature does not belong to the key"))?;
    if request.now > certificate.not_after {
        return Err(refused("the certificate has expired"));
    }
    if request.now < certificate.not_before.saturating_sub(CLOCK_SKEW_SECONDS) {
        return Err(refused("the certificate is not valid yet"));
    }
    let expires_at = check_claims(&claims, request)?;
    Ok(AcceptedAssertion {
        jti_digest: sha256(claims.jti.as_deref().unwrap_or(request.assertion)),
        digest: sha256(request.assertion),
        expires_at,
    })
}

fn parse(assertion: &str) -> Result<(Jws<'_>, AssertionClaims), TokenError> {
    let jws =
        Jws::parse(assertion).ok_or(TokenError::AssertionMalformed("it is no signed token"))?;
    let claims = jws.claims();
    let claims = claims.ok_or(TokenError::AssertionMalformed(
        "iss, sub, aud or exp is missing or of a wrong type",
    ))?;
    Ok((jws, claims))
}

/// The thumbprint for messages, and the certificate that it names.
fn find_certificate<'a>(
    jws: &Jws<'_>,
    certificates: &'a [CertificateCredential],
) -> Result<(String, Option<&'a CertificateCredential>), TokenError> {
    let header = &jws.header;
    let malformed = || TokenError::AssertionMalformed("its x5t#S256, x5t or x5c is not base64");
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
        return Err(TokenError::AssertionMalformed(
            "its header has neither x5t#S256 nor x5t nor x5c",
        ));
    };
    let der = base64::engine::general_purpose::STANDARD
        .decode(first)
        .map_err(|_| malformed())?;
    Ok(("x5c".to_owned(), by_sha256(&sha256(der))))
}

/// Issuer, audience and time; the second at which the assertion expires.
fn check_claims(
    claims: &AssertionClaims,
    request: &AssertionRequest<'_>,
) -> Result<i64, TokenError> {
    let is_client = |text: &str| Uuid::try_parse(text).is_ok_and(|id| id == request.client_id);
    if !is_client(&claims.iss) || !is_client(&claims.sub) {
        return Err(TokenError::AssertionIssuer);
    }
    let audiences = match &claims.aud {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Many(audiences) => audiences.as_slice(),
    };
    if !audiences
        .iter()
        .any(|audience| is_token_endpoint(audience, request.is_own_tenant))
    {
        return Err(TokenError::AssertionAudience);
    }
    let now = request.now;
    let expires_at = whole_seconds(claims.exp);
    let too_early = claims
        .nbf
        .is_some_and(|time| whole_seconds(time) > now + CLOCK_SKEW_SECONDS);
    if too_early
        || expires_at <= now
        || expires_at > now + MAXIMUM_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS
    {
        return Err(TokenError::AssertionTime { now, expires_at });
    }
    Ok(expires_at)
}

/// Whether an audience is the token endpoint, the issuer or the authority of the tenant. The host is not compared:
/// clients reach the service under names that it need not know, and the signature binds the client's own key.
fn is_token_endpoint(audience: &str, is_own_tenant: &dyn Fn(&str) -> bool) -> bool {
    const PATHS: [&str; 5] = ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/", ""];
    let Some(path) = audience
        .strip_prefix("https://")
        .or(audience.strip_prefix("http://"))
    else {
        return false;
    };
    let Some((_, path)) = path.split_once('/') else {
        return false;
    };
    let split = path.find('/').unwrap_or(path.len());
    let (tenant, rest) = path.split_at(split);
    PATHS.contains(&rest) && is_own_tenant(tenant)
}

/// JSON times may have a fraction; beyond what a time can be they are as good as never.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside the range saturates, which is what is wanted"
)]
fn whole_seconds(seconds: f64) -> i64 {
    seconds.floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_of_the_tenant_on_any_host_are_accepted() {
        let own = |segment: &str| segment == "t";
        for good in [
            "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            "https://localhost:8443/t/oauth2/token",
            "https://localhost:8443/t/v2.0",
            "https://localhost:8443/t/",
            "http://127.0.0.1:8080/t",
        ] {
            assert!(is_token_endpoint(good, &own), "{good}");
        }
        for bad in [
            "",
            "t",
            "https://localhost",
            "https://localhost/other/v2.0",
            "https://localhost/t/other",
            "ftp://h/t",
        ] {
            assert!(!is_token_endpoint(bad, &own), "{bad}");
        }
    }

    #[test]
    fn float_times_are_read_and_absurd_ones_saturate() {
        assert_eq!(whole_seconds(1_795_169_519.920_321_2), 1_795_169_519);
        assert_eq!(whole_seconds(1e300), i64::MAX);
        assert_eq!(whole_seconds(f64::NAN), 0);
    }
}
