//! `zetel changes`, `undo`, `restore-licenses`, `history`, `approve` and `audit`.

use clap::{Args, Subcommand};

use super::client::{ChangeArgs, ClientArgs};
use super::tenant::TenantArgs;

/// `zetel changes`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ChangesArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// List no more than this many, newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Something else than listing.
    #[command(subcommand)]
    pub verb: Option<ChangesVerb>,
}

/// The verbs of `zetel changes`.
#[derive(Debug, Subcommand)]
pub enum ChangesVerb {
    /// Show one change
    Show {
        /// Its number
        change: u64,
    },
}

/// `zetel undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// Number of the change, as `zetel changes` lists it
    #[arg(value_name = "CHANGE")]
    pub undone: u64,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel restore-licenses`.
#[derive(Debug, Args)]
pub struct RestoreLicensesArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// The time, such as `2026-05-01T12:00:00Z`, `2026-05-01` or `-2h`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: String,
    /// Only this user's: user principal name or object id [default: everybody's]
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only this group's licenses and members
    #[arg(long, value_name = "GROUP", conflicts_with = "user")]
    pub group: Option<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// User principal name or object id
    pub user: String,
}

/// `zetel approve`.
#[derive(Debug, Args)]
pub struct ApproveChangeArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// Token of the change's plan
    pub token: String,
}

/// `zetel audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// The verbs of `zetel audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify that the journal is complete and as it was written, by its chain of hashes
    Verify(AuditVerifyArgs),
    /// Print the journal with its hashes, one JSON document per change
    Export(AuditExportArgs),
}

/// `zetel audit verify`.
#[derive(Debug, Args)]
pub struct AuditVerifyArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Show no progress, also when standard error is a terminal
    #[arg(long)]
    pub no_progress: bool,
}

/// `zetel audit export`.
#[derive(Debug, Args)]
pub struct AuditExportArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Only changes from this time on, such as `2026-05-01T12:00:00Z`, `2026-05-01` or `-2h`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Only changes before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
}
