//! Groups: reading, creating, changing and deleting.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Tenant,
    access::{Action, Caller},
    group::{Group, GroupOrdinal, GroupState},
};
use zetel_engine::Applied;
use zetel_query::Condition;

use super::{
    expanded::Expanded,
    group_body,
    pages::{Pages, count, number_of},
    related::On,
    sorting::{Sort, ordering},
};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{GroupTest, Query},
    json,
    paging::{Key, Listing},
    references::{parse_id, take_bound},
    relations::Object,
    render::{
        group::{GroupEntity, GroupRow},
        strip::Strip,
    },
    reply::Reply,
    schema::Selection,
};

/// `GET /groups`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    let choice = Choice::new(call, &tenant, GroupState::Live, false)?;
    page(call, Listing::Groups, &choice)
}

/// `GET /groups/$count`
pub(crate) fn count_all(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    count_of(call, &tenant, GroupState::Live)
}

/// How many groups of a state there are, or how many of them a request chooses.
pub(super) fn count_of(
    call: &Call<'_>,
    tenant: &Tenant,
    state: GroupState,
) -> Result<Reply, GraphError> {
    let choice = Choice::new(call, tenant, state, true)?;
    count(call, || choice.count())
}

/// The groups that a request chooses. They are few, so each is asked.
pub(super) struct Choice<'a> {
    tenant: &'a Tenant,
    state: GroupState,
    condition: Option<Condition<GroupTest>>,
}

impl<'a> Choice<'a> {
    /// Those of a state.
    pub fn new(
        call: &Call<'_>,
        tenant: &'a Tenant,
        state: GroupState,
        is_count: bool,
    ) -> Result<Self, GraphError> {
        Ok(Self {
            tenant,
            state,
            condition: Query::of(call, is_count)?.condition()?,
        })
    }

    fn groups_from(&self, start: GroupOrdinal) -> impl Iterator<Item = (GroupOrdinal, &'a Group)> {
        let tenant = self.tenant;
        tenant
            .groups()
            .iter_from(start)
            .filter(|(_, group)| group.state() == self.state)
            .filter(move |(ordinal, group)| {
                self.condition.as_ref().is_none_or(|condition| {
                    condition.holds(&|test| test.holds(tenant, *ordinal, group))
                })
            })
    }

    fn count(&self) -> u32 {
        match (&self.condition, self.state) {
            (None, GroupState::Live) => self.tenant.groups().live_count(),
            _ => number_of(self.groups_from(GroupOrdinal(0))),
        }
    }
}

/// One page of groups.
pub(super) fn page(
    call: &Call<'_>,
    listing: Listing,
    choice: &Choice<'_>,
) -> Result<Reply, GraphError> {
    let tenant = choice.tenant;
    let selection = Selection::<GroupEntity>::parse(call.options.select.as_deref())?;
    let ordering = ordering::<GroupTest>(call)?;
    let expanded = Expanded::parse(call, tenant, On::Group)?;
    let mut strip = Strip::new();
    let write = |out: &mut Vec<u8>, (ordinal, group): (GroupOrdinal, &Group)| {
        selection.write(out, &GroupRow { tenant, group });
        if let Some(expanded) = &expanded {
            expanded.write(out, &Object::Group(ordinal, group), &mut strip);
        }
    };
    let context = Expanded::context(expanded.as_ref(), &selection.context);
    let context = ["groups", &context];
    let total = || choice.count();
    if let Some(ordering) = ordering {
        let (pages, sort) = Pages::sorted(call, tenant, listing, ordering)?;
        let position = |group: &(GroupOrdinal, &Group)| position(&sort, *group);
        let groups = choice.groups_from(GroupOrdinal(0));
        let groups = sort.first(groups, position, pages.length() + 1);
        return Ok(pages.write_sorted(&context, total, (&sort, groups), position, write));
    }
    let pages = Pages::new(call, tenant, listing)?;
    let start = GroupOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    Ok(pages.write(
        &context,
        total,
        choice.groups_from(start),
        |(ordinal, _)| ordinal.0.into(),
        write,
    ))
}

/// The place of a group in a list in an order.
fn position(sort: &Sort, (ordinal, group): (GroupOrdinal, &Group)) -> (Key, u64) {
    let key = match sort.ordering.property.name {
        "deletedDateTime" => group
            .deleted
            .map_or(Key::Null, |deleted| Key::Time(deleted.0)),
        _ => Key::of_text(&group.definition.display_name),
    };
    (key, ordinal.0.into())
}

/// `GET /groups/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = read(call, Action::ReadGroups)?;
    let (ordinal, group) = find(call, &tenant)?;
    let Some(expanded) = Expanded::parse(call, &tenant, On::Group)? else {
        return body(call, &tenant, group).map(Reply::json);
    };
    let selection = Selection::<GroupEntity>::parse(call.options.select.as_deref())?;
    let context = Expanded::context(Some(&expanded), &selection.context);
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["groups", &context, "/$entity"]);
        let row = GroupRow {
            tenant: &tenant,
            group,
        };
        selection.write(out, &row);
        expanded.write(out, &Object::Group(ordinal, group), &mut Strip::new());
    });
    Ok(Reply::json(out))
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
