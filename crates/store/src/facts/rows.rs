//! The rows that a state means, table by table, in key order.

use std::iter;

use zetel_domain::{
    Tenant,
    access::Role,
    group::{Group, GroupOrdinal},
};

use super::{devices, groups, image, policy};
use crate::{
    schema,
    sql::{DatabaseError, Rows, Table},
};

/// Rows handed on at once, so that a million users do not need a million rows of memory.
pub const CHUNK: usize = 20_000;

/// The rows of one table, some at a time.
pub type Chunks<'t> = Box<dyn Iterator<Item = Result<Rows, DatabaseError>> + 't>;

/// The rows that a tenant has in a table of facts.
pub fn rows_of<'t>(table: &'static Table, key: i64, tenant: &'t Tenant) -> Chunks<'t> {
    match table.name {
        "tenant" => chunked(table, iter::once(tenant), move |rows, tenant| {
            image::tenant(rows, key, tenant)
        }),
        "policy" => chunked(table, iter::once(tenant), move |rows, tenant| {
            policy::policy_row(rows, key, tenant)
        }),
        "approval" => chunked(table, iter::once(tenant), move |rows, tenant| {
            policy::approval_rows(rows, key, tenant)
        }),
        "domain" => chunked(table, iter::once(tenant), move |rows, tenant| {
            image::domains(rows, key, tenant)
        }),
        "product" => chunked(table, tenant.products(), move |rows, (ordinal, product)| {
            image::product(rows, key, ordinal, product)
        }),
        "subscription" => chunked(table, tenant.subscriptions().values(), move |rows, one| {
            image::subscription(rows, key, one)
        }),
        "directory_user" => chunked(table, tenant.users().iter(), move |rows, view| {
            image::user(rows, key, &view)
        }),
        "license" => chunked(table, tenant.users().iter(), move |rows, view| {
            image::licenses(rows, key, tenant, &view)
        }),
        "membership" => chunked(table, tenant.users().iter(), move |rows, view| {
            groups::image::memberships(rows, key, &view)
        }),
        "directory_group" | "group_license" | "subgroup" | "group_owner" | "decision" => chunked(
            table,
            tenant.groups().iter(),
            move |rows, (ordinal, group)| rows_of_group(rows, key, ordinal, group),
        ),
        "device_settings" => chunked(table, iter::once(tenant), move |rows, tenant| {
            devices::settings::settings_row(rows, key, tenant)
        }),
        "limit_policy" => chunked(table, iter::once(tenant), move |rows, tenant| {
            devices::image::limit_policies(rows, key, tenant)
        }),
        "enrollment_manager" => chunked(
            table,
            tenant.enrollment_managers().iter(),
            move |rows, user| devices::image::enrollment_manager(rows, key, *user),
        ),
        "device" => chunked(table, tenant.devices().iter(), move |rows, device| {
            devices::image::device(rows, key, &device)
        }),
        "application" => chunked(table, tenant.applications().values(), move |rows, one| {
            image::application(rows, key, one)
        }),
        "role_assignment" => chunked(
            table,
            tenant.role_assignments().iter(),
            move |rows, roles| {
                let mut names: Vec<Role> = roles.1.iter().copied().collect();
                names.sort_by_key(|role| role.display_name());
                names
                    .into_iter()
                    .try_for_each(|role| image::role(rows, key, roles.0, role))
            },
        ),
        other => Box::new(iter::once(Err(DatabaseError::Values {
            statement: format!("table {other}"),
            reason: "it holds no facts".to_owned(),
        }))),
    }
}

/// The rows that a group has in a table of groups.
fn rows_of_group(
    rows: &mut Rows,
    key: i64,
    ordinal: GroupOrdinal,
    group: &Group,
) -> Result<(), DatabaseError> {
    match rows.table().name {
        "directory_group" => groups::image::group(rows, key, ordinal, group),
        "group_license" => group
            .licenses
            .iter()
            .try_for_each(|license| groups::image::group_license(rows, key, ordinal, license)),
        "subgroup" => group
            .subgroups
            .iter()
            .try_for_each(|member| groups::image::subgroup(rows, key, ordinal, *member)),
        "group_owner" => group
            .owners
            .iter()
            .try_for_each(|user| groups::image::owner(rows, key, ordinal, *user)),
        _ => groups::image::decisions(rows, key, ordinal, group),
    }
}

/// Collects what `push` makes of some items, at least [`CHUNK`] rows at a time.
fn chunked<'t, T: 't>(
    table: &'static Table,
    items: impl Iterator<Item = T> + 't,
    push: impl Fn(&mut Rows, T) -> Result<(), DatabaseError> + 't,
) -> Chunks<'t> {
    let mut items = items.peekable();
    Box::new(iter::from_fn(move || {
        items.peek()?;
        let mut rows = Rows::new(table);
        while rows.len() < CHUNK
            && let Some(item) = items.next()
        {
            if let Err(error) = push(&mut rows, item) {
                return Some(Err(error));
            }
        }
        Some(Ok(rows))
    }))
}

/// Shows the rows of all facts of a tenant, table by table in key order, a chunk at a time.
pub fn all_rows(
    key: i64,
    tenant: &Tenant,
    visit: &mut dyn FnMut(&Rows) -> Result<(), DatabaseError>,
) -> Result<(), DatabaseError> {
    for facts in &schema::FACTS {
        for rows in rows_of(facts.table, key, tenant) {
            visit(&rows?)?;
        }
    }
    Ok(())
}
