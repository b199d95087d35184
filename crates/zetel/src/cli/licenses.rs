//! `zetel licenses`.

use clap::{ArgGroup, Args, Subcommand};

use super::client::{BulkArgs, ChangeArgs, ClientArgs};

/// `zetel licenses`.
#[derive(Debug, Args)]
pub struct LicensesArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub verb: LicensesVerb,
}

/// The verbs of `zetel licenses`.
#[derive(Debug, Subcommand)]
pub enum LicensesVerb {
    /// List the products of the tenant with their seats
    List,
    /// Show a user's products, where they come from, and which service plans are on
    Show {
        /// User principal name or object id
        user: String,
        /// As of this time, such as `2026-05-01T12:00:00Z`, `2026-05-01` or `-2h`
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
    },
    /// Assign products to users
    Assign(AssignArgs),
    /// Remove products from users
    Remove(RemoveArgs),
}

/// `zetel licenses assign`.
#[derive(Debug, Args)]
#[command(
    override_usage = "zetel licenses assign [OPTIONS] --product <PRODUCT> <USER>...\n       \
        zetel licenses assign [OPTIONS] --from <FILE>",
    group = ArgGroup::new("who").required(true).args(["users", "from"]),
    after_long_help = "A row of the file has the columns `user` and `product` (unless given by `--product`), and \
        optionally `disabled plans` and `action` (add or remove). See docs/guides/bulk.md."
)]
pub struct AssignArgs {
    /// User principal names or object ids
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
    /// Product to assign, by part number or id; may be repeated
    #[arg(long, value_name = "PRODUCT", required_unless_present = "from")]
    pub product: Vec<String>,
    /// Service plans to leave off, by name or id, separated by commas
    #[arg(long, value_name = "PLAN", value_delimiter = ',')]
    pub disable: Vec<String>,
    /// Product to give up in the same step, so that the two cannot conflict
    #[arg(long, value_name = "PRODUCT")]
    pub replace: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// Rows from a file.
    #[command(flatten)]
    pub bulk: BulkArgs,
}

/// `zetel licenses remove`.
#[derive(Debug, Args)]
#[command(
    override_usage = "zetel licenses remove [OPTIONS] --product <PRODUCT> <USER>...\n       \
        zetel licenses remove [OPTIONS] --from <FILE>",
    group = ArgGroup::new("who").required(true).args(["users", "from"]))]
pub struct RemoveArgs {
    /// User principal names or object ids
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
    /// Product to remove, by part number or id; may be repeated
    #[arg(long, value_name = "PRODUCT", required_unless_present = "from")]
    pub product: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// Rows from a file.
    #[command(flatten)]
    pub bulk: BulkArgs,
}
