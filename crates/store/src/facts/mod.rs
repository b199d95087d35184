//! Facts: the state of tenants as rows that people can read with SQL.

mod image;
mod read;
pub mod tables;
mod touched;
mod write;

pub use read::load;
pub use touched::Touched;
pub use write::{all_rows, write};

use crate::sql::Statement;

/// The statements of this module.
pub(crate) fn statements() -> Vec<Statement> {
    tables::ALL
        .iter()
        .map(|(_, load)| *load)
        .chain(write::STATEMENTS.iter().copied())
        .collect()
}
