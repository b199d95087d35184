//! The body that registers or changes an application.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use zetel_domain::application::{Application, ApplicationPatch};

use crate::graph::{
    error::GraphError,
    refusals::{APPLICATION, invalid_of, read_only},
    render::application::{ApplicationEntity, PLATFORMS, platform},
    schema::{ComplexType, Entity, Property, Type, properties_of},
    time,
};

/// Longest JSON text of a property; no client sends more.
const MAXIMUM_PROPERTY: usize = 32 * 1024;
/// Most addresses to which sign-in may return, as in Entra.
const MAXIMUM_REDIRECTS: usize = 256;

/// Properties that are kept for clients.
const KEPT: [&str; 15] = [
    "api",
    "appRoles",
    "description",
    "groupMembershipClaims",
    "identifierUris",
    "info",
    "notes",
    "optionalClaims",
    "publicClient",
    "requiredResourceAccess",
    "serviceManagementReference",
    "signInAudience",
    "spa",
    "tags",
    "web",
];

const AUDIENCES: [&str; 4] = [
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

/// What a client wants of an application.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// How it shall change.
    pub patch: ApplicationPatch,
    /// `keyCredentials`: all that it shall have.
    pub keys: Option<Vec<Value>>,
}

/// Reads the body of a new application, or of a change of one.
pub(super) fn read(
    members: Map<String, Value>,
    before: Option<&Application>,
) -> Result<Wanted, GraphError> {
    let mut wanted = Wanted::default();
    for (name, value) in members {
        if !name.contains('@') {
            set(&mut wanted, &name, value, before.is_none())?;
        }
    }
    let properties = &wanted.patch.properties;
    if PLATFORMS.iter().any(|name| properties.contains_key(*name)) {
        wanted.patch.redirect_uris = Some(redirect_uris(properties, before)?);
    }
    Ok(wanted)
}

fn set(wanted: &mut Wanted, name: &str, value: Value, is_new: bool) -> Result<(), GraphError> {
    let property = find(name)?;
    let wrong = || GraphError::refused(invalid_of(property.name, APPLICATION));
    match property.name {
        "displayName" => {
            let name = value.as_str().ok_or_else(wrong)?;
            wanted.patch.display_name = Some(name.to_owned());
        }
        "isFallbackPublicClient" => {
            let public = value.as_bool().or(value.is_null().then_some(false));
            wanted.patch.public_client = Some(public.ok_or_else(wrong)?);
        }
        "keyCredentials" => {
            wanted.keys = Some(match value {
                Value::Array(keys) => keys,
                Value::Null => Vec::new(),
                _ => return Err(wrong()),
            });
        }
        "passwordCredentials" => {
            if !(is_new && is_nothing(&value)) {
                return Err(GraphError::not_implemented(
                    "Setting 'passwordCredentials' is not implemented. Use the actions 'addPassword' and 'removePassword'.",
                ));
            }
        }
        kept if KEPT.contains(&kept) => {
            let value = typed(&value, &property).ok_or_else(wrong)?;
            if kept == "signInAudience" && !is_audience(&value) {
                return Err(wrong());
            }
            let text = value.to_string();
            if text.len() > MAXIMUM_PROPERTY {
                return Err(GraphError::refused(format!(
                    "{} It may have at most {MAXIMUM_PROPERTY} bytes.",
                    invalid_of(kept, APPLICATION)
                )));
            }
            let text = (!is_nothing(&value)).then_some(text);
            wanted.patch.properties.insert(kept.to_owned(), text);
        }
        // What clients send because they read it before.
        _ if is_nothing(&value) => {}
        known => return Err(GraphError::refused(read_only(known))),
    }
    Ok(())
}

fn find(name: &str) -> Result<Property, GraphError> {
    let found = properties_of::<ApplicationEntity>();
    let found = found
        .iter()
        .find(|property| property.name.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        let mut others = ApplicationEntity::NOT_IMPLEMENTED.iter();
        if others.any(|known| known.eq_ignore_ascii_case(name)) {
            GraphError::not_implemented(format!("Setting '{name}' is not implemented."))
        } else {
            GraphError::refused(format!(
                "The property '{name}' does not exist on type 'microsoft.graph.application'. Make sure to only use property names that are defined by the type."
            ))
        }
    })
}

fn is_audience(value: &Value) -> bool {
    let text = value.as_str();
    value.is_null() || text.is_some_and(|text| AUDIENCES.contains(&text))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A value of a property's type, its members named as Graph names them; nothing if it is of another type.
fn typed(value: &Value, property: &Property) -> Option<Value> {
    if property.collection {
        let items = match value {
            Value::Null => return Some(Value::Array(Vec::new())),
            value => value.as_array()?.iter(),
        };
        let items: Option<Vec<Value>> = items.map(|item| typed_one(item, property.kind)).collect();
        return items.map(Value::Array);
    }
    if value.is_null() {
        return property.nullable.then_some(Value::Null);
    }
    typed_one(value, property.kind)
}

fn typed_one(value: &Value, kind: Type) -> Option<Value> {
    let fits = match kind {
        Type::Text | Type::Binary | Type::Enum(_) => value.is_string(),
        Type::Flag => value.is_boolean(),
        Type::Number => value
            .as_i64()
            .is_some_and(|value| i32::try_from(value).is_ok()),
        Type::Long => value.is_i64(),
        Type::Time => value.as_str().and_then(time::parse).is_some(),
        Type::Guid => uuid::Uuid::try_parse(value.as_str()?).is_ok(),
        Type::Complex(name) => return complex(value, ComplexType::find(name)?),
    };
    fits.then(|| value.clone())
}

/// A complex value with all members of its type and no others.
fn complex(value: &Value, kind: &ComplexType) -> Option<Value> {
    let given = value.as_object()?;
    let is_known = |name: &String| {
        let mut known = kind.properties.iter();
        name.contains('@') || known.any(|property| property.name.eq_ignore_ascii_case(name))
    };
    if !given.keys().all(is_known) {
        return None;
    }
    let mut members = Map::new();
    for property in kind.properties {
        let mut values = given.iter();
        let given = values.find(|(name, _)| name.eq_ignore_ascii_case(property.name));
        let value = given.map_or(&Value::Null, |(_, value)| value);
        members.insert(property.name.to_owned(), typed(value, property)?);
    }
    Some(Value::Object(members))
}

/// Where sign-in may return to, of all kinds of programs.
fn redirect_uris(
    changed: &BTreeMap<String, Option<String>>,
    before: Option<&Application>,
) -> Result<Vec<String>, GraphError> {
    let mut all = Vec::new();
    for name in PLATFORMS {
        let shown = match changed.get(name) {
            Some(value) => value.clone().unwrap_or_default(),
            None => before.map_or(String::new(), |application| {
                platform(application, name).into_owned()
            }),
        };
        let shown: Value = serde_json::from_str(&shown).unwrap_or_default();
        let uris = shown.get("redirectUris").and_then(Value::as_array);
        let uris = uris.into_iter().flatten().filter_map(Value::as_str);
        all.extend(uris.map(str::to_owned));
    }
    if all.len() > MAXIMUM_REDIRECTS {
        return Err(GraphError::refused(format!(
            "{} An application may have at most {MAXIMUM_REDIRECTS}.",
            invalid_of("redirectUris", APPLICATION)
        )));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patch(body: Value) -> Result<Wanted, String> {
        let Value::Object(members) = body else {
            panic!("a body is an object")
        };
        read(members, None).map_err(|error| format!("{} {}", error.status.as_u16(), error.message))
    }

    #[test]
    fn what_azure_cli_and_cli_for_microsoft_365_send() {
        let wanted = patch(json!({
            "displayName": "Sync", "signInAudience": "AzureADMyOrg", "keyCredentials": [],
            "Web": {"redirectUris": ["https://a"], "implicitGrantSettings": {"enableIdTokenIssuance": true}},
            "publicClient": {"redirectUris": ["http://localhost"]}, "identifierUris": ["api://sync"],
            "requiredResourceAccess": [{"resourceAppId": "00000003-0000-0000-c000-000000000000",
                "resourceAccess": [{"id": "df021288-bdef-4463-88db-98f22de89214", "type": "Role"}]}],
            "isFallbackPublicClient": null, "tags": null, "createdDateTime": null,
        }))
        .unwrap();
        let uris = wanted.patch.redirect_uris.unwrap();
        assert_eq!(uris, ["http://localhost", "https://a"]);
        let web = wanted
            .patch
            .properties
            .get("web")
            .cloned()
            .flatten()
            .unwrap();
        let web: Value = serde_json::from_str(&web).unwrap();
        assert_eq!(
            web,
            json!({
                "homePageUrl": null, "logoutUrl": null, "redirectUris": ["https://a"],
                "implicitGrantSettings": {"enableAccessTokenIssuance": null, "enableIdTokenIssuance": true},
            })
        );
        assert_eq!(wanted.patch.properties.get("tags"), Some(&None));
        assert_eq!(wanted.keys, Some(Vec::new()));
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        for (body, expected) in [
            (
                json!({"color": 1}),
                "400 The property 'color' does not exist",
            ),
            (json!({"appId": "x"}), "400 Property 'appId' is read-only"),
            (
                json!({"verifiedPublisher": {}}),
                "501 Setting 'verifiedPublisher'",
            ),
            (
                json!({"passwordCredentials": [{}]}),
                "501 Setting 'passwordCredentials'",
            ),
            (
                json!({"displayName": 7}),
                "400 Invalid value specified for property 'displayName'",
            ),
            (
                json!({"signInAudience": "Everybody"}),
                "400 Invalid value specified for property 'signInAudience'",
            ),
            (
                json!({"web": {"color": 1}}),
                "400 Invalid value specified for property 'web'",
            ),
            (
                json!({"web": []}),
                "400 Invalid value specified for property 'web'",
            ),
            (
                json!({"identifierUris": ["x".repeat(40_000)]}),
                "400 Invalid value specified for property 'identifierUris'",
            ),
            (
                json!({"web": {"redirectUris": vec!["https://a"; 257]}}),
                "400 Invalid value specified for property 'redirectUris'",
            ),
            (
                json!({"requiredResourceAccess": [{"resourceAppId": null}]}),
                "400 Invalid value specified for property 'requiredResourceAccess'",
            ),
        ] {
            let error = patch(body.clone()).unwrap_err();
            assert!(error.starts_with(expected), "{body}: {error}");
        }
    }
}
