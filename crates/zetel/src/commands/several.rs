//! The same change for each of several users or groups.

use serde::Serialize;

use super::Session;
use super::change::{self, Asked, Wish, ask};
use crate::cli::client::ChangeArgs;
use crate::client::{Failure, Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};
use crate::plan::Planned;

/// What became of one of several users.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    /// The user, as named.
    pub user: String,
    /// `ok` or `failed`.
    pub outcome: &'static str,
    /// Graph's error code.
    pub error_code: Option<String>,
    /// What the server said.
    pub message: Option<String>,
}

impl UserRow {
    /// Done.
    pub fn ok(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            outcome: "ok",
            error_code: None,
            message: None,
        }
    }

    /// Not done.
    pub fn failed(user: &str, code: String, message: String) -> Self {
        Self {
            outcome: "failed",
            error_code: Some(code),
            message: Some(message),
            ..Self::ok(user)
        }
    }
}

impl Record for UserRow {
    const COLUMNS: &'static [&'static str] = &["user", "outcome", "errorCode", "message"];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.user.clone(),
            self.outcome.to_owned(),
            text(&self.error_code),
            text(&self.message),
        ]
    }
}

/// Asks for a change of each user, or for its plan, and shows the outcomes. One that fails does not stop the others,
/// unless all would fail alike. A single user's failure is the command's.
pub fn for_each(
    session: &Session,
    args: &ChangeArgs,
    users: &[String],
    attempt: impl Fn(&str) -> String,
    request: impl Fn(&str) -> Result<Request, Failure>,
) -> Result<Exit, CliError> {
    let failed = |failure: Failure, user: &str| {
        let advice = hint::for_user(&failure, user);
        failure.during(&attempt(user), advice)
    };
    if let [user] = users {
        let wish = Wish {
            what: user,
            attempt: attempt(user),
            request: request(user).map_err(|failure| failed(failure, user))?,
        };
        return match ask(session, args, &wish, |failure| {
            hint::for_user(failure, user)
        })? {
            Asked::Shown(exit) => Ok(exit),
            Asked::Done(_) => {
                output::list(output::stdout(), session.format, &[UserRow::ok(user)])?;
                Ok(Exit::Done)
            }
        };
    }
    if args.plan {
        return plan_each(session, users, request, failed);
    }
    let mut rows = Vec::new();
    let mut hints: Vec<String> = Vec::new();
    let mut stopped = None;
    for user in users {
        match request(user).and_then(|request| session.graph.change(&request, &args.confirm)) {
            Ok(_) => rows.push(UserRow::ok(user)),
            Err(failure) if failure.is_final() => {
                stopped = Some(failed(failure, user));
                break;
            }
            Err(failure) => {
                let advice = hint::for_user(&failure, user);
                hints.extend(advice.filter(|advice| !hints.contains(advice)));
                rows.push(UserRow::failed(user, failure.code, failure.message));
            }
        }
    }
    match stopped {
        Some(error) if rows.is_empty() => Err(error),
        stopped => {
            let exit = show_rows(session.format, &rows, &hints)?;
            stopped.map_or(Ok(exit), Err)
        }
    }
}

/// Shows what became of several users, and what to do about those that failed.
pub fn show_rows(format: Format, rows: &[UserRow], hints: &[String]) -> Result<Exit, CliError> {
    output::list(output::stdout(), format, rows)?;
    for advice in hints {
        output::note(&format!("\nhint: {advice}"));
    }
    let has_failures = rows.iter().any(|row| row.outcome == "failed");
    Ok(if has_failures {
        Exit::SomeFailed
    } else {
        Exit::Done
    })
}

/// Shows the plan of each change; one that would be refused does not hide the others.
fn plan_each(
    session: &Session,
    users: &[String],
    request: impl Fn(&str) -> Result<Request, Failure>,
    failed: impl Fn(Failure, &str) -> CliError,
) -> Result<Exit, CliError> {
    let mut plans = Vec::new();
    let mut is_refused = false;
    for user in users {
        match request(user).and_then(|request| session.graph.plan(&request)) {
            Ok(document) => plans.push(change::read(session, user, document)),
            Err(failure) if failure.is_final() || failure.exit == Exit::Usage => {
                return Err(failed(failure, user));
            }
            Err(failure) => {
                is_refused = true;
                plans.push(Planned::refused(user, &failure));
            }
        }
    }
    let shown = change::show(session.format, &plans)?;
    Ok(match shown {
        Exit::Done if is_refused => Exit::SomeFailed,
        other => other,
    })
}
