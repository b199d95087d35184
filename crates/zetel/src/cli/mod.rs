//! The command line. Adding a command is one variant here and one file in `commands`.

pub mod changes;
pub mod client;
pub mod database;
pub mod devices;
pub mod groups;
pub mod licenses;
pub mod moves;
pub mod server;
pub mod tenant;
pub mod users;

use clap::{Parser, Subcommand};

use crate::exit;

/// Assigns licenses to people and devices, and answers who is entitled to what.
#[derive(Debug, Parser)]
#[command(name = "zetel", version, after_long_help = exit::help(), arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Every command of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create, change, list and delete users, one by one or from a file
    Users(Box<users::UsersArgs>),
    /// Assign and remove products, and see seats and service plans
    Licenses(Box<licenses::LicensesArgs>),
    /// Create, change, list and license groups, and see why members lack what a group gives
    Groups(Box<groups::GroupsArgs>),
    /// List enrolled devices, ask who may enroll one, and say what becomes of them without a license
    Devices(Box<devices::DevicesArgs>),
    /// Give one product instead of another: per user whole or not at all, without a gap
    Swap(Box<moves::SwapArgs>),
    /// Remove direct licenses that a group gives as well
    MigrateToGroups(Box<moves::MigrateArgs>),
    /// Say why a user has or lacks a product or service plan
    Explain(Box<moves::ExplainArgs>),
    /// List who waits for a seat, in order
    Waiting(Box<moves::WaitingArgs>),
    /// List what was changed, by whom, and how many were affected
    Changes(Box<changes::ChangesArgs>),
    /// Undo a change
    Undo(Box<changes::UndoArgs>),
    /// Put licenses back as they were at a time
    RestoreLicenses(Box<changes::RestoreLicensesArgs>),
    /// Approve a change of somebody else that the guard stopped
    Approve(Box<changes::ApproveChangeArgs>),
    /// List what happened to a user's licenses
    History(Box<changes::HistoryArgs>),
    /// Show or change the licensing policy: semantics, switches and the guard
    Policy(Box<moves::PolicyArgs>),
    /// Verify and export the journal, on the server's own machine
    Audit(Box<changes::AuditArgs>),
    /// Serve a demonstration tenant, made at the first start
    Demo(Box<server::DemoArgs>),
    /// Run the server
    Serve(Box<server::ServeArgs>),
    /// Make a tenant with its first administrator
    Init(Box<server::InitArgs>),
    /// Note, list, change and cancel purchases, on the server's own machine
    Subscription(Box<tenant::SubscriptionArgs>),
    /// Give and take directory roles, on the server's own machine
    Role(Box<tenant::RoleArgs>),
    /// Add domains to a tenant, on the server's own machine
    Domain(Box<tenant::DomainArgs>),
    /// Register, list and remove applications, on the server's own machine
    App(Box<server::AppArgs>),
    /// Take over lists of products, on the server's own machine
    Catalog(Box<server::CatalogArgs>),
    /// Examine the database and say what is wrong
    Doctor(Box<database::DoctorArgs>),
    /// Copy the database into a folder, while the server runs
    Backup(Box<database::BackupArgs>),
    /// Make a backup the database again
    Restore(Box<database::RestoreArgs>),
    /// Copy a database to another one, also from SQLite to PostgreSQL and back
    Copy(Box<database::CopyArgs>),
    /// Print an access token, or approve a device
    Token(Box<TokenArgs>),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

/// `zetel token`.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    /// Which server, and as whom.
    #[command(flatten)]
    pub connection: client::ConnectionArgs,
    /// Something else than printing a token.
    #[command(subcommand)]
    pub command: Option<TokenCommand>,
}

/// The verbs of `zetel token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Let a device in as a user, on the server's own machine
    Approve(Box<server::ApproveArgs>),
}

/// `zetel completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell to complete in
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_option_takes_a_secret() {
        fn visit(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let secret = name.contains("secret") || name.contains("password");
                let harmless = name.ends_with("_file") || !argument.get_action().takes_values();
                assert!(
                    !secret || harmless,
                    "`{name}` would be visible in the list of processes"
                );
            }
            command.get_subcommands().for_each(visit);
        }
        visit(&Cli::command());
    }
}
