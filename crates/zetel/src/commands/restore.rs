//! `zetel restore`: a backup becomes the database.

use zetel_store::{Overwrite, Store, Target, copy};

use crate::{
    cli::database::RestoreArgs,
    commands::database::{note_copied, open_existing},
    error::CliError,
    exit::Exit,
    server::Settings,
};

/// Copies a backup into the database.
pub fn run(args: &RestoreArgs) -> Result<Exit, CliError> {
    let settings = Settings::load(&args.server, "zetel-data")?;
    let backup = Target::Sqlite(args.from.clone());
    let from = open_existing(&backup)?;
    let to = Store::open(&settings.target)?;
    let overwrite = if args.force {
        Overwrite::Everything
    } else {
        Overwrite::Never
    };
    let copied = copy(&from, &to, overwrite).map_err(|error| {
        let refused = matches!(error, zetel_store::CopyError::NotEmpty { .. });
        let error = CliError::from(error);
        if refused {
            error.hint("With `--force` the backup replaces everything in it; stop the server first")
        } else {
            error
        }
    })?;
    note_copied(&copied, &backup, &settings.target);
    Ok(Exit::Done)
}
