//! `zetel domain`: the domains of a tenant, on the server's own machine.

use zetel_domain::Command;

use crate::{
    cli::tenant::{DomainAddArgs, DomainArgs, DomainCommand},
    error::CliError,
    exit::Exit,
    setup::Desk,
};

/// Adds domains.
pub fn run(args: &DomainArgs) -> Result<Exit, CliError> {
    match &args.command {
        DomainCommand::Add(args) => add(args),
    }
}

fn add(args: &DomainAddArgs) -> Result<Exit, CliError> {
    let desk = Desk::open(&args.tenant)?;
    let owner = desk.tenant_of_domain(&args.name.to_ascii_lowercase())?;
    if let Some(owner) = owner {
        return Err(CliError::new(
            Exit::Refused,
            format!("The domain `{}` belongs to the tenant {owner}", args.name),
        ));
    }
    desk.submit(Command::AddDomain {
        name: args.name.clone(),
        is_default: args.default,
    })?;
    Ok(Exit::Done)
}
