//! A copy of the file while it is in use.

use std::{fs, path::Path, time::Duration};

use rusqlite::{
    backup::{Backup, StepResult},
    ffi,
};

use super::{FILE, PATIENCE, create_private};
use crate::sql::DatabaseError;

/// How long to wait for a lock before asking for it again.
const RETRY: Duration = Duration::from_millis(10);
/// How often to ask.
const ATTEMPTS: u32 = 1_000;

/// Copies the database of one data folder into another one, which is made when missing, as of one moment. Others may
/// go on writing. The copy is on the disk when this returns.
pub fn back_up(from: &Path, to: &Path) -> Result<(), DatabaseError> {
    let fail = |reason: String| DatabaseError::Open {
        target: to.display().to_string(),
        reason,
    };
    fs::create_dir_all(to).map_err(|error| fail(error.to_string()))?;
    let file = to.join(FILE);
    create_private(&file).map_err(|error| fail(error.to_string()))?;
    copy_pages(&from.join(FILE), &file).map_err(|error| fail(error.to_string()))
}

fn copy_pages(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = rusqlite::Connection::open(from)?;
    source.busy_timeout(PATIENCE)?;
    let mut target = rusqlite::Connection::open(to)?;
    target.execute_batch("PRAGMA synchronous = FULL")?;
    let backup = Backup::new(&source, &mut target)?;
    // All pages in one step: that is one moment, and with a write-ahead log nobody waits for it.
    for _ in 0..ATTEMPTS {
        if matches!(backup.step(-1)?, StepResult::Done) {
            return Ok(());
        }
        std::thread::park_timeout(RETRY);
    }
    Err(rusqlite::Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_BUSY),
        None,
    ))
}
