//! Every path that is implemented, in one table: dispatch, 405, 501 and docs/reference/graph-coverage.md follow from it.

mod applications;
mod batch;
mod devices;
mod directory;
mod gate;
mod groups;
mod own;
mod roles;
mod troubleshooting;
mod users;

use std::{pin::Pin, sync::LazyLock};

use axum::http::Method;
use zetel_domain::access::Action;

use super::{
    call::Call,
    error::GraphError,
    path::{Segment, is_reserved, without_namespace},
    query::QueryOption,
    reply::Reply,
};

/// The answer of a handler that waits for something.
pub(crate) type Pending<'a> = Pin<Box<dyn Future<Output = Result<Reply, GraphError>> + Send + 'a>>;

/// What answers a path.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Needs no token.
    Public(fn() -> Reply),
    /// Answers from memory.
    Read(for<'a, 'r> fn(&'a Call<'r>) -> Result<Reply, GraphError>),
    /// Waits for the change to be durable.
    Write(for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>),
    /// Changes nothing, and waits for the journal to be read.
    Recall(for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>),
}

/// What a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// `/v1.0`, which no template has.
    Graph,
    /// [`GATE`].
    Gate,
}

/// A segment that may stand before any path of Graph; CLI for Microsoft 365 sends it.
const OWN_TENANT: &str = "myorganization";

/// How the templates of the enrollment gate begin.
const GATE: &str = "/enrollment";

/// A path with a method.
#[derive(Clone)]
pub(crate) struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, without Graph's version; keys in braces.
    pub template: &'static str,
    /// What answers it.
    pub handler: Handler,
    /// What the caller must be allowed to do.
    pub action: Option<Action>,
    /// The query options that it takes.
    pub options: &'static [QueryOption],
    /// What it is for, in the documentation.
    pub summary: &'static str,
}

impl Route {
    /// What its path begins with.
    pub fn prefix(&self) -> Prefix {
        if self.template.starts_with(GATE) {
            Prefix::Gate
        } else {
            Prefix::Graph
        }
    }
}

const fn get(
    template: &'static str,
    handler: for<'a, 'r> fn(&'a Call<'r>) -> Result<Reply, GraphError>,
    action: Action,
    options: &'static [QueryOption],
    summary: &'static str,
) -> Route {
    Route {
        method: Method::GET,
        template,
        handler: Handler::Read(handler),
        action: Some(action),
        options,
        summary,
    }
}

/// What lists of directory objects take.
const LIST: &[QueryOption] = &[
    QueryOption::Select,
    QueryOption::Top,
    QueryOption::Count,
    QueryOption::SkipToken,
    QueryOption::Filter,
    QueryOption::Search,
    QueryOption::OrderBy,
];

/// The same where relationships can be shown with the objects.
const EXPANDABLE_LIST: &[QueryOption] = &[
    QueryOption::Select,
    QueryOption::Top,
    QueryOption::Count,
    QueryOption::SkipToken,
    QueryOption::Filter,
    QueryOption::Search,
    QueryOption::OrderBy,
    QueryOption::Expand,
];

/// What counts of directory objects take.
const COUNT: &[QueryOption] = &[QueryOption::Filter, QueryOption::Search];

/// A POST that changes nothing.
const fn ask(
    template: &'static str,
    handler: for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>,
    action: Action,
    summary: &'static str,
) -> Route {
    change(Method::POST, template, handler, action, summary)
}

/// A GET that waits for the database or the journal.
const fn recall(
    template: &'static str,
    handler: for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>,
    action: Action,
    options: &'static [QueryOption],
    summary: &'static str,
) -> Route {
    Route {
        method: Method::GET,
        template,
        handler: Handler::Recall(handler),
        action: Some(action),
        options,
        summary,
    }
}

/// What lists of changes take.
const FOLLOW: &[QueryOption] = &[
    QueryOption::Select,
    QueryOption::Filter,
    QueryOption::SkipToken,
    QueryOption::DeltaToken,
];

const fn change(
    method: Method,
    template: &'static str,
    handler: for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>,
    action: Action,
    summary: &'static str,
) -> Route {
    Route {
        method,
        template,
        handler: Handler::Write(handler),
        action: Some(action),
        options: &[],
        summary,
    }
}

/// All routes. Where two templates fit a path, the first one answers; the most frequent come first.
pub(crate) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        users::ROUTES,
        directory::ROUTES,
        groups::ROUTES,
        devices::ROUTES,
        batch::ROUTES,
        applications::ROUTES,
        roles::ROUTES,
        own::ROUTES,
        troubleshooting::ROUTES,
        gate::ROUTES,
    ]
    .concat()
});

/// A part of a template.
enum Part {
    /// A fixed word, in any case.
    Word(&'static str),
    /// A key, as a segment or in parentheses.
    Key,
    /// A key in parentheses with this name.
    NamedKey(&'static str),
}

/// Prefixes and parts of the templates, without the prefixes.
static TEMPLATES: LazyLock<Vec<(Prefix, Vec<Part>)>> = LazyLock::new(|| {
    let taken_apart = |route: &Route| {
        let rest = route.template.strip_prefix(GATE);
        (route.prefix(), parts(rest.unwrap_or(route.template)))
    };
    ROUTES.iter().map(taken_apart).collect()
});

fn parts(template: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    for segment in template.split('/').filter(|segment| !segment.is_empty()) {
        match segment.split_once('(') {
            Some((word, key)) => {
                let name = key.split('=').next().unwrap_or_default();
                parts.extend([Part::Word(word), Part::NamedKey(name)]);
            }
            None if segment.starts_with('{') => parts.push(Part::Key),
            None => parts.push(Part::Word(segment)),
        }
    }
    parts
}

/// A path that is implemented.
pub(crate) struct Matched<'a> {
    /// The route's place in [`ROUTES`].
    pub place: usize,
    /// The route.
    pub route: &'static Route,
    /// The keys of the path in their order.
    pub keys: Keys<'a>,
}

/// The keys of a path; no path has more than two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys<'a>([Option<&'a str>; 2]);

impl<'a> Keys<'a> {
    /// A key by place.
    pub fn get(&self, place: usize) -> Option<&'a str> {
        self.0.get(place).copied().flatten()
    }
}

/// Why there is no route.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// The path is not implemented.
    Path,
    /// The path is, the method is not; these are.
    Method(String),
}

/// Finds the route of a path without its prefix.
pub(crate) fn find<'a>(
    method: &Method,
    prefix: Prefix,
    segments: &'a [Segment<'_>],
) -> Result<Matched<'a>, NotFound> {
    let segments = match segments {
        // Graph's other way to say whose: everything is the caller's tenant's.
        [Segment::Plain(first), rest @ ..] if first.eq_ignore_ascii_case(OWN_TENANT) => rest,
        _ => segments,
    };
    let mut others = Vec::new();
    for ((place, route), (below, template)) in ROUTES.iter().enumerate().zip(TEMPLATES.iter()) {
        if *below != prefix || template.len() != segments.len() || !fits(template, segments) {
            continue;
        }
        if route.method == *method {
            return Ok(Matched {
                place,
                route,
                keys: keys(template, segments),
            });
        }
        if !others.contains(&route.method.as_str()) {
            others.push(route.method.as_str());
        }
    }
    Err(if others.is_empty() {
        NotFound::Path
    } else {
        NotFound::Method(others.join(", "))
    })
}

fn fits(template: &[Part], segments: &[Segment<'_>]) -> bool {
    template
        .iter()
        .zip(segments)
        .all(|(part, segment)| match (part, segment) {
            (Part::Word(word), Segment::Plain(text)) => {
                // A function may be called with parentheses: `delta()`.
                let text = text.strip_suffix("()").unwrap_or(text);
                text.eq_ignore_ascii_case(word)
                    || without_namespace(text).eq_ignore_ascii_case(without_namespace(word))
            }
            (Part::Key, Segment::Plain(text)) => !is_reserved(text),
            (Part::Key, Segment::Key { name, .. }) => name.is_empty(),
            (Part::NamedKey(wanted), Segment::Key { name, .. }) => {
                name.eq_ignore_ascii_case(wanted)
            }
            (Part::Word(_), Segment::Key { .. }) | (Part::NamedKey(_), Segment::Plain(_)) => false,
        })
}

fn keys<'a>(template: &[Part], segments: &'a [Segment<'_>]) -> Keys<'a> {
    let mut keys = Keys::default();
    let found = template
        .iter()
        .zip(segments)
        .filter(|(part, _)| !matches!(part, Part::Word(_)))
        .map(|(_, segment)| match segment {
            Segment::Plain(text) => text.as_ref(),
            Segment::Key { value, .. } => value.as_str(),
        });
    for (place, key) in keys.0.iter_mut().zip(found) {
        *place = Some(key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::path::split;

    fn found(method: &Method, path: &str) -> String {
        let segments = split(path).unwrap();
        match find(method, Prefix::Graph, &segments) {
            Ok(matched) => {
                let keys: Vec<&str> = matched.keys.0.into_iter().flatten().collect();
                format!("{} {}", matched.route.template, keys.join(" "))
            }
            Err(not_found) => format!("{not_found:?}"),
        }
    }

    #[test]
    fn paths_as_clients_write_them() {
        for (path, expected) in [
            ("/users/$count", "/users/$count "),
            ("/users/delta", "/users/delta "),
            ("/users/Delta()", "/users/delta "),
            ("/users/microsoft.graph.delta()", "/users/delta "),
            ("/groups/graph.delta", "/groups/delta "),
            ("/USERS//a@b.c", "/users/{id | userPrincipalName} a@b.c"),
            ("/users('a@b.c')", "/users/{id | userPrincipalName} a@b.c"),
            (
                "/users/7/microsoft.graph.assignLicense",
                r#"Method("POST")"#,
            ),
            (
                "/directory/subscriptions(CommerceSubscriptionId='7')",
                "/directory/subscriptions(commerceSubscriptionId='{id}') 7",
            ),
            (
                "/directory/deletedItems/graph.user",
                "/directory/deletedItems/microsoft.graph.user ",
            ),
            (
                "/directory/deletedItems/microsoft.graph.group",
                "/directory/deletedItems/microsoft.graph.group ",
            ),
            ("/groups/7/Members", "/groups/{id}/members 7"),
            (
                "/groups('7')/members/graph.user/$count",
                "/groups/{id}/members/microsoft.graph.user/$count 7",
            ),
            ("/groups/7/members/$ref", "/groups/{id}/members/$ref 7"),
            ("/groups/7/members/8/$ref", r#"Method("DELETE")"#),
            ("/groups/7/members/8", r#"Method("DELETE")"#),
            ("/groups/7/owners/graph.group", "Path"),
            (
                "/directory/deletedItems/7",
                "/directory/deletedItems/{id} 7",
            ),
            ("/v1/checks", "Path"),
            ("/enrollment/v1/checks", "Path"),
            (
                "/myorganization/users/7",
                "/users/{id | userPrincipalName} 7",
            ),
            (
                "/applications(appId='7')",
                "/applications(appId='{appId}') 7",
            ),
            ("/users/7/manager", "Path"),
            ("/users/7/$ref", "Path"),
            ("/users/7/licenseDetails/$count", "Path"),
            ("/organization/graph.x", "Path"),
            ("", "Path"),
        ] {
            assert_eq!(found(&Method::GET, path), expected, "{path}");
        }
        assert_eq!(found(&Method::PUT, "/users"), r#"Method("GET, POST")"#);
        assert_eq!(
            found(&Method::POST, "/users/7/graph.assignLicense"),
            "/users/{id | userPrincipalName}/assignLicense 7"
        );
    }

    #[test]
    fn paths_of_the_gate() {
        let found = |method: &Method, path: &str| {
            let segments = split(path).unwrap();
            let found = find(method, Prefix::Gate, &segments);
            found.map(|matched| {
                (
                    matched.route.template,
                    matched.keys.get(0).map(str::to_owned),
                )
            })
        };
        assert_eq!(
            found(&Method::POST, "/v1/Checks"),
            Ok(("/enrollment/v1/checks", None))
        );
        assert_eq!(
            found(&Method::POST, "/v1/devices/7/checkIn"),
            Ok(("/enrollment/v1/devices/{id}/checkIn", Some("7".to_owned())))
        );
        let methods = NotFound::Method("PUT, GET, DELETE".to_owned());
        assert_eq!(found(&Method::PATCH, "/v1/devices/7"), Err(methods));
        for path in [
            "/v2/checks",
            "/checks",
            "/users",
            "/v1/enrollment/v1/checks",
        ] {
            assert_eq!(found(&Method::POST, path), Err(NotFound::Path), "{path}");
        }
    }

    #[test]
    fn no_two_routes_are_the_same() {
        for (place, route) in ROUTES.iter().enumerate() {
            let same =
                |other: &Route| other.template == route.template && other.method == route.method;
            assert_eq!(
                ROUTES.iter().position(same),
                Some(place),
                "{}",
                route.template
            );
        }
    }
}
