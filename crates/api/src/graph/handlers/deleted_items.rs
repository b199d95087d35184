//! The recycle bin: `/directory/deletedItems`.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::Action,
    user::{UserState, UserView},
};
use zetel_engine::Also;
use zetel_identity::delete_password;

use super::{pages, user_of};
use crate::graph::{
    body, call::Call, error::GraphError, paging::Listing, reply::Reply, schema::UserSelection,
};

/// `GET /directory/deletedItems/microsoft.graph.user`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    pages::page(call, &tenant, Listing::DeletedUsers)
}

/// `GET /directory/deletedItems/microsoft.graph.user/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    pages::count(call, &tenant, Listing::DeletedUsers)
}

/// `GET /directory/deletedItems/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    let user = find(call, &tenant)?;
    let selection = UserSelection::parse(call.options.select.as_deref())?;
    Ok(Reply::json(
        call.directory_object_body(&tenant, user, &selection),
    ))
}

/// `POST /directory/deletedItems/{id}/restore`
pub(crate) async fn restore(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call, Action::DeleteUsers)?;
    check_restore_options(call.body.as_ref().map_err(Clone::clone)?)?;
    let applied = call.submit(Command::RestoreUser { id }, None).await?;
    let selection = UserSelection::by_default();
    let body = call.directory_object_body(&applied.after, user_of(&applied)?, selection);
    Ok(Reply::json(body))
}

/// `DELETE /directory/deletedItems/{id}`
pub(crate) async fn purge(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call, Action::PurgeUsers)?;
    let also: Also =
        Box::new(move |transaction, applied| delete_password(transaction, applied.tenant_id, id));
    call.submit(Command::PurgeUser { id }, Some(also)).await?;
    Ok(Reply::no_content())
}

/// The id of the user whom the path names, if the caller may do this and the user is in the recycle bin.
fn find_id(call: &Call<'_>, action: Action) -> Result<Uuid, GraphError> {
    let tenant = call.read(action, None)?;
    Ok(find(call, &tenant)?.id)
}

fn find<'a>(call: &Call<'_>, tenant: &'a Tenant) -> Result<UserView<'a>, GraphError> {
    Uuid::try_parse(call.key(0))
        .ok()
        .and_then(|id| tenant.users().find_id(id))
        .filter(|user| user.head.state() == UserState::Deleted)
        .ok_or_else(|| GraphError::not_found(call.key(0)))
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
