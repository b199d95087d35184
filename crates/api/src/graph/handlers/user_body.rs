//! The body that creates or changes a user.

use serde_json::{Map, Value};
use zetel_domain::{
    location::Location,
    user::{NewUser, PropertyValue, UserPatch, UserProperty, UserType, property::PropertyKind},
};

use crate::graph::{
    error::GraphError,
    refusals::{invalid, read_only, required},
    schema::{ComplexType, Type, USER, UserSchema},
    time,
};

type Members = Map<String, Value>;

/// A user to be created.
pub(super) fn new_user(members: &Members) -> Result<NewUser, GraphError> {
    let patch = patch(members)?;
    let account_enabled = patch
        .account_enabled
        .ok_or_else(|| GraphError::refused(required("accountEnabled")))?;
    let properties = patch
        .properties
        .into_iter()
        .filter_map(|(property, value)| Some((property, value?)));
    Ok(NewUser {
        id: None,
        account_enabled,
        user_type: patch.user_type.unwrap_or_default(),
        usage_location: patch.usage_location.flatten(),
        properties: properties.collect(),
    })
}

/// What to change of a user.
pub(super) fn patch(members: &Members) -> Result<UserPatch, GraphError> {
    let mut patch = UserPatch::default();
    for (name, value) in members {
        if name.to_ascii_lowercase().ends_with("@odata.bind") {
            return Err(GraphError::not_implemented(format!(
                "Setting '{name}' is not implemented."
            )));
        }
        if !name.contains('@') {
            set(&mut patch, name, value)?;
        }
    }
    Ok(patch)
}

fn set(patch: &mut UserPatch, name: &str, value: &Value) -> Result<(), GraphError> {
    let wrong = |name: &str| GraphError::refused(invalid(name));
    match name.to_ascii_lowercase().as_str() {
        "accountenabled" => {
            let enabled = value.as_bool().ok_or_else(|| wrong("accountEnabled"))?;
            patch.account_enabled = Some(enabled);
        }
        "usertype" => {
            let text = value.as_str().and_then(UserType::parse);
            patch.user_type = Some(text.ok_or_else(|| wrong("userType"))?);
        }
        "usagelocation" => {
            let location = match value {
                Value::Null => None,
                Value::String(text) => {
                    Some(Location::parse(text).ok_or_else(|| wrong("usageLocation"))?)
                }
                _ => return Err(wrong("usageLocation")),
            };
            patch.usage_location = Some(location);
        }
        _ => {
            let property = UserProperty::parse(name).ok_or_else(|| unknown(name))?;
            let schema = property.schema();
            let value = match value {
                Value::Null => None,
                value => Some(stored(property, value).ok_or_else(|| wrong(schema.name))?),
            };
            patch
                .properties
                .insert(property, value.filter(|value| !is_empty(value)));
        }
    }
    Ok(())
}

/// Why a name that is no stored property cannot be set.
fn unknown(name: &str) -> GraphError {
    if let Some(computed) = USER.find(name) {
        GraphError::refused(read_only(computed.name))
    } else if UserSchema::is_known_elsewhere(name) {
        GraphError::not_implemented(format!("Setting '{name}' is not implemented."))
    } else {
        GraphError::refused(format!(
            "The property '{name}' does not exist on type 'microsoft.graph.user'. Make sure to only use property names that are defined by the type."
        ))
    }
}

/// An empty list is the same as none.
fn is_empty(value: &PropertyValue) -> bool {
    match value {
        PropertyValue::Texts(texts) => texts.is_empty(),
        PropertyValue::Json(text) => text == "[]",
        _ => false,
    }
}

/// The value for a property; nothing if the JSON is of another type.
fn stored(property: UserProperty, value: &Value) -> Option<PropertyValue> {
    Some(match property.schema().kind {
        PropertyKind::Text { .. } => PropertyValue::Text(value.as_str()?.to_owned()),
        PropertyKind::Texts { .. } => {
            let texts: Option<Vec<String>> = value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect();
            PropertyValue::Texts(texts?)
        }
        PropertyKind::Flag => PropertyValue::Flag(value.as_bool()?),
        PropertyKind::Time => PropertyValue::Time(time::parse(value.as_str()?)?),
        PropertyKind::Number => PropertyValue::Number(value.as_i64()?.try_into().ok()?),
        PropertyKind::Json => PropertyValue::Json(complex(property, value)?.to_string()),
    })
}

/// A complex value with the members of its type, named as Graph names them, and no others.
fn complex(property: UserProperty, value: &Value) -> Option<Value> {
    let schema = USER.find(property.schema().name)?;
    let Type::Complex(name) = schema.kind else {
        return None;
    };
    let complex_type = ComplexType::find(name)?;
    if schema.collection {
        let items = value.as_array()?.iter();
        let items: Option<Vec<Value>> = items.map(|item| canonical(complex_type, item)).collect();
        items.map(Value::Array)
    } else {
        canonical(complex_type, value)
    }
}

fn canonical(complex_type: &ComplexType, value: &Value) -> Option<Value> {
    let mut members = Members::new();
    for (name, value) in value.as_object()? {
        if name.contains('@') {
            continue;
        }
        let property = complex_type
            .properties
            .iter()
            .find(|property| property.name.eq_ignore_ascii_case(name))?;
        if !value.is_null() && !value.is_string() {
            return None;
        }
        members.insert(property.name.to_owned(), value.clone());
    }
    Some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<UserPatch, String> {
        let Value::Object(members) = body else {
            panic!("a body is an object")
        };
        patch(&members).map_err(|error| format!("{} {}", error.status.as_u16(), error.message))
    }

    #[test]
    fn values_of_every_kind() {
        let patch = read(json!({
            "@odata.type": "#microsoft.graph.user",
            "businessPhones@odata.type": "#Collection(String)",
            "MailNickName": "a", "businessPhones": [], "employeeHireDate": "2026-01-02T03:04:05.6Z",
            "showInAddressList": false, "city": null, "UsageLocation": "nl", "usertype": "guest",
            "onPremisesExtensionAttributes": {"ExtensionAttribute1": "x", "@odata.type": "y"},
            "identities": [{"signInType": "federated", "issuer": "i", "issuerAssignedId": null}],
        }))
        .unwrap();
        let value = |property| patch.properties.get(&property).cloned().flatten();
        assert_eq!(value(UserProperty::MailNickname), Some("a".into()));
        assert_eq!(patch.properties.get(&UserProperty::City), Some(&None));
        assert_eq!(
            patch.properties.get(&UserProperty::BusinessPhones),
            Some(&None)
        );
        assert_eq!(patch.usage_location, Some(Location::parse("NL")));
        assert_eq!(patch.user_type, Some(UserType::Guest));
        assert_eq!(
            value(UserProperty::OnPremisesExtensionAttributes),
            Some(PropertyValue::Json(
                r#"{"extensionAttribute1":"x"}"#.to_owned()
            ))
        );
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        for (body, expected) in [
            (
                json!({"favoriteColor": 1}),
                "400 The property 'favoriteColor' does not exist",
            ),
            (
                json!({"assignedLicenses": []}),
                "400 Property 'assignedLicenses' is read-only",
            ),
            (json!({"ID": "x"}), "400 Property 'id' is read-only"),
            (json!({"aboutMe": "x"}), "501 Setting 'aboutMe'"),
            (
                json!({"manager@odata.bind": "x"}),
                "501 Setting 'manager@odata.bind'",
            ),
            (
                json!({"accountEnabled": "yes"}),
                "400 Invalid value specified for property 'accountEnabled' of resource 'User'.",
            ),
            (
                json!({"displayName": 7}),
                "400 Invalid value specified for property 'displayName'",
            ),
            (
                json!({"businessPhones": "112"}),
                "400 Invalid value specified for property 'businessPhones'",
            ),
            (
                json!({"usageLocation": "NLD"}),
                "400 Invalid value specified for property 'usageLocation'",
            ),
            (
                json!({"usageLocation": 31}),
                "400 Invalid value specified for property 'usageLocation'",
            ),
            (
                json!({"employeeHireDate": "tomorrow"}),
                "400 Invalid value specified for property 'employeeHireDate'",
            ),
            (
                json!({"employeeOrgData": {"color": "x"}}),
                "400 Invalid value specified for property 'employeeOrgData'",
            ),
            (
                json!({"identities": [{"issuer": 7}]}),
                "400 Invalid value specified for property 'identities'",
            ),
        ] {
            let error = read(body.clone()).unwrap_err();
            assert!(error.starts_with(expected), "{body}: {error}");
        }
    }
}
