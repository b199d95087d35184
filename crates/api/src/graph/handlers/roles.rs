//! Directory roles and who has them: `/directoryRoles`, `/roleManagement/directory`.

use serde_json::Value;
use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::{Action, Role},
};

use super::{entities, few, memberships::member, principals};
use crate::graph::{
    call::Call,
    error::GraphError,
    paging::Listing,
    references,
    refusals::{invalid_of, required_of},
    render::role::{DirectoryRole, RoleAssignment, RoleAssignmentRow, RoleDefinition, role_with},
    reply::Reply,
};

const ASSIGNMENTS: &str = "roleManagement/directory/roleAssignments";
const DEFINITIONS: &str = "roleManagement/directory/roleDefinitions";
const ASSIGNMENT: &str = "UnifiedRoleAssignment";

/// The role that the path names; its id is that of its template.
fn named(call: &Call<'_>) -> Result<Role, GraphError> {
    let template = Uuid::try_parse(call.key(0)).ok();
    let role = template.and_then(role_with);
    role.ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// `GET /directoryRoles`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ReadRoles, None)?;
    let roles = few::filtered::<DirectoryRole>(call, Role::ALL.iter().copied(), false)?;
    entities::list::<DirectoryRole>(call, "directoryRoles", roles.into_iter())
}

/// `GET /directoryRoles/{id}`, `GET /directoryRoles(roleTemplateId='{id}')`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ReadRoles, None)?;
    entities::single::<DirectoryRole>(call, "directoryRoles", &named(call)?)
}

/// `GET /directoryRoles/{id}/members`: users, then service principals.
pub(crate) fn members(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadRoles, None)?;
    let role = named(call)?;
    let has_role = |row: &RoleAssignmentRow| row.role == role;
    let holders = RoleAssignmentRow::all(&tenant).filter(has_role);
    let holders: Vec<Uuid> = holders.map(|row| row.principal).collect();
    principals::list(call, &tenant, &holders)
}

/// `POST /directoryRoles/{id}/members/$ref`
pub(crate) async fn add_member(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (principal, role) = {
        let tenant = call.read(Action::AssignRoles, None)?;
        let role = named(call)?;
        (principals::referred(call, &tenant)?, role)
    };
    if let Some(error) = already(call, principal, role)? {
        return Err(error);
    }
    call.submit(Command::AssignRole { principal, role }, None)
        .await?;
    Ok(Reply::no_content())
}

/// `DELETE /directoryRoles/{id}/members/{id}/$ref`
pub(crate) async fn remove_member(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (principal, role) = {
        let tenant = call.read(Action::AssignRoles, None)?;
        let role = named(call)?;
        let principal = references::parse_id(call.key(1))?;
        if !tenant.roles_of(principal).any(|held| held == role) {
            return Err(GraphError::not_found(principal));
        }
        (principal, role)
    };
    call.submit(Command::RemoveRole { principal, role }, None)
        .await?;
    Ok(Reply::no_content())
}

/// `GET /roleManagement/directory/roleDefinitions`
pub(crate) fn list_definitions(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ReadRoles, None)?;
    let roles = few::filtered::<RoleDefinition>(call, Role::ALL.iter().copied(), false)?;
    entities::list::<RoleDefinition>(call, DEFINITIONS, roles.into_iter())
}

/// `GET /roleManagement/directory/roleDefinitions/{id}`
pub(crate) fn get_definition(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ReadRoles, None)?;
    entities::single::<RoleDefinition>(call, DEFINITIONS, &named(call)?)
}

/// `GET /roleManagement/directory/roleAssignments`
pub(crate) fn list_assignments(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadRoles, None)?;
    let rows = few::filtered::<RoleAssignment>(call, RoleAssignmentRow::all(&tenant), false)?;
    few::page::<RoleAssignment>(call, &tenant, Listing::RoleAssignments, ASSIGNMENTS, &rows)
}

/// `GET /roleManagement/directory/roleAssignments/{id}`
pub(crate) fn get_assignment(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadRoles, None)?;
    entities::single::<RoleAssignment>(call, ASSIGNMENTS, &assignment(call, &tenant)?)
}

/// The assignment that the path names, if somebody has it.
fn assignment(call: &Call<'_>, tenant: &Tenant) -> Result<RoleAssignmentRow, GraphError> {
    let row = RoleAssignmentRow::parse(call.key(0));
    let held = row.filter(|row| {
        let mut roles = tenant.roles_of(row.principal);
        roles.any(|role| role == row.role)
    });
    held.ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// `POST /roleManagement/directory/roleAssignments`
pub(crate) async fn assign(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::AssignRoles, None)?;
    let row = wanted(call)?;
    let RoleAssignmentRow { principal, role } = row;
    if let Some(error) = already(call, principal, role)? {
        return Err(error);
    }
    call.submit(Command::AssignRole { principal, role }, None)
        .await?;
    let location = format!("{}/v1.0/{ASSIGNMENTS}/{}", call.origin.text(), row.id());
    let reply = entities::single::<RoleAssignment>(call, ASSIGNMENTS, &row)?;
    Ok(Reply::created(reply.body, location))
}

/// Who shall have which role, in the whole tenant.
fn wanted(call: &Call<'_>) -> Result<RoleAssignmentRow, GraphError> {
    let members = call.members()?;
    let text = |name: &'static str| {
        let text = member(&members, name).and_then(Value::as_str);
        text.ok_or_else(|| GraphError::refused(required_of(name, ASSIGNMENT)))
    };
    let wrong = |name: &str| GraphError::refused(invalid_of(name, ASSIGNMENT));
    let id = |name| Uuid::try_parse(text(name)?).map_err(|_| wrong(name));
    let role = role_with(id("roleDefinitionId")?).ok_or_else(|| wrong("roleDefinitionId"))?;
    if text("directoryScopeId")? != "/" {
        return Err(GraphError::not_implemented(
            "Roles for a part of the tenant are not implemented. Use the directoryScopeId '/'.",
        ));
    }
    let principal = id("principalId")?;
    Ok(RoleAssignmentRow { principal, role })
}

/// Graph's refusal of a role that somebody has already.
fn already(call: &Call<'_>, principal: Uuid, role: Role) -> Result<Option<GraphError>, GraphError> {
    let tenant = call.read(Action::AssignRoles, None)?;
    let held = tenant.roles_of(principal).any(|held| held == role);
    Ok(held.then(|| {
        GraphError::refused("A conflicting object with one or more of the specified property values is present in the directory.")
    }))
}

/// `DELETE /roleManagement/directory/roleAssignments/{id}`
pub(crate) async fn unassign(call: &Call<'_>) -> Result<Reply, GraphError> {
    let RoleAssignmentRow { principal, role } = {
        let tenant = call.read(Action::AssignRoles, None)?;
        assignment(call, &tenant)?
    };
    call.submit(Command::RemoveRole { principal, role }, None)
        .await?;
    Ok(Reply::no_content())
}
