//! `zetel swap`, `migrate-to-groups`, `waiting`, `explain` and `policy`.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::client::{ChangeArgs, ClientArgs};

/// `zetel swap`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["user", "group", "all_users"]))]
pub struct SwapArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// Product to take, by part number or id
    #[arg(long, value_name = "PRODUCT")]
    pub from: String,
    /// Product to give; plans that are off in the old one are off in it by name
    #[arg(long, value_name = "PRODUCT")]
    pub to: String,
    /// Service plans of the new product to leave off besides, separated by commas
    #[arg(long, value_name = "PLAN", value_delimiter = ',')]
    pub disable: Vec<String>,
    /// User whose direct license is swapped; may be repeated
    #[arg(long, value_name = "USER")]
    pub user: Vec<String>,
    /// Group that gives it
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// Everybody who has it directly
    #[arg(long)]
    pub all_users: bool,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel migrate-to-groups`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// User to migrate; may be repeated [default: everybody]
    #[arg(long, value_name = "USER")]
    pub user: Vec<String>,
    /// Migrate also those who would lose service plans that no group gives
    #[arg(long)]
    pub accept_lost_plans: bool,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel waiting`.
#[derive(Debug, Args)]
pub struct WaitingArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// Only this product, by part number or id
    pub product: Option<String>,
}

/// A language of explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English
    En,
    /// Dutch
    Nl,
}

/// `zetel explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// User principal name or object id
    pub user: String,
    /// Product or service plan, by name or id [default: everything about the user]
    #[arg(value_name = "PRODUCT|PLAN")]
    pub subject: Option<String>,
    /// Language [default: that of the environment]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
}

/// `zetel policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub verb: PolicyVerb,
}

/// The verbs of `zetel policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyVerb {
    /// Show the licensing policy
    Show,
    /// Change the licensing policy
    Set(PolicySetArgs),
}

/// `zetel policy set`.
#[derive(Debug, Args)]
#[command(
    after_help = "`zetel policy show` lists the keys. Chains of `fallback` are written SPE_E5>SPE_E3>SPE_F1, \
    separated by commas; an empty value clears them."
)]
pub struct PolicySetArgs {
    /// Settings, such as `semantics=extended` or `guard.maxUsers=100`
    #[arg(value_name = "KEY=VALUE", required = true)]
    pub settings: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}
