//! Users: the list with its search and chips, and the page of one.

mod filter;
mod list;
mod one;

pub(crate) use filter::{Only, UserFilter, UserQuery};
pub(crate) use list::list;
pub(crate) use one::overview;
