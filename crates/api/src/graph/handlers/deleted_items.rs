//! The recycle bin: `/directory/deletedItems`.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::Action,
    group::{Group, GroupState},
    user::{UserState, UserView},
};
use zetel_engine::{Also, Snapshot};
use zetel_identity::delete_password;

use super::{groups, user_lists, user_of};
use crate::graph::{
    body,
    call::Call,
    error::GraphError,
    json,
    paging::Listing,
    render::group::{GroupEntity, GroupRow},
    reply::Reply,
    schema::{Selection, UserSelection},
};

/// `GET /directory/deletedItems/microsoft.graph.user`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    user_lists::deleted_page(call, &tenant)
}

/// `GET /directory/deletedItems/microsoft.graph.user/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    user_lists::deleted_count(call, &tenant)
}

/// `GET /directory/deletedItems/microsoft.graph.group`
pub(crate) fn list_groups(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    let choice = groups::Choice::new(call, &tenant, GroupState::Deleted, false)?;
    groups::page(call, Listing::DeletedGroups, &choice)
}

/// `GET /directory/deletedItems/microsoft.graph.group/$count`
pub(crate) fn count_groups(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadGroups, None)?;
    groups::count_of(call, &tenant, GroupState::Deleted)
}

/// `GET /directory/deletedItems/{id}`, `GET /directory/deletedItems/{id}/microsoft.graph.user`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (tenant, deleted) = find(call, Action::ListUsers, Action::ReadGroups)?;
    match deleted {
        Deleted::User(id) => {
            let user = user(&tenant, id).ok_or_else(|| GraphError::not_found(id))?;
            let selection = UserSelection::parse(call.options.select.as_deref())?;
            let body = call.directory_object_body(&tenant, user, &selection);
            Ok(Reply::json(body))
        }
        Deleted::Group(id) => {
            let group = group(&tenant, id).ok_or_else(|| GraphError::not_found(id))?;
            group_body(call, &tenant, group).map(Reply::json)
        }
    }
}

/// `POST /directory/deletedItems/{id}/restore`
pub(crate) async fn restore(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (_, deleted) = find(call, Action::DeleteUsers, Action::WriteGroups)?;
    check_restore_options(call.body.as_ref().map_err(Clone::clone)?)?;
    match deleted {
        Deleted::User(id) => {
            let applied = call.submit(Command::RestoreUser { id }, None).await?;
            let selection = UserSelection::by_default();
            let body = call.directory_object_body(&applied.after, user_of(&applied)?, selection);
            Ok(Reply::json(body))
        }
        Deleted::Group(group) => {
            let applied = call.submit(Command::RestoreGroup { group }, None).await?;
            let group = groups::group_of(&applied)?;
            group_body(call, &applied.after, group).map(Reply::json)
        }
    }
}

/// `DELETE /directory/deletedItems/{id}`
pub(crate) async fn purge(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (_, deleted) = find(call, Action::PurgeUsers, Action::WriteGroups)?;
    match deleted {
        Deleted::User(id) => {
            let also: Also = Box::new(move |transaction, applied| {
                delete_password(transaction, applied.tenant_id, id)
            });
            call.submit(Command::PurgeUser { id }, Some(also)).await?;
        }
        Deleted::Group(group) => {
            call.submit(Command::PurgeGroup { group }, None).await?;
        }
    }
    Ok(Reply::no_content())
}

/// What is in the recycle bin, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deleted {
    User(Uuid),
    Group(Uuid),
}

/// What the path names, if it is in the recycle bin and the caller may do this to objects of its type.
fn find(
    call: &Call<'_>,
    on_user: Action,
    on_group: Action,
) -> Result<(Snapshot, Deleted), GraphError> {
    let (as_user, as_group) = (call.read(on_user, None), call.read(on_group, None));
    let Some(tenant) = as_user.as_ref().or(as_group.as_ref()).ok() else {
        return as_user.map(|tenant| (tenant, Deleted::User(Uuid::nil())));
    };
    let not_found = || GraphError::not_found(call.key(0));
    let id = Uuid::try_parse(call.key(0)).map_err(|_| not_found())?;
    if user(tenant, id).is_some() {
        Ok((as_user?, Deleted::User(id)))
    } else if group(tenant, id).is_some() {
        Ok((as_group?, Deleted::Group(id)))
    } else {
        Err(not_found())
    }
}

fn user(tenant: &Tenant, id: Uuid) -> Option<UserView<'_>> {
    let user = tenant.users().find_id(id);
    user.filter(|user| user.head.state() == UserState::Deleted)
}

fn group(tenant: &Tenant, id: Uuid) -> Option<&Group> {
    let group = tenant.groups().find_id(id).map(|(_, group)| group);
    group.filter(|group| group.state() == GroupState::Deleted)
}

/// A group as a directory object, which says that it is one.
fn group_body(call: &Call<'_>, tenant: &Tenant, group: &Group) -> Result<Vec<u8>, GraphError> {
    let selection = Selection::<GroupEntity>::parse(call.options.select.as_deref())?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["directoryObjects", &selection.context, "/$entity"]);
        json::key(out, "@odata.type");
        json::string(out, "#microsoft.graph.group");
        selection.write(out, &GroupRow { tenant, group });
    });
    Ok(out)
}

/// The body is optional. What it could ask for is not implemented, and is not passed over in silence.
fn check_restore_options(body: &[u8]) -> Result<(), GraphError> {
    for (name, value) in body::object(body)? {
        let means_nothing = value.is_null() || value == serde_json::Value::Bool(false);
        let is_known = ["newUserPrincipalName", "autoReconcileProxyConflict"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&name));
        if name.contains('@') || (is_known && means_nothing) {
            continue;
        }
        return Err(if is_known {
            GraphError::not_implemented(format!(
                "The parameter '{name}' of the operation 'restore' is not implemented."
            ))
        } else {
            GraphError::refused(format!(
                "The parameter '{name}' in the request payload is not a valid parameter for the operation 'restore'."
            ))
        });
    }
    Ok(())
}
