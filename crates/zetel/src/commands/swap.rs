//! `zetel swap`: one product instead of another, per user whole or not at all.

use serde_json::json;

use super::Session;
use super::change::{Asked, Wish, ask};
use super::changes::show_done;
use super::groups::find;
use super::license_change::{named, not_found};
use crate::cli::moves::SwapArgs;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;

/// Swaps the product of users, of a group, or of everybody.
pub fn run(args: &SwapArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let products = session.products()?;
    let from = products.find(&args.from).map_err(not_found)?;
    let to = products.find(&args.to).map_err(not_found)?;
    let disabled = products
        .disabled(std::slice::from_ref(&to), &args.disable)
        .map_err(not_found)?;
    let disabled: Vec<String> = disabled.into_iter().flatten().collect();
    let mut body = json!({ "from": from.id, "to": to.id, "disabledPlans": disabled });
    let whose = match (&args.group, args.all_users) {
        (Some(group), _) => {
            body["groupId"] = json!(find(session, group, "swap the product of")?.id);
            format!("`{group}`")
        }
        (None, true) => {
            body["allUsers"] = json!(true);
            "everybody".to_owned()
        }
        (None, false) => {
            body["userIds"] = json!(args.user);
            args.user.join(", ")
        }
    };
    let wish = Wish {
        what: &whose,
        attempt: format!("Could not swap {} for {} of {whose}", from.name, to.name),
        request: Request::post(&["zetel", "swapLicense"], body),
    };
    let asked = ask(session, &args.change, &wish, |failure| {
        hint::for_message(&failure.message, "USER").or_else(|| hint::for_server(failure))
    });
    match asked.map_err(|error| named(error, &products))? {
        Asked::Shown(exit) => Ok(exit),
        Asked::Done(answer) if args.group.is_some() => show_done(
            session,
            &answer,
            "`zetel groups errors` lists members for whom it could not be applied",
        ),
        Asked::Done(answer) => show_done(session, &answer, "Everybody was swapped"),
    }
}
