//! The query language of Graph: `$filter`, `$search`, `$orderby` and `$expand` (licensing.md 7.1 to 7.3). Pure.
//!
//! A text is read into a tree that knows no types ([`syntax`], [`search`]), then checked against the table of an entity
//! type ([`Entity`], [`Reader`]), which makes a [`Condition`] of questions on properties. Whoever owns the data binds
//! each question to it and says which objects an index names ([`Reach`]); only objects of which no index is sure are
//! asked one by one ([`Condition::holds`]).

mod check;
mod condition;
mod error;
mod expand;
mod moment;
mod order;
mod schema;
mod text;

pub mod search;
pub mod syntax;
pub mod tables;

pub use check::Reader;
pub use condition::{Asked, Condition, Reach, Test};
pub use error::{ErrorKind, QueryError};
pub use expand::Expansion;
pub use moment::TimeMatch;
pub use order::{Direction, OrderBy, Ordering};
pub use schema::{Entity, Kind, Level, Property, Support};
pub use text::{Comparison, TextMatch, folded};

/// How deep parentheses, `not` and `any` may be nested.
pub const MAXIMUM_DEPTH: usize = 32;
/// How many comparisons there may be, each value of an `in` counted.
pub const MAXIMUM_COMPARISONS: usize = 256;
