//! Properties of groups: from options to Graph's JSON (licensing.md 1.4).

use serde_json::{Map, Value, json};

use crate::cli::groups::{GroupCreateArgs, GroupKind, GroupPropertyArgs, GroupUpdateArgs};
use crate::error::CliError;

/// The longest mail nickname.
const NICKNAME_LENGTH: usize = 64;
const DYNAMIC: &str = "DynamicMembership";

/// The body that creates a group, without members and owners.
pub fn new_group(args: &GroupCreateArgs) -> Result<Value, CliError> {
    let nickname = match &args.properties.mail_nickname {
        Some(nickname) => nickname.clone(),
        None => nickname_of(&args.name)?,
    };
    let (mail, security) = match args.kind {
        GroupKind::Security => (false, true),
        // Licenses need a security group, so a Microsoft 365 group made here is one.
        GroupKind::MailSecurity | GroupKind::Microsoft365 => (true, true),
    };
    let mut types: Vec<&str> = Vec::new();
    types.extend((args.kind == GroupKind::Microsoft365).then_some("Unified"));
    types.extend(args.properties.rule.is_some().then_some(DYNAMIC));
    let mut body = given(&args.properties);
    body.retain(|_, value| !value.is_null());
    if args.role_assignable {
        body.insert("isAssignableToRole".to_owned(), json!(true));
    }
    if args.properties.rule.is_some() && args.properties.rule_paused.is_none() {
        body.insert("membershipRuleProcessingState".to_owned(), json!("On"));
    }
    let fixed = json!({
        "displayName": args.name, "mailNickname": nickname, "mailEnabled": mail, "securityEnabled": security,
        "groupTypes": types,
    });
    body.extend(fixed.as_object().cloned().unwrap_or_default());
    Ok(Value::Object(body))
}

/// The body that changes a group whose `groupTypes` are these now.
pub fn patch(args: &GroupUpdateArgs, group_types: &Value) -> Result<Value, CliError> {
    let mut body = given(&args.properties);
    if let Some(name) = &args.display_name {
        body.insert("displayName".to_owned(), json!(name));
    }
    if let Some(rule) = &args.properties.rule {
        let types = group_types.as_array().cloned().unwrap_or_default();
        let mut types: Vec<Value> = types.into_iter().filter(|kind| kind != DYNAMIC).collect();
        types.extend((!rule.is_empty()).then(|| json!(DYNAMIC)));
        body.insert("groupTypes".to_owned(), Value::Array(types));
    }
    if body.is_empty() {
        return Err(
            CliError::usage(format!("Nothing to change for `{}`", args.group))
                .hint("`zetel groups update --help` lists the properties"),
        );
    }
    Ok(Value::Object(body))
}

/// The properties that were given, by Graph's names. An empty text is null, which clears a property.
fn given(args: &GroupPropertyArgs) -> Map<String, Value> {
    let texts = [
        ("description", &args.description),
        ("mailNickname", &args.mail_nickname),
        ("visibility", &args.visibility),
        ("membershipRule", &args.rule),
    ];
    let mut properties = Map::new();
    for (name, text) in texts {
        if let Some(text) = text {
            let value = if text.is_empty() {
                Value::Null
            } else {
                json!(text)
            };
            properties.insert(name.to_owned(), value);
        }
    }
    if let Some(paused) = args.rule_paused {
        let state = if paused { "Paused" } else { "On" };
        properties.insert("membershipRuleProcessingState".to_owned(), json!(state));
    }
    if let Some(priority) = args.priority {
        properties.insert("zetelPriority".to_owned(), json!(priority));
    }
    properties
}

/// A mail nickname made from a name: its letters and digits, hyphens for what is between.
fn nickname_of(name: &str) -> Result<String, CliError> {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut nickname = words.join("-");
    nickname.truncate(NICKNAME_LENGTH);
    if nickname.is_empty() {
        return Err(CliError::usage(format!("`{name}` makes no mail nickname"))
            .hint("Give one with `--mail-nickname`"));
    }
    Ok(nickname)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{new_group, nickname_of, patch};
    use crate::cli::client::ChangeArgs;
    use crate::cli::groups::{GroupCreateArgs, GroupKind, GroupPropertyArgs, GroupUpdateArgs};

    fn create(kind: GroupKind, properties: GroupPropertyArgs) -> GroupCreateArgs {
        GroupCreateArgs {
            name: "Sales & Marketing".to_owned(),
            kind,
            role_assignable: false,
            members: Vec::new(),
            owners: Vec::new(),
            properties,
            change: ChangeArgs::default(),
        }
    }

    #[test]
    fn a_security_group_needs_a_name_only() {
        assert_eq!(
            new_group(&create(GroupKind::Security, GroupPropertyArgs::default())).unwrap(),
            json!({
                "displayName": "Sales & Marketing", "mailNickname": "sales-marketing", "mailEnabled": false,
                "securityEnabled": true, "groupTypes": [],
            })
        );
    }

    #[test]
    fn a_rule_makes_a_group_dynamic_and_clearing_it_makes_it_static() {
        let properties = || GroupPropertyArgs {
            rule: Some("user.city -eq \"Delft\"".to_owned()),
            ..GroupPropertyArgs::default()
        };
        let body = new_group(&create(GroupKind::Microsoft365, properties())).unwrap();
        assert_eq!(body["groupTypes"], json!(["Unified", "DynamicMembership"]));
        assert_eq!(body["membershipRuleProcessingState"], "On");

        let update = |rule: &str| GroupUpdateArgs {
            group: "g".to_owned(),
            display_name: None,
            properties: GroupPropertyArgs {
                rule: Some(rule.to_owned()),
                ..GroupPropertyArgs::default()
            },
            change: ChangeArgs::default(),
        };
        let types = json!(["Unified", "DynamicMembership"]);
        let cleared = patch(&update(""), &types).unwrap();
        assert_eq!(
            cleared,
            json!({ "membershipRule": null, "groupTypes": ["Unified"] })
        );
        assert_eq!(patch(&update("x"), &types).unwrap()["groupTypes"], types);
    }

    #[test]
    fn a_nickname_has_letters_digits_and_hyphens() {
        assert_eq!(nickname_of("Verkoop – Noord 2").unwrap(), "verkoop-noord-2");
        assert!(nickname_of("???").is_err());
        assert_eq!(nickname_of(&"x".repeat(200)).unwrap().len(), 64);
    }
}
