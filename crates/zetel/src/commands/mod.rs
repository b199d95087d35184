//! What each command does: one file per command, or per verb where a verb is long.

mod app;
mod backup;
mod catalog;
mod completions;
mod copy;
mod database;
mod demo;
mod doctor;
mod domain;
mod init;
mod license_change;
mod license_file;
mod licenses;
mod restore;
mod role;
mod serve;
mod several;
mod subscription;
mod token;
mod token_approve;
mod user_import;
mod user_plan;
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
use crate::output::{self, Format, Record};
use crate::plan::{Effect, Ledger, SeatChange, Step};
use crate::progress::Progress;

/// Runs a command.
pub fn run(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Users(args) => users::run(&args),
        Command::Licenses(args) => licenses::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Subscription(args) => subscription::run(&args),
        Command::Role(args) => role::run(&args),
        Command::Domain(args) => domain::run(&args),
        Command::App(args) => app::run(&args),
        Command::Catalog(args) => catalog::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Copy(args) => copy::run(&args),
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
        Ok(Self {
            graph,
            format: args.output,
            progress: Progress::new(!args.no_progress),
        })
    }

    /// The tenant's products.
    fn products(&self) -> Result<Products, CliError> {
        Products::load(&self.graph)
            .map_err(|failure| server_error(failure, "Could not read the products of the tenant"))
    }
}

/// Shows what would change for each user, and the seats.
fn show_plan(format: Format, steps: &[Step], ledger: &Ledger) -> Result<(), CliError> {
    show_with_seats(format, "changes", steps, &ledger.changes())
}

/// Shows records and seats. JSON holds both in one document; a table shows both; CSV has the records alone, and the
/// seats go to standard error.
fn show_with_seats<R: Record>(
    format: Format,
    name: &str,
    records: &[R],
    seats: &[SeatChange],
) -> Result<(), CliError> {
    let mut out = output::stdout();
    match format {
        Format::Json => output::json(&mut out, &json!({ name: records, "seats": seats }))?,
        Format::Table => {
            output::list(&mut out, format, records)?;
            writeln!(out)?;
            output::list(out, format, seats)?;
        }
        Format::Csv => {
            output::list(out, format, records)?;
            output::list(std::io::stderr().lock(), Format::Table, seats)?;
        }
    }
    Ok(())
}

/// The exit code of one user's plan.
fn exit_of_steps(steps: &[Step]) -> Exit {
    if steps.iter().any(|step| step.effect == Effect::Refused) {
        Exit::Refused
    } else {
        Exit::Done
    }
}

/// Shows the causes of a bulk run, for a plan with the seats, and tells how it ended.
fn finish_bulk(
    format: Format,
    report: Report,
    products: &Products,
    seats: Option<Vec<SeatChange>>,
) -> Result<Exit, CliError> {
    let mut causes = report.causes;
    for cause in &mut causes {
        cause.text = products.with_names(&cause.text);
    }
    match seats {
        None => output::list(output::stdout(), format, &causes)?,
        Some(seats) => show_with_seats(format, "causes", &causes, &seats)?,
    }
    if report.skipped > 0 {
        output::note(&format!(
            "{} rows were done by an earlier run",
            report.skipped
        ));
    }
    output::note(&format!(
        "The result of every row is in `{}`",
        report.results.display()
    ));
    let mut hints: Vec<String> = Vec::new();
    for cause in causes
        .iter()
        .filter(|cause| cause.outcome == Outcome::Failed)
    {
        let advice = hint::for_message(&cause.text, &cause.first_user);
        hints.extend(advice.filter(|advice| !hints.contains(advice)));
    }
    for advice in hints {
        output::note(&format!("\nhint: {advice}"));
    }
    if let Some(mut error) = report.stopped {
        error
            .details
            .push("Rows that were not begun are left; continue with `--resume`".to_owned());
        return Err(error);
    }
    Ok(if report.failures > 0 {
        Exit::SomeFailed
    } else {
        Exit::Done
    })
}
