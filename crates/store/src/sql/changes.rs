//! Waiting for what another process commits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::DatabaseError;

/// How long a wait may overlook that it was stopped, and how often a database that cannot wake us is asked.
const STEP: Duration = Duration::from_millis(50);

/// What a wait ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing happened in the given time.
    None,
    /// These tenants may have changed (by their keys, ascending). Also names changes by this process.
    Tenants(Vec<i64>),
    /// Something may have changed, in any tenant: `SQLite` does not say where, and after a lost connection nobody knows.
    Any,
    /// [`Stop::stop`] was called.
    Stopped,
}

/// Waits for changes that other processes commit. A change that is announced is visible to a read that follows.
pub struct Changes {
    source: Box<dyn Source>,
    stop: Stop,
}

/// Ends the waiting of one [`Changes`], from any thread.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    state: Arc<(Mutex<bool>, Condvar)>,
}

/// An engine's way to learn of changes.
pub(super) trait Source: Send {
    /// Begins to listen, so that every later change is reported.
    fn listen(&mut self) -> Result<(), DatabaseError>;
    /// What changed since the last call, waiting at most `step`. `stopper` is for sleeping.
    fn poll(&mut self, step: Duration, stopper: &Stop) -> Result<Option<Change>, DatabaseError>;
}

impl Changes {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            stop: Stop::default(),
        }
    }

    /// Begins to listen: every change that is committed after this returns is reported by a later wait.
    /// A wait does it by itself; call it first to read the database in between without missing anything.
    pub fn listen(&mut self) -> Result<(), DatabaseError> {
        self.source.listen()
    }

    /// Waits until something changes, at most `timeout`. An error means that the database cannot be reached;
    /// the next wait connects again and then reports [`Change::Any`].
    pub fn wait(&mut self, timeout: Duration) -> Result<Change, DatabaseError> {
        let deadline = Instant::now() + timeout;
        self.source.listen()?;
        loop {
            if self.stop.is_stopped() {
                return Ok(Change::Stopped);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if let Some(change) = self.source.poll(left.min(STEP), &self.stop)? {
                return Ok(change);
            }
            if left.is_zero() {
                return Ok(Change::None);
            }
        }
    }

    /// What stops the waiting.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }
}

impl Stop {
    /// Ends the current wait and all later ones, within a twentieth of a second.
    pub fn stop(&self) {
        *self.state.0.lock() = true;
        self.state.1.notify_all();
    }

    fn is_stopped(&self) -> bool {
        *self.state.0.lock()
    }

    /// Waits for `time`, or less when stopped.
    pub(super) fn pause(&self, time: Duration) {
        let mut stopped = self.state.0.lock();
        if !*stopped {
            self.state.1.wait_for(&mut stopped, time);
        }
    }
}
