//! Facts: the state of tenants as rows that people can read with SQL.

mod devices;
mod groups;
mod image;
mod policy;
mod read;
mod rows;
mod touched;
mod words;
mod write;

pub use read::load;
pub use rows::{Chunks, all_rows, rows_of};
pub use touched::Touched;
pub use write::{STATEMENTS, write};
