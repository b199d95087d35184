//! Decisions about applications and directory roles.

use uuid::Uuid;

use super::{Context, Outcome, Plan};
use crate::{
    access::{Permission, Role},
    application::Application,
    event::Event,
    rejection::Rejection,
    tenant::Tenant,
};

/// An application to be registered.
pub struct NewApplication<'a> {
    pub client_id: Option<Uuid>,
    pub display_name: &'a str,
    pub permissions: &'a [Permission],
    pub public_client: bool,
    pub redirect_uris: &'a [String],
}

pub fn add_application(
    tenant: &Tenant,
    wanted: &NewApplication<'_>,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    if wanted.display_name.is_empty() {
        return Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        });
    }
    if wanted.display_name.chars().count() > 256 {
        return Err(Rejection::PropertyTooLong {
            name: "displayName",
            max_length: 256,
        });
    }
    let client_id = wanted.client_id.unwrap_or_else(|| (context.new_id)());
    if tenant.find_application(client_id).is_some() {
        return Err(Rejection::ApplicationExists { client_id });
    }
    let id = (context.new_id)();
    let service_principal_id = (context.new_id)();
    if let Some(id) = [client_id, id, service_principal_id]
        .into_iter()
        .find(|id| is_taken(tenant, *id))
    {
        return Err(Rejection::IdTaken { id });
    }
    let application = Application {
        id,
        client_id,
        service_principal_id,
        display_name: wanted.display_name.to_owned(),
        permissions: wanted.permissions.iter().copied().collect(),
        public_client: wanted.public_client,
        redirect_uris: wanted.redirect_uris.to_vec(),
        created: context.now,
    };
    Ok(Plan {
        events: vec![Event::ApplicationAdded { application }],
        outcome: Outcome::Created(id),
    })
}

/// Whether a user has or had an id, or an application has it.
fn is_taken(tenant: &Tenant, id: Uuid) -> bool {
    let mut applications = tenant.applications().values();
    tenant.users().has_id(id) || applications.any(|known| known.ids().contains(&id))
}

pub fn remove_application(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    if !tenant.applications().contains_key(&id) {
        return Err(Rejection::ApplicationNotFound { id });
    }
    Ok(Plan::of(vec![Event::ApplicationRemoved { id }]))
}

pub fn set_permissions(
    tenant: &Tenant,
    id: Uuid,
    permissions: &[Permission],
) -> Result<Plan, Rejection> {
    let application = tenant
        .applications()
        .get(&id)
        .ok_or(Rejection::ApplicationNotFound { id })?;
    if permissions
        .iter()
        .copied()
        .collect::<std::collections::BTreeSet<_>>()
        == application.permissions
    {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Event::PermissionsChanged {
        id,
        permissions: permissions.to_vec(),
    }]))
}

pub fn assign_role(tenant: &Tenant, principal: Uuid, role: Role) -> Result<Plan, Rejection> {
    let is_user = tenant
        .users()
        .find_id(principal)
        .is_some_and(|user| user.is_live());
    let is_service_principal = tenant
        .applications()
        .values()
        .any(|application| application.service_principal_id == principal);
    if !is_user && !is_service_principal {
        return Err(Rejection::PrincipalNotFound { id: principal });
    }
    if tenant.roles_of(principal).any(|held| held == role) {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Event::RoleAssigned { principal, role }]))
}

pub fn remove_role(tenant: &Tenant, principal: Uuid, role: Role) -> Result<Plan, Rejection> {
    if !tenant.roles_of(principal).any(|held| held == role) {
        return Ok(Plan::default());
    }
    if role == Role::GlobalAdministrator && is_last_global_administrator(tenant, principal) {
        return Err(Rejection::LastGlobalAdministrator);
    }
    Ok(Plan::of(vec![Event::RoleRemoved { principal, role }]))
}

/// Whether no live and enabled user but this one is a Global Administrator.
pub fn is_last_global_administrator(tenant: &Tenant, principal: Uuid) -> bool {
    !tenant.role_assignments().iter().any(|(other, roles)| {
        *other != principal
            && roles.contains(&Role::GlobalAdministrator)
            && tenant
                .users()
                .find_id(*other)
                .is_some_and(|user| user.is_live() && user.head.account_enabled)
    })
}
