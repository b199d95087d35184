//! Moves the write-ahead log into the database file, so that commits need not.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// New pages in the log from which a checkpoint is worth its flushes.
const ENOUGH: i64 = 1000;
/// Pages in the log from which writers are made to wait for one, because they never let a checkpoint reach the end
/// of the log: 64 MiB.
const TOO_MANY: i64 = 16_384;

/// How long a checkpoint may make writers wait for a reader that needs the old log.
const PATIENCE: Duration = Duration::from_millis(250);

/// What a commit tells the checkpointer.
#[derive(Default)]
pub(super) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Pages in the log at the last checkpoint; nothing once the log began anew.
    done: i64,
    wanted: bool,
    stopped: bool,
}

impl Signal {
    /// After a commit that left `pages` in the log. Under steady commits the log seldom begins anew, so it is the
    /// growth that counts: asking at every commit would double the flushes.
    pub(super) fn wake(&self, pages: i32) {
        let mut state = self.state.lock();
        let pages = i64::from(pages);
        if pages < state.done {
            state.done = 0;
        }
        if pages - state.done >= ENOUGH {
            state.wanted = true;
            self.changed.notify_one();
        }
    }

    /// Waits until there is work; false when it is time to end.
    fn wait(&self) -> bool {
        let mut state = self.state.lock();
        while !state.wanted && !state.stopped {
            self.changed.wait(&mut state);
        }
        state.wanted = false;
        !state.stopped
    }
}

/// The checkpoint thread. Dropping it empties the log into the file and ends the thread.
pub(in super::super) struct Checkpointer {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread on a connection of its own. Errors are the reason in words.
    pub(super) fn start(file: &Path) -> Result<Self, String> {
        let connection =
            super::connect(file, super::READER_CACHE).map_err(|error| error.to_string())?;
        connection
            .busy_timeout(PATIENCE)
            .map_err(|error| error.to_string())?;
        let signal = Arc::new(Signal::default());
        let heard = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || {
                while heard.wait() {
                    let left = checkpoint(&connection, "PASSIVE");
                    heard.state.lock().done = left;
                    if left > TOO_MANY {
                        checkpoint(&connection, "RESTART");
                    }
                }
                checkpoint(&connection, "TRUNCATE");
            })
            .map_err(|error| error.to_string())?;
        Ok(Self {
            signal,
            thread: Some(thread),
        })
    }

    pub(super) fn signal(&self) -> Arc<Signal> {
        Arc::clone(&self.signal)
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.signal.state.lock().stopped = true;
        self.signal.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // A checkpointer that panicked has nothing left to do; the log is complete without it.
            let _ = thread.join();
        }
    }
}

/// Runs one checkpoint; how many pages the log holds. A checkpoint that fails loses nothing: the log keeps everything,
/// and the next commit asks again.
fn checkpoint(connection: &rusqlite::Connection, mode: &str) -> i64 {
    let result = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        row.get(1)
    });
    result.unwrap_or_else(|error| {
        tracing::warn!(%error, mode, "the database log could not be moved into the database file");
        0
    })
}
