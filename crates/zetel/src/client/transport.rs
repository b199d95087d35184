//! HTTP requests: TLS, time limits, and patience with a server that asks to wait.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use ureq::http::{Method, Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};
use url::{Host, Url};

use super::failure::Failure;
use crate::error::CliError;
use crate::output;

/// Attempts after the first when the server answers 429 or 503.
const RETRY_LIMIT: u32 = 8;
/// The longest wait that is granted: the window of Graph's write limit (licensing.md 7.10).
const WAIT_LIMIT: Duration = Duration::from_secs(150);
/// A wait that people are told of.
const LONG_WAIT: Duration = Duration::from_secs(5);
/// The largest answer that is read; a page of 999 users has about one megabyte.
const ANSWER_LIMIT_BYTES: u64 = 256 << 20;
/// Where systems keep the authorities that they trust.
const SYSTEM_BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A server's answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
    /// Its `request-id` header.
    pub request_id: Option<String>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// What is sent beside method and address.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// No body.
    None,
    /// A JSON body.
    Json(&'a [u8]),
    /// A form, already encoded.
    Form(&'a str),
}

/// Keeps connections alive and shares them among threads.
#[derive(Debug, Clone)]
pub struct Transport {
    agent: Agent,
    /// Whether people were told of a long wait; once is enough.
    has_told: Arc<AtomicBool>,
}

impl Transport {
    /// A transport that keeps up to `connections` open per host; see [`agent`].
    pub fn new(ca: Option<&Path>, connections: usize, targets: &[&Url]) -> Result<Self, CliError> {
        Ok(Self {
            agent: agent(ca, connections, targets)?,
            has_told: Arc::default(),
        })
    }

    /// Sends a request, again and again while the server asks to wait (429, 503) within bounds.
    pub fn send(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(&str, &str)],
        content: Content<'_>,
    ) -> Result<Answer, Failure> {
        let mut attempt = 0;
        loop {
            let answer = self.send_once(method, url, headers, content)?;
            if !matches!(answer.status, 429 | 503) || attempt == RETRY_LIMIT {
                return Ok(answer);
            }
            let wait = answer
                .retry_after
                .unwrap_or_else(|| Duration::from_secs(1 << attempt.min(6)));
            if wait > WAIT_LIMIT {
                return Ok(answer);
            }
            if wait >= LONG_WAIT && !self.has_told.swap(true, Ordering::Relaxed) {
                output::note(&format!(
                    "The server asks to wait {} s; waiting",
                    wait.as_secs()
                ));
            }
            pause(wait);
            attempt += 1;
        }
    }

    fn send_once(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(&str, &str)],
        content: Content<'_>,
    ) -> Result<Answer, Failure> {
        let host = url.host_str().unwrap_or_default();
        let place = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let mut request = Request::builder()
            .method(method.clone())
            .uri(url.as_str())
            .header("accept", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match content {
            Content::None => request.body(()).map(|request| self.agent.run(request)),
            Content::Json(body) => request
                .header("content-type", "application/json")
                .body(body)
                .map(|request| self.agent.run(request)),
            Content::Form(form) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form)
                .map(|request| self.agent.run(request)),
        };
        let received = sent.map_err(|error| {
            Failure::bad_answer(format!("`{url}` cannot be requested: {error}"))
        })?;
        received
            .and_then(read)
            .map_err(|error| Failure::no_connection(&place, plain(&error)))
    }
}

/// A client that keeps up to `connections` open per host. `ca` replaces the authorities of the system; these are read
/// only where `targets` has an address with HTTPS.
pub fn agent(ca: Option<&Path>, connections: usize, targets: &[&Url]) -> Result<Agent, CliError> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(connections * 2)
        .max_idle_connections_per_host(connections)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_mins(3)))
        .user_agent(concat!("zetel/", env!("CARGO_PKG_VERSION")));
    if targets.iter().all(|url| is_loopback(url)) {
        config = config.proxy(None);
    }
    if ca.is_some() || targets.iter().any(|url| url.scheme() == "https") {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(authorities(ca)?)))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        config = config.tls_config(tls);
    }
    Ok(config.build().new_agent())
}

fn read(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let retry_after = header("retry-after")
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    let request_id = header("request-id").map(str::to_owned);
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(ANSWER_LIMIT_BYTES)
        .read_to_vec()?;
    Ok(Answer {
        status,
        retry_after,
        request_id,
        body,
    })
}

/// The client's words for an error, without the name of its variant.
fn plain(error: &ureq::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("io: ")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// Whether an address is on this machine. Such a server is never asked through a proxy, and plain HTTP to it is safe.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn authorities(ca: Option<&Path>) -> Result<Vec<Certificate<'static>>, CliError> {
    let file = match ca {
        Some(file) => file.to_owned(),
        None => system_bundle().ok_or_else(|| {
            CliError::usage("This system has no list of trusted authorities")
                .hint("Name one with `--ca FILE` or `ZETEL_CA`")
        })?,
    };
    let problem = |reason: String| {
        CliError::usage(format!(
            "Could not read the authorities in `{}`: {reason}",
            file.display()
        ))
        .hint("`--ca` (`ZETEL_CA`) takes a PEM file with one or more certificates")
    };
    let pem = std::fs::read(&file).map_err(|error| problem(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .map(|certificate| certificate.map(|der| Certificate::from_der(&der).to_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| problem(error.to_string()))?;
    if certificates.is_empty() {
        Err(problem("it has no certificate".to_owned()))
    } else {
        Ok(certificates)
    }
}

fn system_bundle() -> Option<PathBuf> {
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    named
        .into_iter()
        .chain(SYSTEM_BUNDLES.map(PathBuf::from))
        .find(|file| file.is_file())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server named the time to wait; there is no event to wait for"
)]
fn pause(wait: Duration) {
    std::thread::sleep(wait);
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::is_loopback;

    #[test]
    fn loopback_is_recognized_by_host() {
        for (url, expected) in [
            ("https://127.0.0.1:8443", true),
            ("http://localhost", true),
            ("https://[::1]:1", true),
            ("https://graph.microsoft.com", false),
            ("https://localhost.example.com", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
