//! Who asks, and whether they may.

use uuid::Uuid;

use super::{Action, Scopes, anybody_may, permission_allows, role_allows};
use crate::{
    command::Command,
    tenant::Tenant,
    user::{UserKey, UserPatch, UserProperty},
};

/// Who wants something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Zetel itself: the clock, the command line on the server's own machine, synchronization. It may do everything.
    System(&'static str),
    /// An application in its own name.
    Application {
        /// Its client id.
        client_id: Uuid,
    },
    /// A user, through an application.
    User {
        /// The user's object id.
        id: Uuid,
        /// What the application may do in the user's name.
        scopes: Scopes,
    },
}

impl std::fmt::Display for Caller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System(name) => write!(formatter, "system:{name}"),
            Self::Application { client_id } => write!(formatter, "application:{client_id}"),
            Self::User { id, .. } => write!(formatter, "user:{id}"),
        }
    }
}

/// Why a caller may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The application was removed, or the user was deleted or disabled, after the token was issued.
    UnknownCaller,
    /// The caller lacks the rights.
    Forbidden(Action),
}

/// Judges whether a caller may do something, on a user or on nobody in particular.
///
/// An application in its own name may do what a permission or a directory role allows; a user what a directory role
/// and one of the scopes allow; both what everybody may.
pub fn authorize(
    tenant: &Tenant,
    caller: &Caller,
    action: Action,
    target: Option<Uuid>,
) -> Result<(), Denial> {
    let allowed = match caller {
        Caller::System(_) => true,
        Caller::Application { client_id } => {
            let application = tenant
                .find_application(*client_id)
                .ok_or(Denial::UnknownCaller)?;
            application
                .permissions
                .iter()
                .any(|permission| permission_allows(*permission, action))
                || tenant
                    .roles_of(application.service_principal_id)
                    .any(|role| role_allows(role, action))
                || anybody_may(action, false)
        }
        Caller::User { id, scopes } => {
            let user = tenant
                .users()
                .find_id(*id)
                .filter(|user| user.is_live() && user.head.account_enabled);
            let user = user.ok_or(Denial::UnknownCaller)?;
            let has_role = || {
                tenant
                    .roles_of(user.id)
                    .any(|role| role_allows(role, action))
            };
            anybody_may(action, target == Some(user.id)) || (scopes.allow(action) && has_role())
        }
    };
    if allowed {
        Ok(())
    } else {
        Err(Denial::Forbidden(action))
    }
}

/// Judges whether a caller may give a command.
pub fn authorize_command(
    tenant: &Tenant,
    caller: &Caller,
    command: &Command,
) -> Result<(), Denial> {
    let id_of = |key: &UserKey| tenant.find_user(key).map(|user| user.id);
    let needs = |action, target| authorize(tenant, caller, action, target);
    let needs_on_user = |action, target: Option<Uuid>| {
        needs(action, target)?;
        let is_administrator = target.is_some_and(|id| tenant.roles_of(id).next().is_some());
        if is_administrator {
            needs(Action::WriteAdministrators, target)
        } else {
            Ok(())
        }
    };
    match command {
        Command::CreateTenant { .. } => match caller {
            Caller::System(_) => Ok(()),
            _ => Err(Denial::Forbidden(Action::ManageSubscriptions)),
        },
        Command::ChangeProfile { .. }
        | Command::AddDomain { .. }
        | Command::AdoptCatalog { .. }
        | Command::AddSubscription(_)
        | Command::ChangeQuantity { .. }
        | Command::Reactivate { .. }
        | Command::SetRenewal { .. }
        | Command::Cancel { .. }
        | Command::Tick => needs(Action::ManageSubscriptions, None),
        Command::CreateUsers(_) => needs(Action::WriteUsers, None),
        Command::UpdateUser { user, patch } if is_only_usage_location(patch) => {
            needs(Action::SetUsageLocation, id_of(user))
        }
        Command::UpdateUser { user, patch } if is_sensitive(patch) => {
            needs_on_user(Action::WriteUsers, id_of(user))
        }
        Command::UpdateUser { user, .. } => needs(Action::WriteUsers, id_of(user)),
        Command::NotePasswordChange { user } => needs_on_user(Action::WriteUsers, id_of(user)),
        Command::DeleteUser { user } => needs_on_user(Action::DeleteUsers, id_of(user)),
        Command::RestoreUser { id } => needs_on_user(Action::DeleteUsers, Some(*id)),
        Command::PurgeUser { id } => needs_on_user(Action::PurgeUsers, Some(*id)),
        Command::AssignLicenses { user, .. } => needs(Action::AssignLicenses, id_of(user)),
        Command::AssignLicensesInBulk { .. } => needs(Action::AssignLicenses, None),
        Command::AddApplication { .. }
        | Command::RemoveApplication { .. }
        | Command::SetPermissions { .. }
        | Command::AssignRole { .. }
        | Command::RemoveRole { .. } => needs(Action::ManageApplications, None),
    }
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
