//! The organization, what it owns, its recycle bin, and objects of whichever type.

use std::future::ready;

use axum::http::Method;
use zetel_domain::access::Action;

use super::{COUNT, Handler, LIST, Route, ask, change, get};
use crate::graph::{
    handlers::{
        deleted_items, directory_objects,
        memberships::{self, Whose},
        organization, products,
    },
    metadata,
    query::QueryOption::Select,
};

pub(super) const ROUTES: &[Route] = &[
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
        COUNT,
        "Count users in the recycle bin; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/directory/deletedItems/microsoft.graph.group",
        deleted_items::list_groups,
        Action::ReadGroups,
        LIST,
        "List Microsoft 365 groups in the recycle bin, by pages.",
    ),
    get(
        "/directory/deletedItems/microsoft.graph.group/$count",
        deleted_items::count_groups,
        Action::ReadGroups,
        COUNT,
        "Count groups in the recycle bin; needs the header `ConsistencyLevel: eventual`.",
    ),
    get(
        "/directory/deletedItems/{id}",
        deleted_items::get,
        Action::ListUsers,
        &[Select],
        "Get a user or group in the recycle bin; a group needs the right to read groups.",
    ),
    get(
        "/directory/deletedItems/{id}/microsoft.graph.user",
        deleted_items::get,
        Action::ListUsers,
        &[Select],
        "The same, with a type cast.",
    ),
    get(
        "/directory/deletedItems/{id}/microsoft.graph.group",
        deleted_items::get,
        Action::ReadGroups,
        &[Select],
        "The same, with a type cast.",
    ),
    change(
        Method::POST,
        "/directory/deletedItems/{id}/restore",
        |call| Box::pin(deleted_items::restore(call)),
        Action::DeleteUsers,
        "Restore a user with all licenses, even without seats; or a group, with the right to write groups.",
    ),
    change(
        Method::DELETE,
        "/directory/deletedItems/{id}",
        |call| Box::pin(deleted_items::purge(call)),
        Action::PurgeUsers,
        "Delete a user for good; or a group, with the right to write groups.",
    ),
    get(
        "/directoryObjects/{id}",
        directory_objects::get,
        Action::ReadUser,
        &[Select],
        "Get a user or group; a group needs the right to read groups.",
    ),
    ask(
        "/directoryObjects/getByIds",
        |call| Box::pin(ready(directory_objects::get_by_ids(call))),
        Action::ListUsers,
        "Get up to 1000 users, groups, applications and service principals by their ids; each type needs the right to read it.",
    ),
    ask(
        "/directoryObjects/{id}/getMemberGroups",
        |call| Box::pin(ready(memberships::get(call, Whose::Object))),
        Action::ReadUser,
        "List the ids of all groups that a user or group is in, nested ones included.",
    ),
    ask(
        "/directoryObjects/{id}/getMemberObjects",
        |call| Box::pin(ready(memberships::get(call, Whose::Object))),
        Action::ReadUser,
        "The same: nothing but groups has members.",
    ),
    ask(
        "/directoryObjects/{id}/checkMemberGroups",
        |call| Box::pin(ready(memberships::check(call, Whose::Object, "groupIds"))),
        Action::ReadUser,
        "Say in which of up to 20 groups a user or group is.",
    ),
    ask(
        "/directoryObjects/{id}/checkMemberObjects",
        |call| Box::pin(ready(memberships::check(call, Whose::Object, "ids"))),
        Action::ReadUser,
        "The same, with another name for the ids.",
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
