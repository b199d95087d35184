//! Makes a set of members that come in any order.

use std::sync::Arc;

use super::{
    Bits,
    chunk::{Chunk, Words, mask},
    split,
};

/// Members of a set to be. One costs a bit in a table as large as the greatest ordinal, whatever the order: a hundred
/// thousand scattered ones take a tenth of the time that inserting them takes.
#[derive(Default)]
pub(crate) struct Gather {
    chunks: Vec<Words>,
}

impl Gather {
    /// Adds a member.
    pub fn add(&mut self, ordinal: u32) {
        let (number, offset) = split(ordinal);
        let place = number as usize;
        if self.chunks.len() <= place {
            self.chunks.resize(place + 1, [0; 128]);
        }
        let words = self.chunks.get_mut(place);
        if let Some(word) = words.and_then(|words| words.get_mut(usize::from(offset / 64))) {
            *word |= mask(offset);
        }
    }

    /// Adds all members of a set.
    pub fn add_all(&mut self, bits: &Bits) {
        for (number, chunk) in &*bits.chunks {
            let place = *number as usize;
            if self.chunks.len() <= place {
                self.chunks.resize(place + 1, [0; 128]);
            }
            if let Some(words) = self.chunks.get_mut(place) {
                chunk.add_to(words);
            }
        }
    }

    /// The set.
    pub fn finish(self) -> Bits {
        let chunks = self
            .chunks
            .iter()
            .map(|words| Arc::new(Chunk::from_words(words)));
        Bits::from_chunks((0..).zip(chunks))
    }
}

impl Extend<u32> for Gather {
    fn extend<T: IntoIterator<Item = u32>>(&mut self, ordinals: T) {
        for ordinal in ordinals {
            self.add(ordinal);
        }
    }
}
