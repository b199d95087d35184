//! The URL of a request in a batch.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no URL can hold as it stands, and the mark of a fragment, which no server is ever sent: it belongs to a name.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Versions with which a URL may begin.
const VERSIONS: [&str; 2] = ["v1.0", "beta"];

/// Path and query of a URL as a client would have sent it alone.
///
/// Clients write it relative to the version (`/users`, `users`), relative to the host (`/v1.0/users`), or whole, as
/// Microsoft's SDK for Python does; whose host it names does not matter (graph-clients.md 1, Graph 5). CLI for
/// Microsoft 365 leaves spaces in it as they are.
pub(super) fn target(url: &str) -> String {
    let relative = without_origin(url).trim_start_matches('/');
    let first = relative.split(['/', '?']).next().unwrap_or_default();
    let has_version = VERSIONS
        .iter()
        .any(|version| first.eq_ignore_ascii_case(version));
    let version = if has_version { "" } else { "v1.0/" };
    format!("/{version}{}", utf8_percent_encode(relative, NOT_IN_URLS))
}

fn without_origin(url: &str) -> &str {
    match url.split_once("://") {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") =>
        {
            rest.split_once('/').map_or("", |(_, path)| path)
        }
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_clients_write_them() {
        for (url, expected) in [
            ("/users", "/v1.0/users"),
            ("users?$top=1", "/v1.0/users?$top=1"),
            ("//users/x", "/v1.0/users/x"),
            ("/v1.0//users", "/v1.0//users"),
            ("V1.0/users", "/V1.0/users"),
            ("/beta/users", "/beta/users"),
            ("/v1.0?x=1", "/v1.0?x=1"),
            (
                "https://localhost:8443/v1.0/users?a=b://c",
                "/v1.0/users?a=b://c",
            ),
            ("HTTP://graph.microsoft.com/users", "/v1.0/users"),
            ("https://localhost", "/v1.0/"),
            ("/users?x=https://y/z", "/v1.0/users?x=https://y/z"),
            (
                "/groups/7/members/$count?$filter=id eq '8'",
                "/v1.0/groups/7/members/$count?$filter=id%20eq%20'8'",
            ),
            ("/users/a#EXT#@b", "/v1.0/users/a%23EXT%23@b"),
            ("/users/%23%20é\n", "/v1.0/users/%23%20%C3%A9%0A"),
            ("", "/v1.0/"),
        ] {
            assert_eq!(target(url), expected, "{url}");
        }
    }
}
