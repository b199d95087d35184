//! `zetel approve`: somebody else's word on a change that the guard stopped.

use serde_json::json;

use super::Session;
use crate::cli::changes::ApproveChangeArgs;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Approves the change with a token; it counts for a day.
pub fn run(args: &ApproveChangeArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let request = Request::post(&["zetel", "approvals"], json!({ "token": args.token }));
    session.graph.change(&request, &[]).map_err(|failure| {
        let advice = hint::for_server(&failure);
        failure.during("Could not approve the change", advice)
    })?;
    output::note(&format!(
        "Approved for a day. Whoever asked for the change repeats it with `--confirm {}`",
        args.token
    ));
    Ok(Exit::Done)
}
