//! From options and environment to addresses and credentials.

use std::env;
use std::fs;
use std::path::Path;

use url::Url;

use super::token::{Credentials, TokenSource};
use super::transport::{Transport, is_loopback};
use super::{Failure, Graph};
use crate::cli::client::ConnectionArgs;
use crate::error::CliError;

const MICROSOFT_GRAPH: &str = "graph.microsoft.com";
const MICROSOFT_LOGIN: &str = "https://login.microsoftonline.com";

/// Opens a client of the server that options and environment name, for `connections` requests at once.
/// Nothing is sent yet.
pub fn open(args: &ConnectionArgs, connections: usize) -> Result<Graph, CliError> {
    let base = base_url(&args.url)?;
    let authority = authority_url(args.authority.as_deref(), &base)?;
    for url in [&base, &authority] {
        if url.scheme() != "https" && !is_loopback(url) {
            return Err(
                CliError::usage(format!("`{url}` would carry the token in the clear"))
                    .hint("Use `https`; plain `http` is for a server on this machine"),
            );
        }
    }
    let transport = Transport::new(args.ca.as_deref(), connections, &[&base, &authority])?;
    let tokens = match setting("ZETEL_TOKEN") {
        Some(token) => TokenSource::ready(token),
        None => TokenSource::new(transport.clone(), credentials(args, &base, &authority)?),
    };
    Ok(Graph::new(transport, base, tokens))
}

fn credentials(
    args: &ConnectionArgs,
    base: &Url,
    authority: &Url,
) -> Result<Credentials, CliError> {
    let secret = match &args.client_secret_file {
        Some(file) => Some(secret_from_file(file)?),
        None => setting("ZETEL_CLIENT_SECRET"),
    };
    let missing: Vec<&str> = [
        ("ZETEL_TENANT_ID", args.tenant.is_none()),
        ("ZETEL_CLIENT_ID", args.client_id.is_none()),
        ("ZETEL_CLIENT_SECRET", secret.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, is_missing)| is_missing.then_some(name))
    .collect();
    let (Some(tenant), Some(client_id), Some(client_secret)) =
        (&args.tenant, &args.client_id, secret)
    else {
        return Err(CliError::usage(format!("Not set: {}", missing.join(", ")))
            .hint("`zetel demo --env-file FILE` writes these variables; a ready access token goes into `ZETEL_TOKEN`"));
    };
    let mut endpoint = authority.clone();
    extend(&mut endpoint, &[tenant, "oauth2", "v2.0", "token"]);
    Ok(Credentials {
        endpoint,
        client_id: client_id.clone(),
        client_secret,
        scope: scope(base),
    })
}

/// The scope of a token for this endpoint: Microsoft's own name for its host, else the address itself.
fn scope(base: &Url) -> String {
    if base.host_str() == Some(MICROSOFT_GRAPH) {
        return format!("https://{MICROSOFT_GRAPH}/.default");
    }
    format!("{}/.default", base.origin().ascii_serialization())
}

fn base_url(text: &str) -> Result<Url, CliError> {
    let trimmed = text.trim_end_matches('/');
    parse(
        trimmed.strip_suffix("/v1.0").unwrap_or(trimmed),
        "--url",
        "ZETEL_URL",
    )
}

fn authority_url(given: Option<&str>, base: &Url) -> Result<Url, CliError> {
    match given {
        Some(text) => parse(text, "--authority", "ZETEL_AUTHORITY"),
        None if base.host_str() == Some(MICROSOFT_GRAPH) => {
            parse(MICROSOFT_LOGIN, "--authority", "ZETEL_AUTHORITY")
        }
        None => parse(&base.origin().ascii_serialization(), "--url", "ZETEL_URL"),
    }
}

fn parse(text: &str, option: &str, variable: &str) -> Result<Url, CliError> {
    let wrong = |reason: &str| {
        CliError::usage(format!("`{text}` is no address: {reason}")).hint(format!(
            "`{option}` (`{variable}`) takes one such as https://127.0.0.1:8443"
        ))
    };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("it must begin with https:// and name a host"));
    }
    Ok(url)
}

/// Adds path segments, each encoded.
pub fn extend(url: &mut Url, segments: &[&str]) {
    // Only addresses that cannot be a base have no segments, and `parse` refuses those.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

/// Reads a secret of one line from a file, or from standard input for `-`.
pub fn secret_from_file(file: &Path) -> Result<String, CliError> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        CliError::usage(format!("Could not read `{}`: {error}", file.display()))
    })?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(CliError::usage(format!("`{}` is empty", file.display()))),
        secret => Ok(secret.to_owned()),
    }
}

/// A variable of the environment, if it is set and not empty.
pub fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Turns a failure that concerns no user into the command's error.
pub fn server_error(failure: Failure, attempt: &str) -> CliError {
    let hint = super::hint::for_server(&failure);
    failure.during(attempt, hint)
}

#[cfg(test)]
mod tests {
    use super::{authority_url, base_url, extend, scope};

    #[test]
    fn microsofts_endpoint_has_its_own_token_service_and_scope() {
        let base = base_url("https://graph.microsoft.com/v1.0/").unwrap();
        assert_eq!(base.as_str(), "https://graph.microsoft.com/");
        assert_eq!(scope(&base), "https://graph.microsoft.com/.default");
        assert_eq!(
            authority_url(None, &base).unwrap().as_str(),
            "https://login.microsoftonline.com/"
        );
    }

    #[test]
    fn any_other_endpoint_is_its_own_token_service() {
        let base = base_url("https://zetel.example:8443/graph").unwrap();
        assert_eq!(scope(&base), "https://zetel.example:8443/.default");
        assert_eq!(
            authority_url(None, &base).unwrap().as_str(),
            "https://zetel.example:8443/"
        );
    }

    #[test]
    fn path_segments_are_encoded() {
        let mut url = base_url("https://zetel.example/graph/").unwrap();
        extend(&mut url, &["v1.0", "users", "o'hara#ext#/x@contoso.com"]);
        assert_eq!(
            url.as_str(),
            "https://zetel.example/graph/v1.0/users/o'hara%23ext%23%2Fx@contoso.com"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "localhost:8443", "ftp://x", "mailto:a@b"] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }
}
