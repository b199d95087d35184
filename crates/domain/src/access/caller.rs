//! Who asks, and whether they may.

use uuid::Uuid;

use super::{Action, Scopes, anybody_may, owner_may, permission_allows, role_allows};
use crate::{tenant::Tenant, user::UserOrdinal};

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
    /// The application or its service principal was removed, or the user was deleted or disabled, after the token was issued.
    UnknownCaller,
    /// The caller lacks the rights.
    Forbidden(Action),
    /// The caller has the rights, but administrators of this tenant need a license for device management, and this one
    /// has none.
    UnlicensedAdministrator,
}

/// Judges whether a caller may do something, on a user, on a group or on nothing in particular.
///
/// An application in its own name may do what a permission or a directory role allows; a user what a directory role,
/// or owning the group, and one of the scopes allow; both what everybody may.
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
                .filter(|application| !application.dormant)
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
            let owns_it = || owner_may(action) && owns(tenant, user.ordinal, target);
            let is_own = anybody_may(action, target == Some(user.id));
            let allowed = is_own || (scopes.allow(action) && (has_role() || owns_it()));
            let needs_license = !is_own && action.needs_licensed_administrator();
            if allowed && needs_license && !tenant.may_administer_devices(user.ordinal) {
                return Err(Denial::UnlicensedAdministrator);
            }
            allowed
        }
    };
    if allowed {
        Ok(())
    } else {
        Err(Denial::Forbidden(action))
    }
}

/// Whether a user owns a group.
fn owns(tenant: &Tenant, user: UserOrdinal, group: Option<Uuid>) -> bool {
    group
        .and_then(|id| tenant.find_group(id))
        .is_some_and(|(_, group)| group.owners.contains(&user))
}
