//! `zetel devices managers`: who may enroll devices for others.

use serde::Serialize;
use serde_json::{Value, json};

use super::Session;
use super::device_changes::noted;
use super::devices::about;
use crate::cli::devices::{ManagersArgs, ManagersVerb};
use crate::client::Request;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Listing, Record};

const MANAGERS: [&str; 2] = ["zetel", "enrollmentManagers"];

/// Runs a verb.
pub fn run(session: &Session, args: &ManagersArgs) -> Result<Exit, CliError> {
    match &args.verb {
        None | Some(ManagersVerb::List) => list(session),
        Some(ManagersVerb::Add(manager)) => {
            let request = Request::post(&MANAGERS, json!({ "user": manager.user }));
            let done = format!("`{}` may enroll devices for others", manager.user);
            noted(
                session,
                &manager.change,
                &manager.user,
                "add",
                request,
                &done,
            )
        }
        Some(ManagersVerb::Remove(manager)) => {
            let [first, second] = MANAGERS;
            let request = Request::delete(&[first, second, &manager.user]);
            let done = format!(
                "`{}` may enroll devices for others no longer; the devices stay",
                manager.user
            );
            noted(
                session,
                &manager.change,
                &manager.user,
                "remove",
                request,
                &done,
            )
        }
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct ManagerRecord(Value);

impl Record for ManagerRecord {
    const COLUMNS: &'static [&'static str] = &["user", "displayName", "devices", "id"];

    fn cells(&self) -> Vec<String> {
        let user = &self.0["user"];
        vec![
            output::cell(&user["userPrincipalName"]),
            output::cell(&user["displayName"]),
            output::cell(&self.0["devices"]),
            output::cell(&user["id"]),
        ]
    }
}

fn list(session: &Session) -> Result<Exit, CliError> {
    let mut listing = Listing::start::<ManagerRecord>(output::stdout(), session.format);
    for page in session.graph.pages(&MANAGERS, "") {
        let page = page.map_err(|failure| about(failure, "Could not list the managers"))?;
        for manager in page {
            listing.push(&ManagerRecord(manager))?;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}
