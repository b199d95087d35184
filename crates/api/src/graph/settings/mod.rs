//! Settings as JSON: tables of their members, for reading, changing and the audit trail.

use serde_json::{Map, Value};

use super::{error::GraphError, json};

mod devices;

pub(crate) use devices::{DEVICE_SETTINGS, GRAPH_DEVICE_SETTINGS, changed_devices};

/// A member of an object that holds settings.
pub(crate) struct Setting<T> {
    /// Its name.
    pub name: &'static str,
    /// What a value must be, for people.
    pub expected: &'static str,
    /// Appends the value.
    pub write: fn(&mut Vec<u8>, &T),
    /// Takes a value over; nothing if it is of another form.
    pub read: fn(&Value, &mut T) -> Option<()>,
}

/// What a switch must be.
pub(crate) const FLAG: &str = "true or false";
/// What a number must be.
pub(crate) const NUMBER: &str = "a whole number that is not negative";

/// A switch, by its name and its field.
macro_rules! flag {
    ($name:literal, $($field:ident).+) => {
        $crate::graph::settings::Setting {
            name: $name,
            expected: $crate::graph::settings::FLAG,
            write: |out, settings| $crate::graph::json::flag(out, settings.$($field).+),
            read: |value, settings| {
                settings.$($field).+ = value.as_bool()?;
                Some(())
            },
        }
    };
}

/// A number, by its name and its field.
macro_rules! number {
    ($name:literal, $field:ident) => {
        $crate::graph::settings::Setting {
            name: $name,
            expected: $crate::graph::settings::NUMBER,
            write: |out, settings| $crate::graph::json::number(out, settings.$field.into()),
            read: |value, settings| {
                settings.$field = value.as_u64()?.try_into().ok()?;
                Some(())
            },
        }
    };
}

pub(crate) use {flag, number};

/// Appends all settings as members of an object.
pub(crate) fn write_all<T>(out: &mut Vec<u8>, settings: &[Setting<T>], of: &T) {
    json::object(out, |out| write_members(out, settings, of));
}

/// Appends all settings as members, a comma before each.
pub(crate) fn write_members<T>(out: &mut Vec<u8>, settings: &[Setting<T>], of: &T) {
    for setting in settings {
        json::key(out, setting.name);
        (setting.write)(out, of);
    }
}

/// Members without annotations.
pub(crate) fn plain(members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    members.iter().filter(|(name, _)| !name.contains('@'))
}

/// Sets one setting of `whole`, such as `the licensing policy`.
pub(crate) fn set<T>(
    settings: &[Setting<T>],
    of: &mut T,
    whole: &str,
    name: &str,
    value: &Value,
) -> Result<(), GraphError> {
    let setting = settings
        .iter()
        .find(|setting| setting.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| unknown(whole, name))?;
    (setting.read)(value, of).ok_or_else(|| wrong(whole, setting.name, setting.expected))
}

/// There is no such setting.
fn unknown(whole: &str, name: &str) -> GraphError {
    GraphError::refused(format!("{} no setting '{name}'.", having(whole)))
}

/// `The licensing policy has`, `The device settings have`.
fn having(whole: &str) -> String {
    let (first, rest) = whole.split_at_checked(1).unwrap_or_default();
    let verb = if whole.ends_with('s') { "have" } else { "has" };
    format!("{}{rest} {verb}", first.to_ascii_uppercase())
}

/// A setting cannot have such a value.
fn wrong(whole: &str, name: &str, expected: &str) -> GraphError {
    GraphError::refused(format!(
        "The setting '{name}' of {whole} must be {expected}."
    ))
}
