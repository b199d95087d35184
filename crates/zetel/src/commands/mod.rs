//! What each command does: one file per command, or per verb where a verb is long.

mod answers;
mod app;
mod approve;
mod audit;
mod audit_devices;
mod audit_events;
mod audit_names;
mod backup;
mod bulk_end;
mod catalog;
mod change;
mod changes;
mod completions;
mod copy;
mod database;
mod demo;
mod device_changes;
mod device_check;
mod device_forecast;
mod device_limits;
mod device_managers;
mod device_settings;
mod device_status;
mod devices;
mod doctor;
mod domain;
mod explain;
mod group_errors;
mod group_license;
mod group_properties;
mod groups;
mod history;
mod init;
mod language;
mod license_change;
mod license_file;
mod licenses;
mod migrate;
mod policy;
mod restore;
mod role;
mod serve;
mod several;
mod subscription;
mod swap;
mod token;
mod token_approve;
mod user_import;
mod user_properties;
mod users;
mod waiting;

use crate::cli::Command;
use crate::cli::client::ClientArgs;
use crate::client::connection::server_error;
use crate::client::products::Products;
use crate::client::{Graph, connection};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::Format;
use crate::progress::Progress;

/// Runs a command.
pub fn run(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Users(args) => users::run(&args),
        Command::Licenses(args) => licenses::run(&args),
        Command::Groups(args) => groups::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Swap(args) => swap::run(&args),
        Command::MigrateToGroups(args) => migrate::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Waiting(args) => waiting::run(&args),
        Command::Changes(args) => changes::run(&args),
        Command::Undo(args) => changes::undo(&args),
        Command::RestoreLicenses(args) => changes::restore_licenses(&args),
        Command::Approve(args) => approve::run(&args),
        Command::History(args) => history::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Audit(args) => audit::run(&args),
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
