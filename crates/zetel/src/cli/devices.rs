//! `zetel devices`.

use clap::{Args, Subcommand};

use super::client::{ChangeArgs, ClientArgs};
use super::moves::Language;

/// `zetel devices`.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub verb: DevicesVerb,
}

/// The verbs of `zetel devices`.
#[derive(Debug, Subcommand)]
pub enum DevicesVerb {
    /// List enrolled devices and whether they are compliant
    List(DeviceListArgs),
    /// Show one device
    Show {
        /// Device name, serial number or id
        device: String,
    },
    /// Say what becomes of a user's devices when the license goes, when, and until when it can be restored
    Forecast {
        /// User principal name, or object id, also of a deleted user
        user: String,
        /// Language [default: that of the environment]
        #[arg(long, value_enum)]
        language: Option<Language>,
    },
    /// Ask a device to leave; it is told at its next check-in
    Retire(DeviceArgs),
    /// Ask a device to check in
    Sync(DeviceArgs),
    /// Remove a device's record
    Delete(DeviceArgs),
    /// Ask whether a device may enroll; nothing is changed. Ends with 0 if it may and with 6 if not
    Check(Box<CheckArgs>),
    /// Show licensed users, licenses and devices, and who of the licensed users cannot enroll a device
    Status {
        /// Language of the explanation [default: that of the environment]
        #[arg(long, value_enum)]
        language: Option<Language>,
    },
    /// Show or change how devices are managed
    Settings(SettingsArgs),
    /// List and change the policies that limit devices per user
    Limits(LimitsArgs),
    /// List and change who may enroll devices for others
    Managers(ManagersArgs),
    /// List refused enrollments, the newest first
    Events(EventsArgs),
}

/// `zetel devices list`.
#[derive(Debug, Args)]
pub struct DeviceListArgs {
    /// Only devices of this user, by user principal name or object id
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only devices that are not compliant
    #[arg(long)]
    pub noncompliant: bool,
    /// List no more than this many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// A device that a verb is about.
#[derive(Debug, Args)]
pub struct DeviceArgs {
    /// Device name, serial number or id
    pub device: String,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Who would enroll it, by user principal name or object id; nobody for a device without a user
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Another user of a shared device; may be repeated
    #[arg(long, value_name = "USER")]
    pub shared: Vec<String>,
    /// Several users use the device
    #[arg(long)]
    pub is_shared: bool,
    /// Id that the MDM server gives the device
    #[arg(long, value_name = "ID")]
    pub device_id: Option<String>,
    /// Serial number
    #[arg(long, value_name = "TEXT")]
    pub serial: Option<String>,
    /// `Windows`, `iOS`, `macOS`, `Android`, `Linux` or `ChromeOS`
    #[arg(long, value_name = "WORD", default_value = "Unknown")]
    pub platform: String,
    /// Graph's `deviceEnrollmentType`, such as `windowsAzureADJoin`
    #[arg(long = "type", value_name = "WORD", default_value = "userEnrollment")]
    pub enrollment_type: String,
    /// `company`, `personal` or `unknown`
    #[arg(long, value_name = "WORD", default_value = "unknown")]
    pub ownership: String,
    /// `mdm`, `intuneClient` (the PC agent) or `configurationManagerClientMdm`
    #[arg(long, value_name = "WORD", default_value = "mdm")]
    pub agent: String,
    /// It is a virtual machine
    #[arg(long = "virtual")]
    pub is_virtual: bool,
    /// Have the decision signed, and print the signature
    #[arg(long)]
    pub sign: bool,
    /// Language of the reasons [default: that of the environment]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
}

/// `zetel devices settings`.
#[derive(Debug, Args)]
#[command(
    after_help = "Clean-up rules are written Windows:90, separated by commas, with `*` for the platforms that have no \
    rule of their own; an empty value clears them."
)]
pub struct SettingsArgs {
    /// Setting to change, such as `deviceLicensePolicy=block` or `limits.devicesPerUser=10`; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices limits`.
#[derive(Debug, Args)]
pub struct LimitsArgs {
    /// What to do [default: list them]
    #[command(subcommand)]
    pub verb: Option<LimitsVerb>,
}

/// The verbs of `zetel devices limits`.
#[derive(Debug, Subcommand)]
pub enum LimitsVerb {
    /// List policies in the order in which they are asked
    List,
    /// Create a policy, for nobody yet
    Create(LimitCreateArgs),
    /// Change a policy's name, description or limit
    Change(LimitChangeArgs),
    /// Delete a policy
    Delete(LimitArgs),
    /// Say for whom a policy is; for nobody else any more
    Assign(LimitAssignArgs),
    /// Ask a policy sooner or later than others; the first that hits a user applies
    Priority(LimitPriorityArgs),
}

/// A policy that a verb is about.
#[derive(Debug, Args)]
pub struct LimitArgs {
    /// Display name or id
    pub policy: String,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices limits create`.
#[derive(Debug, Args)]
pub struct LimitCreateArgs {
    /// Display name
    pub name: String,
    /// Devices per user
    #[arg(long, value_name = "N")]
    pub limit: u16,
    /// What the policy is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices limits change`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["limit", "display_name", "description"]))]
pub struct LimitChangeArgs {
    /// Display name or id
    pub policy: String,
    /// Devices per user
    #[arg(long, value_name = "N")]
    pub limit: Option<u16>,
    /// New display name
    #[arg(long, value_name = "NAME")]
    pub display_name: Option<String>,
    /// What the policy is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices limits assign`.
#[derive(Debug, Args)]
pub struct LimitAssignArgs {
    /// Display name or id
    pub policy: String,
    /// Group for whose members it is; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    pub groups: Vec<String>,
    /// Group for whose members it is not; may be repeated
    #[arg(long = "exclude", value_name = "GROUP")]
    pub excluded: Vec<String>,
    /// For all users
    #[arg(long)]
    pub all_users: bool,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices limits priority`.
#[derive(Debug, Args)]
pub struct LimitPriorityArgs {
    /// Display name or id
    pub policy: String,
    /// From 1, which is asked first
    pub priority: u32,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices managers`.
#[derive(Debug, Args)]
pub struct ManagersArgs {
    /// What to do [default: list them]
    #[command(subcommand)]
    pub verb: Option<ManagersVerb>,
}

/// The verbs of `zetel devices managers`.
#[derive(Debug, Subcommand)]
pub enum ManagersVerb {
    /// List device enrollment managers
    List,
    /// Make a user a device enrollment manager
    Add(ManagerArgs),
    /// Make a user a device enrollment manager no longer; the devices stay
    Remove(ManagerArgs),
}

/// A user whom a verb is about.
#[derive(Debug, Args)]
pub struct ManagerArgs {
    /// User principal name or object id
    pub user: String,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel devices events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Only refusals of this user's devices, by user principal name or object id
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// List no more than this many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}
