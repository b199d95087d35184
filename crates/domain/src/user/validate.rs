//! Rules for a user's values (licensing.md 1.3).

use super::property::{Properties, PropertyKind, PropertyValue, UserProperty, Writable};
use crate::rejection::Rejection;

/// Whether text is a user principal name: `alias@domain`, the alias of letters, digits and `' . - _ ! # ^ ~`.
pub fn is_principal_name(text: &str) -> bool {
    let Some((alias, domain)) = text.split_once('@') else {
        return false;
    };
    let alias_character =
        |character: char| character.is_ascii_alphanumeric() || "'.-_!#^~".contains(character);
    !alias.is_empty()
        && alias.len() <= 64
        && alias.chars().all(alias_character)
        && !alias.ends_with('.')
        && crate::directory::is_domain_name(domain)
}

/// The part after the `@`, in lower case.
pub fn principal_name_domain(principal_name: &str) -> String {
    principal_name
        .split_once('@')
        .map(|(_, domain)| domain.to_ascii_lowercase())
        .unwrap_or_default()
}

/// Judges the shape of one value that a caller wants to set; `system` callers may set what clients may not.
pub fn check_value(
    property: UserProperty,
    value: &PropertyValue,
    system: bool,
) -> Result<(), Rejection> {
    let schema = property.schema();
    let invalid = || Rejection::InvalidProperty { name: schema.name };
    if schema.writable == Writable::No && !system {
        return Err(Rejection::ReadOnlyProperty { name: schema.name });
    }
    match (schema.kind, value) {
        (PropertyKind::Text { max_length }, PropertyValue::Text(text)) => {
            check_text(schema.name, text, max_length)
        }
        (PropertyKind::Texts { max_items }, PropertyValue::Texts(texts)) => {
            if texts.len() > max_items {
                return Err(invalid());
            }
            texts
                .iter()
                .try_for_each(|text| check_text(schema.name, text, 1024))
        }
        (PropertyKind::Json, PropertyValue::Json(text)) => check_text(schema.name, text, 16_384),
        (PropertyKind::Flag, PropertyValue::Flag(_))
        | (PropertyKind::Time, PropertyValue::Time(_))
        | (PropertyKind::Number, PropertyValue::Number(_)) => Ok(()),
        _ => Err(invalid()),
    }
}

fn check_text(name: &'static str, text: &str, max_length: usize) -> Result<(), Rejection> {
    if text.len() > max_length && text.chars().count() > max_length {
        return Err(Rejection::PropertyTooLong { name, max_length });
    }
    if text.is_empty() || has_control_characters(text) {
        return Err(Rejection::InvalidProperty { name });
    }
    Ok(())
}

/// Whether a text has control characters besides breaks and tabs: a NUL cannot be stored by PostgreSQL, and others are
/// never meant.
pub fn has_control_characters(text: &str) -> bool {
    text.chars()
        .any(|character| character.is_control() && !"\n\r\t".contains(character))
}

/// Judges a whole set of values: those that a user must have are there.
pub fn check_required(properties: &Properties) -> Result<(), Rejection> {
    for required in [
        UserProperty::DisplayName,
        UserProperty::MailNickname,
        UserProperty::UserPrincipalName,
    ] {
        if !properties.contains_key(&required) {
            return Err(Rejection::RequiredPropertyMissing {
                name: required.schema().name,
            });
        }
    }
    let nickname_is_valid = match properties.get(&UserProperty::MailNickname) {
        Some(PropertyValue::Text(nickname)) => nickname
            .chars()
            .all(|character| character.is_ascii_graphic() && !"@()\\[]\";:<>,".contains(character)),
        _ => false,
    };
    if nickname_is_valid {
        Ok(())
    } else {
        Err(Rejection::InvalidProperty {
            name: "mailNickname",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_names() {
        for right in [
            "a@contoso.com",
            "o'brien.j-_!#^~9@x.contoso.onmicrosoft.com",
        ] {
            assert!(is_principal_name(right), "{right}");
        }
        for wrong in [
            "",
            "a",
            "@contoso.com",
            "a@",
            "a b@contoso.com",
            "a.@contoso.com",
            "é@contoso.com",
            "a@b@c.com",
            "a@-.com",
        ] {
            assert!(!is_principal_name(wrong), "{wrong}");
        }
    }
}
