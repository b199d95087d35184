//! Arguments of the commands that run or administer a server on its own machine.

use std::path::PathBuf;

use uuid::Uuid;

use crate::server::config::ServerArgs;

/// `zetel serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `zetel demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// How many users
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(25..=5_000_000))]
    pub users: u32,
    /// What the names and ids are drawn from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write what clients need as shell variables to this file
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
}

/// `zetel init`.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Name of the organization
    #[arg(long)]
    pub name: String,
    /// First domain of the organization, for example `contoso.example`
    #[arg(long)]
    pub domain: String,
    /// Two-letter country code taken for users without a usage location of their own
    #[arg(long, value_name = "CODE")]
    pub usage_location: Option<String>,
    /// User principal name of the first administrator (default: admin@DOMAIN)
    #[arg(long, value_name = "UPN")]
    pub admin: Option<String>,
    /// Tenant id [default: a new one]
    #[arg(long, value_name = "GUID")]
    pub tenant_id: Option<Uuid>,
}

/// `zetel app`.
#[derive(Debug, clap::Args)]
pub struct AppArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AppCommand,
}

/// The verbs of `zetel app`.
#[derive(Debug, clap::Subcommand)]
pub enum AppCommand {
    /// Register an application and print its client id and secret
    Create(AppCreateArgs),
    /// List applications
    List(AppListArgs),
    /// Remove an application and all its credentials
    Remove(AppRemoveArgs),
}

/// `zetel app create`.
#[derive(Debug, clap::Args)]
pub struct AppCreateArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: the only one]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
    /// Name of the application
    #[arg(long)]
    pub name: String,
    /// Graph application permission to grant, for example `User.ReadWrite.All`; may be repeated
    #[arg(long = "permission", value_name = "NAME")]
    pub permissions: Vec<String>,
    /// Register this certificate (PEM) instead of making a secret
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// The application can keep no secret and only acts for users
    #[arg(long, conflicts_with = "certificate")]
    pub public: bool,
    /// Where sign-in may return to; may be repeated
    #[arg(long = "redirect-uri", value_name = "URL")]
    pub redirect_uris: Vec<String>,
    /// Days that the secret works
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub expires_in_days: i64,
}

/// `zetel app list`.
#[derive(Debug, clap::Args)]
pub struct AppListArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: the only one]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
    /// How to show the result
    #[arg(long, short, value_enum, default_value_t = crate::output::Format::Table)]
    pub output: crate::output::Format,
}

/// `zetel app remove`.
#[derive(Debug, clap::Args)]
pub struct AppRemoveArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: the only one]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
    /// Client id of the application
    pub client_id: Uuid,
}

/// `zetel token approve`.
#[derive(Debug, clap::Args)]
pub struct ApproveArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The code that the device shows
    pub code: String,
    /// User principal name of the user whom the device shall be
    #[arg(long = "as", value_name = "UPN")]
    pub as_user: String,
}

/// `zetel catalog`.
#[derive(Debug, clap::Args)]
pub struct CatalogArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CatalogCommand,
}

/// The verbs of `zetel catalog`.
#[derive(Debug, clap::Subcommand)]
pub enum CatalogCommand {
    /// Take over Microsoft's published list of products (CSV), or a file of own products (TOML)
    Import(CatalogImportArgs),
    /// Print the catalog that a tenant follows
    Show(CatalogShowArgs),
}

/// `zetel catalog import`.
#[derive(Debug, clap::Args)]
pub struct CatalogImportArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: all]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
    /// The list
    pub file: PathBuf,
    /// Say what would change and change nothing
    #[arg(long)]
    pub plan: bool,
    /// Confirm a change that takes services from many, by its token; may be repeated
    #[arg(long, value_name = "TOKEN", conflicts_with = "plan")]
    pub confirm: Vec<String>,
}

/// `zetel catalog show`.
#[derive(Debug, clap::Args)]
pub struct CatalogShowArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: the only one]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
}
