//! Persistent data structures: they clone in microseconds and copy only what a change touches.

mod bits;
mod hash_index;
mod lazy;
mod lists;
mod paged;
mod tally;

pub(crate) use bits::Gather;
pub use bits::{Bits, SetExpression};
pub use hash_index::{HashIndex, hash_bytes, hash_folded, hash_folded_bytes};
pub use lazy::Lazy;
pub use lists::Lists;
pub use paged::Paged;
pub use tally::Tally;
