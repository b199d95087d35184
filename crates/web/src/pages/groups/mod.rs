//! Groups: the list with its search, the page of one, and reprocessing.

mod list;
mod one;
mod reprocess;

pub(crate) use list::list;
pub(crate) use one::overview;
pub(crate) use reprocess::reprocess;
