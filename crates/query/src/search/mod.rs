//! `$search` of directory objects: clauses in double quotes, joined with `AND`, `OR` and parentheses
//! (licensing.md 7.3; <https://learn.microsoft.com/graph/search-query-parameter>).

mod parser;
mod words;

#[cfg(test)]
mod tests;

pub use parser::parse;
pub use words::Words;

use crate::syntax::Position;

/// A search as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Joined with `AND`; two or more.
    And(Vec<Self>),
    /// Joined with `OR`; two or more.
    Or(Vec<Self>),
    /// `"property:text"`
    Clause {
        /// Where it begins.
        position: Position,
        /// The property.
        property: String,
        /// What is searched for in it.
        text: String,
    },
}
