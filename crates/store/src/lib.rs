//! Durable journal and facts of tenants on SQLite and PostgreSQL.

mod facts;
mod journal;
pub mod migrations;
pub mod sql;
mod store;

pub use journal::{Change, Hash};
pub use sql::Target;
pub use store::{AppendError, Batch, Head, Store, catalog_digest, state_hash};

/// Every statement of this crate, for the test that prepares each on both engines.
pub fn statements() -> Vec<sql::Statement> {
    [
        migrations::STATEMENTS,
        store::STATEMENTS,
        &facts::statements(),
    ]
    .concat()
}
