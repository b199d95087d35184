//! The body that creates or changes a group.

use serde_json::{Map, Value};
use zetel_domain::group::{GroupDefinition, GroupPatch, NewGroup};

use crate::graph::{
    error::GraphError,
    refusals::{invalid_of, read_only, required_of},
    render::group::{DYNAMIC, GroupEntity, UNIFIED},
    schema::{Entity, properties_of},
};

type Members = Map<String, Value>;

const GROUP: &str = "Group";
/// Texts that are kept as they come, by Graph's names.
const KEPT_TEXTS: [&str; 4] = [
    "classification",
    "preferredDataLocation",
    "preferredLanguage",
    "theme",
];
/// Lists of texts that are kept as they come and set at creation only.
const KEPT_LISTS: [&str; 2] = ["resourceBehaviorOptions", "resourceProvisioningOptions"];
/// Longer values than any of these has.
const MAXIMUM_KEPT: usize = 256;
const VISIBILITIES: [&str; 3] = ["Public", "Private", "HiddenMembership"];

/// A group to be created, without its members and owners.
pub(super) fn new_group(members: &Members) -> Result<NewGroup, GraphError> {
    let read = Properties::read(members)?;
    let required = |name: &str| GraphError::refused(required_of(name, GROUP));
    let patch = read.patch;
    let rule = patch.rule.flatten();
    match (read.is_dynamic, &rule) {
        (Some(true), None) => return Err(required("membershipRule")),
        (Some(false) | None, Some(_)) => return Err(not_dynamic()),
        _ => {}
    }
    let unified = patch.unified.unwrap_or(false);
    // Without another wish everybody may see a Microsoft 365 group.
    let public = || unified.then(|| "Public".to_owned());
    let other = patch.other.into_iter();
    let definition = GroupDefinition {
        display_name: patch.display_name.ok_or_else(|| required("displayName"))?,
        description: patch.description.flatten(),
        mail_nickname: patch
            .mail_nickname
            .ok_or_else(|| required("mailNickname"))?,
        mail: None,
        mail_enabled: patch.mail_enabled.ok_or_else(|| required("mailEnabled"))?,
        security_enabled: patch
            .security_enabled
            .ok_or_else(|| required("securityEnabled"))?,
        unified,
        role_assignable: read.role_assignable.unwrap_or(false),
        visibility: patch.visibility.flatten().or_else(public),
        rule,
        rule_paused: patch.rule_paused.unwrap_or(false),
        priority: patch.priority.unwrap_or(0),
        other: other
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    };
    Ok(NewGroup {
        definition,
        ..NewGroup::default()
    })
}

/// What to change of a group, without members and owners to be added.
pub(super) fn patch(
    members: &Members,
    current: &GroupDefinition,
) -> Result<GroupPatch, GraphError> {
    let mut read = Properties::read(members)?;
    if read.role_assignable.is_some() {
        return Err(GraphError::refused(read_only("isAssignableToRole")));
    }
    let mut fixed = KEPT_LISTS.into_iter();
    if let Some(name) = fixed.find(|name| read.patch.other.contains_key(*name)) {
        return Err(GraphError::refused(read_only(name)));
    }
    read.fit_rule(current)?;
    Ok(read.patch)
}

fn not_dynamic() -> GraphError {
    GraphError::refused(
        "A membershipRule is for groups whose groupTypes have 'DynamicMembership'. Add it to groupTypes in the same request.",
    )
}

/// The properties in a body.
#[derive(Debug, Default)]
struct Properties {
    patch: GroupPatch,
    /// Whether `groupTypes` has `DynamicMembership`, if it is there.
    is_dynamic: Option<bool>,
    role_assignable: Option<bool>,
}

impl Properties {
    fn read(members: &Members) -> Result<Self, GraphError> {
        let mut read = Self::default();
        for (name, value) in members {
            if name.to_ascii_lowercase().ends_with("@odata.bind") {
                return Err(GraphError::not_implemented(format!(
                    "Setting '{name}' is not implemented."
                )));
            }
            if !name.contains('@') {
                read.set(name, value)?;
            }
        }
        Ok(read)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), GraphError> {
        let patch = &mut self.patch;
        match name.to_ascii_lowercase().as_str() {
            "displayname" => patch.display_name = Some(text("displayName", value)?),
            "description" => patch.description = Some(nullable("description", value)?),
            "mailnickname" => patch.mail_nickname = Some(text("mailNickname", value)?),
            "mailenabled" => patch.mail_enabled = Some(flag("mailEnabled", value)?),
            "securityenabled" => patch.security_enabled = Some(flag("securityEnabled", value)?),
            "grouptypes" => self.set_types(value)?,
            // As Graph writes them for groups that are neither.
            "isassignabletorole" | "membershipruleprocessingstate" if value.is_null() => {}
            "isassignabletorole" => {
                self.role_assignable = Some(flag("isAssignableToRole", value)?);
            }
            "membershipruleprocessingstate" => {
                let name = "membershipRuleProcessingState";
                let state = word(name, &text(name, value)?, &["On", "Paused"])?;
                patch.rule_paused = Some(state == "Paused");
            }
            "visibility" => {
                let visibility = nullable("visibility", value)?;
                let visibility = visibility.map(|text| word("visibility", &text, &VISIBILITIES));
                patch.visibility = Some(visibility.transpose()?);
            }
            "membershiprule" => {
                let rule = nullable("membershipRule", value)?;
                patch.rule = Some(rule.filter(|rule| !rule.is_empty()));
            }
            "zetelpriority" => {
                let priority = value.as_u64().and_then(|number| u32::try_from(number).ok());
                patch.priority = Some(priority.ok_or_else(|| wrong("zetelPriority"))?);
            }
            _ => self.set_other(name, value)?,
        }
        Ok(())
    }

    fn set_types(&mut self, value: &Value) -> Result<(), GraphError> {
        let (mut unified, mut is_dynamic) = (false, false);
        for text in texts("groupTypes", value)? {
            match word("groupTypes", &text, &[UNIFIED, DYNAMIC])? {
                kind if kind == UNIFIED => unified = true,
                _ => is_dynamic = true,
            }
        }
        self.patch.unified = Some(unified);
        self.is_dynamic = Some(is_dynamic);
        Ok(())
    }

    fn set_other(&mut self, name: &str, value: &Value) -> Result<(), GraphError> {
        let find = |names: &[&'static str]| {
            let mut names = names.iter().copied();
            names.find(|known| known.eq_ignore_ascii_case(name))
        };
        let (name, value) = if let Some(name) = find(&KEPT_TEXTS) {
            (name, nullable(name, value)?.map(Value::String))
        } else if let Some(name) = find(&KEPT_LISTS) {
            let texts = texts(name, value)?;
            (name, (!texts.is_empty()).then(|| Value::from(texts)))
        } else {
            return Err(unknown(name));
        };
        let value = value.map(|value| value.to_string());
        if value
            .as_ref()
            .is_some_and(|value| value.len() > MAXIMUM_KEPT)
        {
            return Err(wrong(name));
        }
        self.patch.other.insert(name.to_owned(), value);
        Ok(())
    }

    /// A group has a rule exactly if `groupTypes` says that it is dynamic.
    fn fit_rule(&mut self, current: &GroupDefinition) -> Result<(), GraphError> {
        let was_dynamic = current.is_dynamic();
        match (self.is_dynamic.unwrap_or(was_dynamic), &self.patch.rule) {
            (true, Some(Some(_))) => {}
            (true, None) if was_dynamic => {}
            (true, _) => return Err(GraphError::refused(required_of("membershipRule", GROUP))),
            (false, Some(Some(_))) => return Err(not_dynamic()),
            (false, _) => self.patch.rule = was_dynamic.then_some(None),
        }
        Ok(())
    }
}

fn wrong(name: &str) -> GraphError {
    GraphError::refused(invalid_of(name, GROUP))
}

fn text(name: &str, value: &Value) -> Result<String, GraphError> {
    let text = value.as_str().ok_or_else(|| wrong(name))?;
    Ok(text.to_owned())
}

fn nullable(name: &str, value: &Value) -> Result<Option<String>, GraphError> {
    match value {
        Value::Null => Ok(None),
        value => text(name, value).map(Some),
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, GraphError> {
    value.as_bool().ok_or_else(|| wrong(name))
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, GraphError> {
    let items = value.as_array().ok_or_else(|| wrong(name))?;
    items.iter().map(|item| text(name, item)).collect()
}

/// One of some words, in any case, as Graph writes it.
fn word(name: &str, text: &str, words: &[&str]) -> Result<String, GraphError> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    found
        .map(|word| (*word).to_owned())
        .ok_or_else(|| wrong(name))
}

/// Why a name cannot be set.
fn unknown(name: &str) -> GraphError {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
    let properties = properties_of::<GroupEntity>();
    let computed = properties.iter().map(|property| property.name).find(is_it);
    if let Some(computed) = computed {
        GraphError::refused(read_only(computed))
    } else if GroupEntity::NOT_IMPLEMENTED.iter().any(is_it) {
        GraphError::not_implemented(format!("Setting '{name}' is not implemented."))
    } else {
        GraphError::refused(format!(
            "The property '{name}' does not exist on type 'microsoft.graph.group'. Make sure to only use property names that are defined by the type."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(body: Value) -> Members {
        let Value::Object(members) = body else {
            panic!("a body is an object")
        };
        members
    }

    fn shown<T: std::fmt::Debug>(read: Result<T, GraphError>) -> String {
        match read {
            Ok(read) => format!("{read:?}"),
            Err(error) => format!("{} {}", error.status.as_u16(), error.message),
        }
    }

    fn static_group() -> GroupDefinition {
        GroupDefinition::default()
    }

    fn dynamic_group() -> GroupDefinition {
        GroupDefinition {
            rule: Some("user.city -eq \"Delft\"".to_owned()),
            ..GroupDefinition::default()
        }
    }

    #[test]
    fn a_microsoft_365_group_with_a_rule() {
        let group = new_group(&members(json!({
            "@odata.type": "#microsoft.graph.group", "DisplayName": "Sales", "mailNickName": "sales",
            "mailEnabled": true, "SecurityEnabled": true, "groupTypes": ["unified", "DynamicMembership"],
            "membershipRule": "user.city -eq \"Delft\"", "membershipRuleProcessingState": "paused",
            "visibility": null, "classification": "low", "theme": null, "isAssignableToRole": null,
            "resourceBehaviorOptions": ["WelcomeEmailDisabled"], "resourceProvisioningOptions": [],
        })))
        .unwrap();
        let definition = group.definition;
        assert!(definition.unified && definition.is_dynamic() && definition.rule_paused);
        assert_eq!(definition.visibility.as_deref(), Some("Public"));
        let other: Vec<(&str, &str)> = definition
            .other
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            other,
            [
                ("classification", "\"low\""),
                ("resourceBehaviorOptions", "[\"WelcomeEmailDisabled\"]")
            ]
        );
    }

    #[test]
    fn a_rule_and_the_type_go_together() {
        let rule = json!("user.city -eq \"Delft\"");
        let on = |body: Value, current: &GroupDefinition| {
            let read = patch(&members(body), current);
            shown(read.map(|patch| patch.rule.map(|rule| rule.is_some())))
        };
        let required = "400 A value is required for property 'membershipRule' of resource 'Group'.";
        let types = json!(["DynamicMembership"]);
        assert_eq!(
            on(
                json!({"groupTypes": types, "membershipRule": rule}),
                &static_group()
            ),
            "Some(true)"
        );
        assert_eq!(
            on(json!({"membershipRule": rule}), &dynamic_group()),
            "Some(true)"
        );
        assert_eq!(
            on(json!({"groupTypes": []}), &dynamic_group()),
            "Some(false)"
        );
        assert_eq!(on(json!({"groupTypes": []}), &static_group()), "None");
        assert_eq!(on(json!({"groupTypes": types}), &dynamic_group()), "None");
        assert_eq!(on(json!({"groupTypes": types}), &static_group()), required);
        assert_eq!(
            on(json!({"membershipRule": null}), &dynamic_group()),
            required
        );
        assert!(
            on(json!({"membershipRule": rule}), &static_group())
                .starts_with("400 A membershipRule is for")
        );
        assert_eq!(on(json!({"membershipRule": null}), &static_group()), "None");
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        for (body, expected) in [
            (
                json!({"color": 1}),
                "400 The property 'color' does not exist on type 'microsoft.graph.group'",
            ),
            (json!({"id": "x"}), "400 Property 'id' is read-only"),
            (
                json!({"assignedLicenses": []}),
                "400 Property 'assignedLicenses' is read-only",
            ),
            (
                json!({"isAssignableToRole": true}),
                "400 Property 'isAssignableToRole' is read-only",
            ),
            (
                json!({"resourceBehaviorOptions": []}),
                "400 Property 'resourceBehaviorOptions' is read-only",
            ),
            (
                json!({"hideFromAddressLists": true}),
                "501 Setting 'hideFromAddressLists'",
            ),
            (
                json!({"appRoleAssignments@odata.bind": []}),
                "501 Setting 'appRoleAssignments@odata.bind'",
            ),
            (
                json!({"displayName": null}),
                "400 Invalid value specified for property 'displayName' of resource 'Group'.",
            ),
            (
                json!({"mailEnabled": "yes"}),
                "400 Invalid value specified for property 'mailEnabled'",
            ),
            (
                json!({"groupTypes": "Unified"}),
                "400 Invalid value specified for property 'groupTypes'",
            ),
            (
                json!({"groupTypes": ["Distribution"]}),
                "400 Invalid value specified for property 'groupTypes'",
            ),
            (
                json!({"visibility": "Secret"}),
                "400 Invalid value specified for property 'visibility'",
            ),
            (
                json!({"membershipRuleProcessingState": "Off"}),
                "400 Invalid value specified for property 'membershipRuleProcessingState'",
            ),
            (
                json!({"classification": "x".repeat(300)}),
                "400 Invalid value specified for property 'classification'",
            ),
        ] {
            let error = shown(patch(&members(body.clone()), &static_group()));
            assert!(error.starts_with(expected), "{body}: {error}");
        }
        let complete = json!({"displayName": "a", "mailNickname": "a", "mailEnabled": false, "securityEnabled": true});
        for name in [
            "displayName",
            "mailNickname",
            "mailEnabled",
            "securityEnabled",
        ] {
            let mut members = members(complete.clone());
            members.remove(name);
            assert_eq!(
                shown(new_group(&members)),
                format!("400 A value is required for property '{name}' of resource 'Group'.")
            );
        }
    }
}
