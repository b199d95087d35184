//! Events of the journal as JSON, with names.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use zetel_domain::{
    Event,
    directory::Profile,
    group::GroupDefinition,
    policy::{Policy, Semantics},
    user::{PropertyValue, Record, UserProperty},
};

use super::{
    audit_devices::of_device,
    audit_names::{Names, hex},
};
use crate::time;

/// An event with its kind under `event`.
pub fn event_json(event: &Event, names: Names<'_>) -> Value {
    let told = of_tenant(event, names)
        .or_else(|| of_user(event, names))
        .or_else(|| of_group(event, names))
        .or_else(|| of_license(event, names))
        .or_else(|| of_device(event, names));
    let (kind, mut told) = told.unwrap_or(("unknown", json!({})));
    told["event"] = json!(kind);
    told
}

/// The kind of an event, and what it tells.
pub(super) type Told = Option<(&'static str, Value)>;

/// A point in time as Graph writes it.
pub(super) fn at(time: zetel_domain::Timestamp) -> String {
    time::graph(Timestamp::from_second(time.0).unwrap_or_default())
}

fn of_tenant(event: &Event, names: Names<'_>) -> Told {
    Some(match event {
        Event::TenantCreated {
            id,
            profile,
            domain,
            ..
        } => (
            "tenantCreated",
            json!({ "id": id, "profile": profile_json(profile), "domain": domain }),
        ),
        Event::ProfileChanged { profile } => (
            "profileChanged",
            json!({ "profile": profile_json(profile) }),
        ),
        Event::DomainAdded { domain } => (
            "domainAdded",
            json!({ "name": domain.name, "isInitial": domain.is_initial, "isDefault": domain.is_default }),
        ),
        Event::CatalogAdopted { digest, .. } => {
            ("catalogAdopted", json!({ "digest": hex(digest) }))
        }
        Event::ProductAdded { product, .. } => (
            "productAdded",
            json!({ "product": names.product(*product) }),
        ),
        Event::SubscriptionAdded {
            subscription: bought,
        } => (
            "subscriptionAdded",
            json!({
                "id": bought.id, "product": names.product(bought.product), "channel": bought.channel.as_str(),
                "quantity": bought.quantity, "months": bought.term.months, "renews": bought.renews,
                "ends": at(bought.ends), "status": bought.status.as_str(),
            }),
        ),
        Event::QuantityChanged {
            id,
            quantity,
            before,
        } => (
            "quantityChanged",
            json!({ "id": id, "before": before, "quantity": quantity }),
        ),
        Event::StatusChanged { id, status, since } => (
            "statusChanged",
            json!({ "id": id, "status": status.as_str(), "since": at(*since) }),
        ),
        Event::Renewed {
            id, ends, renews, ..
        } => (
            "renewed",
            json!({ "id": id, "ends": at(*ends), "renews": renews }),
        ),
        Event::PolicyChanged { before, after } => (
            "policyChanged",
            json!({ "before": policy_json(before), "after": policy_json(after) }),
        ),
        Event::ChangeApproved {
            token, approver, ..
        } => (
            "changeApproved",
            json!({ "token": token, "approver": names.actor(approver) }),
        ),
        Event::Reverted { generation, to } => (
            "reverted",
            json!({ "change": generation, "to": to.map(at) }),
        ),
        other => return of_access(other),
    })
}

fn of_access(event: &Event) -> Told {
    Some(match event {
        Event::ApplicationAdded { application } => {
            let permissions = application.permissions.iter();
            let permissions: Vec<_> = permissions.map(|permission| permission.as_str()).collect();
            (
                "applicationAdded",
                json!({
                    "id": application.id, "clientId": application.client_id,
                    "displayName": application.display_name, "permissions": permissions,
                }),
            )
        }
        Event::ApplicationChanged { application } => (
            "applicationChanged",
            json!({
                "id": application.id, "displayName": application.display_name,
                "hasServicePrincipal": !application.dormant,
            }),
        ),
        Event::CredentialsChanged { id, added, removed } => (
            "credentialsChanged",
            json!({ "id": id, "added": added, "removed": removed }),
        ),
        Event::ApplicationRemoved { id } => ("applicationRemoved", json!({ "id": id })),
        Event::PermissionsChanged { id, permissions } => {
            let permissions: Vec<_> = permissions
                .iter()
                .map(|permission| permission.as_str())
                .collect();
            (
                "permissionsChanged",
                json!({ "id": id, "permissions": permissions }),
            )
        }
        Event::RoleAssigned { principal, role } => (
            "roleAssigned",
            json!({ "principal": principal, "role": role.display_name() }),
        ),
        Event::RoleRemoved { principal, role } => (
            "roleRemoved",
            json!({ "principal": principal, "role": role.display_name() }),
        ),
        _ => return None,
    })
}

fn of_user(event: &Event, names: Names<'_>) -> Told {
    let (kind, user) = match event {
        Event::UserCreated { user, .. } => ("userCreated", user),
        Event::UserUpdated { user, .. } => ("userUpdated", user),
        Event::UserDeleted { user, .. } => ("userDeleted", user),
        Event::UserRestored { user } => ("userRestored", user),
        Event::UserPurged { user } => ("userPurged", user),
        Event::PasswordChanged { user, .. } => ("passwordChanged", user),
        Event::SessionsRevoked { user, .. } => ("sessionsRevoked", user),
        Event::UserReprocessed { user } => ("userReprocessed", user),
        _ => return None,
    };
    let mut told = json!({ "user": names.user(*user) });
    match event {
        Event::UserCreated {
            account_enabled,
            user_type,
            usage_location,
            record,
            ..
        } => {
            told["accountEnabled"] = json!(account_enabled);
            told["userType"] = json!(user_type.as_str());
            told["usageLocation"] =
                json!(usage_location.map(|location| location.as_str().to_owned()));
            told["properties"] = record
                .get()
                .map_or(Value::Null, |record| properties(record, |_| true));
        }
        Event::UserUpdated {
            account_enabled,
            user_type,
            usage_location,
            changed,
            record,
            ..
        } => {
            let names = changed
                .iter()
                .filter_map(|tag| UserProperty::from_tag(*tag));
            let names: Vec<UserProperty> = names.collect();
            told["accountEnabled"] = json!(account_enabled);
            told["userType"] = json!(user_type.as_str());
            told["usageLocation"] =
                json!(usage_location.map(|location| location.as_str().to_owned()));
            told["changed"] = names
                .iter()
                .map(|property| property.schema().name)
                .collect();
            told["properties"] = record.get().map_or(Value::Null, |record| {
                properties(record, |property| names.contains(&property))
            });
        }
        _ => {}
    }
    Some((kind, told))
}

/// Values of a user's packed record by Graph's names.
fn properties(record: &[u8], is_wanted: impl Fn(UserProperty) -> bool) -> Value {
    let all = Record::new(record).properties();
    let wanted = all.iter().filter(|(property, _)| is_wanted(**property));
    let members = wanted.map(|(property, value)| {
        let value = match value {
            PropertyValue::Text(text) => json!(text),
            PropertyValue::Texts(texts) => json!(texts),
            PropertyValue::Flag(flag) => json!(flag),
            PropertyValue::Time(time) => json!(at(*time)),
            PropertyValue::Number(number) => json!(number),
            PropertyValue::Json(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        };
        (property.schema().name.to_owned(), value)
    });
    Value::Object(members.collect::<Map<String, Value>>())
}

fn of_group(event: &Event, names: Names<'_>) -> Told {
    Some(match event {
        Event::GroupCreated {
            group,
            id,
            definition,
            ..
        } => (
            "groupCreated",
            json!({ "group": names.group(*group), "id": id, "definition": definition_json(definition) }),
        ),
        Event::GroupUpdated {
            group,
            before,
            after,
        } => (
            "groupUpdated",
            json!({
                "group": names.group(*group), "before": definition_json(before), "after": definition_json(after),
            }),
        ),
        Event::GroupDeleted { group, .. } => {
            ("groupDeleted", json!({ "group": names.group(*group) }))
        }
        Event::GroupRestored { group, .. } => {
            ("groupRestored", json!({ "group": names.group(*group) }))
        }
        Event::GroupPurged { group } => ("groupPurged", json!({ "group": names.group(*group) })),
        Event::MembersAdded { group, users, .. } => (
            "membersAdded",
            json!({ "group": names.group(*group), "users": names.users(users) }),
        ),
        Event::MembersRemoved { group, users, .. } => (
            "membersRemoved",
            json!({ "group": names.group(*group), "users": names.users(users) }),
        ),
        Event::SubgroupAdded { group, member } => (
            "memberGroupAdded",
            json!({ "group": names.group(*group), "member": names.group(*member) }),
        ),
        Event::SubgroupRemoved { group, member } => (
            "memberGroupRemoved",
            json!({ "group": names.group(*group), "member": names.group(*member) }),
        ),
        Event::OwnerAdded { group, user } => (
            "ownerAdded",
            json!({ "group": names.group(*group), "user": names.user(*user) }),
        ),
        Event::OwnerRemoved { group, user } => (
            "ownerRemoved",
            json!({ "group": names.group(*group), "user": names.user(*user) }),
        ),
        Event::RuleOscillated { group, user } => (
            "rulePaused",
            json!({ "group": names.group(*group), "user": names.user(*user) }),
        ),
        Event::GroupReprocessed { group } => {
            ("groupReprocessed", json!({ "group": names.group(*group) }))
        }
        _ => return None,
    })
}

fn of_license(event: &Event, names: Names<'_>) -> Told {
    Some(match event {
        Event::AssignmentsChanged {
            users,
            removed,
            added,
            ..
        } => (
            "assignmentsChanged",
            json!({
                "users": names.users(users), "removed": names.grants(removed), "added": names.grants(added),
            }),
        ),
        Event::GroupLicensesChanged {
            group,
            removed,
            added,
            ..
        } => (
            "groupLicensesChanged",
            json!({
                "group": names.group(*group), "removed": names.group_grants(removed),
                "added": names.group_grants(added),
            }),
        ),
        Event::Decided {
            group,
            product,
            users,
            before,
            after,
            ..
        } => (
            "decided",
            json!({
                "group": names.group(*group), "product": names.product(*product), "users": names.users(users),
                "before": names.verdict(*before), "after": names.verdict(*after),
            }),
        ),
        Event::PlansSwitchedOff { product, plans } => (
            "plansSwitchedOff",
            json!({ "product": names.product(*product), "plans": names.plans(*product, *plans) }),
        ),
        _ => return None,
    })
}

fn profile_json(profile: &Profile) -> Value {
    json!({
        "displayName": profile.display_name,
        "defaultUsageLocation": profile.default_usage_location.map(|location| location.as_str().to_owned()),
        "preferredLanguage": profile.preferred_language,
        "technicalNotificationMails": profile.technical_notification_mails,
    })
}

fn definition_json(definition: &GroupDefinition) -> Value {
    let other = definition.other.iter().map(|(name, text)| {
        let value = serde_json::from_str(text).unwrap_or(Value::Null);
        (name.clone(), value)
    });
    json!({
        "displayName": definition.display_name, "description": definition.description,
        "mailNickname": definition.mail_nickname, "mail": definition.mail, "mailEnabled": definition.mail_enabled,
        "securityEnabled": definition.security_enabled, "unified": definition.unified,
        "isAssignableToRole": definition.role_assignable, "visibility": definition.visibility,
        "membershipRule": definition.rule, "rulePaused": definition.rule_paused, "priority": definition.priority,
        "other": other.collect::<Map<String, Value>>(),
    })
}

fn policy_json(policy: &Policy) -> Value {
    let semantics = match policy.semantics {
        Semantics::Entra => "entra",
        Semantics::Extended => "extended",
    };
    let chains: Vec<_> = policy.fallback.iter().map(|chain| &chain.0).collect();
    let guard = &policy.guard;
    json!({
        "semantics": semantics, "nestedGroups": policy.nested_groups, "partialSuccess": policy.partial_success,
        "automaticReprocessing": policy.automatic_reprocessing, "priority": policy.priority, "fallback": chains,
        "graceDays": policy.grace_days, "noDirectAssignments": policy.no_direct_assignments,
        "newPlansOff": policy.new_plans_off,
        "licenseRoleAssignableGroups": policy.license_role_assignable_groups,
        "guard": {
            "enabled": guard.enabled, "maxUsers": guard.max_users, "maxPercent": guard.max_percent,
            "minUsersForPercent": guard.min_users_for_percent, "secondApprover": guard.second_approver,
        },
    })
}
