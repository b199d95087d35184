//! Access tokens and ID tokens: what they say, and whether to believe them.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::encoding::{base64url, sha256};
use crate::jws::{Jws, TOKEN_TYPE};
use crate::keys::KeyRing;
use crate::scope::Resource;
use crate::{AccessTokenError, UserAccount};

/// Lifetime of access tokens and ID tokens, the same that Entra reports.
pub const ACCESS_TOKEN_SECONDS: i64 = 3599;

/// How far the clocks of two nodes may differ: a token may be used this much before it was made.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// Role template that Entra lists in `wids` of every member of a tenant.
const EVERY_USER_ROLE: Uuid = Uuid::from_u128(0xb79f_bf4d_3ef9_4689_8143_76b1_94e8_5509);

/// What a verified access token for Graph says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `tid`: the tenant that the caller belongs to.
    pub tenant_id: Uuid,
    /// `oid`: object id of the user, or of the application's service principal.
    pub object_id: Uuid,
    /// `appid`: client id of the application that asked for the token.
    pub client_id: Uuid,
    /// `aud` as it was asked for.
    pub audience: String,
    /// Who calls, and what the token grants.
    pub caller: Caller,
    /// `iat`, in seconds since 1970-01-01 UTC.
    pub issued_at: i64,
    /// `exp`.
    pub expires_at: i64,
    /// `uti`: names the token in logs.
    pub token_id: String,
}

/// Who calls with an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An application for itself.
    Application {
        /// `roles`: application permissions when the token was made.
        roles: Vec<String>,
    },
    /// An application on behalf of a user.
    User {
        /// `upn` when the token was made.
        user_principal_name: String,
        /// `scp`: delegated permissions.
        scopes: Vec<String>,
        /// `wids`: templates of the directory roles when the token was made.
        role_template_ids: Vec<Uuid>,
    },
}

/// What every token of this service has in common.
pub(crate) struct Subject<'a> {
    pub issuer: &'a str,
    pub tenant_id: Uuid,
    pub client_id: Uuid,
    pub now: i64,
    pub token_id: String,
}

/// `azpacr`: how the client proved itself: 0 not at all, 1 by secret, 2 by certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientProof {
    Public,
    Secret,
    Certificate,
}

impl ClientProof {
    fn text(self) -> &'static str {
        match self {
            Self::Public => "0",
            Self::Secret => "1",
            Self::Certificate => "2",
        }
    }
}

/// Claims of an access token, for an application or a user.
pub(crate) fn access_claims(
    subject: &Subject<'_>,
    audience: &str,
    application: (&str, ClientProof),
    caller: &Caller,
    principal: Principal<'_>,
) -> Value {
    let (display_name, proof) = application;
    let client_id = subject.client_id.to_string();
    let mut claims = json!({
        "aud": audience,
        "iss": subject.issuer,
        "iat": subject.now,
        "nbf": subject.now,
        "exp": subject.now + ACCESS_TOKEN_SECONDS,
        "tid": subject.tenant_id.to_string(),
        "appid": client_id,
        "azp": client_id,
        "app_displayname": display_name,
        "azpacr": proof.text(),
        "uti": subject.token_id,
        "ver": "2.0",
    });
    match (caller, principal) {
        (
            Caller::User {
                user_principal_name,
                scopes,
                role_template_ids,
            },
            Principal::User(user),
        ) => {
            let roles = role_template_ids.iter().chain([&EVERY_USER_ROLE]);
            claims["idtyp"] = json!("user");
            claims["oid"] = json!(user.id.to_string());
            claims["sub"] = json!(pairwise_subject(user.id, subject.client_id));
            claims["scp"] = json!(scopes.join(" "));
            claims["wids"] = roles.map(Uuid::to_string).collect();
            claims["upn"] = json!(user_principal_name);
            claims["preferred_username"] = json!(user_principal_name);
            claims["name"] = json!(user.display_name);
        }
        (Caller::Application { roles }, Principal::Service(object_id)) => {
            claims["idtyp"] = json!("app");
            claims["oid"] = json!(object_id.to_string());
            claims["sub"] = json!(object_id.to_string());
            claims["roles"] = json!(roles);
        }
        _ => {}
    }
    claims
}

/// Whose object id goes into the token.
#[derive(Clone, Copy)]
pub(crate) enum Principal<'a> {
    Service(Uuid),
    User(&'a UserAccount),
}

/// Claims of an ID token (OpenID Connect Core section 2).
pub(crate) fn id_claims(subject: &Subject<'_>, user: &UserAccount, nonce: Option<&str>) -> Value {
    let mut claims = json!({
        "aud": subject.client_id.to_string(),
        "iss": subject.issuer,
        "iat": subject.now,
        "nbf": subject.now,
        "exp": subject.now + ACCESS_TOKEN_SECONDS,
        "tid": subject.tenant_id.to_string(),
        "oid": user.id.to_string(),
        "sub": pairwise_subject(user.id, subject.client_id),
        "name": user.display_name,
        "preferred_username": user.user_principal_name,
        "upn": user.user_principal_name,
        "uti": subject.token_id,
        "ver": "2.0",
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// `client_info` as the caches of MSAL read it: user and tenant.
pub(crate) fn client_info(tenant_id: Uuid, user_id: Uuid) -> String {
    base64url(json!({ "uid": user_id.to_string(), "utid": tenant_id.to_string() }).to_string())
}

/// A user's subject differs per client, as Entra's does.
fn pairwise_subject(user_id: Uuid, client_id: Uuid) -> String {
    base64url(sha256(
        [user_id.as_bytes().as_slice(), client_id.as_bytes()].concat(),
    ))
}

/// The claims as they are in the token.
#[derive(Deserialize)]
struct RawClaims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    tid: Uuid,
    oid: Uuid,
    appid: Uuid,
    idtyp: IdentityType,
    uti: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scp: String,
    #[serde(default)]
    wids: Vec<Uuid>,
    #[serde(default)]
    upn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum IdentityType {
    App,
    User,
}

impl RawClaims {
    fn check(&self, now: i64) -> Result<(), AccessTokenError> {
        if !self.iss.ends_with(&format!("/{}/v2.0", self.tid)) {
            return Err(AccessTokenError::Issuer);
        }
        check_time(self.nbf, self.exp, now)
    }

    fn into_claims(self) -> Claims {
        let caller = match self.idtyp {
            IdentityType::App => Caller::Application { roles: self.roles },
            IdentityType::User => Caller::User {
                user_principal_name: self.upn,
                scopes: self
                    .scp
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect(),
                role_template_ids: self.wids,
            },
        };
        Claims {
            tenant_id: self.tid,
            object_id: self.oid,
            client_id: self.appid,
            audience: self.aud,
            caller,
            issued_at: self.iat,
            expires_at: self.exp,
            token_id: self.uti,
        }
    }
}

fn check_time(not_before: i64, expires_at: i64, now: i64) -> Result<(), AccessTokenError> {
    if now >= expires_at {
        Err(AccessTokenError::Expired)
    } else if now < not_before.saturating_sub(CLOCK_SKEW_SECONDS) {
        Err(AccessTokenError::NotYetValid)
    } else {
        Ok(())
    }
}

/// Verifies an access token for a resource: signature first, then type, issuer, audience and time.
pub(crate) fn verify(
    token: &str,
    resource: Resource,
    keys: &KeyRing,
    now: i64,
) -> Result<Claims, AccessTokenError> {
    let jws = Jws::parse(token).ok_or(AccessTokenError::Malformed)?;
    let key_id = jws.header.kid.as_deref().unwrap_or_default();
    if jws.header.alg != "RS256" || !keys.verify(key_id, jws.signed, &jws.signature, now) {
        return Err(AccessTokenError::Signature);
    }
    if !jws.header.is_of(TOKEN_TYPE) {
        return Err(AccessTokenError::Type);
    }
    // An ID token has another audience and no `appid`; it is told apart by the first.
    let audience: AudienceOnly = jws.claims().ok_or(AccessTokenError::Malformed)?;
    if Resource::of_audience(&audience.aud) != Some(resource) {
        return Err(AccessTokenError::Audience);
    }
    let claims: RawClaims = jws.claims().ok_or(AccessTokenError::Malformed)?;
    claims.check(now)?;
    Ok(claims.into_claims())
}

#[derive(Deserialize)]
struct AudienceOnly {
    aud: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(name: &str, value: Value) -> RawClaims {
        let id = Uuid::from_u128(1).to_string();
        let mut claims = json!({
            "aud": "https://graph.microsoft.com", "iss": format!("https://h/{id}/v2.0"), "iat": 100, "nbf": 100,
            "exp": 200, "tid": id, "oid": id, "appid": id, "idtyp": "app", "uti": "u", "roles": ["User.Read.All"],
        });
        claims[name] = value;
        serde_json::from_value(claims).unwrap()
    }

    #[test]
    fn the_issuer_must_be_the_tenant_of_the_token() {
        let own = format!("https://other:8443/{}/v2.0", Uuid::from_u128(1));
        assert_eq!(raw("iss", json!(own)).check(150), Ok(()));
        for iss in [
            "",
            "https://h/v2.0",
            "https://h/00000000-0000-0000-0000-000000000002/v2.0",
            &own[..own.len() - 1],
        ] {
            assert_eq!(
                raw("iss", json!(iss)).check(150),
                Err(AccessTokenError::Issuer),
                "{iss}"
            );
        }
        let other = Uuid::from_u128(2).to_string();
        assert_eq!(
            raw("tid", json!(other)).check(150),
            Err(AccessTokenError::Issuer)
        );
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        assert_eq!(raw("nbf", json!(i64::MIN)).check(150), Ok(()));
        assert_eq!(
            raw("nbf", json!(i64::MAX)).check(150),
            Err(AccessTokenError::NotYetValid)
        );
        assert_eq!(
            raw("exp", json!(i64::MIN)).check(150),
            Err(AccessTokenError::Expired)
        );
    }
}
