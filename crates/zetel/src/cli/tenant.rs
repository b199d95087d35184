//! Arguments of the commands that change what a tenant bought and who administers it, on the server's own machine.

use uuid::Uuid;

use crate::server::config::ServerArgs;

/// Which tenant.
#[derive(Debug, clap::Args)]
pub struct TenantArgs {
    /// Settings of the server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// The tenant [default: the only one]
    #[arg(long, value_name = "ID|DOMAIN")]
    pub in_tenant: Option<String>,
}

/// `zetel subscription`.
#[derive(Debug, clap::Args)]
pub struct SubscriptionArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SubscriptionCommand,
}

/// The verbs of `zetel subscription`.
#[derive(Debug, clap::Subcommand)]
pub enum SubscriptionCommand {
    /// Note a purchase: seats of a product
    Add(SubscriptionAddArgs),
    /// List purchases, where they are in their life, and where their quantity is changed
    List(SubscriptionListArgs),
    /// Change how many seats a purchase has; nobody loses a license by it
    SetQuantity(SetQuantityArgs),
    /// Begin another term now; brings an expired, suspended or cancelled purchase back
    Renew(SubscriptionIdArgs),
    /// Give a purchase up now
    Cancel(SubscriptionIdArgs),
}

/// How something was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ChannelName {
    /// Enterprise Agreement
    EnterpriseAgreement,
    /// Cloud Solution Provider; needs `--partner-tenant`
    CloudSolutionProvider,
    /// Direct, by card
    Card,
    /// Direct, by invoice
    Invoice,
    /// Trial
    Trial,
}

/// `zetel subscription add`.
#[derive(Debug, clap::Args)]
pub struct SubscriptionAddArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Part number or id of a product in the catalog, or the id of any other product
    pub product: String,
    /// Seats; devices for a product licensed per device
    #[arg(long)]
    pub quantity: u32,
    /// How it was bought
    #[arg(long, value_enum)]
    pub channel: ChannelName,
    /// Tenant of the partner who sold it
    #[arg(
        long,
        value_name = "GUID",
        required_if_eq("channel", "cloud-solution-provider")
    )]
    pub partner_tenant: Option<Uuid>,
    /// Months that it was bought for
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub months: u16,
    /// The term does not begin again at its end
    #[arg(long)]
    pub no_renewal: bool,
    /// Part number of a product that the catalog does not know
    #[arg(long, value_name = "NAME")]
    pub part_number: Option<String>,
}

/// `zetel subscription list`.
#[derive(Debug, clap::Args)]
pub struct SubscriptionListArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// How to show the result
    #[arg(long, short, value_enum, default_value_t = crate::output::Format::Table)]
    pub output: crate::output::Format,
}

/// `zetel subscription set-quantity`.
#[derive(Debug, clap::Args)]
pub struct SetQuantityArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Id of the subscription
    pub id: Uuid,
    /// Seats
    pub quantity: u32,
    /// The quantity was changed where the channel has it changed: the volume licensing portal, the partner
    #[arg(long)]
    pub changed_there: bool,
}

/// `zetel subscription renew` and `cancel`.
#[derive(Debug, clap::Args)]
pub struct SubscriptionIdArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Id of the subscription
    pub id: Uuid,
    /// Confirm a change that takes services from many, by its token
    #[arg(long, value_name = "TOKEN")]
    pub confirm: Vec<String>,
}

/// `zetel role`.
#[derive(Debug, clap::Args)]
pub struct RoleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RoleCommand,
}

/// The verbs of `zetel role`.
#[derive(Debug, clap::Subcommand)]
pub enum RoleCommand {
    /// Give a user a directory role
    Assign(RoleChangeArgs),
    /// Take a directory role from a user
    Remove(RoleChangeArgs),
}

/// `zetel role assign` and `remove`.
#[derive(Debug, clap::Args)]
pub struct RoleChangeArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// User principal name or id of the user
    pub user: String,
    /// Name of the role, for example `license-administrator`
    pub role: String,
}

/// `zetel domain`.
#[derive(Debug, clap::Args)]
pub struct DomainArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DomainCommand,
}

/// The verbs of `zetel domain`.
#[derive(Debug, clap::Subcommand)]
pub enum DomainCommand {
    /// Add a domain that the organization owns
    Add(DomainAddArgs),
}

/// `zetel domain add`.
#[derive(Debug, clap::Args)]
pub struct DomainAddArgs {
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// The domain, for example `fabrikam.example`
    pub name: String,
    /// Offer it for new users
    #[arg(long)]
    pub default: bool,
}
