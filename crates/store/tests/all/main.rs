//! The conformance suite of the store: every test runs on `SQLite` and on `PostgreSQL`.

mod support;

mod bulk;
mod changes;
mod connections;
mod migrations;
mod statements;
mod transactions;
mod values;
