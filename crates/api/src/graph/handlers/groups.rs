//! Groups: reading, creating, changing and deleting.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Tenant,
    access::{Action, Caller},
    group::{Group, GroupOrdinal, GroupState},
};
use zetel_engine::Applied;

use super::{
    group_body,
    pages::{Pages, count, number_of},
};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{self, Condition, GroupTest},
    json,
    paging::Listing,
    references::{parse_id, take_bound},
    render::group::{GroupEntity, GroupRow},
    reply::Reply,
    schema::Selection,
};

/// `GET /groups`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    let filter = parse_filter(call, call.options.count)?;
    page(call, &tenant, Listing::Groups, |start| {
        live_from(&tenant, filter.as_ref(), start)
    })
}

/// `GET /groups/$count`
pub(crate) fn count_all(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    let filter = parse_filter(call, true)?;
    count(call, || match filter {
        None => tenant.groups().live_count(),
        filter => number_of(live_from(&tenant, filter.as_ref(), GroupOrdinal(0))),
    })
}

fn parse_filter(
    call: &Call<'_>,
    asks_for_count: bool,
) -> Result<Option<Condition<GroupTest>>, GraphError> {
    let filter = call.options.filter.as_deref();
    filter
        .map(|text| filter::parse(text, call.is_eventual() && asks_for_count))
        .transpose()
}

fn live_from<'a>(
    tenant: &'a Tenant,
    filter: Option<&'a Condition<GroupTest>>,
    start: GroupOrdinal,
) -> impl Iterator<Item = (GroupOrdinal, &'a Group)> {
    tenant
        .groups()
        .iter_from(start)
        .filter(|(_, group)| group.is_live())
        .filter(move |(ordinal, group)| {
            filter.is_none_or(|condition| {
                condition.holds(&|test| test.holds(tenant, *ordinal, group))
            })
        })
}

/// Groups in the recycle bin, from a place on.
pub(super) fn deleted_from(
    tenant: &Tenant,
    start: GroupOrdinal,
) -> impl Iterator<Item = (GroupOrdinal, &Group)> {
    tenant
        .groups()
        .iter_from(start)
        .filter(|(_, group)| group.state() == GroupState::Deleted)
}

/// One page of groups.
pub(super) fn page<'a, I: Iterator<Item = (GroupOrdinal, &'a Group)>>(
    call: &Call<'_>,
    tenant: &'a Tenant,
    listing: Listing,
    groups_from: impl Fn(GroupOrdinal) -> I,
) -> Result<Reply, GraphError> {
    let selection = Selection::<GroupEntity>::parse(call.options.select.as_deref())?;
    let pages = Pages::new(call, tenant, listing)?;
    let start = GroupOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    Ok(pages.write(
        &["groups", &selection.context],
        || number_of(groups_from(GroupOrdinal(0))),
        groups_from(start),
        |(ordinal, _)| ordinal.0.into(),
        |out, (_, group)| selection.write(out, &GroupRow { tenant, group }),
    ))
}

/// `GET /groups/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = read(call, Action::ReadGroups)?;
    let (_, group) = find(call, &tenant)?;
    body(call, &tenant, group).map(Reply::json)
}

/// `POST /groups`
///
/// Whoever creates a group and names no owner owns it, as in Graph; an application does not.
pub(crate) async fn create(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::WriteGroups, None)?;
    let mut members = call.members()?;
    let bound = take_bound(&tenant, &mut members)?;
    let mut group = group_body::new_group(&members)?;
    group.members = bound.members;
    group.owners = bound.owners;
    if let Caller::User { id, .. } = call.caller
        && group.owners.is_empty()
    {
        group.owners.push(id);
    }
    drop(tenant);
    let applied = call.submit(Command::CreateGroup(group), None).await?;
    let group = group_of(&applied)?;
    let location = format!("{}/v1.0/groups/{}", call.origin.text(), group.id);
    Ok(Reply::created(body(call, &applied.after, group)?, location))
}

/// `PATCH /groups/{id}`
pub(crate) async fn update(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (id, patch) = {
        // Whoever may change anything may change the members; the engine judges the change itself.
        let tenant = read(call, Action::WriteGroupMembers)?;
        let (_, group) = find(call, &tenant)?;
        let mut members = call.members()?;
        let bound = take_bound(&tenant, &mut members)?;
        let mut patch = group_body::patch(&members, &group.definition)?;
        patch.add_members = bound.members;
        patch.add_owners = bound.owners;
        (group.id, patch)
    };
    let group = id;
    call.submit(Command::UpdateGroup { group, patch }, None)
        .await?;
    Ok(Reply::no_content())
}

/// `DELETE /groups/{id}`
pub(crate) async fn delete(call: &Call<'_>) -> Result<Reply, GraphError> {
    let group = find_id(call, Action::WriteGroups)?;
    call.submit(Command::DeleteGroup { group }, None).await?;
    Ok(Reply::no_content())
}

/// The tenant's state, if the caller may do this to the group that the path names.
pub(super) fn read(call: &Call<'_>, action: Action) -> Result<zetel_engine::Snapshot, GraphError> {
    call.read(action, Uuid::try_parse(call.key(0)).ok())
}

/// The live group that the path names.
pub(super) fn find<'a>(
    call: &Call<'_>,
    tenant: &'a Tenant,
) -> Result<(GroupOrdinal, &'a Group), GraphError> {
    let id = parse_id(call.key(0))?;
    tenant
        .find_group(id)
        .ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// The id of the live group that the path names, if the caller may do this to it.
pub(super) fn find_id(call: &Call<'_>, action: Action) -> Result<Uuid, GraphError> {
    let tenant = read(call, action)?;
    let (_, group) = find(call, &tenant)?;
    Ok(group.id)
}

/// The group whom a command concerned, as of after it.
pub(super) fn group_of(applied: &Applied) -> Result<&Group, GraphError> {
    match applied.outcome {
        Outcome::Group(group) => applied.after.groups().get(group),
        _ => None,
    }
    .ok_or_else(|| GraphError::not_found("group"))
}

/// A single group as JSON.
pub(super) fn body(call: &Call<'_>, tenant: &Tenant, group: &Group) -> Result<Vec<u8>, GraphError> {
    let selection = Selection::<GroupEntity>::parse(call.options.select.as_deref())?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["groups", &selection.context, "/$entity"]);
        selection.write(out, &GroupRow { tenant, group });
    });
    Ok(out)
}
