//! What the commands on whole databases share.

use std::fmt::Display;

use zetel_store::{Copied, CopyError, Store, Target};

use crate::{error::CliError, exit::Exit, output};

/// Opens a database that must be there: a mistyped folder is not made into an empty database.
pub fn open_existing(target: &Target) -> Result<Store, CliError> {
    target.check_exists().map_err(|error| {
        CliError::new(Exit::NotFound, error.to_string())
            .hint("Name the data folder or the PostgreSQL URL that the server uses")
    })?;
    Ok(Store::open(target)?)
}

/// Tells what was copied.
pub fn note_copied(copied: &Copied, from: &dyn Display, to: &dyn Display) {
    output::note(&format!(
        "Copied {} tenants, {} rows, from {from} to {to}; the two were compared",
        copied.tenants, copied.rows
    ));
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        let exit = match &error {
            CopyError::NotEmpty { .. } | CopyError::Same(_) => Exit::Usage,
            CopyError::Differs(_) | CopyError::Database(_) => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}
