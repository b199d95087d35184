//! What a client wants to be told about its answers: `Accept: application/json;odata.metadata=none` (`OData` JSON Format
//! 4.01, section 3.1; licensing.md 7.9).

use axum::http::{HeaderMap, header::ACCEPT};

/// How much an answer says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Metadata {
    /// No `@odata.context`. Links to next pages and counts stay, and so do the types of objects of several types: they
    /// are how clients tell users from groups.
    None,
    /// What Graph says when it is not asked. A client that asks for `full` gets this, too, and is told so.
    #[default]
    Minimal,
}

impl Metadata {
    /// What the first JSON that a client accepts says.
    pub fn wanted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let is_none = accepted
            .unwrap_or_default()
            .split(',')
            .map(|range| range.split(';').map(str::trim))
            .find_map(|mut parts| {
                let is_json = parts.next()?.eq_ignore_ascii_case("application/json");
                is_json.then(|| parts.any(is_without_metadata))
            });
        match is_none {
            Some(true) => Self::None,
            _ => Self::Minimal,
        }
    }
}

/// Whether a parameter of a media type is `odata.metadata=none`, or the same without the prefix, as `OData` 4.01 has it.
fn is_without_metadata(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let name = name.trim();
        (name.eq_ignore_ascii_case("odata.metadata") || name.eq_ignore_ascii_case("metadata"))
            && value.trim().trim_matches('"').eq_ignore_ascii_case("none")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        for (accept, expected) in [
            ("application/json;odata.metadata=none", Metadata::None),
            (
                "application/json; OData.Metadata=\"None\"; odata.streaming=true",
                Metadata::None,
            ),
            (
                "text/plain, Application/JSON;metadata=none;q=0.9, */*",
                Metadata::None,
            ),
            ("application/json", Metadata::Minimal),
            ("application/json;odata.metadata=minimal", Metadata::Minimal),
            ("application/json;odata.metadata=full", Metadata::Minimal),
            (
                "application/json, application/json;odata.metadata=none",
                Metadata::Minimal,
            ),
            ("text/plain;odata.metadata=none", Metadata::Minimal),
            ("application/json;none", Metadata::Minimal),
            ("*/*", Metadata::Minimal),
            (";,;=", Metadata::Minimal),
            ("", Metadata::Minimal),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(Metadata::wanted(&headers), expected, "{accept}");
        }
        assert_eq!(Metadata::wanted(&HeaderMap::new()), Metadata::Minimal);
    }
}
