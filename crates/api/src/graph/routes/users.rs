//! Users and the signed-in user.

use std::future::ready;

use axum::http::Method;
use zetel_domain::access::Action;

use super::{COUNT, EXPANDABLE_LIST, LIST, Route, ask, change, get};
use crate::graph::{
    handlers::{
        assignment, licenses,
        memberships::{self, Whose},
        related::{self, Cast, On, Related},
        users, writes,
    },
    query::QueryOption::{Expand, Select},
    relations::Relation,
};

const fn on_user(relation: Relation, cast: Cast) -> Related {
    Related {
        on: On::User,
        relation,
        cast,
    }
}

pub(super) const ROUTES: &[Route] = &[
    get(
        "/users",
        users::list,
        Action::ListUsers,
        EXPANDABLE_LIST,
        "List users, by pages.",
    ),
    get(
        "/users/$count",
        users::count,
        Action::ListUsers,
        COUNT,
        "Count users; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/users/{id | userPrincipalName}",
        users::get,
        Action::ReadUser,
        &[Select, Expand],
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
        &[Select, Expand],
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
    change(
        Method::POST,
        "/users/{id | userPrincipalName}/reprocessLicenseAssignment",
        |call| Box::pin(assignment::reprocess(call)),
        Action::AssignLicenses,
        "Decide the licenses that groups give to a user again, and say what still fails.",
    ),
    get(
        "/users/{id | userPrincipalName}/memberOf",
        |call| related::list(call, on_user(Relation::MemberOf, Cast::None)),
        Action::ReadUser,
        LIST,
        "List the groups in which a user is.",
    ),
    get(
        "/users/{id | userPrincipalName}/memberOf/$count",
        |call| related::count(call, on_user(Relation::MemberOf, Cast::None)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/users/{id | userPrincipalName}/memberOf/microsoft.graph.group",
        |call| related::list(call, on_user(Relation::MemberOf, Cast::Groups)),
        Action::ReadUser,
        LIST,
        "The same, with a type cast.",
    ),
    get(
        "/users/{id | userPrincipalName}/memberOf/microsoft.graph.group/$count",
        |call| related::count(call, on_user(Relation::MemberOf, Cast::Groups)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/users/{id | userPrincipalName}/transitiveMemberOf",
        |call| related::list(call, on_user(Relation::TransitiveMemberOf, Cast::None)),
        Action::ReadUser,
        LIST,
        "The same with groups around groups.",
    ),
    get(
        "/users/{id | userPrincipalName}/transitiveMemberOf/$count",
        |call| related::count(call, on_user(Relation::TransitiveMemberOf, Cast::None)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/users/{id | userPrincipalName}/transitiveMemberOf/microsoft.graph.group",
        |call| related::list(call, on_user(Relation::TransitiveMemberOf, Cast::Groups)),
        Action::ReadUser,
        LIST,
        "The same, with a type cast.",
    ),
    get(
        "/users/{id | userPrincipalName}/transitiveMemberOf/microsoft.graph.group/$count",
        |call| related::count(call, on_user(Relation::TransitiveMemberOf, Cast::Groups)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/me/memberOf",
        |call| related::list(call, on_user(Relation::MemberOf, Cast::None)),
        Action::ReadUser,
        LIST,
        "List the groups in which the signed-in user is.",
    ),
    get(
        "/me/memberOf/$count",
        |call| related::count(call, on_user(Relation::MemberOf, Cast::None)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/me/memberOf/microsoft.graph.group",
        |call| related::list(call, on_user(Relation::MemberOf, Cast::Groups)),
        Action::ReadUser,
        LIST,
        "The same, with a type cast.",
    ),
    get(
        "/me/memberOf/microsoft.graph.group/$count",
        |call| related::count(call, on_user(Relation::MemberOf, Cast::Groups)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/me/transitiveMemberOf",
        |call| related::list(call, on_user(Relation::TransitiveMemberOf, Cast::None)),
        Action::ReadUser,
        LIST,
        "The same with groups around groups.",
    ),
    get(
        "/me/transitiveMemberOf/$count",
        |call| related::count(call, on_user(Relation::TransitiveMemberOf, Cast::None)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/me/transitiveMemberOf/microsoft.graph.group",
        |call| related::list(call, on_user(Relation::TransitiveMemberOf, Cast::Groups)),
        Action::ReadUser,
        LIST,
        "The same, with a type cast.",
    ),
    get(
        "/me/transitiveMemberOf/microsoft.graph.group/$count",
        |call| related::count(call, on_user(Relation::TransitiveMemberOf, Cast::Groups)),
        Action::ReadUser,
        COUNT,
        "Count them; needs the header `ConsistencyLevel: eventual`.",
    ),
    ask(
        "/users/{id | userPrincipalName}/getMemberGroups",
        |call| Box::pin(ready(memberships::get(call, Whose::User))),
        Action::ReadUser,
        "List the ids of all groups that a user is in, nested ones included.",
    ),
    ask(
        "/users/{id | userPrincipalName}/getMemberObjects",
        |call| Box::pin(ready(memberships::get(call, Whose::User))),
        Action::ReadUser,
        "The same: nothing but groups has members.",
    ),
    ask(
        "/users/{id | userPrincipalName}/checkMemberGroups",
        |call| Box::pin(ready(memberships::check(call, Whose::User, "groupIds"))),
        Action::ReadUser,
        "Say in which of up to 20 groups a user is.",
    ),
    ask(
        "/users/{id | userPrincipalName}/checkMemberObjects",
        |call| Box::pin(ready(memberships::check(call, Whose::User, "ids"))),
        Action::ReadUser,
        "The same, with another name for the ids.",
    ),
    ask(
        "/me/getMemberGroups",
        |call| Box::pin(ready(memberships::get(call, Whose::User))),
        Action::ReadUser,
        "List the ids of all groups that the signed-in user is in, nested ones included.",
    ),
    ask(
        "/me/getMemberObjects",
        |call| Box::pin(ready(memberships::get(call, Whose::User))),
        Action::ReadUser,
        "The same: nothing but groups has members.",
    ),
    ask(
        "/me/checkMemberGroups",
        |call| Box::pin(ready(memberships::check(call, Whose::User, "groupIds"))),
        Action::ReadUser,
        "Say in which of up to 20 groups the signed-in user is.",
    ),
    ask(
        "/me/checkMemberObjects",
        |call| Box::pin(ready(memberships::check(call, Whose::User, "ids"))),
        Action::ReadUser,
        "The same, with another name for the ids.",
    ),
];
