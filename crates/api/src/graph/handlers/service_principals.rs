//! `/servicePrincipals`: whom applications are in the tenant, and what they may do.

use axum::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::{Action, Permission},
    application::{Application, ApplicationPatch},
};

use super::{
    applications::{By, credentials, keys, owners},
    entities, few,
    memberships::member,
    principals,
};
use crate::graph::{
    call::Call,
    credentials::{Credentials, KnownCredentials, load},
    error::GraphError,
    json,
    paging::Listing,
    refusals::{invalid_of, read_only},
    render::{
        application::CREDENTIALS,
        service_principal::{
            AppRoleAssignment, GRAPH_PRINCIPAL, GrantRow, PrincipalRow, ServicePrincipal, Who,
        },
    },
    reply::Reply,
    schema::{Selection, properties_of},
};

const SET: &str = "servicePrincipals";
/// Graph's name of service principals in texts.
const SERVICE_PRINCIPAL: &str = "ServicePrincipal";

/// The service principal that the path names.
fn find<'t>(call: &Call<'_>, tenant: &'t Tenant, by: By) -> Result<PrincipalRow<'t>, GraphError> {
    let id = Uuid::try_parse(call.key(0)).ok();
    let fits = |row: &PrincipalRow<'_>| {
        let own = match by {
            By::Id => row.id(),
            By::ClientId => row.client_id(),
        };
        id == Some(own)
    };
    let found = PrincipalRow::all(tenant).into_iter().find(fits);
    found.ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// The application whose service principal the path names. Microsoft Graph's own is nobody's to change.
fn find_application<'t>(
    call: &Call<'_>,
    tenant: &'t Tenant,
    by: By,
) -> Result<&'t Application, GraphError> {
    let row = find(call, tenant, by)?;
    row.application().ok_or_else(GraphError::forbidden)
}

/// `GET /servicePrincipals`
pub(crate) async fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let found = few::filtered::<ServicePrincipal>(call, PrincipalRow::all(&tenant), false)?;
    let shown = few::shown(call, &tenant, Listing::ServicePrincipals, found.len())?;
    let known = known_to(call, found.get(shown).unwrap_or_default()).await?;
    let rows: Vec<PrincipalRow<'_>> = found
        .into_iter()
        .map(|row| PrincipalRow {
            credentials: known.of(row.client_id()),
            ..row
        })
        .collect();
    few::page::<ServicePrincipal>(call, &tenant, Listing::ServicePrincipals, SET, &rows)
}

/// The credentials of those that are shown, if they are asked for.
async fn known_to(
    call: &Call<'_>,
    shown: &[PrincipalRow<'_>],
) -> Result<KnownCredentials, GraphError> {
    let selection = Selection::<ServicePrincipal>::parse(call.options.select.as_deref())?;
    if !selection.has_one_of(CREDENTIALS) {
        return Ok(KnownCredentials::default());
    }
    let applications = shown.iter().filter_map(PrincipalRow::application);
    let clients = applications.map(|application| application.client_id);
    load(call, clients.collect()).await
}

/// `GET /servicePrincipals/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let found = few::filtered::<ServicePrincipal>(call, PrincipalRow::all(&tenant), true)?;
    few::count::<ServicePrincipal>(call, &found)
}

/// `GET /servicePrincipals/{id}`
pub(crate) async fn get(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let row = find(call, &tenant, by)?;
    single(call, row).await.map(Reply::json)
}

async fn single(call: &Call<'_>, row: PrincipalRow<'_>) -> Result<Vec<u8>, GraphError> {
    let known = known_to(call, &[row]).await?;
    let selection = Selection::<ServicePrincipal>::parse(call.options.select.as_deref())?;
    let row = PrincipalRow {
        credentials: known.of(row.client_id()),
        ..row
    };
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &[SET, &selection.context, "/$entity"]);
        selection.write(out, &row);
    });
    Ok(out)
}

/// `POST /servicePrincipals`: an application of the tenant gets its service principal.
pub(crate) async fn create(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = {
        let tenant = call.read(Action::ManageApplications, None)?;
        let members = call.members()?;
        let client = member(&members, "appId").and_then(Value::as_str);
        let client = client.ok_or_else(|| {
            GraphError::refused(format!(
                "A value is required for property 'appId' of resource '{SERVICE_PRINCIPAL}'."
            ))
        })?;
        check_body(
            members
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("appId")),
        )?;
        let found = Uuid::try_parse(client).ok();
        let found = found.and_then(|client| tenant.find_application(client));
        let application = found.ok_or_else(|| {
            GraphError::refused(format!(
                "The appId '{client}' of the service principal does not reference a valid application object."
            ))
        })?;
        if !application.dormant {
            return Err(GraphError::new(
                StatusCode::CONFLICT,
                "Request_MultipleObjectsWithSameKeyValue",
                format!(
                    "The service principal cannot be created, updated, or restored because the service principal name {} is already in use.",
                    application.client_id
                ),
            ));
        }
        application.id
    };
    let applied = call.submit(set_dormant(id, false), None).await?;
    let tenant = &applied.after;
    let application = tenant.applications().get(&id);
    let application = application.ok_or_else(|| GraphError::not_found(id))?;
    let row = PrincipalRow {
        tenant,
        who: Who::Application(application),
        credentials: Credentials::NONE,
    };
    let location = format!("{}/v1.0/{SET}/{}", call.origin.text(), row.id());
    Ok(Reply::created(single(call, row).await?, location))
}

fn set_dormant(id: Uuid, dormant: bool) -> Command {
    let patch = ApplicationPatch {
        dormant: Some(dormant),
        ..ApplicationPatch::default()
    };
    Command::UpdateApplication { id, patch }
}

/// What clients send besides. A service principal has no properties of its own: they are its application's.
fn check_body<'m>(
    members: impl Iterator<Item = (&'m String, &'m Value)>,
) -> Result<(), GraphError> {
    let known = properties_of::<ServicePrincipal>();
    for (name, value) in members.filter(|(name, _)| !name.contains('@')) {
        let mut known = known.iter().map(|property| property.name);
        let Some(name) = known.find(|known| known.eq_ignore_ascii_case(name)) else {
            return Err(GraphError::refused(format!(
                "The property '{name}' does not exist on type 'microsoft.graph.servicePrincipal'. Make sure to only use property names that are defined by the type."
            )));
        };
        match (name, value) {
            ("accountEnabled", Value::Bool(true)) | (_, Value::Null) => {}
            (_, Value::Array(items)) if items.is_empty() => {}
            ("accountEnabled", Value::Bool(false)) => {
                return Err(GraphError::not_implemented(
                    "Disabling a service principal is not implemented. Delete it, or take its permissions.",
                ));
            }
            ("accountEnabled", _) => {
                return Err(GraphError::refused(invalid_of(name, SERVICE_PRINCIPAL)));
            }
            ("id" | "appId" | "appDisplayName", _) => {
                return Err(GraphError::refused(read_only(name)));
            }
            _ => {
                return Err(GraphError::not_implemented(format!(
                    "Setting '{name}' of a service principal is not implemented. Set it on its application."
                )));
            }
        }
    }
    Ok(())
}

/// `PATCH /servicePrincipals/{id}`: its certificates, which are its application's.
pub(crate) async fn update(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    let application = find_application(call, &tenant, by)?;
    let members = call.members()?;
    let others = members
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("keyCredentials"));
    check_body(others)?;
    match member(&members, "keyCredentials") {
        Some(Value::Array(keys)) => {
            credentials::replace_keys(call, application, keys.clone()).await?;
        }
        Some(Value::Null) | None => {}
        Some(_) => {
            return Err(GraphError::refused(invalid_of(
                "keyCredentials",
                SERVICE_PRINCIPAL,
            )));
        }
    }
    Ok(Reply::no_content())
}

/// `DELETE /servicePrincipals/{id}`: the application stays, without permissions and roles.
pub(crate) async fn delete(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let id = {
        let tenant = call.read(Action::ManageApplications, None)?;
        find_application(call, &tenant, by)?.id
    };
    call.submit(set_dormant(id, true), None).await?;
    Ok(Reply::no_content())
}

/// `POST /servicePrincipals/{id}/addPassword`
pub(crate) async fn add_password(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (id, client) = named(call)?;
    credentials::add_password_to(call, id, client).await
}

/// `POST /servicePrincipals/{id}/removePassword`
pub(crate) async fn remove_password(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (id, client) = named(call)?;
    credentials::remove_password_from(call, id, client).await
}

/// `POST /servicePrincipals/{id}/addKey`
pub(crate) async fn add_key(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    keys::add_to(call, find_application(call, &tenant, By::Id)?).await
}

/// `POST /servicePrincipals/{id}/removeKey`
pub(crate) async fn remove_key(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    keys::remove_from(call, find_application(call, &tenant, By::Id)?).await
}

/// `GET /servicePrincipals/{id}/owners`: those of its application.
pub(crate) fn list_owners(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let row = find(call, &tenant, By::Id)?;
    let owners = row.application().map(|application| &*application.owners);
    principals::list(call, &tenant, owners.unwrap_or_default())
}

/// `POST /servicePrincipals/{id}/owners/$ref`
pub(crate) async fn add_owner(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    owners::add_to(call, &tenant, find_application(call, &tenant, By::Id)?).await
}

/// `DELETE /servicePrincipals/{id}/owners/{id}/$ref`
pub(crate) async fn remove_owner(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    owners::remove_from(call, find_application(call, &tenant, By::Id)?).await
}

fn named(call: &Call<'_>) -> Result<(Uuid, Uuid), GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    let application = find_application(call, &tenant, By::Id)?;
    Ok((application.id, application.client_id))
}

/// `GET /servicePrincipals/{id}/appRoleAssignments`: the permissions of an application.
pub(crate) fn list_grants(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let row = find(call, &tenant, By::Id)?;
    let application = row.application().into_iter();
    let grants = application.flat_map(grants_of);
    entities::list::<AppRoleAssignment>(call, "appRoleAssignments", grants)
}

/// `GET /servicePrincipals/{id}/appRoleAssignedTo`: who has a permission of Microsoft Graph's.
pub(crate) fn list_granted(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadApplications, None)?;
    let row = find(call, &tenant, By::Id)?;
    let is_graph = row.application().is_none();
    let applications = tenant.applications().values().filter(|_| is_graph);
    let grants = applications.flat_map(grants_of);
    entities::list::<AppRoleAssignment>(call, "appRoleAssignments", grants)
}

fn grants_of(application: &Application) -> impl Iterator<Item = GrantRow<'_>> {
    let permissions = application.permissions.iter();
    permissions.map(|permission| GrantRow {
        application,
        permission: *permission,
    })
}

/// `POST /servicePrincipals/{id}/appRoleAssignments`, `POST /servicePrincipals/{id}/appRoleAssignedTo`: a permission is
/// granted. The path names one side of the grant, the body both.
pub(crate) async fn grant(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (id, permission) = {
        let tenant = call.read(Action::GrantPermissions, None)?;
        let row = find(call, &tenant, By::Id)?;
        let (principal, permission) = wanted_grant(call)?;
        if row.id() != principal && row.id() != GRAPH_PRINCIPAL {
            return Err(GraphError::refused(
                "The principalId in the request body does not match the service principal in the request URL.",
            ));
        }
        let mut applications = tenant.applications().values();
        let application = applications
            .find(|known| known.service_principal_id == principal && !known.dormant)
            .ok_or_else(|| GraphError::not_found(principal))?;
        if application.permissions.contains(&permission) {
            return Err(GraphError::refused(
                "Permission being assigned already exists on the object",
            ));
        }
        (application.id, permission)
    };
    let applied = change_permissions(call, id, |permissions| permissions.push(permission)).await?;
    let application = applied.after.applications().get(&id);
    let application = application.ok_or_else(|| GraphError::not_found(id))?;
    let row = GrantRow {
        application,
        permission,
    };
    let location = format!(
        "{}/v1.0{}/{}",
        call.origin.text(),
        path_below(call),
        row.id()
    );
    let reply = entities::single::<AppRoleAssignment>(call, "appRoleAssignments", &row)?;
    Ok(Reply::created(reply.body, location))
}

/// The path without its version.
fn path_below<'c>(call: &'c Call<'_>) -> &'c str {
    call.path.strip_prefix("/v1.0").unwrap_or(call.path)
}

/// Who shall have which permission.
fn wanted_grant(call: &Call<'_>) -> Result<(Uuid, Permission), GraphError> {
    let members = call.members()?;
    let id = |name: &'static str| {
        let text = member(&members, name).and_then(Value::as_str);
        let id = text.and_then(|text| Uuid::try_parse(text).ok());
        id.ok_or_else(|| GraphError::refused(invalid_of(name, "AppRoleAssignment")))
    };
    let (principal, resource, role) = (id("principalId")?, id("resourceId")?, id("appRoleId")?);
    let mut permissions = Permission::ALL.iter().copied();
    let permission = permissions.find(|permission| permission.app_role_id() == role);
    match permission.filter(|_| resource == GRAPH_PRINCIPAL) {
        Some(permission) => Ok((principal, permission)),
        None => Err(GraphError::refused(
            "Permission being assigned was not found on application",
        )),
    }
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignments/{id}`
pub(crate) async fn revoke(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (id, permission) = {
        let tenant = call.read(Action::GrantPermissions, None)?;
        find(call, &tenant, By::Id)?;
        let mut grants = tenant.applications().values().flat_map(grants_of);
        let grant = grants.find(|grant| grant.id() == call.key(1));
        let grant = grant.ok_or_else(|| GraphError::not_found(call.key(1)))?;
        (grant.application.id, grant.permission)
    };
    change_permissions(call, id, |permissions| {
        permissions.retain(|known| *known != permission);
    })
    .await?;
    Ok(Reply::no_content())
}

async fn change_permissions(
    call: &Call<'_>,
    id: Uuid,
    change: impl FnOnce(&mut Vec<Permission>),
) -> Result<zetel_engine::Applied, GraphError> {
    let mut permissions: Vec<Permission> = {
        let tenant = call.read(Action::GrantPermissions, None)?;
        let application = tenant.applications().get(&id);
        let application = application.ok_or_else(|| GraphError::not_found(id))?;
        application.permissions.iter().copied().collect()
    };
    change(&mut permissions);
    call.submit(Command::SetPermissions { id, permissions }, None)
        .await
}
