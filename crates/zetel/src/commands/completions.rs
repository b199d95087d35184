//! `zetel completions`.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Prints the completion script.
pub fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "zetel", &mut script);
    std::io::Write::write_all(&mut output::stdout(), &script)?;
    Ok(Exit::Done)
}
