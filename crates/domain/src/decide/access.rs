//! Decisions about applications and directory roles.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Context, Outcome, Plan, groups::MAX_OWNERS};
use crate::{
    access::{Permission, Role},
    application::{Application, ApplicationPatch},
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
    pub dormant: bool,
    pub properties: &'a BTreeMap<String, String>,
    pub owners: &'a [Uuid],
}

pub fn add_application(
    tenant: &Tenant,
    wanted: &NewApplication<'_>,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    check_name(wanted.display_name)?;
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
    let mut owners = Vec::new();
    add_owners(tenant, &mut owners, wanted.owners)?;
    let application = Application {
        id,
        client_id,
        service_principal_id,
        display_name: wanted.display_name.to_owned(),
        permissions: wanted.permissions.iter().copied().collect(),
        public_client: wanted.public_client,
        redirect_uris: wanted.redirect_uris.to_vec(),
        created: context.now,
        dormant: wanted.dormant,
        properties: wanted.properties.clone(),
        owners,
    };
    Ok(Plan {
        events: vec![Event::ApplicationAdded { application }],
        outcome: Outcome::Created(id),
    })
}

fn check_name(name: &str) -> Result<(), Rejection> {
    if name.is_empty() {
        return Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        });
    }
    if name.chars().count() > 256 {
        return Err(Rejection::PropertyTooLong {
            name: "displayName",
            max_length: 256,
        });
    }
    Ok(())
}

/// Whether a user has or had an id, or an application has it.
fn is_taken(tenant: &Tenant, id: Uuid) -> bool {
    let mut applications = tenant.applications().values();
    tenant.users().has_id(id) || applications.any(|known| known.ids().contains(&id))
}

pub fn remove_application(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    find(tenant, id)?;
    Ok(Plan::of(vec![Event::ApplicationRemoved { id }]))
}

pub fn update_application(
    tenant: &Tenant,
    id: Uuid,
    patch: &ApplicationPatch,
) -> Result<Plan, Rejection> {
    let before = find(tenant, id)?;
    let mut after = before.clone();
    if let Some(name) = &patch.display_name {
        check_name(name)?;
        after.display_name.clone_from(name);
    }
    if let Some(public_client) = patch.public_client {
        after.public_client = public_client;
    }
    if let Some(redirect_uris) = &patch.redirect_uris {
        after.redirect_uris.clone_from(redirect_uris);
    }
    if let Some(dormant) = patch.dormant {
        after.dormant = dormant;
    }
    for (name, value) in &patch.properties {
        match value {
            Some(value) => after.properties.insert(name.clone(), value.clone()),
            None => after.properties.remove(name),
        };
    }
    add_owners(tenant, &mut after.owners, &patch.add_owners)?;
    remove_owners(&mut after.owners, &patch.remove_owners)?;
    let mut events = Vec::new();
    if after.dormant && !before.dormant {
        events.extend(losses(tenant, before));
        // They went with an event of their own.
        after.permissions.clear();
    }
    if after != *before {
        events.push(Event::ApplicationChanged { application: after });
    }
    Ok(Plan::of(events))
}

fn add_owners(tenant: &Tenant, owners: &mut Vec<Uuid>, added: &[Uuid]) -> Result<(), Rejection> {
    for id in added {
        if !is_principal(tenant, *id) {
            return Err(Rejection::MemberNotFound { id: *id });
        }
        if owners.contains(id) {
            return Err(Rejection::MemberExists {
                id: *id,
                list: "owners",
            });
        }
        if owners.len() >= MAX_OWNERS as usize {
            return Err(Rejection::LimitReached {
                what: "owners of an application",
                limit: MAX_OWNERS,
            });
        }
        owners.push(*id);
    }
    Ok(())
}

fn remove_owners(owners: &mut Vec<Uuid>, removed: &[Uuid]) -> Result<(), Rejection> {
    for id in removed {
        let place = owners.iter().position(|owner| owner == id);
        let place = place.ok_or(Rejection::NotMember {
            id: *id,
            list: "owners",
        })?;
        owners.remove(place);
    }
    Ok(())
}

/// Whether a live user or a service principal has an id.
fn is_principal(tenant: &Tenant, id: Uuid) -> bool {
    let user = tenant.users().find_id(id);
    let mut applications = tenant.applications().values();
    user.is_some_and(|user| user.is_live())
        || applications.any(|known| known.service_principal_id == id && !known.dormant)
}

/// What goes with a service principal: its permissions and its roles.
fn losses(tenant: &Tenant, application: &Application) -> Vec<Event> {
    let permissions = (!application.permissions.is_empty()).then(|| Event::PermissionsChanged {
        id: application.id,
        permissions: Vec::new(),
    });
    let principal = application.service_principal_id;
    let roles = tenant
        .roles_of(principal)
        .map(|role| Event::RoleRemoved { principal, role });
    permissions.into_iter().chain(roles).collect()
}

pub fn note_credentials(
    tenant: &Tenant,
    id: Uuid,
    added: &[Uuid],
    removed: &[Uuid],
) -> Result<Plan, Rejection> {
    find(tenant, id)?;
    Ok(Plan::of(vec![Event::CredentialsChanged {
        id,
        added: added.to_vec(),
        removed: removed.to_vec(),
    }]))
}

fn find(tenant: &Tenant, id: Uuid) -> Result<&Application, Rejection> {
    tenant
        .applications()
        .get(&id)
        .ok_or(Rejection::ApplicationNotFound { id })
}

pub fn set_permissions(
    tenant: &Tenant,
    id: Uuid,
    permissions: &[Permission],
) -> Result<Plan, Rejection> {
    let application = find(tenant, id)?;
    if application.dormant && !permissions.is_empty() {
        return Err(Rejection::PrincipalNotFound {
            id: application.service_principal_id,
        });
    }
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
    if !is_principal(tenant, principal) {
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
