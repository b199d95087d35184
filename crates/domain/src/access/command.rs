//! Which rights a command needs.

use uuid::Uuid;

use super::{Action, Caller, Denial, authorize};
use crate::{
    assignment::Source,
    command::{Command, RestoreScope, SwapScope},
    event::{Event, Grant},
    group::{GroupOrdinal, GroupPatch},
    tenant::Tenant,
    user::{UserKey, UserOrdinal, UserPatch, UserProperty},
};

/// Judges whether a caller may give a command.
pub fn authorize_command(
    tenant: &Tenant,
    caller: &Caller,
    command: &Command,
) -> Result<(), Denial> {
    use Command as C;
    let asked = Asked { tenant, caller };
    match command {
        C::CreateTenant { .. } => match caller {
            Caller::System(_) => Ok(()),
            _ => Err(Denial::Forbidden(Action::ManageSubscriptions)),
        },
        C::ChangeProfile { .. }
        | C::AddDomain { .. }
        | C::AdoptCatalog { .. }
        | C::AddSubscription(_)
        | C::ChangeQuantity { .. }
        | C::Reactivate { .. }
        | C::SetRenewal { .. }
        | C::Cancel { .. }
        | C::Tick => asked.needs(Action::ManageSubscriptions, None),
        C::CreateUsers(_) => asked.needs(Action::WriteUsers, None),
        C::UpdateUser { user, patch } => asked.on_updating(asked.id_of(user), patch),
        C::NotePasswordChange { user } => {
            asked.needs_on_user(Action::WriteUsers, asked.id_of(user))
        }
        C::RevokeSessions { user } => asked.on_revoking(asked.id_of(user)),
        C::DeleteUser { user } => asked.needs_on_user(Action::DeleteUsers, asked.id_of(user)),
        C::RestoreUser { id } => asked.needs_on_user(Action::DeleteUsers, Some(*id)),
        C::PurgeUser { id } => asked.needs_on_user(Action::PurgeUsers, Some(*id)),
        C::AssignLicenses { user, .. } | C::ReprocessUser { user } => {
            asked.needs(Action::AssignLicenses, asked.id_of(user))
        }
        C::AssignLicensesInBulk { .. } | C::MigrateToGroups { .. } => {
            asked.needs(Action::AssignLicenses, None)
        }
        C::SwapProduct { scope, .. } => match scope {
            SwapScope::Users(_) | SwapScope::AllUsers => asked.needs(Action::AssignLicenses, None),
            SwapScope::Group(group) => asked.needs(Action::AssignGroupLicenses, Some(*group)),
        },
        C::CreateGroup(group) => {
            asked.needs(Action::WriteGroups, None)?;
            asked.needs_for_roles(group.definition.role_assignable)
        }
        C::UpdateGroup { group, patch } => asked.on_updating_group(*group, patch),
        C::DeleteGroup { group }
        | C::RestoreGroup { group }
        | C::PurgeGroup { group }
        | C::AddOwner { group, .. }
        | C::RemoveOwner { group, .. } => asked.needs_on_group(Action::WriteGroups, *group),
        C::AddMembers { group, .. } | C::RemoveMembers { group, .. } => {
            asked.needs_on_group(Action::WriteGroupMembers, *group)
        }
        C::AssignGroupLicenses { group, .. } | C::ReprocessGroup { group } => {
            asked.needs(Action::AssignGroupLicenses, Some(*group))
        }
        C::ChangePolicy { .. } => asked.needs(Action::ManagePolicy, None),
        C::EnrollDevice(_) | C::CheckIn { .. } => asked.needs(Action::EnrollDevices, None),
        C::RetireDevice { .. } | C::SyncDevice { .. } | C::RemoveDevice { .. } => {
            asked.needs(Action::ManageDevices, None)
        }
        C::ChangeDeviceSettings { .. }
        | C::ChangeLimitPolicies(_)
        | C::AddEnrollmentManager { .. }
        | C::RemoveEnrollmentManager { .. } => asked.needs(Action::ManageDeviceSettings, None),
        C::ApproveChange { .. } => asked.needs(Action::RevertChanges, None),
        C::Undo { events, .. } => asked.on_undoing(events),
        C::RestoreLicenses { events, scope, .. } => asked.on_restoring(events, scope),
        C::AddApplication { permissions, .. } => {
            asked.needs(Action::ManageApplications, None)?;
            if permissions.is_empty() {
                Ok(())
            } else {
                asked.needs(Action::GrantPermissions, None)
            }
        }
        C::RemoveApplication { .. } | C::UpdateApplication { .. } | C::NoteCredentials { .. } => {
            asked.needs(Action::ManageApplications, None)
        }
        C::SetPermissions { .. } => asked.needs(Action::GrantPermissions, None),
        C::AssignRole { .. } | C::RemoveRole { .. } => asked.needs(Action::AssignRoles, None),
    }
}

/// A question who may.
#[derive(Clone, Copy)]
struct Asked<'a> {
    tenant: &'a Tenant,
    caller: &'a Caller,
}

impl Asked<'_> {
    fn needs(self, action: Action, target: Option<Uuid>) -> Result<(), Denial> {
        authorize(self.tenant, self.caller, action, target)
    }

    fn id_of(self, key: &UserKey) -> Option<Uuid> {
        self.tenant.find_user(key).map(|user| user.id)
    }

    /// For what would let somebody take an account over or lock it out: administrators are protected.
    fn needs_on_user(self, action: Action, target: Option<Uuid>) -> Result<(), Denial> {
        self.needs(action, target)?;
        let is_administrator = target.is_some_and(|id| self.tenant.roles_of(id).next().is_some());
        if is_administrator {
            self.needs(Action::WriteAdministrators, target)
        } else {
            Ok(())
        }
    }

    /// For what a group is and who is in it: groups that can have directory roles are protected.
    fn needs_on_group(self, action: Action, group: Uuid) -> Result<(), Denial> {
        self.needs(action, Some(group))?;
        let group = self.tenant.groups().find_id(group);
        self.needs_for_roles(group.is_some_and(|(_, group)| group.definition.role_assignable))
    }

    fn needs_for_roles(self, role_assignable: bool) -> Result<(), Denial> {
        if role_assignable {
            self.needs(Action::WriteRoleAssignableGroups, None)
        } else {
            Ok(())
        }
    }

    /// Everybody may end their own sessions; those of administrators are protected from others.
    fn on_revoking(self, user: Option<Uuid>) -> Result<(), Denial> {
        match self.caller {
            Caller::User { id, .. } if user == Some(*id) => {
                self.needs(Action::RevokeSessions, user)
            }
            _ => self.needs_on_user(Action::RevokeSessions, user),
        }
    }

    fn on_updating(self, user: Option<Uuid>, patch: &UserPatch) -> Result<(), Denial> {
        if is_only_usage_location(patch) {
            self.needs(Action::SetUsageLocation, user)
        } else if is_sensitive(patch) {
            self.needs_on_user(Action::WriteUsers, user)
        } else {
            self.needs(Action::WriteUsers, user)
        }
    }

    fn on_updating_group(self, group: Uuid, patch: &GroupPatch) -> Result<(), Denial> {
        if !patch.add_members.is_empty() {
            self.needs_on_group(Action::WriteGroupMembers, group)?;
        }
        if adds_only_members(patch) {
            Ok(())
        } else {
            self.needs_on_group(Action::WriteGroups, group)
        }
    }

    /// Undoing a change needs the right to change what it changed.
    fn on_undoing(self, events: &[Event]) -> Result<(), Denial> {
        self.needs(Action::RevertChanges, None)?;
        events.iter().try_for_each(|event| self.on_inverse(event))
    }

    /// Putting licenses back needs, besides, the right to change the members of the groups that gave them.
    fn on_restoring(self, events: &[Event], scope: &RestoreScope) -> Result<(), Denial> {
        self.needs(Action::RevertChanges, None)?;
        match scope {
            RestoreScope::Tenant => self.needs(Action::AssignLicenses, None)?,
            RestoreScope::User(key) => self.needs(Action::AssignLicenses, self.id_of(key))?,
            RestoreScope::Group(group) => self.needs(Action::AssignGroupLicenses, Some(*group))?,
        }
        events
            .iter()
            .filter(|event| self.is_put_back(event, scope))
            .try_for_each(|event| self.on_inverse(event))
    }

    /// Whether putting licenses back may invert an event: changes of members and of what groups give.
    fn is_put_back(self, event: &Event, scope: &RestoreScope) -> bool {
        let of_group = match event {
            Event::MembersAdded { group, .. }
            | Event::MembersRemoved { group, .. }
            | Event::SubgroupAdded { group, .. }
            | Event::SubgroupRemoved { group, .. }
            | Event::GroupLicensesChanged { group, .. } => *group,
            _ => return false,
        };
        match scope {
            RestoreScope::Tenant => true,
            RestoreScope::Group(id) => self.id_of_group(of_group) == Some(*id),
            RestoreScope::User(key) => {
                let user = self.tenant.find_user(key).map(|user| user.ordinal);
                let users = event.users();
                user.is_some_and(|user| users.is_some_and(|users| users.contains(user)))
            }
        }
    }

    fn id_of_group(self, group: GroupOrdinal) -> Option<Uuid> {
        self.tenant.groups().get(group).map(|group| group.id)
    }

    /// What undoing one event needs besides [`Action::RevertChanges`].
    fn on_inverse(self, event: &Event) -> Result<(), Denial> {
        let on_user = |action, user: UserOrdinal| {
            let id = self.tenant.users().view(user).map(|user| user.id);
            self.needs_on_user(action, id)
        };
        let on_group = |action, group: GroupOrdinal| match self.id_of_group(group) {
            Some(id) => self.needs_on_group(action, id),
            None => self.needs(action, None),
        };
        match event {
            Event::TenantCreated { .. }
            | Event::ProfileChanged { .. }
            | Event::DomainAdded { .. }
            | Event::CatalogAdopted { .. }
            | Event::ProductAdded { .. }
            | Event::SubscriptionAdded { .. }
            | Event::QuantityChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Renewed { .. }
            | Event::PlansSwitchedOff { .. } => self.needs(Action::ManageSubscriptions, None),
            Event::UserCreated { user, .. }
            | Event::UserDeleted { user, .. }
            | Event::UserRestored { user } => on_user(Action::DeleteUsers, *user),
            Event::UserPurged { user } => on_user(Action::PurgeUsers, *user),
            Event::UserUpdated { user, .. } | Event::PasswordChanged { user, .. } => {
                on_user(Action::WriteUsers, *user)
            }
            Event::SessionsRevoked { user, .. } => on_user(Action::RevokeSessions, *user),
            Event::ApplicationAdded { .. }
            | Event::ApplicationRemoved { .. }
            | Event::ApplicationChanged { .. }
            | Event::CredentialsChanged { .. } => self.needs(Action::ManageApplications, None),
            Event::PermissionsChanged { .. } => self.needs(Action::GrantPermissions, None),
            Event::RoleAssigned { .. } | Event::RoleRemoved { .. } => {
                self.needs(Action::AssignRoles, None)
            }
            Event::GroupCreated { group, .. }
            | Event::GroupUpdated { group, .. }
            | Event::GroupDeleted { group, .. }
            | Event::GroupRestored { group, .. }
            | Event::GroupPurged { group }
            | Event::OwnerAdded { group, .. }
            | Event::OwnerRemoved { group, .. } => on_group(Action::WriteGroups, *group),
            // Nobody chooses the members of a dynamic group, so nobody is asked about them.
            Event::MembersAdded { group, .. } | Event::MembersRemoved { group, .. }
                if self.is_dynamic(*group) =>
            {
                Ok(())
            }
            Event::MembersAdded { group, .. }
            | Event::MembersRemoved { group, .. }
            | Event::SubgroupAdded { group, .. }
            | Event::SubgroupRemoved { group, .. } => on_group(Action::WriteGroupMembers, *group),
            Event::GroupLicensesChanged { group, .. } => {
                self.needs(Action::AssignGroupLicenses, self.id_of_group(*group))
            }
            Event::PolicyChanged { .. } => self.needs(Action::ManagePolicy, None),
            Event::DeviceEnrolled { .. }
            | Event::DeviceChanged { .. }
            | Event::DeviceContacted { .. }
            | Event::DeviceRemoved { .. } => self.needs(Action::ManageDevices, None),
            Event::DeviceSettingsChanged { .. }
            | Event::LimitPoliciesChanged { .. }
            | Event::EnrollmentManagerAdded { .. }
            | Event::EnrollmentManagerRemoved { .. } => {
                self.needs(Action::ManageDeviceSettings, None)
            }
            Event::AssignmentsChanged { removed, added, .. }
                if removed.iter().chain(added).any(is_direct) =>
            {
                self.needs(Action::AssignLicenses, None)
            }
            Event::AssignmentsChanged { .. }
            | Event::Decided { .. }
            | Event::ChangeApproved { .. }
            | Event::RuleOscillated { .. }
            | Event::GroupReprocessed { .. }
            | Event::UserReprocessed { .. }
            | Event::Reverted { .. } => Ok(()),
        }
    }

    fn is_dynamic(self, group: GroupOrdinal) -> bool {
        let group = self.tenant.groups().get(group);
        group.is_some_and(|group| group.definition.is_dynamic())
    }
}

fn is_direct(grant: &Grant) -> bool {
    grant.source == Source::Direct
}

fn adds_only_members(patch: &GroupPatch) -> bool {
    !patch.add_members.is_empty()
        && patch.display_name.is_none()
        && patch.description.is_none()
        && patch.mail_nickname.is_none()
        && patch.mail.is_none()
        && patch.mail_enabled.is_none()
        && patch.security_enabled.is_none()
        && patch.unified.is_none()
        && patch.visibility.is_none()
        && patch.rule.is_none()
        && patch.rule_paused.is_none()
        && patch.priority.is_none()
        && patch.other.is_empty()
        && patch.add_owners.is_empty()
}

fn is_only_usage_location(patch: &UserPatch) -> bool {
    patch.usage_location.is_some()
        && patch.account_enabled.is_none()
        && patch.user_type.is_none()
        && patch.properties.is_empty()
}

/// What would let somebody take an administrator's account over or lock it out.
fn is_sensitive(patch: &UserPatch) -> bool {
    let takes_over = [
        UserProperty::UserPrincipalName,
        UserProperty::Mail,
        UserProperty::OtherMails,
        UserProperty::MobilePhone,
        UserProperty::BusinessPhones,
        UserProperty::OnPremisesImmutableId,
    ];
    patch.account_enabled.is_some()
        || patch.user_type.is_some()
        || takes_over
            .iter()
            .any(|property| patch.properties.contains_key(property))
}
