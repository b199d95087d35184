//! `zetel devices settings`: how a tenant manages devices.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Session;
use super::change::{Asked, Wish, ask};
use super::devices::about;
use crate::cli::devices::SettingsArgs;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};

/// The prefix of limits.
const LIMITS: &str = "limits.";
/// The setting that holds rules.
const RULES: &str = "cleanUpRules";
/// The word for the platforms that have no rule of their own.
const OTHERS: &str = "*";

/// Shows the settings, or changes those named.
pub fn run(session: &Session, args: &SettingsArgs) -> Result<Exit, CliError> {
    let current: Value = session
        .graph
        .get(&["zetel", "deviceSettings"], "")
        .map_err(|failure| about(failure, "Could not read the settings of device management"))?;
    if args.set.is_empty() {
        return show(session, &current);
    }
    let wish = Wish {
        what: "device settings",
        attempt: "Could not change the settings of device management".to_owned(),
        request: Request::patch(&["zetel", "deviceSettings"], body(&args.set, &current)?),
    };
    match ask(session, &args.change, &wish, hint::for_device)? {
        Asked::Shown(exit) => Ok(exit),
        Asked::Done(_) => {
            output::note("Changed the settings of device management");
            Ok(Exit::Done)
        }
    }
}

#[derive(Serialize)]
struct SettingRow {
    setting: String,
    value: String,
}

impl Record for SettingRow {
    const COLUMNS: &'static [&'static str] = &["setting", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.setting.clone(), self.value.clone()]
    }
}

fn show(session: &Session, settings: &Value) -> Result<Exit, CliError> {
    if session.format == Format::Json {
        output::json(&mut output::stdout(), settings)?;
        return Ok(Exit::Done);
    }
    let rows: Vec<SettingRow> = named(settings)
        .into_iter()
        .map(|(setting, value)| {
            let value = if setting == RULES {
                rules_in_words(value)
            } else {
                output::cell(value)
            };
            SettingRow { setting, value }
        })
        .collect();
    output::list(output::stdout(), session.format, &rows)?;
    Ok(Exit::Done)
}

/// Every setting with the name by which it is set; limits last.
fn named(settings: &Value) -> Vec<(String, &Value)> {
    let members = |value: &'_ Value| value.as_object().map(Map::len).unwrap_or_default() > 0;
    let mut all: Vec<(String, &Value)> = settings
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !name.starts_with('@') && !members(value))
        .map(|(name, value)| (name.clone(), value))
        .collect();
    let limits = settings["limits"].as_object().into_iter().flatten();
    all.extend(limits.map(|(name, value)| (format!("{LIMITS}{name}"), value)));
    all
}

fn rules_in_words(rules: &Value) -> String {
    let rules: Vec<String> = rules
        .as_array()
        .into_iter()
        .flatten()
        .map(|rule| {
            let platform = rule["platform"].as_str().unwrap_or(OTHERS);
            format!("{platform}:{}", output::cell(&rule["days"]))
        })
        .collect();
    rules.join(",")
}

/// The body that sets `NAME=VALUE` pairs. What a value must be like is told by the one that it replaces.
fn body(pairs: &[String], current: &Value) -> Result<Value, CliError> {
    let mut body = Map::new();
    for pair in pairs {
        let (name, text) = pair.split_once('=').ok_or_else(|| {
            CliError::usage(format!("`{pair}` sets nothing")).hint("Write NAME=VALUE")
        })?;
        let (name, text) = (name.trim(), text.trim());
        let (name, present) = named(current)
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                CliError::usage(format!("Device management has no setting `{name}`"))
                    .hint("`zetel devices settings` lists them")
            })?;
        let value = value(&name, present, text)?;
        match name.strip_prefix(LIMITS) {
            None => drop(body.insert(name, value)),
            Some(limit) => {
                let limits = body.entry("limits").or_insert_with(|| json!({}));
                limits[limit] = value;
            }
        }
    }
    Ok(Value::Object(body))
}

fn value(name: &str, present: &Value, text: &str) -> Result<Value, CliError> {
    let wrong = |expected: &str| {
        CliError::usage(format!("`{text}` is no value for `{name}`"))
            .hint(format!("It takes {expected}"))
    };
    let number = |text: &str| text.parse::<u16>().map(|number| json!(number));
    match present {
        Value::Array(_) => {
            let rule = |rule: &str| {
                let (platform, days) = rule.split_once(':')?;
                let platform = Some(platform.trim()).filter(|platform| *platform != OTHERS);
                let days = number(days.trim()).ok()?;
                Some(json!({ "platform": platform, "days": days }))
            };
            let rules = text.split(',').filter(|rule| !rule.trim().is_empty());
            let rules: Option<Vec<Value>> = rules.map(rule).collect();
            rules
                .map(Value::Array)
                .ok_or_else(|| wrong("rules such as `Windows:90,*:120`"))
        }
        Value::Bool(_) => match text.to_lowercase().as_str() {
            "true" | "on" | "yes" => Ok(json!(true)),
            "false" | "off" | "no" => Ok(json!(false)),
            _ => Err(wrong("`true` or `false`")),
        },
        Value::Number(_) => number(text).map_err(|_| wrong("a whole number")),
        _ => Ok(json!(text)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{body, named, rules_in_words};

    fn settings() -> Value {
        json!({
            "@odata.context": "https://zetel.example/$metadata", "mdmAuthority": "intune", "coexistence": false,
            "complianceGraceDays": 0, "cleanUpRules": [], "limits": { "devicesPerUser": 15 },
        })
    }

    fn set(pairs: &[&str]) -> Result<Value, String> {
        let pairs: Vec<String> = pairs.iter().map(|text| (*text).to_owned()).collect();
        body(&pairs, &settings()).map_err(|error| error.message)
    }

    #[test]
    fn pairs_become_one_body() {
        let pairs = [
            "MdmAuthority=sccm",
            "coexistence=on",
            "complianceGraceDays=7",
            "cleanUpRules=Windows:90, *:120",
            "limits.devicesPerUser=10",
        ];
        let expected = json!({
            "mdmAuthority": "sccm", "coexistence": true, "complianceGraceDays": 7,
            "cleanUpRules": [{ "platform": "Windows", "days": 90 }, { "platform": null, "days": 120 }],
            "limits": { "devicesPerUser": 10 },
        });
        assert_eq!(set(&pairs).unwrap(), expected);
        assert_eq!(
            rules_in_words(&expected["cleanUpRules"]),
            "Windows:90,*:120"
        );
        assert_eq!(
            set(&["cleanUpRules="]).unwrap(),
            json!({ "cleanUpRules": [] })
        );
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        for (text, expected) in [
            ("coexistence", "`coexistence` sets nothing"),
            ("color=red", "Device management has no setting `color`"),
            (
                "@odata.context=x",
                "Device management has no setting `@odata.context`",
            ),
            (
                "coexistence=perhaps",
                "`perhaps` is no value for `coexistence`",
            ),
            (
                "complianceGraceDays=-1",
                "`-1` is no value for `complianceGraceDays`",
            ),
            (
                "cleanUpRules=Windows",
                "`Windows` is no value for `cleanUpRules`",
            ),
            (
                "limits.devicesPerUser=x",
                "`x` is no value for `limits.devicesPerUser`",
            ),
        ] {
            assert_eq!(set(&[text]), Err(expected.to_owned()));
        }
    }

    #[test]
    fn limits_are_named_like_settings() {
        let settings = settings();
        let names: Vec<String> = named(&settings).into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"limits.devicesPerUser".to_owned()));
        assert!(!names.contains(&"limits".to_owned()));
    }
}
