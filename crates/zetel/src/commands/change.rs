//! A change that the server is asked for: done, shown as a plan, or stopped by the guard.

use serde_json::Value;
use url::Url;

use super::Session;
use crate::cli::client::ChangeArgs;
use crate::client::{Failure, Request};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::plan::{self, Planned};

/// What became of a change.
pub enum Asked {
    /// It was done; the server's answer, null where there is none.
    Done(Value),
    /// It was not done, and its plan was shown; how the command ends.
    Shown(Exit),
}

/// A wish for a change, and how errors speak of it.
pub struct Wish<'a> {
    /// What the change is about, such as a user's name.
    pub what: &'a str,
    /// What could not be done if it fails, such as "Could not delete `ann`".
    pub attempt: String,
    /// The request.
    pub request: Request,
}

/// Asks for a change or its plan. What the guard stops is shown as a plan.
pub fn ask(
    session: &Session,
    args: &ChangeArgs,
    wish: &Wish<'_>,
    advice: impl Fn(&Failure) -> Option<String>,
) -> Result<Asked, CliError> {
    let failed = |failure: Failure| {
        let hint = advice(&failure);
        failure.during(&wish.attempt, hint)
    };
    if args.plan {
        let document = session.graph.plan(&wish.request).map_err(failed)?;
        let exit = show(session.format, &[read(session, wish.what, document)])?;
        return Ok(Asked::Shown(exit));
    }
    match session.graph.change(&wish.request, &args.confirm) {
        Ok(answer) => Ok(Asked::Done(answer)),
        Err(Failure {
            guard: Some(guard), ..
        }) => {
            let document = session.graph.plan(&wish.request).map_err(failed)?;
            if args.confirm.contains(&guard.token) && guard.needs_approval {
                output::note("The change is confirmed, and waits for somebody else's approval.");
            } else if !args.confirm.is_empty() {
                output::note(
                    "This is not the change that `--confirm` names: what it takes is another by now.",
                );
            }
            show(session.format, &[read(session, wish.what, document)])?;
            Ok(Asked::Shown(Exit::ConfirmationRequired))
        }
        Err(failure) => Err(failed(failure)),
    }
}

/// A plan; where it says why something is left undone, with the names of products.
pub fn read(session: &Session, what: &str, document: Value) -> Planned {
    let planned = Planned::new(what, document);
    if planned.plan().not_done.is_empty() {
        return planned;
    }
    match session.products() {
        Ok(products) => planned.with_names(&products),
        Err(_) => planned,
    }
}

/// The error of a server that makes no plans.
pub fn no_plans(base: &Url) -> CliError {
    CliError::usage(format!("`{base}` makes no plans; nothing was sent"))
        .hint("Plans are Zetel's: another server would do what it is asked to plan")
}

/// Shows plans, and how to confirm those that the guard stops.
pub fn show(format: Format, plans: &[Planned]) -> Result<Exit, CliError> {
    plan::show(&mut output::stdout(), format, plans)?;
    let stopped: Vec<_> = plans
        .iter()
        .map(Planned::plan)
        .filter(|plan| plan.guard.stops)
        .collect();
    if stopped.is_empty() {
        let is_whole = plans
            .iter()
            .all(|planned| planned.plan().not_done.is_empty());
        return Ok(if is_whole {
            Exit::Done
        } else {
            Exit::SomeFailed
        });
    }
    let options: Vec<String> = stopped
        .iter()
        .map(|plan| format!("--confirm {}", plan.token))
        .collect();
    output::note(&format!(
        "\nhint: To do it all the same, repeat the command with `{}`",
        options.join(" ")
    ));
    for plan in stopped.iter().filter(|plan| plan.guard.needs_approval) {
        output::note(&format!(
            "Before that somebody else must approve it: `zetel approve {}`",
            plan.token
        ));
    }
    Ok(Exit::ConfirmationRequired)
}
