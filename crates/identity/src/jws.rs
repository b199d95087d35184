//! JSON Web Signatures in compact form (RFC 7515), as far as tokens need them.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::encoding::{base64url, from_base64url};

/// Tokens longer than this are not even looked at.
pub(crate) const MAXIMUM_BYTES: usize = 32 * 1024;

/// `typ` of access tokens and ID tokens.
pub(crate) const TOKEN_TYPE: &str = "JWT";

/// The header fields that matter. Others are ignored; `crit` refuses the token, as RFC 7515 section 4.1.11 demands.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub alg: String,
    /// What kind of token it is.
    pub typ: Option<String>,
    pub kid: Option<String>,
    /// SHA-1 thumbprint of the certificate; Python pads it with `=`, Node does not.
    pub x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    pub x5t_s256: Option<String>,
    pub x5c: Option<Vec<String>>,
    crit: Option<serde::de::IgnoredAny>,
}

impl Header {
    /// Whether the token says that it is of this kind; media types are read in any case (RFC 7515 section 4.1.9).
    pub(crate) fn is_of(&self, typ: &str) -> bool {
        let own = self.typ.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(typ))
    }
}

/// A token taken apart and not yet believed.
pub(crate) struct Jws<'a> {
    pub header: Header,
    /// What the signature covers.
    pub signed: &'a str,
    payload: &'a str,
    pub signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a compact token apart: exactly three parts, each base64url without padding.
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAXIMUM_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&from_base64url(header)?).ok()?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            header,
            signed,
            payload,
            signature: from_base64url(signature)?,
        })
    }

    /// The claims. Believe them only after the signature was verified.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&from_base64url(self.payload)?).ok()
    }
}

/// Whom a token is made for: one, or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// All of them.
    pub(crate) fn all(&self) -> &[String] {
        match self {
            Self::One(audience) => std::slice::from_ref(audience),
            Self::Many(audiences) => audiences,
        }
    }
}

/// JSON times may have a fraction; beyond what a time can be they are as good as never.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside the range saturates, which is what is wanted"
)]
pub(crate) fn whole_seconds(seconds: f64) -> i64 {
    seconds.floor() as i64
}

/// Header and payload in the form that is signed.
pub(crate) fn signing_input(header: &serde_json::Value, claims: &serde_json::Value) -> String {
    format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_three_well_formed_parts_are_read() {
        let input = signing_input(&json!({"alg": "RS256", "x5t": "aa=="}), &json!({"a": 1}));
        let token = format!("{input}.AQI");
        let jws = Jws::parse(&token).unwrap();
        assert_eq!(
            (jws.header.alg.as_str(), jws.signature.as_slice()),
            ("RS256", [1, 2].as_slice())
        );
        assert_eq!(jws.claims::<Value>(), Some(json!({"a": 1})));
        assert!(Jws::parse(&input).is_none());
        assert!(
            Jws::parse(&format!("{token}.AQI"))
                .and_then(|jws| jws.claims::<Value>())
                .is_none()
        );
        assert!(Jws::parse(&format!("{token}=")).is_none());
        assert!(Jws::parse("").is_none());
        let critical = signing_input(&json!({"alg": "RS256", "crit": ["b64"]}), &json!({}));
        assert!(Jws::parse(&format!("{critical}.AQI")).is_none());
        assert!(Jws::parse(&"a".repeat(MAXIMUM_BYTES + 1)).is_none());
    }

    #[test]
    fn float_times_are_read_and_absurd_ones_saturate() {
        assert_eq!(whole_seconds(1_795_169_519.920_321_2), 1_795_169_519);
        assert_eq!(whole_seconds(1e300), i64::MAX);
        assert_eq!(whole_seconds(f64::NAN), 0);
    }
}
