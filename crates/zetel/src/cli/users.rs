//! `zetel users`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::client::{BulkArgs, ChangeArgs, ClientArgs};

/// `zetel users`.
#[derive(Debug, Args)]
pub struct UsersArgs {
    /// Connection and output.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub verb: UsersVerb,
}

/// The verbs of `zetel users`.
#[derive(Debug, Subcommand)]
pub enum UsersVerb {
    /// List users
    List(ListArgs),
    /// Show one user
    Show {
        /// User principal name or object id
        user: String,
    },
    /// Create a user
    Create(CreateArgs),
    /// Change a user's properties
    Update(UpdateArgs),
    /// Delete users; their seats are free at once, and they can be restored for 30 days
    Delete(TargetArgs),
    /// Restore deleted users with their licenses
    Restore(TargetArgs),
    /// Decide the group licenses of users again, after the cause of an error is gone
    Reprocess(TargetArgs),
    /// Create users from a file
    Import(ImportArgs),
}

/// `zetel users list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Graph filter, such as `startswith(displayName,'An')`
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// List no more than this many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// Properties of a user that can be given on the command line.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Properties")]
pub struct PropertyArgs {
    /// Name as shown
    #[arg(long, value_name = "NAME")]
    pub display_name: Option<String>,
    /// Given name
    #[arg(long, value_name = "NAME")]
    pub given_name: Option<String>,
    /// Surname
    #[arg(long, value_name = "NAME")]
    pub surname: Option<String>,
    /// Mail alias
    #[arg(long, value_name = "ALIAS")]
    pub mail_nickname: Option<String>,
    /// Two-letter country in which the user uses services; licenses need it
    #[arg(long, value_name = "COUNTRY")]
    pub usage_location: Option<String>,
    /// Department
    #[arg(long, value_name = "TEXT")]
    pub department: Option<String>,
    /// Job title
    #[arg(long, value_name = "TEXT")]
    pub job_title: Option<String>,
    /// Company
    #[arg(long, value_name = "TEXT")]
    pub company_name: Option<String>,
    /// Office
    #[arg(long, value_name = "TEXT")]
    pub office_location: Option<String>,
    /// City
    #[arg(long, value_name = "TEXT")]
    pub city: Option<String>,
    /// Country
    #[arg(long, value_name = "TEXT")]
    pub country: Option<String>,
    /// Employee number
    #[arg(long, value_name = "TEXT")]
    pub employee_id: Option<String>,
    /// Language, such as `nl-NL`
    #[arg(long, value_name = "LANGUAGE")]
    pub preferred_language: Option<String>,
    /// Whether the user can sign in
    #[arg(long, value_name = "BOOL")]
    pub account_enabled: Option<bool>,
}

/// Where a new user's password comes from.
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// File with the first password (`-`: standard input); else the variable `ZETEL_NEW_PASSWORD` is read
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Do not ask for another password at the first sign-in
    #[arg(long)]
    pub keep_password: bool,
}

/// `zetel users create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// User principal name, in a verified domain of the tenant
    #[arg(value_name = "UPN")]
    pub user_principal_name: String,
    /// Properties.
    #[command(flatten)]
    pub properties: PropertyArgs,
    /// Password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel users update`.
#[derive(Debug, Args)]
#[command(after_help = "An empty value clears a property.")]
pub struct UpdateArgs {
    /// User principal name or object id
    pub user: String,
    /// New user principal name
    #[arg(long, value_name = "UPN", help_heading = "Properties")]
    pub user_principal_name: Option<String>,
    /// Properties.
    #[command(flatten)]
    pub properties: PropertyArgs,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Users that a verb is about.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// User principal names or object ids
    #[arg(value_name = "USER", required = true)]
    pub users: Vec<String>,
    /// Plan and confirmation.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `zetel users import`.
#[derive(Debug, Args)]
#[command(mut_arg("from", |from| from.required(true)))]
pub struct ImportArgs {
    /// Password for rows that have none.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Check every row and change nothing
    #[arg(long)]
    pub plan: bool,
    /// Rows from a file.
    #[command(flatten)]
    pub bulk: BulkArgs,
}
