//! Applications and roles.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    access::{Permission, Role},
    application::ApplicationPatch,
    user::{UserKey, UserState},
};

use super::{Given, Model};
use crate::picture::ApplicationPicture;

impl Model {
    fn is_global_administrator(&self, id: Uuid) -> bool {
        self.roles
            .get(&id)
            .is_some_and(|roles| roles.contains(&Role::GlobalAdministrator))
    }

    /// Whether it is one and no other can act.
    pub(super) fn is_the_global_administrator(&self, id: Uuid) -> bool {
        self.is_global_administrator(id) && !self.has_other_global_administrator(id)
    }

    fn has_other_global_administrator(&self, id: Uuid) -> bool {
        let mut able = self
            .users
            .iter()
            .filter(|user| user.state == UserState::Live && user.account_enabled);
        able.any(|user| user.id != id && self.is_global_administrator(user.id))
    }

    /// Whether a live user or a service principal has an id.
    fn is_principal(&self, id: Uuid) -> bool {
        let mut applications = self.applications.values();
        self.live(&UserKey::Id(id)).is_ok()
            || applications.any(|known| known.service_principal_id == id && !known.dormant)
    }

    fn check_owners(&self, id: Uuid, patch: &ApplicationPatch) -> Result<(), Rejection> {
        let application = self.applications.get(&id);
        let application = application.ok_or(Rejection::ApplicationNotFound { id })?;
        let list = "owners";
        for id in patch.add_owners.iter().copied() {
            if !self.is_principal(id) {
                return Err(Rejection::MemberNotFound { id });
            }
            if application.owners.contains(&id) {
                return Err(Rejection::MemberExists { id, list });
            }
        }
        for id in patch.remove_owners.iter().copied() {
            if !application.owners.contains(&id) {
                return Err(Rejection::NotMember { id, list });
            }
        }
        Ok(())
    }

    fn on_updating_application(
        &mut self,
        id: Uuid,
        patch: &ApplicationPatch,
    ) -> Result<(), Rejection> {
        self.check_owners(id, patch)?;
        let application = self.applications.get_mut(&id);
        let application = application.ok_or(Rejection::ApplicationNotFound { id })?;
        if patch.display_name.as_deref() == Some("") {
            return Err(Rejection::RequiredPropertyMissing {
                name: "displayName",
            });
        }
        if let Some(name) = &patch.display_name {
            application.display_name.clone_from(name);
        }
        application.dormant = patch.dormant.unwrap_or(application.dormant);
        application.owners.extend(&patch.add_owners);
        let leaves = |owner: &Uuid| patch.remove_owners.contains(owner);
        application.owners.retain(|owner| !leaves(owner));
        for (name, value) in &patch.properties {
            application.properties.remove(name);
            application
                .properties
                .extend(value.clone().map(|value| (name.clone(), value)));
        }
        if application.dormant {
            application.permissions.clear();
            self.roles.remove(&application.service_principal_id);
        }
        Ok(())
    }

    pub(super) fn on_access(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let set = |permissions: &[Permission]| permissions.iter().copied().collect();
        match command {
            Command::AddApplication {
                client_id,
                display_name,
                permissions,
                dormant,
                properties,
                owners,
                ..
            } => {
                if display_name.is_empty() {
                    return Err(Rejection::RequiredPropertyMissing {
                        name: "displayName",
                    });
                }
                let client_id = client_id.unwrap_or_else(|| (given.new_id)());
                let mut known = self.applications.values();
                if known.any(|application| application.client_id == client_id) {
                    return Err(Rejection::ApplicationExists { client_id });
                }
                let (id, service_principal_id) = ((given.new_id)(), (given.new_id)());
                let known = self.all_ids();
                let mut new = [client_id, id, service_principal_id].into_iter();
                if let Some(id) = new.find(|id| known.contains(id)) {
                    return Err(Rejection::IdTaken { id });
                }
                let application = ApplicationPicture {
                    client_id,
                    service_principal_id,
                    display_name: display_name.clone(),
                    permissions: set(permissions),
                    dormant: *dormant,
                    properties: properties.clone(),
                    owners: owners.clone(),
                };
                self.applications.insert(id, application);
                return Ok(Outcome::Created(id));
            }
            Command::RemoveApplication { id } => {
                let removed = self.applications.remove(id);
                let removed = removed.ok_or(Rejection::ApplicationNotFound { id: *id })?;
                self.roles.remove(&removed.service_principal_id);
            }
            Command::UpdateApplication { id, patch } => self.on_updating_application(*id, patch)?,
            Command::NoteCredentials { id, .. } => {
                if !self.applications.contains_key(id) {
                    return Err(Rejection::ApplicationNotFound { id: *id });
                }
            }
            Command::SetPermissions { id, permissions } => {
                let application = self.applications.get_mut(id);
                let application = application.ok_or(Rejection::ApplicationNotFound { id: *id })?;
                if application.dormant && !permissions.is_empty() {
                    return Err(Rejection::PrincipalNotFound {
                        id: application.service_principal_id,
                    });
                }
                application.permissions = set(permissions);
            }
            Command::AssignRole { principal, role } => {
                if !self.is_principal(*principal) {
                    return Err(Rejection::PrincipalNotFound { id: *principal });
                }
                self.roles.entry(*principal).or_default().insert(*role);
            }
            Command::RemoveRole { principal, role } => {
                let Some(held) = self.roles.get(principal).filter(|held| held.contains(role))
                else {
                    return Ok(Outcome::Done);
                };
                let is_global = *role == Role::GlobalAdministrator;
                if is_global && !self.has_other_global_administrator(*principal) {
                    return Err(Rejection::LastGlobalAdministrator);
                }
                let rest: BTreeSet<Role> =
                    held.iter().copied().filter(|other| other != role).collect();
                self.roles.insert(*principal, rest);
                self.roles.retain(|_, roles| !roles.is_empty());
            }
            _ => unreachable!(),
        }
        Ok(Outcome::Done)
    }
}
