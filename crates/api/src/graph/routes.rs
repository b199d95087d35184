//! Every path that is implemented, in one table: dispatch, 405, 501 and docs/reference/graph-coverage.md follow from it.

use std::{pin::Pin, sync::LazyLock};

use axum::http::Method;
use zetel_domain::access::Action;

use super::{
    call::Call,
    error::GraphError,
    handlers::{assignment, deleted_items, licenses, organization, products, users, writes},
    metadata,
    path::{Segment, is_reserved, without_namespace},
    query::QueryOption::{self, Count, Select, SkipToken, Top},
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
}

/// A path with a method.
pub(crate) struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path after the version; keys in braces.
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

const LIST: &[QueryOption] = &[Select, Top, Count, SkipToken];

/// All routes. Where two templates fit a path, the first one answers.
pub(crate) static ROUTES: &[Route] = &[
    get(
        "/users",
        users::list,
        Action::ListUsers,
        LIST,
        "List users, by pages.",
    ),
    get(
        "/users/$count",
        users::count,
        Action::ListUsers,
        &[],
        "Count users; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/users/{id | userPrincipalName}",
        users::get,
        Action::ReadUser,
        &[Select],
        "Get a user.",
    ),
    get(
        "/users/{id | userPrincipalName}/licenseDetails",
        licenses::list,
        Action::ReadUser,
        &[Select],
        "List a user's licenses with the state of their service plans.",
    ),
    get(
        "/users/{id | userPrincipalName}/licenseDetails/{id}",
        licenses::get,
        Action::ReadUser,
        &[Select],
        "Get one of a user's licenses.",
    ),
    change(
        Method::POST,
        "/users/{id | userPrincipalName}/assignLicense",
        |call| Box::pin(assignment::assign_license(call)),
        Action::AssignLicenses,
        "Add licenses to a user and remove licenses, all or nothing.",
    ),
    change(
        Method::POST,
        "/users",
        |call| Box::pin(writes::create(call)),
        Action::WriteUsers,
        "Create a user.",
    ),
    change(
        Method::PATCH,
        "/users/{id | userPrincipalName}",
        |call| Box::pin(writes::update(call)),
        Action::WriteUsers,
        "Change a user.",
    ),
    change(
        Method::DELETE,
        "/users/{id | userPrincipalName}",
        |call| Box::pin(writes::delete(call)),
        Action::DeleteUsers,
        "Put a user into the recycle bin; the seats are free at once.",
    ),
    get(
        "/me",
        users::get,
        Action::ReadUser,
        &[Select],
        "Get the signed-in user.",
    ),
    get(
        "/me/licenseDetails",
        licenses::list,
        Action::ReadUser,
        &[Select],
        "List the signed-in user's licenses.",
    ),
    get(
        "/me/licenseDetails/{id}",
        licenses::get_own,
        Action::ReadUser,
        &[Select],
        "Get one of the signed-in user's licenses.",
    ),
    change(
        Method::PATCH,
        "/me",
        |call| Box::pin(writes::update(call)),
        Action::WriteUsers,
        "Change the signed-in user.",
    ),
    change(
        Method::POST,
        "/me/assignLicense",
        |call| Box::pin(assignment::assign_license(call)),
        Action::AssignLicenses,
        "Add licenses to the signed-in user and remove licenses.",
    ),
    get(
        "/subscribedSkus",
        products::list,
        Action::ReadSubscriptions,
        &[Select],
        "List products with seats bought and used.",
    ),
    get(
        "/subscribedSkus/{id}",
        products::get,
        Action::ReadSubscriptions,
        &[Select],
        "Get a product; the id is `{tenantId}_{skuId}`.",
    ),
    get(
        "/directory/subscriptions",
        products::list_subscriptions,
        Action::ReadSubscriptions,
        &[Select],
        "List subscriptions.",
    ),
    get(
        "/directory/subscriptions/{id}",
        products::get_subscription,
        Action::ReadSubscriptions,
        &[Select],
        "Get a subscription.",
    ),
    get(
        "/directory/subscriptions(commerceSubscriptionId='{id}')",
        products::get_subscription_by_commerce_id,
        Action::ReadSubscriptions,
        &[Select],
        "Get a subscription by its id in the commerce system.",
    ),
    get(
        "/organization",
        organization::list,
        Action::ReadOrganization,
        &[Select],
        "Get the tenant, as a list of one.",
    ),
    get(
        "/organization/{id}",
        organization::get,
        Action::ReadOrganization,
        &[Select],
        "Get the tenant.",
    ),
    get(
        "/directory/deletedItems/microsoft.graph.user",
        deleted_items::list,
        Action::ListUsers,
        LIST,
        "List users in the recycle bin, by pages.",
    ),
    get(
        "/directory/deletedItems/microsoft.graph.user/$count",
        deleted_items::count,
        Action::ListUsers,
        &[],
        "Count users in the recycle bin; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/directory/deletedItems/{id}",
        deleted_items::get,
        Action::ListUsers,
        &[Select],
        "Get a user in the recycle bin.",
    ),
    get(
        "/directory/deletedItems/{id}/microsoft.graph.user",
        deleted_items::get,
        Action::ListUsers,
        &[Select],
        "The same, with a type cast.",
    ),
    change(
        Method::POST,
        "/directory/deletedItems/{id}/restore",
        |call| Box::pin(deleted_items::restore(call)),
        Action::DeleteUsers,
        "Restore a user with all licenses, even without seats.",
    ),
    change(
        Method::DELETE,
        "/directory/deletedItems/{id}",
        |call| Box::pin(deleted_items::purge(call)),
        Action::PurgeUsers,
        "Delete a user for good.",
    ),
    Route {
        method: Method::GET,
        template: "/$metadata",
        handler: Handler::Public(metadata::metadata),
        action: None,
        options: &[],
        summary: "Describe the types of this table in CSDL; needs no token.",
    },
];

/// A part of a template.
enum Part {
    /// A fixed word, in any case.
    Word(&'static str),
    /// A key, as a segment or in parentheses.
    Key,
    /// A key in parentheses with this name.
    NamedKey(&'static str),
}

static TEMPLATES: LazyLock<Vec<Vec<Part>>> =
    LazyLock::new(|| ROUTES.iter().map(|route| parts(route.template)).collect());

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

/// Finds the route of a path without its version.
pub(crate) fn find<'a>(
    method: &Method,
    segments: &'a [Segment<'_>],
) -> Result<Matched<'a>, NotFound> {
    let mut others = Vec::new();
    for ((place, route), template) in ROUTES.iter().enumerate().zip(TEMPLATES.iter()) {
        if template.len() != segments.len() || !fits(template, segments) {
            continue;
        }
        if route.method == *method {
            return Ok(Matched {
                place,
                route,
                keys: keys(template, segments),
            });
        }
        others.push(route.method.as_str());
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
        match find(method, &segments) {
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
            ("/directory/deletedItems/microsoft.graph.group", "Path"),
            (
                "/directory/deletedItems/7",
                "/directory/deletedItems/{id} 7",
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
