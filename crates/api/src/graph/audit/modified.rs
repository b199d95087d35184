//! `modifiedProperties` of audit records: what an event changed, as far as the event says.

use uuid::Uuid;
use zetel_domain::{
    Event, Tenant,
    directory::Profile,
    group::{GroupDefinition, GroupGrant},
    user::{PropertyValue, Record as UserRecord, UserProperty},
};

use super::devices;
use crate::graph::{
    json,
    people::find_plan,
    policy,
    settings::{DEVICE_SETTINGS, Setting},
};

/// A property that changed. Values are JSON texts, as Graph has them.
pub(super) struct Modified {
    /// Its name.
    pub name: String,
    /// As it was; nothing if the journal does not say.
    pub old: Option<String>,
    /// As it is now.
    pub new: Option<String>,
}

impl Modified {
    /// A property that is new.
    pub fn new(name: impl Into<String>, new: String) -> Self {
        Self::between(name, None, Some(new))
    }

    /// A property that changed.
    pub fn between(name: impl Into<String>, old: Option<String>, new: Option<String>) -> Self {
        Self {
            name: name.into(),
            old,
            new,
        }
    }
}

/// A text as Graph shows values: a list of one.
pub(super) fn list_of(text: &str) -> String {
    written(|out| json::array(out, [text], json::string))
}

pub(super) fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// What an event changed.
pub(super) fn of(tenant: &Tenant, event: &Event) -> Vec<Modified> {
    match event {
        Event::TenantCreated { profile, .. } | Event::ProfileChanged { profile } => {
            of_profile(profile)
        }
        Event::DomainAdded { domain } => vec![Modified::new("Name", list_of(&domain.name))],
        Event::SubscriptionAdded { subscription } => vec![
            Modified::new("SubscriptionId", list_of(&subscription.id.to_string())),
            Modified::new("Quantity", list_of(&subscription.quantity.to_string())),
        ],
        Event::QuantityChanged {
            id,
            quantity,
            before,
        } => vec![
            Modified::new("SubscriptionId", list_of(&id.to_string())),
            Modified::between(
                "Quantity",
                Some(list_of(&before.to_string())),
                Some(list_of(&quantity.to_string())),
            ),
        ],
        Event::StatusChanged { id, status, .. } => vec![
            Modified::new("SubscriptionId", list_of(&id.to_string())),
            Modified::new("Status", list_of(status.as_str())),
        ],
        Event::Renewed {
            id, ends, renews, ..
        } => vec![
            Modified::new("SubscriptionId", list_of(&id.to_string())),
            Modified::new(
                "Ends",
                written(|out| json::array(out, [*ends], json::timestamp)),
            ),
            Modified::new("Renews", list_of(&renews.to_string())),
        ],
        Event::UserCreated { record, .. } => record
            .get()
            .map(|record| of_record(UserRecord::new(record), None))
            .unwrap_or_default(),
        Event::UserUpdated {
            record, changed, ..
        } => match record.get() {
            Some(record) => of_record(UserRecord::new(record), Some(changed)),
            None => names_of(changed)
                .map(|name| Modified::between(name, None, None))
                .collect(),
        },
        Event::ApplicationAdded { .. }
        | Event::ApplicationChanged { .. }
        | Event::CredentialsChanged { .. }
        | Event::PermissionsChanged { .. }
        | Event::RoleAssigned { .. }
        | Event::RoleRemoved { .. } => of_access(event),
        Event::GroupCreated { definition, .. } => {
            of_definition(&GroupDefinition::default(), definition, true)
        }
        Event::GroupUpdated { before, after, .. } => of_definition(before, after, false),
        Event::GroupLicensesChanged { removed, added, .. } => vec![Modified::between(
            "AssignedLicense",
            Some(grants(tenant, removed)),
            Some(grants(tenant, added)),
        )],
        Event::PolicyChanged { before, after } => of_settings(&policy::POLICY, before, after),
        Event::DeviceSettingsChanged { before, after } => {
            of_settings(&DEVICE_SETTINGS, before, after)
        }
        Event::PlansSwitchedOff { product, plans } => {
            let product = tenant.product(*product);
            let off = product
                .into_iter()
                .flat_map(|product| product.disabled_plans(*plans));
            let names = off.map(|owned| owned.plan.name.as_str());
            vec![Modified::new(
                "DisabledPlans",
                written(|out| json::array(out, names, json::string)),
            )]
        }
        Event::DeviceEnrolled { .. }
        | Event::DeviceChanged { .. }
        | Event::DeviceRemoved { .. }
        | Event::LimitPoliciesChanged { .. }
        | Event::EnrollmentManagerAdded { .. }
        | Event::EnrollmentManagerRemoved { .. } => devices::modified(tenant, event),
        Event::ChangeApproved { token, .. } => vec![Modified::new("Token", list_of(token))],
        Event::Reverted { generation, to } => {
            let change =
                generation.map(|change| Modified::new("Change", list_of(&change.to_string())));
            let time = to.map(|time| {
                Modified::new(
                    "Time",
                    written(|out| json::array(out, [time], json::timestamp)),
                )
            });
            change.into_iter().chain(time).collect()
        }
        _ => Vec::new(),
    }
}

/// The settings that differ.
fn of_settings<T>(settings: &[Setting<T>], before: &T, after: &T) -> Vec<Modified> {
    settings
        .iter()
        .map(|setting| {
            let value = |of| written(|out| (setting.write)(out, of));
            (setting.name, value(before), value(after))
        })
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| Modified::between(name, Some(old), Some(new)))
        .collect()
}

fn of_profile(profile: &Profile) -> Vec<Modified> {
    let location = profile.default_usage_location;
    let optional = |name: &str, value: Option<String>| Modified::between(name, None, value);
    vec![
        Modified::new("DisplayName", list_of(&profile.display_name)),
        optional(
            "DefaultUsageLocation",
            location.map(|location| list_of(location.as_str())),
        ),
        optional(
            "PreferredLanguage",
            profile.preferred_language.as_deref().map(list_of),
        ),
        Modified::new(
            "TechnicalNotificationMail",
            written(|out| {
                json::array(out, &profile.technical_notification_mails, |out, mail| {
                    json::string(out, mail);
                });
            }),
        ),
    ]
}

/// What changed of an application, or of who has a directory role.
fn of_access(event: &Event) -> Vec<Modified> {
    match event {
        Event::ApplicationAdded { application } => of_permissions(application.permissions.iter()),
        Event::ApplicationChanged { application } => vec![Modified::new(
            "DisplayName",
            list_of(&application.display_name),
        )],
        Event::CredentialsChanged { added, removed, .. } => vec![Modified::between(
            "KeyDescription",
            Some(key_ids(removed)),
            Some(key_ids(added)),
        )],
        Event::PermissionsChanged { permissions, .. } => of_permissions(permissions.iter()),
        Event::RoleAssigned { role, .. } | Event::RoleRemoved { role, .. } => vec![
            Modified::new("Role.DisplayName", list_of(role.display_name())),
            Modified::new("Role.TemplateId", list_of(&role.template_id().to_string())),
        ],
        _ => Vec::new(),
    }
}

fn of_permissions<'a>(
    permissions: impl Iterator<Item = &'a zetel_domain::access::Permission>,
) -> Vec<Modified> {
    let names = permissions.map(|permission| permission.as_str());
    let names = written(|out| json::array(out, names, json::string));
    vec![Modified::new("AppRole.Value", names)]
}

fn key_ids(ids: &[Uuid]) -> String {
    written(|out| json::array(out, ids, |out, id| json::guid(out, *id)))
}

/// Graph's names of the properties with some tags.
pub(super) fn names_of(tags: &[u8]) -> impl Iterator<Item = &'static str> {
    tags.iter()
        .filter_map(|tag| UserProperty::from_tag(*tag))
        .map(|property| property.schema().name)
}

/// The values of a user's properties: all, or those with some tags.
fn of_record(record: UserRecord<'_>, tags: Option<&[u8]>) -> Vec<Modified> {
    let properties = record.properties();
    let names = tags.map(|tags| tags.iter().filter_map(|tag| UserProperty::from_tag(*tag)));
    let shown: Vec<UserProperty> = match names {
        Some(names) => names.collect(),
        None => properties.keys().copied().collect(),
    };
    shown
        .into_iter()
        .map(|property| {
            let value = properties
                .get(&property)
                .map_or_else(|| "[]".to_owned(), of_value);
            Modified::new(property.schema().name, value)
        })
        .collect()
}

fn of_value(value: &PropertyValue) -> String {
    match value {
        PropertyValue::Text(text) => list_of(text),
        PropertyValue::Texts(texts) => written(|out| {
            json::array(out, texts, |out, text| json::string(out, text));
        }),
        PropertyValue::Flag(flag) => format!("[{flag}]"),
        PropertyValue::Number(number) => format!("[{number}]"),
        PropertyValue::Time(time) => written(|out| json::array(out, [*time], json::timestamp)),
        PropertyValue::Json(text) => text.clone(),
    }
}

/// The properties of a group that differ.
fn of_definition(before: &GroupDefinition, after: &GroupDefinition, is_new: bool) -> Vec<Modified> {
    let text = |value: &Option<String>| value.as_deref().map(list_of);
    let flag = |value: bool| Some(format!("[{value}]"));
    let rows = [
        (
            "DisplayName",
            Some(list_of(&before.display_name)),
            Some(list_of(&after.display_name)),
        ),
        (
            "Description",
            text(&before.description),
            text(&after.description),
        ),
        (
            "MailNickname",
            Some(list_of(&before.mail_nickname)),
            Some(list_of(&after.mail_nickname)),
        ),
        ("Mail", text(&before.mail), text(&after.mail)),
        (
            "MailEnabled",
            flag(before.mail_enabled),
            flag(after.mail_enabled),
        ),
        (
            "SecurityEnabled",
            flag(before.security_enabled),
            flag(after.security_enabled),
        ),
        ("Unified", flag(before.unified), flag(after.unified)),
        (
            "IsAssignableToRole",
            flag(before.role_assignable),
            flag(after.role_assignable),
        ),
        (
            "Visibility",
            text(&before.visibility),
            text(&after.visibility),
        ),
        ("MembershipRule", text(&before.rule), text(&after.rule)),
        (
            "MembershipRulePaused",
            flag(before.rule_paused),
            flag(after.rule_paused),
        ),
        (
            "Priority",
            Some(format!("[{}]", before.priority)),
            Some(format!("[{}]", after.priority)),
        ),
    ];
    let plain = rows
        .into_iter()
        .map(|(name, old, new)| (name.to_owned(), old, new));
    let names = before.other.keys().chain(after.other.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    let other = names.into_iter().map(|name| {
        let value = |definition: &GroupDefinition| definition.other.get(name).cloned();
        (name.clone(), value(before), value(after))
    });
    plain
        .chain(other)
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| Modified::between(name, old.filter(|_| !is_new), new))
        .collect()
}

/// Products of a group as Entra's audit log writes them.
fn grants(tenant: &Tenant, grants: &[GroupGrant]) -> String {
    let texts = grants
        .iter()
        .map(|grant| product_text(tenant, grant.product, Some(grant.disabled)));
    written(|out| json::array(out, texts, |out, text| json::string(out, &text)))
}

/// A product as Entra's audit log writes it, such as `[SkuName=EMS, SkuId=…, DisabledPlans=[INTUNE_A]]`.
pub(super) fn product_text(
    tenant: &Tenant,
    product: zetel_domain::product::ProductOrdinal,
    disabled: Option<u128>,
) -> String {
    let Some(product) = tenant.product(product) else {
        return "[]".to_owned();
    };
    let plans = disabled.map(|mask| {
        let names: Vec<&str> = product
            .disabled_plans(mask)
            .map(|owned| {
                find_plan(tenant, owned.plan.id)
                    .unwrap_or(&owned.plan)
                    .name
                    .as_str()
            })
            .collect();
        format!(", DisabledPlans=[{}]", names.join(", "))
    });
    format!(
        "[SkuName={}, SkuId={}{}]",
        product.part_number,
        product.sku_id,
        plans.unwrap_or_default()
    )
}

/// Some texts as a JSON list.
pub(super) fn list_of_texts(texts: &[String]) -> String {
    written(|out| json::array(out, texts, |out, text| json::string(out, text)))
}
