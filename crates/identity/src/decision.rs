//! Decisions about devices, signed: what an MDM server can verify offline with the published keys.
//!
//! They are signed with the keys of tokens and differ from these in `typ`, so that neither is taken for the other.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jws::Jws;
use crate::service::issuer;
use crate::{DecisionError, IdentityError, Origin, TokenService};

/// How long a decision lasts.
pub const DECISION_SECONDS: i64 = 300;

/// How far the clocks of two nodes may differ: a decision may be used this much before it was made. Nothing is added to
/// its end.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// `typ` of decisions.
const DECISION_TYPE: &str = "zetel-decision+jwt";

/// What was decided about a device, as it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// `jti`: the id of the request that asked.
    #[serde(rename = "jti")]
    pub trace_id: Uuid,
    /// `enrollment` or `appProtection`.
    pub purpose: String,
    /// `allow` or `deny`.
    pub verdict: String,
    /// `sub`: the user's object id, if there is such a user.
    #[serde(rename = "sub", default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Uuid>,
    /// The id that the MDM server gives the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Uuid>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The operating system.
    pub platform: String,
    /// How it enrolls.
    pub enrollment_type: String,
    /// Whether several users use it.
    pub is_shared: bool,
    /// The codes of all reasons against it.
    pub codes: Vec<String>,
}

/// The claims as they are signed.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    tid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(flatten)]
    decision: Decision,
}

impl TokenService {
    /// Signs a decision of a tenant that is valid from now on. Takes about a millisecond; reads the database now and
    /// then.
    pub fn sign_decision(
        &self,
        tenant_id: Uuid,
        origin: &Origin,
        decision: &Decision,
        now: i64,
    ) -> Result<String, IdentityError> {
        let claims = serde_json::to_value(Claims {
            iss: issuer(origin, tenant_id),
            tid: tenant_id,
            iat: now,
            nbf: now,
            exp: now + DECISION_SECONDS,
            decision: decision.clone(),
        });
        let claims = claims.map_err(|_| IdentityError::Crypto("writing a decision"))?;
        self.keys.sign(DECISION_TYPE, &claims, now)
    }

    /// What a decision of a tenant says: signature first, then type, tenant and time. Reads the database when it is
    /// signed by a key that this node does not know.
    pub fn verify_decision(
        &self,
        tenant_id: Uuid,
        decision: &str,
        now: i64,
    ) -> Result<Decision, DecisionError> {
        let jws = Jws::parse(decision).ok_or(DecisionError::Malformed)?;
        let key_id = jws.header.kid.as_deref().unwrap_or_default();
        let is_ours =
            jws.header.alg == "RS256" && self.keys.verify(key_id, jws.signed, &jws.signature, now);
        if !is_ours {
            return Err(DecisionError::Signature);
        }
        if !jws.header.is_of(DECISION_TYPE) {
            return Err(DecisionError::Type);
        }
        let claims: Claims = jws.claims().ok_or(DecisionError::Malformed)?;
        if claims.tid != tenant_id {
            return Err(DecisionError::Tenant);
        }
        if now >= claims.exp {
            return Err(DecisionError::Expired);
        }
        if now < claims.nbf.saturating_sub(CLOCK_SKEW_SECONDS) {
            return Err(DecisionError::NotYetValid);
        }
        Ok(claims.decision)
    }
}
