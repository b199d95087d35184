//! `$expand` of directory objects: one relationship, perhaps with a `$select` (licensing.md 7.3).

use crate::QueryError;

/// A relationship to show with each object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Its name as it is written.
    pub relationship: String,
    /// The `$select` for its objects.
    pub select: Option<String>,
}

impl Expansion {
    /// Reads `$expand`.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let wrong = |what: &str| {
            QueryError::unreadable(format!(
                "Parsing OData Select and Expand failed: {what} in '{text}'."
            ))
        };
        let text = text.trim();
        let (relationship, options) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => {
                let options = rest.strip_suffix(')');
                let options = options.ok_or_else(|| wrong("')' expected at the end"))?;
                (name.trim_end(), Some(options))
            }
        };
        if relationship.contains(',') || options.is_some_and(|options| options.contains(')')) {
            return Err(QueryError::unsupported(
                "Only one relationship can be expanded in a request.",
            ));
        }
        if relationship.is_empty() || relationship.contains(char::is_whitespace) {
            return Err(wrong("The name of a relationship expected"));
        }
        let select = match options {
            None => None,
            Some(options) => Some(select(options).map_err(|what| wrong(&what))?),
        };
        Ok(Self {
            relationship: relationship.to_owned(),
            select,
        })
    }
}

/// The value of the only option that may be there.
fn select(options: &str) -> Result<String, String> {
    let (name, value) = options.split_once('=').unwrap_or((options, ""));
    let plain = name.trim();
    let plain = plain.strip_prefix('$').unwrap_or(plain);
    if !plain.eq_ignore_ascii_case("select") {
        return Err(format!(
            "The option '{}' is not supported inside $expand; there is '$select'",
            name.trim()
        ));
    }
    if value.contains(';') {
        return Err("Only '$select' is supported inside $expand; there is more".to_owned());
    }
    Ok(value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(String, Option<String>), String> {
        let expansion = Expansion::parse(text).map_err(|error| error.message)?;
        Ok((expansion.relationship, expansion.select))
    }

    #[test]
    fn expansions_are_read() {
        let of =
            |name: &str, select: Option<&str>| Ok((name.to_owned(), select.map(str::to_owned)));
        assert_eq!(read("members"), of("members", None));
        assert_eq!(
            read(" memberOf ( $SELECT = id,displayName ) "),
            of("memberOf", Some("id,displayName"))
        );
        assert_eq!(read("owners(select=id)"), of("owners", Some("id")));
    }

    #[test]
    fn what_cannot_be_expanded_is_said() {
        let shown: Vec<String> = [
            "",
            "members,owners",
            "members($select=id),owners",
            "members($select=id),owners($select=id)",
            "members($select=id",
            "members($top=5)",
            "members($select=id;$top=5)",
            "members()",
            "mem bers",
            "($select=id)",
        ]
        .iter()
        .map(|text| format!("{text}\n  {}", read(text).unwrap_err()))
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_reader(text in any::<String>(), more in "[a-z$(),;= ]{0,30}") {
            let _ = (Expansion::parse(&text), Expansion::parse(&more));
        }
    }
}
