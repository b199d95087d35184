//! Owners of applications, who are those of their service principals too.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::Action,
    application::{Application, ApplicationPatch},
};

use super::{By, find};
use crate::graph::{call::Call, error::GraphError, handlers::principals, references, reply::Reply};

/// `GET /applications/{id}/owners`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    principals::list(call, &tenant, &find(call, &tenant, By::Id)?.owners)
}

/// `POST /applications/{id}/owners/$ref`
pub(crate) async fn add(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    add_to(call, &tenant, find(call, &tenant, By::Id)?).await
}

/// `DELETE /applications/{id}/owners/{id}/$ref`
pub(crate) async fn remove(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    remove_from(call, find(call, &tenant, By::Id)?).await
}

/// Adds the owner whom the body names.
pub(crate) async fn add_to(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &Application,
) -> Result<Reply, GraphError> {
    let patch = ApplicationPatch {
        add_owners: vec![principals::referred(call, tenant)?],
        ..ApplicationPatch::default()
    };
    change(call, application.id, patch).await
}

/// Removes the owner whom the path names.
pub(crate) async fn remove_from(
    call: &Call<'_>,
    application: &Application,
) -> Result<Reply, GraphError> {
    let patch = ApplicationPatch {
        remove_owners: vec![references::parse_id(call.key(1))?],
        ..ApplicationPatch::default()
    };
    change(call, application.id, patch).await
}

async fn change(call: &Call<'_>, id: Uuid, patch: ApplicationPatch) -> Result<Reply, GraphError> {
    call.submit(Command::UpdateApplication { id, patch }, None)
        .await?;
    Ok(Reply::no_content())
}
