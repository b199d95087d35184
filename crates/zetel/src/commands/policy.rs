//! `zetel policy`: semantics, switches and the guard of a tenant.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Session;
use super::change::{Asked, Wish, ask};
use super::license_change::not_found;
use crate::cli::moves::{PolicyArgs, PolicySetArgs, PolicyVerb};
use crate::client::connection::server_error;
use crate::client::products::Products;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Semantics,
    Flag,
    Number,
    Chains,
}

/// Every setting: its name as in JSON, with a point where it is one of the guard's, and what it means.
const SETTINGS: [(&str, Kind, &str); 15] = [
    (
        "semantics",
        Kind::Semantics,
        "whose rules: entra or extended; the switches count under extended only",
    ),
    (
        "nestedGroups",
        Kind::Flag,
        "members of groups in a licensed group are licensed, too",
    ),
    (
        "partialSuccess",
        Kind::Flag,
        "each product of a group is applied on its own",
    ),
    (
        "automaticReprocessing",
        Kind::Flag,
        "what failed is tried again by itself, such as when a seat is free",
    ),
    (
        "priority",
        Kind::Flag,
        "scarce seats go to groups of higher priority first",
    ),
    (
        "fallback",
        Kind::Chains,
        "products to give instead where no seat is left",
    ),
    (
        "graceDays",
        Kind::Number,
        "days before a removal takes effect; 0: at once",
    ),
    (
        "noDirectAssignments",
        Kind::Flag,
        "products are assigned to groups only",
    ),
    (
        "newPlansOff",
        Kind::Flag,
        "service plans that a new catalog adds are off in what is assigned already",
    ),
    (
        "licenseRoleAssignableGroups",
        Kind::Flag,
        "groups with directory roles can give products; under any semantics",
    ),
    (
        "guard.enabled",
        Kind::Flag,
        "changes that take services from many must be confirmed; under any semantics",
    ),
    (
        "guard.maxUsers",
        Kind::Number,
        "users who may lose a service without that",
    ),
    (
        "guard.maxPercent",
        Kind::Number,
        "percent of a product's holders who may lose it without that …",
    ),
    (
        "guard.minUsersForPercent",
        Kind::Number,
        "… where they are more than so many",
    ),
    (
        "guard.secondApprover",
        Kind::Flag,
        "somebody else must approve, too",
    ),
];

/// Shows or changes the policy.
pub fn run(args: &PolicyArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    match &args.verb {
        PolicyVerb::Show => show(session),
        PolicyVerb::Set(set_args) => set(session, set_args),
    }
}

#[derive(Serialize)]
struct SettingRow {
    setting: &'static str,
    value: String,
    meaning: &'static str,
}

impl Record for SettingRow {
    const COLUMNS: &'static [&'static str] = &["setting", "value", "meaning"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.setting.to_owned(),
            self.value.clone(),
            self.meaning.to_owned(),
        ]
    }
}

fn show(session: &Session) -> Result<Exit, CliError> {
    let policy: Value = session
        .graph
        .get(&["zetel", "licensingPolicy"], "")
        .map_err(|failure| server_error(failure, "Could not read the licensing policy"))?;
    if session.format == Format::Json {
        output::json(&mut output::stdout(), &policy)?;
        return Ok(Exit::Done);
    }
    let products = session.products()?;
    let rows: Vec<SettingRow> = SETTINGS
        .iter()
        .map(|(setting, kind, meaning)| {
            let value = match setting.split_once('.') {
                Some((outer, inner)) => &policy[outer][inner],
                None => &policy[*setting],
            };
            let value = match kind {
                Kind::Chains => chains_in_words(value, &products),
                _ => output::cell(value),
            };
            SettingRow {
                setting,
                value,
                meaning,
            }
        })
        .collect();
    output::list(output::stdout(), session.format, &rows)?;
    Ok(Exit::Done)
}

fn chains_in_words(chains: &Value, products: &Products) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let chains: Vec<String> = list(chains)
        .iter()
        .map(|chain| {
            let names: Vec<String> = list(chain)
                .iter()
                .map(|id| products.name(id.as_str().unwrap_or_default()))
                .collect();
            names.join(">")
        })
        .collect();
    chains.join(",")
}

fn set(session: &Session, args: &PolicySetArgs) -> Result<Exit, CliError> {
    let has_chains = args
        .settings
        .iter()
        .any(|setting| setting.to_lowercase().starts_with("fallback"));
    let products = if has_chains {
        session.products()?
    } else {
        Products::default()
    };
    let wish = Wish {
        what: "policy",
        attempt: "Could not change the licensing policy".to_owned(),
        request: Request::patch(
            &["zetel", "licensingPolicy"],
            body(&args.settings, &products)?,
        ),
    };
    match ask(session, &args.change, &wish, hint::for_server)? {
        Asked::Shown(exit) => Ok(exit),
        Asked::Done(_) => {
            output::note("Changed the licensing policy");
            Ok(Exit::Done)
        }
    }
}

/// The body that sets `KEY=VALUE` pairs.
fn body(settings: &[String], products: &Products) -> Result<Value, CliError> {
    let mut body = Map::new();
    for setting in settings {
        let (key, text) = setting.split_once('=').ok_or_else(|| {
            CliError::usage(format!("`{setting}` sets nothing")).hint("Write KEY=VALUE")
        })?;
        let (name, kind, _) = SETTINGS
            .iter()
            .find(|(name, ..)| name.eq_ignore_ascii_case(key.trim()))
            .ok_or_else(|| {
                CliError::usage(format!("The licensing policy has no setting `{key}`"))
                    .hint("`zetel policy show` lists them")
            })?;
        let value = value(name, *kind, text.trim(), products)?;
        match name.split_once('.') {
            None => drop(body.insert((*name).to_owned(), value)),
            Some((outer, inner)) => {
                let object = body.entry(outer).or_insert_with(|| json!({}));
                object[inner] = value;
            }
        }
    }
    Ok(Value::Object(body))
}

fn value(name: &str, kind: Kind, text: &str, products: &Products) -> Result<Value, CliError> {
    let wrong = |expected: &str| {
        CliError::usage(format!("`{text}` is no value for `{name}`"))
            .hint(format!("It takes {expected}"))
    };
    match kind {
        Kind::Semantics => match text.to_lowercase().as_str() {
            word @ ("entra" | "extended") => Ok(json!(word)),
            _ => Err(wrong("`entra` or `extended`")),
        },
        Kind::Flag => match text.to_lowercase().as_str() {
            "true" | "on" | "yes" => Ok(json!(true)),
            "false" | "off" | "no" => Ok(json!(false)),
            _ => Err(wrong("`true` or `false`")),
        },
        Kind::Number => text
            .parse::<u32>()
            .map(|number| json!(number))
            .map_err(|_| wrong("a whole number")),
        Kind::Chains => {
            let chains = text
                .split(',')
                .map(str::trim)
                .filter(|chain| !chain.is_empty());
            let chain = |chain: &str| {
                let links = chain.split('>').map(|link| products.find(link.trim()));
                links
                    .map(|found| found.map(|product| product.id).map_err(not_found))
                    .collect::<Result<Vec<String>, CliError>>()
            };
            chains
                .map(chain)
                .collect::<Result<Vec<_>, _>>()
                .map(|chains| json!(chains))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Products, body};

    fn products() -> Products {
        let sku = |id: u8, name: &str| {
            let id = format!("00000000-0000-0000-0000-0000000000{id:02}");
            serde_json::from_value(json!({ "skuId": id, "skuPartNumber": name })).unwrap()
        };
        Products::new(vec![sku(5, "SPE_E5"), sku(3, "SPE_E3"), sku(1, "SPE_F1")])
    }

    fn set(settings: &[&str]) -> Result<serde_json::Value, String> {
        let settings: Vec<String> = settings.iter().map(|text| (*text).to_owned()).collect();
        body(&settings, &products()).map_err(|error| error.message)
    }

    #[test]
    fn pairs_become_one_body() {
        let settings = [
            "Semantics=extended",
            "partialSuccess=on",
            "graceDays=7",
            "guard.maxUsers=100",
            "guard.secondApprover=false",
            "fallback=SPE_E5>SPE_E3>SPE_F1, SPE_E3>SPE_F1",
        ];
        let id = |id: u8| format!("00000000-0000-0000-0000-0000000000{id:02}");
        assert_eq!(
            set(&settings).unwrap(),
            json!({
                "semantics": "extended", "partialSuccess": true, "graceDays": 7,
                "guard": { "maxUsers": 100, "secondApprover": false },
                "fallback": [[id(5), id(3), id(1)], [id(3), id(1)]],
            })
        );
        assert_eq!(set(&["fallback="]).unwrap(), json!({ "fallback": [] }));
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        for (text, expected) in [
            ("semantics", "`semantics` sets nothing"),
            ("color=red", "The licensing policy has no setting `color`"),
            ("priority=perhaps", "`perhaps` is no value for `priority`"),
            ("graceDays=-1", "`-1` is no value for `graceDays`"),
            ("semantics=mine", "`mine` is no value for `semantics`"),
            ("fallback=SPE_E9", "The tenant has no product `SPE_E9`"),
        ] {
            assert_eq!(set(&[text]), Err(expected.to_owned()));
        }
    }
}
