//! Durable journal and facts of tenants on SQLite and PostgreSQL.

mod copy;
mod credentials;
mod doctor;
mod facts;
mod failures;
mod history;
mod journal;
mod journal_rows;
pub mod migrations;
mod schema;
pub mod sql;
mod store;

pub use copy::{Copied, CopyError, Overwrite, back_up, copy};
pub use doctor::{Examined, Finding, Verified, VerifyError};
pub use failures::{EnrollmentFailure, FAILURE_DAYS, MAX_FAILURES};
pub use journal::{Change, Hash};
pub use sql::Target;
pub use store::{AppendError, Batch, Head, Store, catalog_digest, state_hash};

/// Every statement of this crate, for the test that prepares each on both engines.
pub fn statements() -> Vec<sql::Statement> {
    [
        migrations::STATEMENTS,
        store::STATEMENTS,
        history::STATEMENTS,
        journal_rows::STATEMENTS,
        facts::STATEMENTS,
        failures::STATEMENTS,
    ]
    .concat()
    .into_iter()
    .chain(schema::statements())
    .chain(credentials::statements())
    .chain(doctor::statements())
    .collect()
}

/// Every table with its columns, as the program believes them to be; the key first, with its width.
pub fn tables() -> impl Iterator<Item = &'static sql::Table> {
    schema::ALL.iter().map(|stored| stored.table)
}
