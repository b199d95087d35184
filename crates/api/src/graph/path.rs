//! Paths as real clients write them (graph-clients.md 1, Graph 1 to 4): double slashes, any letter case, percent
//! encoding, keys as segments or in parentheses, type casts and actions with or without their namespace.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// More segments than any path of Graph has.
pub(crate) const MAXIMUM_SEGMENTS: usize = 12;
/// More characters than any path of Graph has, keys included.
pub(crate) const MAXIMUM_LENGTH: usize = 4096;

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// What stands between slashes.
    Plain(Cow<'a, str>),
    /// What stands in parentheses after a segment: `('value')`, `(name='value')`.
    Key {
        /// The name of an alternate key; empty for the primary one.
        name: String,
        /// The value without its quotes.
        value: String,
    },
}

/// A path that cannot be read: too long, too many segments, or no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnreadablePath;

/// Takes a path apart.
pub(crate) fn split(path: &str) -> Result<Vec<Segment<'_>>, UnreadablePath> {
    if path.len() > MAXIMUM_LENGTH {
        return Err(UnreadablePath);
    }
    let mut segments = Vec::with_capacity(6);
    for raw in path.split('/').filter(|raw| !raw.is_empty()) {
        let text = if raw.contains('%') {
            percent_decode_str(raw)
                .decode_utf8()
                .map_err(|_| UnreadablePath)?
        } else {
            Cow::Borrowed(raw)
        };
        match split_key(&text) {
            Some((before, name, value)) => {
                segments.push(Segment::Plain(Cow::Owned(before)));
                segments.push(Segment::Key { name, value });
            }
            None => segments.push(Segment::Plain(text)),
        }
        if segments.len() > MAXIMUM_SEGMENTS {
            return Err(UnreadablePath);
        }
    }
    Ok(segments)
}

/// Splits `users('value')` and `subscriptions(commerceSubscriptionId='value')`.
fn split_key(text: &str) -> Option<(String, String, String)> {
    let (before, key) = text.strip_suffix(')')?.split_once('(')?;
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if before.is_empty() || !is_name(before) || key.is_empty() {
        return None;
    }
    let (name, value) = match key.split_once('=') {
        Some((name, value)) if is_name(name) => (name, value),
        _ => ("", key),
    };
    let value = match value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''))
    {
        Some(quoted) => quoted.replace("''", "'"),
        None => value.to_owned(),
    };
    let name = if name.eq_ignore_ascii_case("id") {
        ""
    } else {
        name
    };
    Some((before.to_owned(), name.to_owned(), value))
}

/// A segment without the namespace that casts and bound actions may have.
pub(crate) fn without_namespace(segment: &str) -> &str {
    ["microsoft.graph.", "graph."]
        .into_iter()
        .find_map(|prefix| {
            let (start, rest) = segment.split_at_checked(prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then_some(rest)
        })
        .unwrap_or(segment)
}

/// Whether a segment is a type cast or one of the protocol's own (`$count`, `$ref`), which no key can be.
pub(crate) fn is_reserved(segment: &str) -> bool {
    segment.starts_with('$') || without_namespace(segment).len() < segment.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        let show = |segment: Segment<'_>| match segment {
            Segment::Plain(text) => text.into_owned(),
            Segment::Key { name, value } => format!("[{name}:{value}]"),
        };
        split(path).map_or_else(
            |_| "unreadable".to_owned(),
            |segments| segments.into_iter().map(show).collect::<Vec<_>>().join(" "),
        )
    }

    #[test]
    fn paths_of_real_clients() {
        for (path, expected) in [
            ("/v1.0//users/", "v1.0 users"),
            (
                "/v1.0/users/a%40b.c/licenseDetails",
                "v1.0 users a@b.c licenseDetails",
            ),
            ("/users('a@b.c')/x", "users [:a@b.c] x"),
            ("/users(%27o''brien@b.c%27)", "users [:o'brien@b.c]"),
            ("/users(id='7')", "users [:7]"),
            (
                "/d/subscriptions(commerceSubscriptionId='7')",
                "d subscriptions [commerceSubscriptionId:7]",
            ),
            ("/users()", "users()"),
            ("/users/a%2Fb", "users a/b"),
            ("/%ff", "unreadable"),
            ("", ""),
        ] {
            assert_eq!(shown(path), expected, "{path}");
        }
        assert_eq!(shown(&"/a".repeat(13)), "unreadable");
        assert_eq!(shown(&"a".repeat(4096)).len(), 4096);
        assert_eq!(shown(&"a".repeat(4097)), "unreadable");
    }

    #[test]
    fn namespaces() {
        assert_eq!(without_namespace("Microsoft.Graph.user"), "user");
        assert_eq!(without_namespace("graph.user"), "user");
        assert_eq!(without_namespace("graphic"), "graphic");
        assert!(
            is_reserved("$ref") && is_reserved("graph.group") && !is_reserved("a@graph.example")
        );
    }
}
