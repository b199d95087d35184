//! `zetel role`: who administers a tenant, on the server's own machine.

use zetel_domain::{Command, access::Role, user::UserKey};

use crate::{
    cli::tenant::{RoleArgs, RoleChangeArgs, RoleCommand},
    error::CliError,
    exit::Exit,
    setup::Desk,
};

/// Gives and takes directory roles.
pub fn run(args: &RoleArgs) -> Result<Exit, CliError> {
    match &args.command {
        RoleCommand::Assign(args) => change(args, |principal, role| Command::AssignRole {
            principal,
            role,
        }),
        RoleCommand::Remove(args) => change(args, |principal, role| Command::RemoveRole {
            principal,
            role,
        }),
    }
}

fn change(
    args: &RoleChangeArgs,
    command: impl FnOnce(uuid::Uuid, Role) -> Command,
) -> Result<Exit, CliError> {
    let role = Role::parse(&args.role.replace('-', " ")).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.display_name()).collect();
        CliError::usage(format!("`{}` is not a directory role", args.role))
            .hint(format!("Known are {}", known.join(", ")))
    })?;
    let desk = Desk::open(&args.tenant)?;
    let user = desk
        .state()?
        .find_user(&UserKey::parse(&args.user))
        .map(|user| user.id);
    let principal = user.ok_or_else(|| {
        CliError::new(Exit::NotFound, format!("There is no user `{}`", args.user))
    })?;
    desk.submit(command(principal, role))?;
    Ok(Exit::Done)
}
