//! Applications, service principals, and what they may do.

use axum::http::Method;
use zetel_domain::access::Action;

use super::{Pending, Route, change, get, recall};
use crate::graph::{
    call::Call,
    handlers::{
        applications::{self, By, credentials, keys, owners},
        service_principals,
    },
    query::QueryOption::{self, Count, Filter, Select, SkipToken, Top},
};

const LIST: &[QueryOption] = &[Select, Top, Count, SkipToken, Filter];

const fn manage(
    method: Method,
    template: &'static str,
    handler: for<'a, 'r> fn(&'a Call<'r>) -> Pending<'a>,
    summary: &'static str,
) -> Route {
    change(
        method,
        template,
        handler,
        Action::ManageApplications,
        summary,
    )
}

pub(super) const ROUTES: &[Route] = &[
    recall(
        "/applications",
        |call| Box::pin(applications::list(call)),
        Action::ReadApplications,
        LIST,
        "List applications, by pages.",
    ),
    get(
        "/applications/$count",
        applications::count,
        Action::ReadApplications,
        &[Filter],
        "Count applications; needs the header `ConsistencyLevel: eventual`.",
    ),
    recall(
        "/applications/{id}",
        |call| Box::pin(applications::get(call, By::Id)),
        Action::ReadApplications,
        &[Select],
        "Get an application with its credentials, but never a secret.",
    ),
    recall(
        "/applications(appId='{appId}')",
        |call| Box::pin(applications::get(call, By::ClientId)),
        Action::ReadApplications,
        &[Select],
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/applications",
        |call| Box::pin(applications::create(call)),
        "Register an application. Nobody gets a token as it until it has a service principal.",
    ),
    manage(
        Method::PATCH,
        "/applications/{id}",
        |call| Box::pin(applications::update(call, By::Id)),
        "Change an application, or all of its certificates.",
    ),
    manage(
        Method::PATCH,
        "/applications(appId='{appId}')",
        |call| Box::pin(applications::update(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::DELETE,
        "/applications/{id}",
        |call| Box::pin(applications::delete(call, By::Id)),
        "Remove an application with its service principal and credentials, for good.",
    ),
    manage(
        Method::DELETE,
        "/applications(appId='{appId}')",
        |call| Box::pin(applications::delete(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/applications/{id}/addPassword",
        |call| Box::pin(credentials::add_password(call, By::Id)),
        "Make a secret, which is told this once.",
    ),
    manage(
        Method::POST,
        "/applications(appId='{appId}')/addPassword",
        |call| Box::pin(credentials::add_password(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/applications/{id}/removePassword",
        |call| Box::pin(credentials::remove_password(call, By::Id)),
        "Remove a secret.",
    ),
    manage(
        Method::POST,
        "/applications(appId='{appId}')/removePassword",
        |call| Box::pin(credentials::remove_password(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/applications/{id}/addKey",
        |call| Box::pin(keys::add(call, By::Id)),
        "Add a certificate, with a proof that the application has the key of a valid one.",
    ),
    manage(
        Method::POST,
        "/applications(appId='{appId}')/addKey",
        |call| Box::pin(keys::add(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/applications/{id}/removeKey",
        |call| Box::pin(keys::remove(call, By::Id)),
        "Remove a certificate, with a proof that the application has the key of a valid one.",
    ),
    manage(
        Method::POST,
        "/applications(appId='{appId}')/removeKey",
        |call| Box::pin(keys::remove(call, By::ClientId)),
        "The same by `appId`.",
    ),
    get(
        "/applications/{id}/owners",
        owners::list,
        Action::ReadApplications,
        &[],
        "List the owners: users, then service principals.",
    ),
    manage(
        Method::POST,
        "/applications/{id}/owners/$ref",
        |call| Box::pin(owners::add(call)),
        "Add a user or service principal to the owners.",
    ),
    manage(
        Method::DELETE,
        "/applications/{id}/owners/{id}/$ref",
        |call| Box::pin(owners::remove(call)),
        "Remove an owner.",
    ),
    recall(
        "/servicePrincipals",
        |call| Box::pin(service_principals::list(call)),
        Action::ReadApplications,
        LIST,
        "List service principals, by pages; Microsoft Graph's own is among them.",
    ),
    get(
        "/servicePrincipals/$count",
        service_principals::count,
        Action::ReadApplications,
        &[Filter],
        "Count service principals; needs the header `ConsistencyLevel: eventual`.",
    ),
    recall(
        "/servicePrincipals/{id}",
        |call| Box::pin(service_principals::get(call, By::Id)),
        Action::ReadApplications,
        &[Select],
        "Get a service principal.",
    ),
    recall(
        "/servicePrincipals(appId='{appId}')",
        |call| Box::pin(service_principals::get(call, By::ClientId)),
        Action::ReadApplications,
        &[Select],
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals",
        |call| Box::pin(service_principals::create(call)),
        "Make the service principal of an application.",
    ),
    manage(
        Method::PATCH,
        "/servicePrincipals/{id}",
        |call| Box::pin(service_principals::update(call, By::Id)),
        "Change all certificates of its application.",
    ),
    manage(
        Method::PATCH,
        "/servicePrincipals(appId='{appId}')",
        |call| Box::pin(service_principals::update(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::DELETE,
        "/servicePrincipals/{id}",
        |call| Box::pin(service_principals::delete(call, By::Id)),
        "Delete a service principal with its permissions and roles; its application stays.",
    ),
    manage(
        Method::DELETE,
        "/servicePrincipals(appId='{appId}')",
        |call| Box::pin(service_principals::delete(call, By::ClientId)),
        "The same by `appId`.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals/{id}/addPassword",
        |call| Box::pin(service_principals::add_password(call)),
        "Make a secret of its application, which is told this once.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals/{id}/removePassword",
        |call| Box::pin(service_principals::remove_password(call)),
        "Remove a secret of its application.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals/{id}/addKey",
        |call| Box::pin(service_principals::add_key(call)),
        "Add a certificate of its application, with a proof that it has the key of a valid one.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals/{id}/removeKey",
        |call| Box::pin(service_principals::remove_key(call)),
        "Remove a certificate of its application, with a proof that it has the key of a valid one.",
    ),
    get(
        "/servicePrincipals/{id}/owners",
        service_principals::list_owners,
        Action::ReadApplications,
        &[],
        "List the owners of its application: users, then service principals.",
    ),
    manage(
        Method::POST,
        "/servicePrincipals/{id}/owners/$ref",
        |call| Box::pin(service_principals::add_owner(call)),
        "Add a user or service principal to the owners of its application.",
    ),
    manage(
        Method::DELETE,
        "/servicePrincipals/{id}/owners/{id}/$ref",
        |call| Box::pin(service_principals::remove_owner(call)),
        "Remove an owner of its application.",
    ),
    get(
        "/servicePrincipals/{id}/appRoleAssignments",
        service_principals::list_grants,
        Action::ReadApplications,
        &[Select],
        "List the permissions that a service principal has.",
    ),
    change(
        Method::POST,
        "/servicePrincipals/{id}/appRoleAssignments",
        |call| Box::pin(service_principals::grant(call)),
        Action::GrantPermissions,
        "Grant a permission of Microsoft Graph's.",
    ),
    change(
        Method::DELETE,
        "/servicePrincipals/{id}/appRoleAssignments/{id}",
        |call| Box::pin(service_principals::revoke(call)),
        Action::GrantPermissions,
        "Take a permission.",
    ),
    get(
        "/servicePrincipals/{id}/appRoleAssignedTo",
        service_principals::list_granted,
        Action::ReadApplications,
        &[Select],
        "List who has a permission of this service principal's.",
    ),
    change(
        Method::POST,
        "/servicePrincipals/{id}/appRoleAssignedTo",
        |call| Box::pin(service_principals::grant(call)),
        Action::GrantPermissions,
        "Grant a permission of this service principal's.",
    ),
    change(
        Method::DELETE,
        "/servicePrincipals/{id}/appRoleAssignedTo/{id}",
        |call| Box::pin(service_principals::revoke(call)),
        Action::GrantPermissions,
        "Take a permission.",
    ),
];
