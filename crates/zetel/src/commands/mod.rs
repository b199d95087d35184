//! What each command does: one file per command, or per verb where a verb is long.

mod completions;
mod license_change;
mod license_file;
mod licenses;
mod token;
mod user_import;
mod user_properties;
mod users;

use std::io::Write;

use serde_json::json;

use crate::bulk::{Outcome, Report};
use crate::cli::Command;
use crate::cli::client::ClientArgs;
use crate::client::connection::server_error;
use crate::client::products::Products;
use crate::client::{Graph, connection, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::plan::{Effect, Ledger, Step};
use crate::progress::Progress;

/// Runs a command.
pub fn run(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Users(args) => users::run(&args),
        Command::Licenses(args) => licenses::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// A client and how its results are shown.
struct Session {
    graph: Graph,
    format: Format,
    progress: Progress,
}

impl Session {
    /// Opens a session for `connections` requests at once.
    fn open(args: &ClientArgs, connections: usize) -> Result<Self, CliError> {
        let graph = connection::open(&args.connection, connections)?;
        Ok(Self { graph, format: args.output, progress: Progress::new(!args.no_progress) })
    }

    /// The tenant's products.
    fn products(&self) -> Result<Products, CliError> {
        Products::load(&self.graph).map_err(|failure| server_error(failure, "Could not read the products of the tenant"))
    }
}

/// Shows what would change. JSON holds users and seats in one document; a table shows both; CSV has the users alone,
/// and the seats go to standard error.
fn show_plan(format: Format, steps: &[Step], ledger: &Ledger) -> Result<(), CliError> {
    let seats = ledger.changes();
    match format {
        Format::Json => output::json(&mut output::stdout(), &json!({ "changes": steps, "seats": seats }))?,
        Format::Table => {
            output::list(output::stdout(), format, steps)?;
            writeln!(output::stdout())?;
            output::list(output::stdout(), format, &seats)?;
        }
        Format::Csv => {
            output::list(output::stdout(), format, steps)?;
            output::list(std::io::stderr().lock(), Format::Table, &seats)?;
        }
    }
    Ok(())
}

/// The exit code of several attempts, each with its own.
fn exit_of_several(exits: &[Exit]) -> Exit {
    match exits {
        [only] => *only,
        several if several.iter().all(|exit| *exit == Exit::Done) => Exit::Done,
        _ => Exit::SomeFailed,
    }
}

/// The exit code of one user's plan.
fn exit_of_steps(steps: &[Step]) -> Exit {
    if steps.iter().any(|step| step.effect == Effect::Refused) { Exit::Refused } else { Exit::Done }
}

/// Shows the causes of a bulk run and tells how it ended.
fn finish_bulk(format: Format, report: Report, products: &Products) -> Result<Exit, CliError> {
    let mut causes = report.causes;
    for cause in &mut causes {
        cause.cause = products.with_names(&cause.cause);
    }
    output::list(output::stdout(), format, &causes)?;
    if report.skipped > 0 {
        output::note(&format!("{} rows were done by an earlier run", report.skipped));
    }
    output::note(&format!("The result of every row is in `{}`", report.results.display()));
    for cause in causes.iter().filter(|cause| cause.outcome == Outcome::Failed) {
        if let Some(hint) = hint::for_message(&cause.cause, &cause.first_user) {
            output::note(&format!("\nhint: {hint}"));
        }
    }
    if let Some(mut error) = report.stopped {
        error.details.push("Rows that were not begun are left; continue with `--resume`".to_owned());
        return Err(error);
    }
    Ok(if report.failures > 0 { Exit::SomeFailed } else { Exit::Done })
}

#[cfg(test)]
mod tests {
    use super::{Exit, exit_of_several};

    #[test]
    fn one_attempt_keeps_its_code_and_several_share_one() {
        assert_eq!(exit_of_several(&[Exit::Refused]), Exit::Refused);
        assert_eq!(exit_of_several(&[Exit::Done, Exit::Done]), Exit::Done);
        assert_eq!(exit_of_several(&[Exit::Done, Exit::NotFound]), Exit::SomeFailed);
    }
}
