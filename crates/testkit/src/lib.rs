//! What tests share: a `PostgreSQL` of their own, builders, temporary folders.

mod postgres;

pub use postgres::{Postgres, TestDatabase};

/// A new empty folder, removed when the value is dropped.
///
/// # Panics
/// When the system's folder for temporary files cannot be written.
pub fn folder() -> tempfile::TempDir {
    let created = tempfile::Builder::new().prefix("zetel-").tempdir();
    created.unwrap_or_else(|error| panic!("cannot make a temporary folder: {error}"))
}
