//! What can go wrong while measuring.

use std::fmt::Display;

use zetel_engine::{DatabaseError, EngineError};

/// Why a measurement did not come about.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A step failed; the text says which and why.
    #[error("{0}")]
    Failed(String),
    /// The engine refused or failed.
    #[error("the engine: {0}")]
    Engine(#[from] EngineError),
    /// The store failed.
    #[error("the store: {0}")]
    Store(#[from] DatabaseError),
    /// SQLite failed outside of the store.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// `PostgreSQL` failed outside of the store.
    #[error("PostgreSQL: {0}")]
    Postgres(#[from] postgres::Error),
    /// A file or a child process failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl BenchError {
    /// A step that failed for a reason.
    pub fn failed(step: &str, reason: impl Display) -> Self {
        Self::Failed(format!("{step}: {reason}"))
    }
}
