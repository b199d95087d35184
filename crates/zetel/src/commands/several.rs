//! The same request for each of several users.

use serde::Serialize;

use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};

/// What became of one of several users.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserRow {
    user: String,
    outcome: &'static str,
    error_code: Option<String>,
    message: Option<String>,
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

/// Does `request` for each user and lists the outcomes. One that fails does not stop the others, unless all would fail
/// alike. A single user's failure is the command's.
pub fn for_each(
    format: Format,
    users: &[String],
    attempt: impl Fn(&str) -> String,
    request: impl Fn(&str) -> Result<(), Failure>,
) -> Result<Exit, CliError> {
    let mut rows = Vec::new();
    let mut exits = Vec::new();
    let mut hints: Vec<String> = Vec::new();
    let mut stopped = None;
    for user in users {
        let mut row = UserRow {
            user: user.clone(),
            outcome: "ok",
            error_code: None,
            message: None,
        };
        if let Err(failure) = request(user) {
            let advice = hint::for_user(&failure, user);
            if users.len() == 1 || failure.is_final() {
                stopped = Some(failure.during(&attempt(user), advice));
                break;
            }
            exits.push(failure.exit);
            hints.extend(advice.filter(|advice| !hints.contains(advice)));
            row = UserRow {
                outcome: "failed",
                error_code: Some(failure.code),
                message: Some(failure.message),
                ..row
            };
        } else {
            exits.push(Exit::Done);
        }
        rows.push(row);
    }
    if rows.is_empty()
        && let Some(error) = stopped
    {
        return Err(error);
    }
    let mut listing = Listing::start::<UserRow>(output::stdout(), format);
    rows.iter().try_for_each(|row| listing.push(row))?;
    listing.finish()?;
    for advice in hints {
        output::note(&format!("\nhint: {advice}"));
    }
    stopped.map_or_else(|| Ok(exit_of_several(&exits)), Err)
}

/// The exit code of several attempts, each with its own.
pub fn exit_of_several(exits: &[Exit]) -> Exit {
    match exits {
        [only] => *only,
        several if several.iter().all(|exit| *exit == Exit::Done) => Exit::Done,
        _ => Exit::SomeFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, exit_of_several};

    #[test]
    fn one_attempt_keeps_its_code_and_several_share_one() {
        assert_eq!(exit_of_several(&[Exit::Refused]), Exit::Refused);
        assert_eq!(exit_of_several(&[Exit::Done, Exit::Done]), Exit::Done);
        assert_eq!(
            exit_of_several(&[Exit::Done, Exit::NotFound]),
            Exit::SomeFailed
        );
    }
}
