//! `zetel migrate-to-groups`: direct licenses that a group gives as well are removed.

use serde_json::json;

use super::Session;
use super::change::{Asked, Wish, ask};
use super::changes::show_done;
use crate::cli::moves::MigrateArgs;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;

/// Removes the doubled direct licenses of some users or of all.
pub fn run(args: &MigrateArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let mut body = json!({ "acceptLostPlans": args.accept_lost_plans });
    if !args.user.is_empty() {
        body["userIds"] = json!(args.user);
    }
    let wish = Wish {
        what: "direct licenses",
        attempt: "Could not migrate direct licenses to groups".to_owned(),
        request: Request::post(&["zetel", "migrateToGroups"], body),
    };
    match ask(session, &args.change, &wish, hint::for_server)? {
        Asked::Shown(exit) => Ok(exit),
        Asked::Done(answer) => show_done(
            session,
            &answer,
            "No direct license is left that a group gives as well",
        ),
    }
}
