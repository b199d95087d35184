//! Directory roles, who has them, and domains.

use axum::http::Method;
use zetel_domain::access::Action;

use super::{Route, change, get};
use crate::graph::{
    handlers::{domains, roles},
    query::QueryOption::{Count, Filter, Select, SkipToken, Top},
};

pub(super) const ROUTES: &[Route] = &[
    get(
        "/directoryRoles",
        roles::list,
        Action::ReadRoles,
        &[Select, Filter],
        "List directory roles. All are activated, and each has the id of its template.",
    ),
    get(
        "/directoryRoles/{id}",
        roles::get,
        Action::ReadRoles,
        &[Select],
        "Get a directory role.",
    ),
    get(
        "/directoryRoles(roleTemplateId='{id}')",
        roles::get,
        Action::ReadRoles,
        &[Select],
        "The same by `roleTemplateId`.",
    ),
    get(
        "/directoryRoles/{id}/members",
        roles::members,
        Action::ReadRoles,
        &[],
        "List who has a role: users, then service principals.",
    ),
    change(
        Method::POST,
        "/directoryRoles/{id}/members/$ref",
        |call| Box::pin(roles::add_member(call)),
        Action::AssignRoles,
        "Give a role to a user or service principal.",
    ),
    change(
        Method::DELETE,
        "/directoryRoles/{id}/members/{id}/$ref",
        |call| Box::pin(roles::remove_member(call)),
        Action::AssignRoles,
        "Take a role.",
    ),
    get(
        "/roleManagement/directory/roleDefinitions",
        roles::list_definitions,
        Action::ReadRoles,
        &[Select, Filter],
        "List directory roles.",
    ),
    get(
        "/roleManagement/directory/roleDefinitions/{id}",
        roles::get_definition,
        Action::ReadRoles,
        &[Select],
        "Get a directory role.",
    ),
    get(
        "/roleManagement/directory/roleAssignments",
        roles::list_assignments,
        Action::ReadRoles,
        &[Select, Top, Count, SkipToken, Filter],
        "List who has which role, by pages.",
    ),
    get(
        "/roleManagement/directory/roleAssignments/{id}",
        roles::get_assignment,
        Action::ReadRoles,
        &[Select],
        "Get one of these.",
    ),
    change(
        Method::POST,
        "/roleManagement/directory/roleAssignments",
        |call| Box::pin(roles::assign(call)),
        Action::AssignRoles,
        "Give a role to a user or service principal.",
    ),
    change(
        Method::DELETE,
        "/roleManagement/directory/roleAssignments/{id}",
        |call| Box::pin(roles::unassign(call)),
        Action::AssignRoles,
        "Take a role.",
    ),
    get(
        "/domains",
        domains::list,
        Action::ReadOrganization,
        &[Select],
        "List domains.",
    ),
    get(
        "/domains/{id}",
        domains::get,
        Action::ReadOrganization,
        &[Select],
        "Get a domain.",
    ),
];
