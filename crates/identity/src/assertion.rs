//! Client assertions: a JWT that an application signs with the key of its certificate (RFC 7523 section 2.2).

use serde::Deserialize;
use uuid::Uuid;

use crate::encoding::sha256;
use crate::jws::{Audience, Jws, whole_seconds};
use crate::signature::{self, CLOCK_SKEW_SECONDS, SignatureError};
use crate::{CertificateCredential, TokenError};

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

/// The application that an assertion says it speaks for; not verified.
pub(crate) fn claimed_client(assertion: &str) -> Result<Uuid, TokenError> {
    let claims = parse(assertion)?.1;
    Uuid::try_parse(&claims.sub).map_err(|_| TokenError::AssertionIssuer)
}

/// Checks signature, certificate, issuer, audience and time.
pub(crate) fn verify(request: &AssertionRequest<'_>) -> Result<AcceptedAssertion, TokenError> {
    let (jws, claims) = parse(request.assertion)?;
    let checked = signature::check(&jws, request.certificates, request.now);
    checked.map_err(|error| match error {
        SignatureError::Malformed(reason) => TokenError::AssertionMalformed(reason),
        SignatureError::Refused { reason, thumbprint } => {
            TokenError::AssertionSignature { reason, thumbprint }
        }
    })?;
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

/// Issuer, audience and time; the second at which the assertion expires.
fn check_claims(
    claims: &AssertionClaims,
    request: &AssertionRequest<'_>,
) -> Result<i64, TokenError> {
    let is_client = |text: &str| Uuid::try_parse(text).is_ok_and(|id| id == request.client_id);
    if !is_client(&claims.iss) || !is_client(&claims.sub) {
        return Err(TokenError::AssertionIssuer);
    }
    if !claims
        .aud
        .all()
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
}
