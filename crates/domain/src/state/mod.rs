//! Persistent data structures: they clone in microseconds and copy only what a change touches.

mod bits;
mod hash_index;
mod paged;

pub use bits::Bits;
pub use hash_index::{HashIndex, hash_bytes, hash_folded, hash_folded_bytes};
pub use paged::Paged;
