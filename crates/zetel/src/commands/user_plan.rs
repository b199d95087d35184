//! What changes of users would do.

use serde::Serialize;
use serde_json::{Map, Value};

use super::several::exit_of_several;
use super::users::deleted_id;
use super::{Session, exit_of_steps, show_plan};
use crate::client::connection::server_error;
use crate::client::model::LicensedUser;
use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Record};
use crate::plan::{Effect, Ledger, Step};

/// What happens to one property of a user.
#[derive(Serialize)]
struct PropertyStep {
    user: String,
    effect: &'static str,
    property: String,
    before: String,
    after: String,
    note: String,
}

impl Record for PropertyStep {
    const COLUMNS: &'static [&'static str] =
        &["user", "effect", "property", "before", "after", "note"];

    fn cells(&self) -> Vec<String> {
        let texts = [&self.property, &self.before, &self.after, &self.note].map(Clone::clone);
        [self.user.clone(), self.effect.to_owned()]
            .into_iter()
            .chain(texts)
            .collect()
    }
}

/// A JSON value as text; null is empty.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Why a user of this name could not be created, as far as can be foreseen.
pub fn obstacle(
    session: &Session,
    domains: &[String],
    name: &str,
) -> Result<Option<String>, Failure> {
    let domain = name
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain)
        .to_lowercase();
    if !domains.contains(&domain) {
        return Ok(Some(format!(
            "`{domain}` is no verified domain; there is {}",
            domains.join(", ")
        )));
    }
    match session.graph.get::<Value>(&["users", name], "$select=id") {
        Ok(_) => Ok(Some("a user of this name exists".to_owned())),
        Err(failure) if failure.exit == Exit::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The tenant's verified domains, lower case.
pub fn verified_domains(session: &Session) -> Result<Vec<String>, CliError> {
    let answer: Value = session
        .graph
        .get(&["organization"], "$select=id,verifiedDomains")
        .map_err(|failure| server_error(failure, "Could not read the domains of the tenant"))?;
    let domains = answer["value"][0]["verifiedDomains"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    Ok(domains
        .iter()
        .filter_map(|domain| domain["name"].as_str())
        .map(str::to_lowercase)
        .collect())
}

/// `zetel users create --plan`.
pub fn create(session: &Session, name: &str, given: &Map<String, Value>) -> Result<Exit, CliError> {
    let domains = verified_domains(session)?;
    let obstacle = obstacle(session, &domains, name).map_err(|failure| failed(failure, name))?;
    let (effect, exit) = if obstacle.is_some() {
        ("refused", Exit::Refused)
    } else {
        ("create", Exit::Done)
    };
    let step = |property: &str, after: String| PropertyStep {
        user: name.to_owned(),
        effect,
        property: property.to_owned(),
        before: String::new(),
        after,
        note: obstacle.clone().unwrap_or_default(),
    };
    let mut steps = vec![step("userPrincipalName", name.to_owned())];
    steps.extend(
        given
            .iter()
            .map(|(property, value)| step(property, text(value))),
    );
    output::list(output::stdout(), session.format, &steps)?;
    Ok(exit)
}

/// `zetel users update --plan`.
pub fn update(session: &Session, user: &str, given: &Map<String, Value>) -> Result<Exit, CliError> {
    let names: Vec<&str> = given.keys().map(String::as_str).collect();
    let query = format!("$select={}", names.join(","));
    let present: Value = session
        .graph
        .get(&["users", user], &query)
        .map_err(|failure| failed(failure, user))?;
    let steps: Vec<PropertyStep> = given
        .iter()
        .map(|(property, value)| {
            let (before, after) = (text(&present[property]), text(value));
            let effect = if before == after { "none" } else { "change" };
            PropertyStep {
                user: user.to_owned(),
                effect,
                property: property.clone(),
                before,
                after,
                note: String::new(),
            }
        })
        .collect();
    output::list(output::stdout(), session.format, &steps)?;
    Ok(Exit::Done)
}

/// `zetel users delete --plan`.
pub fn delete(session: &Session, users: &[String]) -> Result<Exit, CliError> {
    let products = session.products()?;
    let mut ledger = Ledger::new(&products);
    let mut steps = Vec::new();
    let mut exits = Vec::new();
    for user in users {
        let licensed: LicensedUser = match session.graph.get(&["users", user], LicensedUser::SELECT)
        {
            Ok(licensed) => licensed,
            Err(failure) if failure.exit == Exit::NotFound => {
                steps.push(step(user, "", Effect::Refused, "the user does not exist"));
                exits.push(Exit::NotFound);
                continue;
            }
            Err(failure) => return Err(failed(failure, user)),
        };
        let before = steps.len();
        for license in &licensed.assigned_licenses {
            let id = license.sku_id.to_ascii_lowercase();
            if ledger.is_first_time(&licensed.user_principal_name, &id) {
                ledger.shift(&id, -1);
                steps.push(step(
                    user,
                    &products.name(&id),
                    Effect::Lose,
                    "the user is deleted",
                ));
            }
        }
        if steps.len() == before {
            steps.push(step(
                user,
                "",
                Effect::Lose,
                "the user is deleted; no seat comes free",
            ));
        }
        exits.push(Exit::Done);
    }
    show_plan(session.format, &steps, &ledger)?;
    Ok(exit_of_several(&exits))
}

/// `zetel users restore --plan`.
pub fn restore(session: &Session, users: &[String]) -> Result<Exit, CliError> {
    let mut steps = Vec::new();
    let mut exits = Vec::new();
    for user in users {
        let found = deleted_id(session, user).and_then(|id| {
            session.graph.get::<Value>(
                &["directory", "deletedItems", &id],
                "$select=id,userPrincipalName",
            )
        });
        let planned = match found {
            Ok(_) => step(
                user,
                "",
                Effect::Gain,
                "the user is restored with its licenses, also without free seats",
            ),
            Err(failure) if failure.exit == Exit::NotFound => {
                step(user, "", Effect::Refused, "no such deleted user")
            }
            Err(failure) => return Err(failed(failure, user)),
        };
        let is_found = exit_of_steps(std::slice::from_ref(&planned)) == Exit::Done;
        exits.push(if is_found { Exit::Done } else { Exit::NotFound });
        steps.push(planned);
    }
    output::list(output::stdout(), session.format, &steps)?;
    Ok(exit_of_several(&exits))
}

fn step(user: &str, product: &str, effect: Effect, note: &str) -> Step {
    Step {
        user: user.to_owned(),
        product: product.to_owned(),
        effect,
        plans_on: Vec::new(),
        plans_off: Vec::new(),
        note: note.to_owned(),
    }
}

fn failed(failure: Failure, user: &str) -> CliError {
    let advice = hint::for_user(&failure, user);
    failure.during(&format!("Could not read `{user}`"), advice)
}
