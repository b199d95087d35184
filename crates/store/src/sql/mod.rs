//! SQL on `SQLite` and `PostgreSQL` through one door.
//!
//! One statement text serves both engines: parameters are `$1` to `$n`, columns are integers, text or bytes, times are
//! integers, GUIDs are 16 bytes. Text is compared and ordered by its bytes. Sums need `CAST(sum(x) AS BIGINT)`.
//! What differs is in `dialect` and in the two engine modules, nowhere else.

mod changes;
mod connection;
mod database;
mod dialect;
mod error;
mod postgres;
mod row;
mod sqlite;
mod table;
mod target;
mod value;

pub use changes::{Change, Changes, Stop};
pub use database::{Database, Transaction, View};
pub(crate) use dialect::Dialect;
pub use error::DatabaseError;
pub use row::{Row, RowRef};
pub(crate) use sqlite::back_up as back_up_file;
pub use table::{Column, Kind, Rows, Table};
pub use target::Target;
pub use value::{Value, ValueRef};

/// A statement of the program: a name for people and the text for both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// What errors call it, for example `find application credential`.
    pub name: &'static str,
    /// SQL with parameters `$1` to `$n`, each of which the text uses.
    pub text: &'static str,
}

impl Statement {
    /// A statement.
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}
