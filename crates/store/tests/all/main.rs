//! The conformance suite of the store: every test runs on `SQLite` and on `PostgreSQL`.

mod drive;
mod support;

mod bulk;
mod changes;
mod connections;
mod copies;
mod devices;
mod doctor;
mod failures;
mod groups;
mod history;
mod migrations;
mod plans;
mod schema;
mod statements;
mod tenants;
mod transactions;
mod values;
mod views;
