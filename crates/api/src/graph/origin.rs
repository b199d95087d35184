//! Where the client reached us: links in answers begin there.

use axum::http::{header::HOST, request::Parts, uri::Authority};

use super::error::GraphError;
use crate::token::ClientScheme;

/// Scheme and host of a client's request, or the configured public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// The configured one.
    Public(&'a str),
    /// The client's own.
    Client {
        /// `http` or `https`.
        scheme: &'static str,
        /// Host and port.
        authority: &'a str,
    },
}

impl<'a> Origin<'a> {
    /// The origin of a request, if it names one. HTTP/2 puts the host into the request's URI, HTTP/1.1 into a header.
    pub fn of(parts: &'a Parts, public_url: Option<&'a str>) -> Option<Self> {
        if let Some(url) = public_url {
            return Some(Self::Public(url));
        }
        let scheme = parts
            .extensions
            .get::<ClientScheme>()
            .map_or("https", |scheme| scheme.0);
        let in_uri = parts.uri.authority().map(Authority::as_str);
        let in_header = || parts.headers.get(HOST)?.to_str().ok();
        // What goes into links must hold nothing else.
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        in_uri
            .or_else(in_header)
            .filter(|authority| !authority.is_empty() && authority.bytes().all(allowed))
            .map(|authority| Self::Client { scheme, authority })
    }

    /// What a client is told whose request names none.
    pub fn unknown() -> GraphError {
        GraphError::unreadable("The Host header is missing or names no host.")
    }

    /// Appends the origin, for example `https://localhost:8443`.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Public(url) => out.extend_from_slice(url.as_bytes()),
            Self::Client { scheme, authority } => {
                out.extend_from_slice(scheme.as_bytes());
                out.extend_from_slice(b"://");
                out.extend_from_slice(authority.as_bytes());
            }
        }
    }

    /// The origin as text.
    pub fn text(&self) -> String {
        match self {
            Self::Public(url) => (*url).to_owned(),
            Self::Client { scheme, authority } => format!("{scheme}://{authority}"),
        }
    }
}
