//! `zetel token`.

use std::io::Write;

use crate::cli::{TokenArgs, TokenCommand};
use crate::client::connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Prints an access token, or approves a device.
pub fn run(args: &TokenArgs) -> Result<Exit, CliError> {
    if let Some(TokenCommand::Approve(args)) = &args.command {
        return super::token_approve::run(args);
    }
    let graph = connection::open(&args.connection, 1)?;
    let token = graph.token().map_err(|failure| {
        connection::server_error(
            failure,
            &format!("Could not get a token for `{}`", graph.base()),
        )
    })?;
    writeln!(output::stdout(), "{token}")?;
    Ok(Exit::Done)
}
