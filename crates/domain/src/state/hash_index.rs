//! Finds ordinals by a hash of something that the ordinal's own record holds.

use super::Paged;

/// Entries per bucket that make the index grow by one bucket.
const LOAD: usize = 24;

/// A multi-map from hash to ordinal by linear hashing: it grows one bucket at a time, so that no insertion ever
/// rehashes the whole index, and clones share what they did not change.
///
/// Keys are not stored. A lookup yields every ordinal whose 32-bit hash is equal; the caller compares the record.
/// About 10 bytes per entry.
#[derive(Clone, Debug, Default)]
pub struct HashIndex {
    buckets: Paged<Vec<Entry>>,
    entries: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    ordinal: u32,
}

impl HashIndex {
    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.entries
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Every ordinal that was inserted under this hash, and by coincidence under an equal one.
    pub fn candidates(&self, hash: u32) -> impl Iterator<Item = u32> {
        self.buckets
            .get(self.bucket_of(hash))
            .into_iter()
            .flatten()
            .filter(move |entry| entry.hash == hash)
            .map(|entry| entry.ordinal)
    }

    /// Adds an entry. The same pair may be there more than once.
    pub fn insert(&mut self, hash: u32, ordinal: u32) {
        if self.entries >= self.buckets.len() * LOAD {
            self.grow();
        }
        let bucket = self.bucket_of(hash);
        if let Some(entries) = self.buckets.get_mut(bucket) {
            if entries.len() == entries.capacity() {
                entries.reserve_exact(8); // doubling would leave a third of a million buckets' room unused
            }
            entries.push(Entry { hash, ordinal });
            self.entries += 1;
        }
    }

    /// Removes one entry with this hash and ordinal, if there is one.
    pub fn remove(&mut self, hash: u32, ordinal: u32) {
        let bucket = self.bucket_of(hash);
        if let Some(entries) = self.buckets.get_mut(bucket)
            && let Some(position) = entries
                .iter()
                .position(|entry| entry.hash == hash && entry.ordinal == ordinal)
        {
            entries.swap_remove(position);
            self.entries -= 1;
        }
    }

    /// With 2^level + split buckets, a hash belongs to the bucket of its low level + 1 bits if that exists yet.
    fn bucket_of(&self, hash: u32) -> usize {
        let buckets = self.buckets.len();
        if buckets == 0 {
            return 0;
        }
        let wide = hash as usize & (buckets.next_power_of_two() - 1);
        if wide < buckets {
            wide
        } else {
            wide & (buckets.next_power_of_two() / 2 - 1)
        }
    }

    /// Splits the next bucket in turn.
    fn grow(&mut self) {
        let new = self.buckets.len();
        if new == 0 {
            self.buckets.push(Vec::new());
            return;
        }
        let wide_mask = (new + 1).next_power_of_two() - 1;
        let source = new & (wide_mask >> 1);
        let mut moved = Vec::with_capacity(LOAD);
        if let Some(entries) = self.buckets.get_mut(source) {
            entries.retain(|entry| {
                let stays = entry.hash as usize & wide_mask != new;
                if !stays {
                    moved.push(*entry);
                }
                stays
            });
        }
        self.buckets.push(moved);
    }
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// Spreads a 64-bit state over 32 bits so that low and high bits are both usable.
const fn finish(state: u64) -> u32 {
    let mixed = (state ^ (state >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}

/// A hash of bytes, the same on every machine.
pub fn hash_bytes(bytes: &[u8]) -> u32 {
    finish(bytes.iter().fold(SEED, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(PRIME)
    }))
}

/// A hash of text that ignores the case of ASCII letters.
pub fn hash_folded(text: &str) -> u32 {
    hash_folded_bytes(text.as_bytes())
}

/// A hash of UTF-8 bytes that ignores the case of ASCII letters.
pub fn hash_folded_bytes(text: &[u8]) -> u32 {
    finish(text.iter().fold(SEED, |state, byte| {
        (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_is_there_and_nothing_that_was_removed(
            operations in proptest::collection::vec((any::<bool>(), 0_u32..2_000), 0..4_000),
        ) {
            let mut index = HashIndex::default();
            let mut model = std::collections::BTreeSet::new();
            for (insert, ordinal) in operations {
                let hash = hash_bytes(&ordinal.to_le_bytes());
                if insert && model.insert(ordinal) {
                    index.insert(hash, ordinal);
                } else if !insert && model.remove(&ordinal) {
                    index.remove(hash, ordinal);
                }
            }
            prop_assert_eq!(index.len(), model.len());
            for ordinal in 0..2_000_u32 {
                let found = index.candidates(hash_bytes(&ordinal.to_le_bytes())).any(|candidate| candidate == ordinal);
                prop_assert_eq!(found, model.contains(&ordinal));
            }
        }
    }

    #[test]
    fn buckets_stay_small_for_sequential_keys() {
        let mut index = HashIndex::default();
        for ordinal in 0..100_000_u32 {
            index.insert(
                hash_folded(&format!("user{ordinal}@contoso.example")),
                ordinal,
            );
        }
        let largest = index.buckets.iter().map(Vec::len).max().unwrap();
        assert!(largest < 100, "largest bucket holds {largest}");
    }
}
