//! Blocking work on threads that may block, and not too much of it at once.

use std::sync::Arc;

use tokio::sync::Semaphore;
use zetel_identity::{IdentityError, TokenError};

/// Requests that may wait for a thread; more are refused at once instead of piling up.
const MAXIMUM_WAITING: usize = 512;

/// Requests that use the database at the same time.
const MAXIMUM_RUNNING: usize = 32;

/// Bounds what the token service does at the same time.
#[derive(Clone)]
pub(super) struct Workers {
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
    /// Hashing a password takes 19 MiB and a core for 20 ms: one per core at a time.
    hashing: Arc<Semaphore>,
}

impl Workers {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            waiting: Arc::new(Semaphore::new(MAXIMUM_WAITING)),
            running: Arc::new(Semaphore::new(MAXIMUM_RUNNING)),
            hashing: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Runs work that uses the database.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        self.run_within(&self.running, work).await
    }

    /// Runs work that hashes a password.
    pub(super) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        self.run_within(&self.hashing, work).await
    }

    async fn run_within<T: Send + 'static>(
        &self,
        permits: &Arc<Semaphore>,
        work: impl FnOnce() -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let busy = || TokenError::TooManyRequests { retry_after: 1 };
        let waiting = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| busy())?;
        let permit = Arc::clone(permits)
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work has ended, also when the client went away meanwhile.
            let (_waiting, _permit) = (waiting, permit);
            work()
        });
        // A task ends without a result only when it panicked or the program ends.
        task.await
            .unwrap_or(Err(TokenError::Service(IdentityError::Interrupted)))
    }
}
