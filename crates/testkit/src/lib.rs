//! What tests share: a `PostgreSQL` of their own, builders, random commands, temporary folders.

mod postgres;
mod random;
mod world;

pub use postgres::{Postgres, TestDatabase};
pub use random::Random;
pub use world::{EVENT_KINDS, World, event_kind};

/// A new empty folder, removed when the value is dropped.
///
/// # Panics
/// When the system's folder for temporary files cannot be written.
pub fn folder() -> tempfile::TempDir {
    let created = tempfile::Builder::new().prefix("zetel-").tempdir();
    created.unwrap_or_else(|error| panic!("cannot make a temporary folder: {error}"))
}
