//! `/applications`: programs that are registered, and their credentials.

pub(crate) mod credentials;
pub(crate) mod keys;
pub(crate) mod owners;

mod body;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Tenant,
    access::{Action, Caller},
    application::{Application, ApplicationPatch},
};
use zetel_engine::Applied;

use super::few;
use crate::graph::{
    call::Call,
    credentials::{Credentials, KnownCredentials, load, load_one},
    error::GraphError,
    json,
    paging::Listing,
    render::application::{ApplicationEntity, ApplicationRow, CREDENTIALS},
    reply::Reply,
    schema::Selection,
};

const SET: &str = "applications";

/// By what a path names an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// By the object id.
    Id,
    /// By `appId`.
    ClientId,
}

/// The application that the path names.
pub(super) fn find<'t>(
    call: &Call<'_>,
    tenant: &'t Tenant,
    by: By,
) -> Result<&'t Application, GraphError> {
    let id = Uuid::try_parse(call.key(0)).ok();
    let found = id.and_then(|id| match by {
        By::Id => tenant.applications().get(&id),
        By::ClientId => tenant.find_application(id),
    });
    found.ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// `GET /applications`
pub(crate) async fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let selection = Selection::<ApplicationEntity>::parse(call.options.select.as_deref())?;
    let found = filtered(call, &tenant, false)?;
    let mut known = KnownCredentials::default();
    if selection.has_one_of(CREDENTIALS) {
        let shown = few::shown(call, &tenant, Listing::Applications, found.len())?;
        let shown = found.get(shown).unwrap_or_default().iter();
        known = load(call, shown.map(|row| row.application.client_id).collect()).await?;
    }
    let rows: Vec<ApplicationRow<'_>> = found
        .into_iter()
        .map(|row| ApplicationRow {
            credentials: known.of(row.application.client_id),
            ..row
        })
        .collect();
    few::page::<ApplicationEntity>(call, &tenant, Listing::Applications, SET, &rows)
}

/// `GET /applications/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    few::count::<ApplicationEntity>(call, &filtered(call, &tenant, true)?)
}

fn filtered<'t>(
    call: &Call<'_>,
    tenant: &'t Tenant,
    is_count: bool,
) -> Result<Vec<ApplicationRow<'t>>, GraphError> {
    let rows = tenant
        .applications()
        .values()
        .map(|application| ApplicationRow {
            tenant,
            application,
            credentials: Credentials::NONE,
        });
    few::filtered::<ApplicationEntity>(call, rows, is_count)
}

/// `GET /applications/{id}`
pub(crate) async fn get(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let application = find(call, &tenant, by)?;
    single(call, &tenant, application).await.map(Reply::json)
}

/// `POST /applications`
///
/// Whoever registers an application owns it, as in Graph; an application does not.
pub(crate) async fn create(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ManageApplications, None)?;
    let wanted = body::read(call.members()?, None)?;
    let keys = credentials::new_keys(call, &wanted.keys.unwrap_or_default())?;
    let ApplicationPatch {
        display_name,
        public_client,
        redirect_uris,
        properties,
        ..
    } = wanted.patch;
    let properties = properties.into_iter();
    let owners = match call.caller {
        Caller::User { id, .. } => vec![id],
        _ => Vec::new(),
    };
    let command = Command::AddApplication {
        client_id: None,
        display_name: display_name.unwrap_or_default(),
        permissions: Vec::new(),
        public_client: public_client.unwrap_or_default(),
        redirect_uris: redirect_uris.unwrap_or_default(),
        dormant: true,
        properties: properties
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        owners,
    };
    let also = credentials::storing_keys_of_new(keys);
    let applied = call.submit(command, Some(also)).await?;
    let application = created(&applied)?;
    let location = format!("{}/v1.0/{SET}/{}", call.origin.text(), application.id);
    let body = single(call, &applied.after, application).await?;
    Ok(Reply::created(body, location))
}

/// `PATCH /applications/{id}`
pub(crate) async fn update(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    let application = find(call, &tenant, by)?;
    let wanted = body::read(call.members()?, Some(application))?;
    let id = application.id;
    if let Some(keys) = wanted.keys {
        credentials::replace_keys(call, application, keys).await?;
    }
    if wanted.patch != ApplicationPatch::default() {
        let patch = wanted.patch;
        call.submit(Command::UpdateApplication { id, patch }, None)
            .await?;
    }
    Ok(Reply::no_content())
}

/// `DELETE /applications/{id}`: the application, its service principal and its credentials, for good.
pub(crate) async fn delete(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let id = {
        let tenant = call.read(Action::ManageApplications, None)?;
        find(call, &tenant, by)?.id
    };
    call.submit(Command::RemoveApplication { id }, None).await?;
    Ok(Reply::no_content())
}

/// The application that a command made.
fn created(applied: &Applied) -> Result<&Application, GraphError> {
    let id = match applied.outcome {
        Outcome::Created(id) => id,
        _ => Uuid::nil(),
    };
    let found = applied.after.applications().get(&id);
    found.ok_or_else(|| GraphError::not_found(id))
}

/// An application as JSON.
async fn single(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &Application,
) -> Result<Vec<u8>, GraphError> {
    let selection = Selection::<ApplicationEntity>::parse(call.options.select.as_deref())?;
    let credentials = if selection.has_one_of(CREDENTIALS) {
        load_one(call, application.client_id).await?
    } else {
        Credentials::default()
    };
    let row = ApplicationRow {
        tenant,
        application,
        credentials: &credentials,
    };
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &[SET, &selection.context, "/$entity"]);
        selection.write(out, &row);
    });
    Ok(out)
}
