//! `zetel token`.

use std::io::Write;

use crate::cli::TokenArgs;
use crate::client::connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Prints an access token.
pub fn run(args: &TokenArgs) -> Result<Exit, CliError> {
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
