//! Query options: which there are, which a path takes, and what their values mean.

use std::{borrow::Cow, fmt};

use super::{error::GraphError, paging::PageToken};

/// Most users on a page (licensing.md 7.4).
pub(crate) const MAXIMUM_PAGE: u16 = 999;
/// Users on a page when the client does not say.
pub(crate) const DEFAULT_PAGE: u16 = 100;
/// Longer queries than any client sends.
const MAXIMUM_QUERY: usize = 16 * 1024;

/// A query option that a path takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryOption {
    /// `$select`
    Select,
    /// `$top`
    Top,
    /// `$count`
    Count,
    /// `$skiptoken`
    SkipToken,
    /// `$filter`
    Filter,
    /// `$expand`
    Expand,
    /// `$deltatoken`
    DeltaToken,
    /// `$search`
    Search,
    /// `$orderby`
    OrderBy,
}

impl QueryOption {
    const ALL: [Self; 9] = [
        Self::Select,
        Self::Top,
        Self::Count,
        Self::SkipToken,
        Self::Filter,
        Self::Expand,
        Self::DeltaToken,
        Self::Search,
        Self::OrderBy,
    ];

    /// The option of a name, in any case and with or without its dollar.
    fn named(name: &str) -> Option<Self> {
        let plain = name.strip_prefix('$').unwrap_or(name);
        let mut all = Self::ALL.into_iter();
        all.find(|option| {
            let own = option.name().strip_prefix('$');
            own.is_some_and(|own| own.eq_ignore_ascii_case(plain))
        })
    }

    /// The name with its dollar.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "$select",
            Self::Top => "$top",
            Self::Count => "$count",
            Self::SkipToken => "$skiptoken",
            Self::Filter => "$filter",
            Self::Expand => "$expand",
            Self::DeltaToken => "$deltatoken",
            Self::Search => "$search",
            Self::OrderBy => "$orderby",
        }
    }
}

/// Options of Graph that no path takes yet.
const NOT_IMPLEMENTED: [&str; 4] = ["apply", "compute", "levels", "index"];

/// The options of a request, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options<'a> {
    /// `$select` as it stands.
    pub select: Option<Cow<'a, str>>,
    /// `$top`.
    pub top: Option<u16>,
    /// `$count=true`.
    pub count: bool,
    /// `$skiptoken`, its form checked.
    pub page: Option<PageToken>,
    /// `$filter` as it stands.
    pub filter: Option<Cow<'a, str>>,
    /// `$expand` as it stands.
    pub expand: Option<Cow<'a, str>>,
    /// `$deltatoken` as it stands.
    pub delta_token: Option<Cow<'a, str>>,
    /// `$skiptoken` as it stands, of a path that takes `$deltatoken`.
    pub round_token: Option<Cow<'a, str>>,
    /// `$search` as it stands.
    pub search: Option<Cow<'a, str>>,
    /// `$orderby` as it stands.
    pub order_by: Option<Cow<'a, str>>,
}

impl<'a> Options<'a> {
    /// Reads a query for a path that takes `allowed` options.
    ///
    /// Names are known in any case and with or without their dollar; unknown names without a dollar are a client's own
    /// and mean nothing here.
    pub fn parse(query: &'a str, allowed: &[QueryOption], path: &str) -> Result<Self, GraphError> {
        let mut options = Self::default();
        if query.is_empty() {
            return Ok(options);
        }
        if query.len() > MAXIMUM_QUERY {
            return Err(GraphError::unreadable(format!(
                "The query is too long. It may have at most {MAXIMUM_QUERY} characters."
            )));
        }
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(option) = QueryOption::named(&name) else {
                check_unknown(&name, &value, path)?;
                continue;
            };
            if !allowed.contains(&option) {
                return Err(not_implemented(option.name(), path));
            }
            if seen.contains(&option) {
                return Err(GraphError::unreadable(format!(
                    "Query option '{}' was specified more than once, but it must be specified at most once.",
                    option.name()
                )));
            }
            seen.push(option);
            match option {
                QueryOption::Select => options.select = Some(value),
                QueryOption::Top => options.top = Some(parse_top(&value)?),
                QueryOption::Count => options.count = parse_count(&value)?,
                QueryOption::SkipToken if allowed.contains(&QueryOption::DeltaToken) => {
                    options.round_token = Some(value);
                }
                QueryOption::SkipToken => options.page = Some(PageToken::parse(&value)?),
                QueryOption::Filter => options.filter = Some(value),
                QueryOption::Expand => options.expand = Some(value),
                QueryOption::DeltaToken => options.delta_token = Some(value),
                QueryOption::Search => options.search = Some(value),
                QueryOption::OrderBy => options.order_by = Some(value),
            }
        }
        Ok(options)
    }
}

fn not_implemented(option: &str, path: &str) -> GraphError {
    GraphError::not_implemented(format!(
        "The query option '{option}' is not implemented for '{path}'."
    ))
}

/// What names nothing that a path takes: `$format`, an option that nothing takes, or a client's own parameter.
fn check_unknown(name: &str, value: &str, path: &str) -> Result<(), GraphError> {
    let plain = name.strip_prefix('$').unwrap_or(name).to_ascii_lowercase();
    let plain = plain.as_str();
    if plain == "format" {
        return check_format(value);
    }
    if plain == "skip" {
        return Err(GraphError::refused(
            "'$skip' is not supported by the service.",
        ));
    }
    if NOT_IMPLEMENTED.contains(&plain) {
        return Err(not_implemented(&format!("${plain}"), path));
    }
    if name.starts_with('$') {
        return Err(GraphError::unreadable(format!(
            "The query parameter '{name}' is not supported."
        )));
    }
    Ok(())
}

fn check_format(value: &str) -> Result<(), GraphError> {
    let media = value.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("json") || media.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(GraphError::unreadable(format!(
            "The value '{value}' of the query option '$format' is not supported. Use 'json'."
        )))
    }
}

fn parse_top(value: &str) -> Result<u16, GraphError> {
    let value = value.trim();
    let out_of_range = || {
        GraphError::refused(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {MAXIMUM_PAGE} inclusive."
        ))
    };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(GraphError::unreadable(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer value."
        )));
    }
    match value.parse() {
        Ok(top @ 1..=MAXIMUM_PAGE) => Ok(top),
        _ => Err(out_of_range()),
    }
}

fn parse_count(value: &str) -> Result<bool, GraphError> {
    match value.trim() {
        value if value.eq_ignore_ascii_case("true") => Ok(true),
        value if value.eq_ignore_ascii_case("false") => Ok(false),
        value => Err(GraphError::unreadable(format!(
            "Invalid value '{value}' for $count query option found. Valid values are 'true' and 'false'."
        ))),
    }
}

/// The names of the options in a query, for the log.
pub(crate) struct OptionNames<'a>(pub &'a str);

impl fmt::Display for OptionNames<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = form_urlencoded::parse(self.0.as_bytes())
            .filter_map(|(name, _)| QueryOption::named(&name))
            .map(QueryOption::name);
        for (number, name) in names.enumerate() {
            formatter.write_str(if number == 0 { "" } else { " " })?;
            formatter.write_str(name)?;
        }
        Ok(())
    }
}

/// The query without its `$skiptoken`, for the link to the next page.
pub(crate) fn without_skip_token(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| {
        let is_token = form_urlencoded::parse(pair.as_bytes())
            .next()
            .is_some_and(|(name, _)| {
                name.strip_prefix('$')
                    .unwrap_or(&name)
                    .eq_ignore_ascii_case("skiptoken")
            });
        !pair.is_empty() && !is_token
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [QueryOption; 5] = [
        QueryOption::Select,
        QueryOption::Top,
        QueryOption::Count,
        QueryOption::SkipToken,
        QueryOption::Filter,
    ];

    fn read(query: &str) -> Result<Options<'_>, GraphError> {
        Options::parse(query, &ALL, "/users")
    }

    #[test]
    fn spellings() {
        for query in [
            "$select=id,displayName&$top=2&$count=true",
            "%24Select=id%2CdisplayName&%24TOP=2&%24count=TRUE",
            "select=id,displayName&top=2&count=true&api-version=1&",
            "$select=id,displayName&$top=+2&$count=true&$format=json&%24Filter=x",
        ] {
            let options = read(query).unwrap();
            assert_eq!(options.select.as_deref(), Some("id,displayName"), "{query}");
            assert_eq!((options.top, options.count), (Some(2), true), "{query}");
        }
    }

    #[test]
    fn the_log_has_names_without_values() {
        let names = |query| OptionNames(query).to_string();
        let query = "%24filter=mail+eq+%27a%27&TOP=2&$select=id&api-version=1&$skip=7";
        assert_eq!(names(query), "$filter $top $select");
        assert_eq!(names(""), "");
    }

    #[test]
    fn what_cannot_be_answered_is_never_ignored() {
        for (query, status) in [
            ("$top=0", 400),
            ("$top=1000", 400),
            ("$top=-1", 400),
            ("$top=99999999999999999999", 400),
            ("$top=ten", 400),
            ("$count=maybe", 400),
            ("$unknown=1", 400),
            ("$skip=1", 400),
            ("$top=1&$top=2", 400),
            ("$skiptoken=forged", 400),
            ("$format=atom", 400),
            ("$filter=id eq 'x'&filter=y", 400),
            ("orderby=displayName", 501),
            ("$search=\"a\"", 501),
            ("$expand=manager", 501),
        ] {
            assert_eq!(read(query).unwrap_err().status.as_u16(), status, "{query}");
        }
        let error = Options::parse("$top=1", &[], "/subscribedSkus").unwrap_err();
        assert!(error.message.contains("$top") && error.message.contains("/subscribedSkus"));
    }

    #[test]
    fn the_next_link_keeps_everything_but_the_token() {
        let kept: Vec<_> =
            without_skip_token("$top=2&%24skiptoken=abc&$select=id&Skiptoken=x&&").collect();
        assert_eq!(kept, ["$top=2", "$select=id"]);
    }
}
