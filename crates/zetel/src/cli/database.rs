//! Arguments of the commands that work on whole databases, on the server's own machine.

use std::path::PathBuf;

use zetel_store::Target;

use crate::server::config::ServerArgs;

/// `zetel doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `zetel backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Folder for the backup; it is made, and must not hold a database
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// `zetel restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Folder of the backup
    #[arg(long, value_name = "FOLDER")]
    pub from: PathBuf,
    /// Replace everything in a database that is not empty; stop the server first
    #[arg(long)]
    pub force: bool,
}

/// `zetel copy`.
#[derive(Debug, clap::Args)]
pub struct CopyArgs {
    /// Data folder, or URL of a PostgreSQL database, to copy; it may be in use
    #[arg(long, value_name = "FOLDER|URL")]
    pub from: Target,
    /// Data folder, or URL of a PostgreSQL database, to fill; it must be empty
    #[arg(long, value_name = "FOLDER|URL")]
    pub to: Target,
}
