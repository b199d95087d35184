//! `zetel groups`.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::client::{ChangeArgs, ClientArgs};

/// `zetel groups`.
#[derive(Debug, Args)]
pub struct GroupsArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub verb: GroupsVerb,
}

/// The verbs of `zetel groups`.
#[derive(Debug, Subcommand)]
pub enum GroupsVerb {
    /// List groups with the products that they give
    List(GroupListArgs),
    /// Show one group: its properties, its products and the plans that are off
    Show {
        /// Display name, mail nickname or object id
        group: String,
    },
    /// Create a group
    Create(Box<GroupCreateArgs>),
    /// Change a group's properties
    Update(Box<GroupUpdateArgs>),
    /// Delete a group that gives no products
    Delete(GroupArgs),
    /// List the members of a group
    Members(MembersArgs),
    /// Add users or groups to a group; all of them or none
    AddMember(MemberArgs),
    /// Remove users or groups from a group
    RemoveMember(MemberArgs),
    /// Change what a group gives to its members; for all of them at once
    License(GroupLicenseArgs),
    /// List members whose group licenses could not be applied, and why
    Errors {
        /// Display name, mail nickname or object id [default: all groups]
        group: Option<String>,
    },
    /// Decide a group's licenses again for all its members, after the cause of an error is gone
    Reprocess(GroupArgs),
}

/// `zetel groups list`.
#[derive(Debug, Args)]
pub struct GroupListArgs {
    /// Graph filter, such as `startswith(displayName,'Sales')`
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Only groups with members whose licenses could not be applied
    #[arg(long, conflicts_with = "filter")]
    pub errors: bool,
    /// List no more than this many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// A group that a verb is about.
#[derive(Debug, Args)]
pub struct GroupArgs {
    /// Display name, mail nickname or object id
    pub group: String,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// What a group is for, besides licenses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupKind {
    /// Security
    Security,
    /// Security and mail
    MailSecurity,
    /// Microsoft 365
    Microsoft365,
}

/// Properties that can be given at creation and later.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Properties")]
pub struct GroupPropertyArgs {
    /// What the group is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Mail alias; made from the name where it is not given
    #[arg(long, value_name = "ALIAS")]
    pub mail_nickname: Option<String>,
    /// Who may see it: `Public`, `Private` or `HiddenMembership`
    #[arg(long, value_name = "WORD")]
    pub visibility: Option<String>,
    /// Membership rule, such as `user.department -eq "Sales"`; members follow it at once
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
    /// Whether members stay as they are, whatever the rule says
    #[arg(long, value_name = "BOOL")]
    pub rule_paused: Option<bool>,
    /// Groups of higher priority get scarce seats first, where the policy says so
    #[arg(long, value_name = "N")]
    pub priority: Option<u32>,
}

/// `zetel groups create`.
#[derive(Debug, Args)]
pub struct GroupCreateArgs {
    /// Display name
    pub name: String,
    /// What it is
    #[arg(long, value_enum, default_value = "security")]
    pub kind: GroupKind,
    /// Directory roles can be given to it
    #[arg(long)]
    pub role_assignable: bool,
    /// User or group that is a member from the start; may be repeated
    #[arg(long = "member", value_name = "MEMBER")]
    pub members: Vec<String>,
    /// User who owns it; may be repeated
    #[arg(long = "owner", value_name = "USER")]
    pub owners: Vec<String>,
    /// Properties.
    #[command(flatten)]
    pub properties: GroupPropertyArgs,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel groups update`.
#[derive(Debug, Args)]
#[command(
    after_help = "An empty value clears a property; a group whose rule is cleared keeps its members."
)]
pub struct GroupUpdateArgs {
    /// Display name, mail nickname or object id
    pub group: String,
    /// New display name
    #[arg(long, value_name = "NAME", help_heading = "Properties")]
    pub display_name: Option<String>,
    /// Properties.
    #[command(flatten)]
    pub properties: GroupPropertyArgs,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel groups members`.
#[derive(Debug, Args)]
pub struct MembersArgs {
    /// Display name, mail nickname or object id
    pub group: String,
    /// Members of member groups, too
    #[arg(long)]
    pub transitive: bool,
}

/// `zetel groups add-member` and `remove-member`.
#[derive(Debug, Args)]
pub struct MemberArgs {
    /// Display name, mail nickname or object id of the group
    pub group: String,
    /// Users or groups
    #[arg(value_name = "MEMBER", required = true)]
    pub members: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel groups license`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["add", "remove"]))]
pub struct GroupLicenseArgs {
    /// Display name, mail nickname or object id
    pub group: String,
    /// Product to give, by part number or id; may be repeated. One that it gives already gets the plans named here
    #[arg(long, value_name = "PRODUCT")]
    pub add: Vec<String>,
    /// Service plans of these to leave off, by name or id, separated by commas
    #[arg(long, value_name = "PLAN", value_delimiter = ',', requires = "add")]
    pub disable: Vec<String>,
    /// Product to give no longer; may be repeated. Together with `--add` it is one step: nobody is without in between
    #[arg(long, value_name = "PRODUCT")]
    pub remove: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}
