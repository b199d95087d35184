//! Durable journal and facts of tenants on SQLite and PostgreSQL.

pub mod migrations;
pub mod sql;

/// Every statement of this crate, for the test that prepares each on both engines.
pub fn statements() -> Vec<sql::Statement> {
    [migrations::STATEMENTS].concat()
}
