//! One chunk of a set of ordinals: 8,192 neighbouring ordinals, as a list while they are few and as bits when not.

use std::{borrow::Cow, ptr, sync::Arc};

/// Ordinals that one chunk covers.
pub(super) const CHUNK_BITS: u32 = 8_192;

/// Most members of a list: above, bits answer faster and the list would soon be as large.
const LIST_LIMIT: usize = 64;

/// Members from which the stored form is no longer a list, because the words are then as small.
const STORED_LIST_LIMIT: u32 = CHUNK_BITS / 16;

/// First byte of a stored chunk: the members follow as ascending 16-bit numbers.
const LIST: u8 = 0;

/// First byte of a stored chunk: all words follow.
const WORDS: u8 = 1;

/// All bits of a chunk; the lowest bit of the first word is the first ordinal.
pub(super) type Words = [u64; 128];

/// The members of a chunk by their offset in it, 0 to 8,191.
///
/// A chunk is a list exactly when it has no more than [`LIST_LIMIT`] members, so equal sets are equal structures.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Chunk {
    /// The members in ascending order.
    Sparse(Vec<u16>),
    /// The members as bits, and how many they are.
    Dense(Box<Words>, u32),
}

impl Chunk {
    /// The chunk of the offsets that a sequence yields, in any order.
    pub fn from_offsets(offsets: impl IntoIterator<Item = u16>) -> Self {
        let mut words = [0; 128];
        for offset in offsets {
            if let Some(word) = words.get_mut(usize::from(offset / 64)) {
                *word |= mask(offset);
            }
        }
        Self::from_words(&words)
    }

    /// The chunk of all offsets from `start` up to but without `end`.
    pub fn from_range(start: u32, end: u32) -> Self {
        let mut words = [0; 128];
        for (word, base) in words.iter_mut().zip((0..CHUNK_BITS).step_by(64)) {
            *word = below(end.saturating_sub(base)) & !below(start.saturating_sub(base));
        }
        Self::from_words(&words)
    }

    /// The chunk of the members that words hold.
    pub fn from_words(words: &Words) -> Self {
        let count = words.iter().map(|word| word.count_ones()).sum();
        if count as usize > LIST_LIMIT {
            Self::Dense(Box::new(*words), count)
        } else {
            let mut list = Vec::with_capacity(count as usize);
            list.extend(offsets(words, 0));
            Self::Sparse(list)
        }
    }

    fn words(&self) -> Cow<'_, Words> {
        match self {
            Self::Dense(words, _) => Cow::Borrowed(words),
            Self::Sparse(_) => {
                let mut words = [0; 128];
                self.add_to(&mut words);
                Cow::Owned(words)
            }
        }
    }

    /// Adds the members to words.
    pub fn add_to(&self, words: &mut Words) {
        match self {
            Self::Dense(own, _) => join(words, own, |word, own| word | own),
            Self::Sparse(list) => {
                for offset in list {
                    if let Some(word) = words.get_mut(usize::from(offset / 64)) {
                        *word |= mask(*offset);
                    }
                }
            }
        }
    }

    /// Makes words those of the members.
    pub fn copy_to(&self, words: &mut Words) {
        match self {
            Self::Dense(own, _) => *words = **own,
            Self::Sparse(_) => {
                *words = [0; 128];
                self.add_to(words);
            }
        }
    }

    /// Takes all but the members out of words.
    pub fn keep_in(&self, words: &mut Words) {
        match self {
            Self::Dense(own, _) => join(words, own, |word, own| word & own),
            Self::Sparse(list) => {
                let former = std::mem::replace(words, [0; 128]);
                for offset in list {
                    let place = usize::from(offset / 64);
                    if let (Some(word), Some(former)) = (words.get_mut(place), former.get(place)) {
                        *word |= former & mask(*offset);
                    }
                }
            }
        }
    }

    /// Takes the members out of words.
    pub fn take_from(&self, words: &mut Words) {
        match self {
            Self::Dense(own, _) => join(words, own, |word, own| word & !own),
            Self::Sparse(list) => {
                for offset in list {
                    if let Some(word) = words.get_mut(usize::from(offset / 64)) {
                        *word &= !mask(*offset);
                    }
                }
            }
        }
    }

    /// How many members there are.
    pub fn len(&self) -> u32 {
        match self {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a list has at most 64 members"
            )]
            Self::Sparse(list) => list.len() as u32,
            Self::Dense(_, count) => *count,
        }
    }

    /// Whether an offset is a member.
    pub fn contains(&self, offset: u16) -> bool {
        match self {
            Self::Sparse(list) => list.binary_search(&offset).is_ok(),
            Self::Dense(words, _) => words
                .get(usize::from(offset / 64))
                .is_some_and(|word| word & mask(offset) != 0),
        }
    }

    /// Adds an offset that is not a member.
    pub fn insert(&mut self, offset: u16) {
        match self {
            Self::Sparse(list) if list.len() < LIST_LIMIT => {
                let position = list.partition_point(|member| *member < offset);
                list.insert(position, offset);
            }
            Self::Sparse(list) => {
                *self = Self::from_offsets(list.iter().copied().chain([offset]));
            }
            Self::Dense(words, count) => {
                if let Some(word) = words.get_mut(usize::from(offset / 64)) {
                    *word |= mask(offset);
                    *count += 1;
                }
            }
        }
    }

    /// Removes an offset that is a member.
    pub fn remove(&mut self, offset: u16) {
        match self {
            Self::Sparse(list) => list.retain(|member| *member != offset),
            Self::Dense(words, count) => {
                if let Some(word) = words.get_mut(usize::from(offset / 64)) {
                    *word &= !mask(offset);
                    *count -= 1;
                }
                if *count as usize <= LIST_LIMIT {
                    *self = Self::from_words(words);
                }
            }
        }
    }

    /// The members from an offset on, in order.
    pub fn iter_from(&self, start: u16) -> impl Iterator<Item = u16> {
        let (list, words): (&[u16], &[u64]) = match self {
            Self::Sparse(list) => (list, &[]),
            Self::Dense(words, _) => (&[], words.as_slice()),
        };
        list.iter()
            .copied()
            .skip_while(move |offset| *offset < start)
            .chain(offsets(words, start))
    }

    /// The members of either; one of the operands itself if that holds them all.
    pub fn union(left: &Arc<Self>, right: &Arc<Self>) -> Arc<Self> {
        if Arc::ptr_eq(left, right) {
            return Arc::clone(left);
        }
        Self::combined(&left.words(), &right.words(), |left, right| left | right)
            .shared_with(&[left, right])
    }

    /// The members of both; one of the operands itself if it has no others.
    pub fn intersection(left: &Arc<Self>, right: &Arc<Self>) -> Arc<Self> {
        if Arc::ptr_eq(left, right) {
            return Arc::clone(left);
        }
        let result = match (&**left, &**right) {
            (Self::Sparse(list), other) | (other, Self::Sparse(list)) => {
                let common = list.iter().copied();
                Self::Sparse(common.filter(|offset| other.contains(*offset)).collect())
            }
            (Self::Dense(left, _), Self::Dense(right, _)) => {
                Self::combined(left, right, |left, right| left & right)
            }
        };
        result.shared_with(&[left, right])
    }

    /// The members of `left` that are none of `right`; `left` itself if that is all of them.
    pub fn difference(left: &Arc<Self>, right: &Arc<Self>) -> Arc<Self> {
        let result = match &**left {
            _ if Arc::ptr_eq(left, right) => Self::Sparse(Vec::new()),
            Self::Sparse(list) => {
                let rest = list.iter().copied();
                Self::Sparse(rest.filter(|offset| !right.contains(*offset)).collect())
            }
            Self::Dense(words, _) => {
                Self::combined(words, &right.words(), |left, right| left & !right)
            }
        };
        result.shared_with(&[left])
    }

    /// Adds the members of another chunk; where nobody else has this one, in its place.
    pub fn unite(this: &mut Arc<Self>, other: &Arc<Self>) {
        if !Self::combine_in_place(this, other, |word, other| word | other) {
            *this = Self::union(this, other);
        }
    }

    /// Removes all that are not members of another chunk; where nobody else has this one, in its place.
    pub fn intersect(this: &mut Arc<Self>, other: &Arc<Self>) {
        if !Self::combine_in_place(this, other, |word, other| word & other) {
            *this = Self::intersection(this, other);
        }
    }

    /// Removes the members of another chunk; where nobody else has this one, in its place.
    pub fn subtract(this: &mut Arc<Self>, other: &Arc<Self>) {
        if !Self::combine_in_place(this, other, |word, other| word & !other) {
            *this = Self::difference(this, other);
        }
    }

    /// Whether that was possible: both chunks are bits, and nobody else has the first one.
    fn combine_in_place(
        this: &mut Arc<Self>,
        other: &Arc<Self>,
        operation: impl Fn(u64, u64) -> u64,
    ) -> bool {
        let Some(own) = Arc::get_mut(this) else {
            return false;
        };
        let (Self::Dense(words, count), Self::Dense(others, other_count)) = (&mut *own, &**other)
        else {
            return false;
        };
        *count = combine(words, others, operation);
        let (count, other_count) = (*count, *other_count);
        if count as usize <= LIST_LIMIT {
            *own = Self::from_words(words);
        } else if count == other_count && own == &**other {
            *this = Arc::clone(other);
        }
        true
    }

    fn combined(left: &Words, right: &Words, operation: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = Box::new(*left);
        let count = combine(&mut words, right, operation);
        if count as usize > LIST_LIMIT {
            Self::Dense(words, count)
        } else {
            Self::from_words(&words)
        }
    }

    /// How many members two chunks have in common.
    pub fn intersection_len(&self, other: &Self) -> u32 {
        match (self, other) {
            _ if ptr::eq(self, other) => self.len(),
            (Self::Sparse(list), other) | (other, Self::Sparse(list)) => {
                let common = list.iter().filter(|offset| other.contains(**offset));
                common.map(|_| 1).sum()
            }
            (Self::Dense(left, _), Self::Dense(right, _)) => left
                .iter()
                .zip(right.iter())
                .map(|(left, right)| (left & right).count_ones())
                .sum(),
        }
    }

    /// Keeps the operand that a result equals. Where results only grow or only shrink, an equal count says so.
    fn shared_with(self, operands: &[&Arc<Self>]) -> Arc<Self> {
        let equal = operands
            .iter()
            .find(|operand| operand.len() == self.len())
            .map(|operand| Arc::clone(operand));
        equal.unwrap_or_else(|| Arc::new(self))
    }

    /// The bits, eight ordinals per byte, the lowest bit first.
    pub fn to_bytes(&self) -> impl Iterator<Item = u8> {
        let words = *self.words();
        words.into_iter().flat_map(u64::to_le_bytes)
    }

    /// The stored form, the same for equal chunks: below 512 members [`LIST`] and their offsets, otherwise [`WORDS`] and
    /// all words; numbers in little-endian.
    pub fn encode(&self) -> Vec<u8> {
        if self.len() < STORED_LIST_LIMIT {
            let list = self.iter_from(0).flat_map(u16::to_le_bytes);
            [LIST].into_iter().chain(list).collect()
        } else {
            [WORDS].into_iter().chain(self.to_bytes()).collect()
        }
    }

    /// Reads a stored form; nothing but what [`Chunk::encode`] writes is readable.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (tag, body) = bytes.split_first()?;
        let chunk = if *tag == LIST {
            let (offsets, _) = body.as_chunks();
            Self::from_offsets(offsets.iter().map(|offset| u16::from_le_bytes(*offset)))
        } else {
            let mut words = [0; 128];
            let (stored, _) = body.as_chunks();
            for (word, bytes) in words.iter_mut().zip(stored) {
                *word = u64::from_le_bytes(*bytes);
            }
            Self::from_words(&words)
        };
        (chunk.encode() == bytes).then_some(chunk)
    }
}

/// The bit of an offset in its word.
pub(super) const fn mask(offset: u16) -> u64 {
    1 << (offset % 64)
}

/// A word with this many of its lowest bits set; all of them from 64 on.
const fn below(bits: u32) -> u64 {
    match u64::MAX.checked_shl(bits) {
        Some(above) => !above,
        None => u64::MAX,
    }
}

/// Changes words by others.
pub(super) fn join(words: &mut Words, others: &Words, operation: impl Fn(u64, u64) -> u64) {
    for (word, other) in words.iter_mut().zip(others) {
        *word = operation(*word, *other);
    }
}

/// The same; how many bits are set then.
fn combine(words: &mut Words, others: &Words, operation: impl Fn(u64, u64) -> u64) -> u32 {
    let mut count = 0;
    for (word, other) in words.iter_mut().zip(others) {
        *word = operation(*word, *other);
        count += word.count_ones();
    }
    count
}

/// The positions of the set bits, from `start` on.
fn offsets(words: &[u64], start: u16) -> impl Iterator<Item = u16> {
    words
        .iter()
        .zip((0..).step_by(64))
        .skip(usize::from(start / 64))
        .flat_map(move |(word, base): (_, u16)| {
            let passed = below(u32::from(start.saturating_sub(base)));
            let mut rest = word & !passed;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let lowest = rest.trailing_zeros();
                rest &= rest - 1;
                #[expect(clippy::cast_possible_truncation, reason = "a word has 64 bits")]
                Some(base + lowest as u16)
            })
        })
}
