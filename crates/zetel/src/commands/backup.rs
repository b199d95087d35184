//! `zetel backup`: a copy of the database while the server runs.

use zetel_store::back_up;

use crate::{
    cli::database::BackupArgs,
    commands::database::{note_copied, open_existing},
    error::CliError,
    exit::Exit,
    output,
    server::Settings,
};

/// Copies the database into a folder.
pub fn run(args: &BackupArgs) -> Result<Exit, CliError> {
    let settings = Settings::load(&args.server, "zetel-data")?;
    let store = open_existing(&settings.target)?;
    let copied = back_up(&store, &args.to)?;
    note_copied(&copied, &settings.target, &args.to.display());
    output::note(&format!(
        "The master key and the certificates in `{}` are not in it: keep a copy of them elsewhere",
        settings.keys.display()
    ));
    Ok(Exit::Done)
}
