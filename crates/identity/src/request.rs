//! What arrives at the token service: the origin that a client used, and form parameters.

use std::collections::BTreeMap;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::TokenError;

/// More parameters than any client sends.
const MAXIMUM_PARAMETERS: usize = 100;

/// Scheme and authority under which a client reached this service; every URL in an answer begins with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    base: String,
    host: String,
}

impl Origin {
    /// The origin of a scheme and a `Host` header or HTTP/2 authority. Nothing if that is no host name, IPv4 address
    /// or bracketed IPv6 address with an optional port: what goes into documents and pages must hold nothing else.
    pub fn new(scheme: &str, authority: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if !matches!(scheme, "http" | "https")
            || authority.len() > 255
            || !authority.bytes().all(allowed)
        {
            return None;
        }
        let base = format!("{scheme}://{}", authority.to_ascii_lowercase());
        let host = url::Url::parse(&base).ok()?.host_str()?.to_owned();
        Some(Self { base, host })
    }

    /// The origin of a configured public URL such as `https://zetel.example`, without path.
    pub fn from_url(url: &str) -> Option<Self> {
        let (scheme, authority) = url.trim_end_matches('/').split_once("://")?;
        Self::new(scheme, authority)
    }

    /// For example `https://localhost:8443`, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The host name without port.
    pub fn host_name(&self) -> &str {
        &self.host
    }
}

/// Parameters of a form or query. Unknown ones are ignored, as real clients send many; a known one may come once.
/// Never printed: they carry passwords and secrets.
#[derive(Clone, Default)]
pub struct Parameters(BTreeMap<String, Zeroizing<String>>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] if a parameter comes twice or there are more than a hundred.
    pub fn parse(form: &[u8]) -> Result<Self, TokenError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(form) {
            if parameters
                .insert(name.into_owned(), Zeroizing::new(value.into_owned()))
                .is_some()
            {
                return Err(TokenError::Malformed("a parameter is given twice"));
            }
            if parameters.len() > MAXIMUM_PARAMETERS {
                return Err(TokenError::Malformed("there are too many parameters"));
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter; an empty one counts as absent (RFC 6749 section 3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// [`TokenError::MissingParameter`]
    pub fn required(&self, name: &'static str) -> Result<&str, TokenError> {
        self.get(name).ok_or(TokenError::MissingParameter(name))
    }
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

/// A request to a token endpoint.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// The first path segment: a tenant id, a verified domain, `organizations`, `common` or `adfs`.
    pub authority: &'a str,
    /// Where the client reached this service.
    pub origin: &'a Origin,
    /// The form in the body.
    pub form: &'a Parameters,
    /// Client id and secret of an `Authorization: Basic` header.
    pub basic: Option<&'a BasicCredentials>,
}

/// The answer of a token endpoint (RFC 6749 section 5.1).
#[derive(Serialize)]
pub struct TokenResponse {
    /// Always `Bearer`; graph-rs-sdk fails without it.
    pub token_type: &'static str,
    /// What was granted, as the client wrote it.
    pub scope: String,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// The same, as Entra sends it.
    pub ext_expires_in: i64,
    /// The access token.
    pub access_token: String,
    /// Redeems new access tokens without the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// User and tenant for the caches of MSAL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_info: Option<String>,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TokenResponse for {}", self.scope)
    }
}

/// Client id and secret of an `Authorization: Basic` header (RFC 6749 section 2.3.1).
pub struct BasicCredentials {
    /// The client id as text.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Zeroizing<String>,
}

impl BasicCredentials {
    /// Reads the value of an `Authorization` header. Both parts are form-encoded inside, which changes nothing for
    /// GUIDs and our secrets. Nothing if it is no Basic header.
    pub fn parse(header: &str) -> Option<Self> {
        use base64::Engine as _;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(encoded.trim())
            .ok()?;
        let text = Zeroizing::new(String::from_utf8(bytes).ok()?);
        let (client_id, secret) = text.split_once(':')?;
        let decode = |part: &str| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8();
            decoded.ok().map(std::borrow::Cow::into_owned)
        };
        Some(Self {
            client_id: decode(client_id)?,
            client_secret: Zeroizing::new(decode(secret)?),
        })
    }
}

impl std::fmt::Debug for BasicCredentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "BasicCredentials of {}", self.client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_host_and_nothing_else() {
        let origin = Origin::new("https", "LocalHost:8443").unwrap();
        assert_eq!(
            (origin.base(), origin.host_name()),
            ("https://localhost:8443", "localhost")
        );
        assert_eq!(
            Origin::new("https", "[::1]:8443").unwrap().host_name(),
            "[::1]"
        );
        assert_eq!(
            Origin::from_url("https://zetel.example/").unwrap().base(),
            "https://zetel.example"
        );
        for bad in [
            "",
            "a b",
            "a/b",
            "user@host",
            "host\"><script>",
            "host:port",
            "a?b",
            "a#b",
        ] {
            assert_eq!(Origin::new("https", bad), None, "{bad}");
        }
        assert_eq!(Origin::new("ftp", "localhost"), None);
        assert_eq!(Origin::from_url("https://zetel.example/path"), None);
    }

    #[test]
    fn parameters_come_once_and_are_never_printed() {
        let form = Parameters::parse(b"client_secret=abc+d%2B&empty=&x-client-SKU=1").unwrap();
        assert_eq!(form.get("client_secret"), Some("abc d+"));
        assert_eq!(form.get("empty"), None);
        assert_eq!(form.required("scope").unwrap_err().code(), 900_144);
        assert!(!format!("{form:?}").contains("abc"));
        assert_eq!(Parameters::parse(b"a=1&a=2").unwrap_err().code(), 9_002_313);
        assert_eq!(
            Parameters::parse(many_parameters().as_bytes())
                .unwrap_err()
                .code(),
            9_002_313
        );
    }

    fn many_parameters() -> String {
        (0..=MAXIMUM_PARAMETERS)
            .map(|number| format!("p{number}=1"))
            .collect::<Vec<_>>()
            .join("&")
    }

    #[test]
    fn basic_credentials_are_read_and_never_printed() {
        let read = BasicCredentials::parse("Basic YTpiJTNBYzpk").unwrap();
        assert_eq!(
            (read.client_id.as_str(), read.client_secret.as_str()),
            ("a", "b:c:d")
        );
        assert!(!format!("{read:?}").contains("b:c"));
        for bad in ["Bearer abc", "Basic", "Basic !!", "Basic YWJj"] {
            assert!(BasicCredentials::parse(bad).is_none(), "{bad}");
        }
    }
}
