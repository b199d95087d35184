//! Proofs of possession: a JWT that an application signs with the key of a certificate that it has, to change its
//! certificates (<https://learn.microsoft.com/en-us/graph/application-rollkey-prooftoken>).

use serde::Deserialize;
use uuid::Uuid;

use crate::jws::{Audience, Jws, whole_seconds};
use crate::signature::{self, CLOCK_SKEW_SECONDS, SignatureError};
use crate::{CertificateCredential, ProofError};

/// Whom a proof is made for: Microsoft Graph, or Azure AD Graph before it, whose audience older programs still send.
const AUDIENCES: [Uuid; 2] = [
    Uuid::from_u128(0x00000003_0000_0000_c000_000000000000),
    Uuid::from_u128(0x00000002_0000_0000_c000_000000000000),
];

/// Longest time from `nbf` to `exp`.
const MAXIMUM_LIFETIME_SECONDS: i64 = 600;

/// Claims of a proof; times may be floats.
#[derive(Deserialize)]
struct ProofClaims {
    iss: String,
    aud: Audience,
    exp: f64,
    nbf: f64,
}

/// What a proof of possession is checked against.
#[derive(Debug)]
pub struct ProofRequest<'a> {
    /// The JWT as it was sent.
    pub proof: &'a str,
    /// The certificates that the application has.
    pub certificates: &'a [CertificateCredential],
    /// Object ids of the application and its service principal, one of which must be the issuer.
    pub object_ids: &'a [Uuid],
    /// Seconds since 1970-01-01 UTC.
    pub now: i64,
}

impl ProofRequest<'_> {
    /// Checks that the application has the key of a valid certificate: signature, certificate, issuer, audience and
    /// time.
    ///
    /// # Errors
    /// [`ProofError`] says what is wrong.
    pub fn verify(&self) -> Result<(), ProofError> {
        let mut certificates = self.certificates.iter();
        if certificates.all(|known| known.certificate.has_expired(self.now)) {
            return Err(ProofError::NoCertificate);
        }
        let jws = Jws::parse(self.proof).ok_or(ProofError::Malformed("it is no signed token"))?;
        let claims: ProofClaims = jws.claims().ok_or(ProofError::Malformed(
            "iss, aud, nbf or exp is missing or of a wrong type",
        ))?;
        let checked = signature::check(&jws, self.certificates, self.now);
        checked.map_err(|error| match error {
            SignatureError::Malformed(reason) => ProofError::Malformed(reason),
            SignatureError::Refused { reason, thumbprint } => {
                ProofError::Signature { reason, thumbprint }
            }
        })?;
        self.check_claims(&claims)
    }

    fn check_claims(&self, claims: &ProofClaims) -> Result<(), ProofError> {
        let is_own = |id| self.object_ids.contains(&id);
        if !Uuid::try_parse(&claims.iss).is_ok_and(is_own) {
            return Err(ProofError::Issuer);
        }
        let is_graph = |audience: &String| {
            Uuid::try_parse(audience).is_ok_and(|audience| AUDIENCES.contains(&audience))
        };
        if !claims.aud.all().iter().any(is_graph) {
            return Err(ProofError::Audience);
        }
        let (valid_from, expires_at) = (whole_seconds(claims.nbf), whole_seconds(claims.exp));
        if expires_at.saturating_sub(valid_from) > MAXIMUM_LIFETIME_SECONDS {
            return Err(ProofError::Lifetime);
        }
        let now = self.now;
        if expires_at <= now || valid_from > now + CLOCK_SKEW_SECONDS {
            return Err(ProofError::Time { now, expires_at });
        }
        Ok(())
    }
}
