//! `assignLicense` on users and groups, and `reprocessLicenseAssignment`.

use uuid::Uuid;
use zetel_domain::{Command, Outcome, access::Action};
use zetel_engine::Applied;

use super::{assignment_body, groups, user_of};
use crate::graph::{call::Call, error::GraphError, reply::Reply, schema::UserSelection};

/// `POST /users/{id}/assignLicense`, `POST /me/assignLicense`
///
/// Refusals come in the order of licensing.md 2.1: rights, user, body, and then the rules of the domain.
pub(crate) async fn assign_license(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    check_user(call)?;
    let request = assignment_body::parse(call.body.as_ref().map_err(Clone::clone)?)?;
    let applied = call
        .submit(Command::AssignLicenses { user, request }, None)
        .await?;
    // Without licenses, as Graph answers: the client reads them again with `$select`.
    let selection = UserSelection::by_default();
    let body = call.user_body(&applied.after, user_of(&applied)?, selection);
    Ok(Reply::json(body))
}

/// `POST /groups/{id}/assignLicense`: accepted, and done for all members by then (licensing.md 2.3).
pub(crate) async fn assign_license_to_group(call: &Call<'_>) -> Result<Reply, GraphError> {
    let group = groups::find_id(call, Action::AssignGroupLicenses)?;
    let request = assignment_body::parse(call.body.as_ref().map_err(Clone::clone)?)?;
    let applied = call
        .submit(Command::AssignGroupLicenses { group, request }, None)
        .await?;
    accepted(call, &applied, group)
}

/// `POST /groups/{id}/reprocessLicenseAssignment`: our own, answered as the assignment is.
pub(crate) async fn reprocess_group(call: &Call<'_>) -> Result<Reply, GraphError> {
    let group = groups::find_id(call, Action::AssignGroupLicenses)?;
    let applied = call.submit(Command::ReprocessGroup { group }, None).await?;
    accepted(call, &applied, group)
}

/// `POST /users/{id}/reprocessLicenseAssignment`: what could be decided otherwise now is; what still fails is said
/// (licensing.md 2.4).
pub(crate) async fn reprocess(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    check_user(call)?;
    let applied = call.submit(Command::ReprocessUser { user }, None).await?;
    if let Outcome::Reprocessed {
        violation: Some(violation),
        ..
    } = &applied.outcome
    {
        return Err(violation.into());
    }
    let selection = UserSelection::by_default();
    let body = call.user_body(&applied.after, user_of(&applied)?, selection);
    Ok(Reply::json(body))
}

/// 202 with the group.
fn accepted(call: &Call<'_>, applied: &Applied, group: Uuid) -> Result<Reply, GraphError> {
    let location = format!(
        "{}/v2/{}/directoryObjects/{group}/Microsoft.DirectoryServices.Group",
        call.origin.text(),
        call.tenant_id
    );
    let group = groups::group_of(applied)?;
    let body = groups::body(call, &applied.after, group)?;
    Ok(Reply::accepted(body, location))
}

/// Rights first, then the user.
fn check_user(call: &Call<'_>) -> Result<(), GraphError> {
    let tenant = call.read(Action::AssignLicenses, None)?;
    match tenant.find_user(&call.user_key()?) {
        Some(_) => Ok(()),
        None => Err(GraphError::not_found(call.key(0))),
    }
}
