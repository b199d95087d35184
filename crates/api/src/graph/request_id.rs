//! Request ids: GUIDs that cost a counter and a few multiplications.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

/// Gives every request of this process its own id.
#[derive(Debug)]
pub(crate) struct RequestIds {
    seed: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// Ids that follow from a seed, which differs between processes.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU64::new(0),
        }
    }

    /// The next id.
    pub fn next(&self) -> Uuid {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let high = mix(self.seed ^ mix(number));
        let low = mix(self.seed.wrapping_add(number));
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The finalizer of `SplitMix64`: one-to-one, and neighbors become strangers.
const fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_random_guids_and_never_repeat() {
        let ids = RequestIds::new(7);
        let given: BTreeSet<Uuid> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(given.len(), 10_000);
        assert!(given.iter().all(|id| id.get_version_num() == 4));
        assert_ne!(RequestIds::new(7).next(), RequestIds::new(8).next());
    }
}
