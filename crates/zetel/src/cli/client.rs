//! Options that the verbs of the Graph client share.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Which server, and as whom.
///
/// The client secret is taken from the environment or a file, never from an option: options are visible to every
/// user of the machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// Graph endpoint, without `/v1.0`
    #[arg(
        long,
        env = "ZETEL_URL",
        default_value = "https://127.0.0.1:8443",
        global = true,
        value_name = "URL"
    )]
    pub url: String,
    /// Token service; the endpoint itself where not given (for graph.microsoft.com: login.microsoftonline.com)
    #[arg(long, env = "ZETEL_AUTHORITY", global = true, value_name = "URL")]
    pub authority: Option<String>,
    /// Tenant, by id or domain
    #[arg(long, env = "ZETEL_TENANT_ID", global = true, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// Application that signs in; its secret is read from the variable `ZETEL_CLIENT_SECRET` or from a file.
    /// A ready access token in `ZETEL_TOKEN` takes the place of all these
    #[arg(long, env = "ZETEL_CLIENT_ID", global = true, value_name = "ID")]
    pub client_id: Option<String>,
    /// File with the client secret
    #[arg(
        long,
        env = "ZETEL_CLIENT_SECRET_FILE",
        global = true,
        value_name = "FILE"
    )]
    pub client_secret_file: Option<PathBuf>,
    /// Certificate authorities to trust (PEM) instead of those of the system
    #[arg(long, env = "ZETEL_CA", global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// Connection and output of every verb of the Graph client.
#[derive(Debug, Clone, Args)]
pub struct ClientArgs {
    /// Which server, and as whom.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Form of the data on standard output
    #[arg(short, long, value_enum, default_value_t = Format::Table, global = true, help_heading = "Output")]
    pub output: Format,
    /// Show no progress, also when standard error is a terminal
    #[arg(long, global = true, help_heading = "Output")]
    pub no_progress: bool,
}

/// Whether a change is made, and what its maker has seen of it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Change")]
pub struct ChangeArgs {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub plan: bool,
    /// Confirm a change that takes services from many, by the token of its plan; may be repeated
    #[arg(long, value_name = "TOKEN", conflicts_with = "plan")]
    pub confirm: Vec<String>,
}

/// How a file of rows is worked through.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many at once")]
pub struct BulkArgs {
    /// CSV file with one change per row; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Where the result of every row goes [default: the file's name with `.results.csv` (`.plan.csv`) behind it]
    #[arg(long, value_name = "FILE", requires = "from")]
    pub results: Option<PathBuf>,
    /// Continue: do not repeat rows that succeeded according to the results file
    #[arg(long, requires = "from", conflicts_with = "plan")]
    pub resume: bool,
    /// Begin no further row after the first that fails
    #[arg(long, requires = "from")]
    pub stop_on_error: bool,
    /// Requests under way at once, where the server takes one row at a time
    #[arg(long, requires = "from", default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
}
