//! Decisions about users (licensing.md 1.3, 2.5 and 3.8).

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Context, Outcome, Plan, consequences::Work};
use crate::{
    access::Role,
    application::Application,
    event::{Apart, Event},
    rejection::Rejection,
    tenant::Tenant,
    user::{
        NewUser, Properties, PropertyValue, UserKey, UserOrdinal, UserPatch, UserProperty,
        UserState, UserView, is_principal_name, principal_name_domain, property, record,
    },
};

/// Days that a deleted user can be restored.
pub const RECYCLE_BIN_DAYS: i64 = 30;

pub fn create(
    tenant: &Tenant,
    users: &[NewUser],
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let first = tenant.users().len();
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    if users.iter().any(|user| user.id.is_some()) {
        let applications = tenant.applications().values();
        ids.extend(applications.flat_map(Application::ids));
    }
    let mut events = Vec::with_capacity(users.len());
    for (ordinal, user) in (first..).map(UserOrdinal).zip(users) {
        let principal_name = check_new(tenant, user, context.is_system)?;
        let folded = principal_name.to_ascii_lowercase();
        if tenant.users().find_principal_name(&folded).is_some() || !names.insert(folded) {
            return Err(Rejection::PrincipalNameTaken {
                principal_name: principal_name.to_owned(),
            });
        }
        let id = user.id.unwrap_or_else(|| (context.new_id)());
        if tenant.users().has_id(id) || !ids.insert(id) {
            return Err(Rejection::IdTaken { id });
        }
        events.push(Event::UserCreated {
            user: ordinal,
            id,
            at: context.now,
            account_enabled: user.account_enabled,
            user_type: user.user_type,
            usage_location: user.usage_location,
            record: Apart::Here(record::pack(&user.properties)),
        });
    }
    let outcome = Outcome::Users((first..).map(UserOrdinal).take(users.len()).collect());
    Ok(Plan {
        outcome,
        ..super::follow(tenant, events, context)
    })
}

fn check_new<'a>(
    tenant: &Tenant,
    user: &'a NewUser,
    is_system: bool,
) -> Result<&'a str, Rejection> {
    crate::user::check_required(&user.properties)?;
    for (property, value) in &user.properties {
        crate::user::check_value(*property, value, is_system)?;
    }
    let Some(PropertyValue::Text(principal_name)) =
        user.properties.get(&UserProperty::UserPrincipalName)
    else {
        return Err(Rejection::RequiredPropertyMissing {
            name: "userPrincipalName",
        });
    };
    check_principal_name(tenant, principal_name)?;
    Ok(principal_name)
}

fn check_principal_name(tenant: &Tenant, principal_name: &str) -> Result<(), Rejection> {
    if !is_principal_name(principal_name) {
        return Err(Rejection::InvalidProperty {
            name: "userPrincipalName",
        });
    }
    let domain = principal_name_domain(principal_name);
    if tenant
        .domains()
        .iter()
        .any(|verified| verified.name == domain)
    {
        Ok(())
    } else {
        Err(Rejection::DomainNotVerified { domain })
    }
}

pub fn update(
    tenant: &Tenant,
    key: &UserKey,
    patch: &UserPatch,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let user = find(tenant, key)?;
    let old = user.record.properties();
    let mut new = old.clone();
    for (property, value) in &patch.properties {
        if let Some(value) = value {
            crate::user::check_value(*property, value, context.is_system)?;
            new.insert(*property, value.clone());
        } else {
            let is_writable = property.schema().writable == property::Writable::Yes;
            if !is_writable && !context.is_system {
                return Err(Rejection::ReadOnlyProperty {
                    name: property.schema().name,
                });
            }
            new.remove(property);
        }
    }
    crate::user::check_required(&new)?;
    check_rename(tenant, &user, &new)?;

    let head = user.head;
    let account_enabled = patch.account_enabled.unwrap_or(head.account_enabled);
    let user_type = patch.user_type.unwrap_or(head.user_type);
    let usage_location = patch.usage_location.unwrap_or(head.usage_location);
    if head.account_enabled && !account_enabled {
        check_other_administrator(tenant, &user)?;
    }
    let changed: Vec<u8> = patch
        .properties
        .keys()
        .filter(|property| old.get(property) != new.get(property))
        .map(|property| property.tag())
        .collect();
    let outcome = Outcome::User(user.ordinal);
    if (account_enabled, user_type, usage_location)
        == (head.account_enabled, head.user_type, head.usage_location)
        && changed.is_empty()
    {
        return Ok(Plan {
            outcome,
            ..Plan::default()
        });
    }
    let event = Event::UserUpdated {
        user: user.ordinal,
        account_enabled,
        user_type,
        usage_location,
        changed,
        record: Apart::Here(record::pack(&new)),
    };
    Ok(Plan {
        outcome,
        ..super::follow(tenant, vec![event], context)
    })
}

pub fn check_rename(
    tenant: &Tenant,
    user: &UserView<'_>,
    new: &Properties,
) -> Result<(), Rejection> {
    let Some(PropertyValue::Text(principal_name)) = new.get(&UserProperty::UserPrincipalName)
    else {
        return Err(Rejection::RequiredPropertyMissing {
            name: "userPrincipalName",
        });
    };
    if principal_name == user.principal_name() {
        return Ok(());
    }
    check_principal_name(tenant, principal_name)?;
    match tenant.users().find_principal_name(principal_name) {
        Some(other) if other.ordinal != user.ordinal => Err(Rejection::PrincipalNameTaken {
            principal_name: principal_name.clone(),
        }),
        _ => Ok(()),
    }
}

pub fn find<'a>(tenant: &'a Tenant, key: &UserKey) -> Result<UserView<'a>, Rejection> {
    tenant
        .find_user(key)
        .ok_or_else(|| Rejection::UserNotFound {
            key: match key {
                UserKey::Id(id) => id.to_string(),
                UserKey::PrincipalName(name) => name.clone(),
            },
        })
}

fn find_deleted(tenant: &Tenant, id: Uuid) -> Result<UserView<'_>, Rejection> {
    tenant
        .users()
        .find_id(id)
        .filter(|user| user.head.state() == UserState::Deleted)
        .ok_or(Rejection::DeletedUserNotFound { id })
}

/// A Global Administrator may go only if another one stays.
pub fn check_other_administrator(tenant: &Tenant, user: &UserView<'_>) -> Result<(), Rejection> {
    let mut roles = tenant.roles_of(user.id);
    if roles.any(|role| role == Role::GlobalAdministrator)
        && super::access::is_last_global_administrator(tenant, user.id)
    {
        Err(Rejection::LastGlobalAdministrator)
    } else {
        Ok(())
    }
}

pub fn delete(tenant: &Tenant, key: &UserKey, context: &Context<'_>) -> Result<Plan, Rejection> {
    let user = find(tenant, key)?;
    check_other_administrator(tenant, &user)?;
    let event = Event::UserDeleted {
        user: user.ordinal,
        at: context.now,
    };
    Ok(Plan {
        outcome: Outcome::User(user.ordinal),
        ..super::follow(tenant, vec![event], context)
    })
}

/// Licenses come back even without seats (licensing.md 0, rule 15).
pub fn restore(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let user = find_deleted(tenant, id)?;
    if tenant
        .users()
        .find_principal_name(user.principal_name())
        .is_some()
    {
        return Err(Rejection::PrincipalNameTaken {
            principal_name: user.principal_name().to_owned(),
        });
    }
    let event = Event::UserRestored { user: user.ordinal };
    Ok(Plan {
        outcome: Outcome::User(user.ordinal),
        ..super::follow(tenant, vec![event], context)
    })
}

pub fn purge(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    let user = find_deleted(tenant, id)?;
    Ok(Plan::of(vec![Event::UserPurged { user: user.ordinal }]))
}

pub fn note_password_change(
    tenant: &Tenant,
    key: &UserKey,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    note(tenant, key, |user| Event::PasswordChanged {
        user,
        at: context.now,
    })
}

pub fn revoke_sessions(
    tenant: &Tenant,
    key: &UserKey,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    note(tenant, key, |user| Event::SessionsRevoked {
        user,
        at: context.now,
    })
}

/// What happened to a user, and nothing besides.
fn note(
    tenant: &Tenant,
    key: &UserKey,
    event: impl FnOnce(UserOrdinal) -> Event,
) -> Result<Plan, Rejection> {
    let user = find(tenant, key)?.ordinal;
    Ok(Plan {
        events: vec![event(user)],
        outcome: Outcome::User(user),
    })
}

/// Users whose time in the recycle bin is over.
pub fn due(work: &mut Work<'_>) {
    let over: Vec<UserOrdinal> = work
        .state
        .users()
        .iter()
        .filter(|user| user.head.state() == UserState::Deleted)
        .filter(|user| {
            user.head
                .deleted
                .is_some_and(|deleted| deleted.plus_days(RECYCLE_BIN_DAYS) <= work.now)
        })
        .map(|user| user.ordinal)
        .collect();
    for user in over {
        work.record(Event::UserPurged { user });
    }
}
