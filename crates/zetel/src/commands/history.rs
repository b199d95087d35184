//! `zetel history`: what happened to a user's licenses.

use serde::Serialize;
use serde_json::Value;

use super::Session;
use crate::cli::changes::HistoryArgs;
use crate::client::hint;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Listing, Record};

/// What a change did to the user, as the server told it.
#[derive(Serialize)]
#[serde(transparent)]
struct MomentRecord(Value);

impl Record for MomentRecord {
    const COLUMNS: &'static [&'static str] = &["change", "at", "who", "what"];

    fn cells(&self) -> Vec<String> {
        ["change", "at", "actorName", "what"]
            .map(|name| output::cell(&self.0[name]))
            .to_vec()
    }
}

/// Lists all changes that concern the user, the newest first.
pub fn run(args: &HistoryArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let user = &args.user;
    let mut listing = Listing::start::<MomentRecord>(output::stdout(), session.format);
    for page in session
        .graph
        .pages(&["zetel", "users", user, "history"], "")
    {
        let page = page.map_err(|failure| {
            let advice = hint::for_user(&failure, user);
            failure.during(&format!("Could not read the history of `{user}`"), advice)
        })?;
        for change in page {
            listing.push(&MomentRecord(change))?;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}
