//! `zetel token approve`: lets a device in, on the word of whoever may use the server's own machine.

use crate::{
    cli::server::ApproveArgs,
    error::CliError,
    exit::Exit,
    output,
    server::{Parts, Settings},
};

/// Approves a device code as a user.
pub fn run(args: &ApproveArgs) -> Result<Exit, CliError> {
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let signed_in = parts
        .tokens
        .approve_device_code_as(&args.code, &args.as_user)
        .map_err(|error| {
            CliError::new(
                Exit::Refused,
                format!("Could not approve `{}`: {error}", args.code),
            )
        })?;
    output::note(&format!(
        "The device is signed in as {}",
        signed_in.user.user_principal_name
    ));
    Ok(Exit::Done)
}
