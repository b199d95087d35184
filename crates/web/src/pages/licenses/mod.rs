//! Products: all of them with their seats, and the page of one.

mod chart;
mod list;
mod one;

pub(crate) use list::list;
pub(crate) use one::overview;
