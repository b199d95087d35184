//! `zetel copy`: from one database to another, on whatever engines.

use zetel_store::{Overwrite, Store, copy};

use crate::{
    cli::database::CopyArgs,
    commands::database::{note_copied, open_existing},
    error::CliError,
    exit::Exit,
};

/// Copies everything and compares the two.
pub fn run(args: &CopyArgs) -> Result<Exit, CliError> {
    let from = open_existing(&args.from)?;
    let to = Store::open(&args.to)?;
    let copied = copy(&from, &to, Overwrite::Never)?;
    note_copied(&copied, &args.from, &args.to);
    Ok(Exit::Done)
}
