//! The audit log: what changed, when and by whom; the page of one change, and undoing it.

mod list;
mod one;
mod told;
mod undo;

pub(crate) use list::list;
pub(crate) use one::overview;
pub(crate) use undo::{show as show_undo, undo};
