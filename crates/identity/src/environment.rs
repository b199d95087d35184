//! Where time and randomness come from: both are given from outside, so that tests control them.

use std::sync::Arc;

use uuid::{Builder, Uuid};

use crate::IdentityError;

/// Seconds since 1970-01-01 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Fills a buffer with random bytes.
pub type Randomness = Arc<dyn Fn(&mut [u8]) -> Result<(), IdentityError> + Send + Sync>;

/// The clock and the source of randomness of a [`TokenService`](crate::TokenService).
#[derive(Clone)]
pub struct Environment {
    clock: Clock,
    randomness: Randomness,
}

impl Environment {
    /// An environment with this clock and the operating system's randomness.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            randomness: Arc::new(system_randomness),
        }
    }

    /// The same clock with another source of randomness, for tests.
    ///
    /// Encryption of signing keys never uses it: a repeated nonce would give the keys away.
    #[must_use]
    pub fn with_randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = randomness;
        self
    }

    /// Now, in seconds since 1970-01-01 UTC.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], IdentityError> {
        let mut bytes = [0; N];
        (self.randomness)(&mut bytes)?;
        Ok(bytes)
    }

    /// A new random GUID.
    pub fn new_id(&self) -> Result<Uuid, IdentityError> {
        Ok(Builder::from_random_bytes(self.random()?).into_uuid())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Environment")
    }
}

/// The one place that asks the operating system for random bytes.
fn system_randomness(buffer: &mut [u8]) -> Result<(), IdentityError> {
    aws_lc_rs::rand::fill(buffer).map_err(|_| IdentityError::Crypto("making random bytes"))
}
