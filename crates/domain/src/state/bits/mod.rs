//! Sets of ordinals that share their unchanged parts with their clones.

mod chunk;
mod expression;
mod gather;
#[cfg(test)]
mod tests;

use std::{fmt, ops::Range, sync::Arc};

use chunk::{CHUNK_BITS, Chunk};
pub use expression::SetExpression;
pub(crate) use gather::Gather;
use roaring::RoaringBitmap;

/// Ordinals of one container of a roaring bitmap.
const CONTAINER_BITS: u32 = 65_536;

/// Bytes of a chunk's bits.
const CHUNK_BYTES: usize = CHUNK_BITS as usize / 8;

/// Most members that the debug form lists.
const LISTED: u32 = 32;

/// A set of ordinals, such as the users of a group, in chunks behind reference counts.
///
/// Cloning counts one reference, whatever the size. The first change after a clone copies the pointers to all chunks and
/// one chunk of at most 1 KiB; a million users are 123 chunks. The algebra of whole sets works on words of 64 ordinals
/// and keeps every chunk of an operand that the result equals, so results share memory with what they were made of.
/// A set holds at most `u32::MAX` members.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bits {
    length: u32,
    /// By ascending number; a chunk without members is absent.
    chunks: Arc<Vec<(u32, Arc<Chunk>)>>,
}

impl Bits {
    /// Ordinals that one chunk covers: chunk `n` those from `n * CHUNK_BITS` on.
    pub const CHUNK_BITS: u32 = CHUNK_BITS;

    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// All ordinals from the start of a range up to but without its end.
    pub fn from_range(range: Range<u32>) -> Self {
        if range.is_empty() {
            return Self::new();
        }
        let full = Arc::new(Chunk::from_range(0, CHUNK_BITS));
        let numbers = range.start / CHUNK_BITS..=(range.end - 1) / CHUNK_BITS;
        let chunks = numbers.map(|number| {
            let base = number * CHUNK_BITS;
            let start = range.start.saturating_sub(base);
            let end = CHUNK_BITS.min(range.end - base);
            if end - start == CHUNK_BITS {
                (number, Arc::clone(&full))
            } else {
                (number, Arc::new(Chunk::from_range(start, end)))
            }
        });
        Self::from_chunks(chunks)
    }

    fn from_chunks(chunks: impl Iterator<Item = (u32, Arc<Chunk>)>) -> Self {
        let chunks: Vec<_> = chunks.filter(|(_, chunk)| chunk.len() > 0).collect();
        Self {
            length: chunks.iter().map(|(_, chunk)| chunk.len()).sum(),
            chunks: Arc::new(chunks),
        }
    }

    /// Adds an ordinal. Returns whether it was absent; if it was not, nothing is copied.
    pub fn insert(&mut self, ordinal: u32) -> bool {
        let (number, offset) = split(ordinal);
        match self.position(number) {
            Ok(position) => {
                if self.contains_at(position, offset) {
                    return false;
                }
                if let Some((_, chunk)) = Arc::make_mut(&mut self.chunks).get_mut(position) {
                    Arc::make_mut(chunk).insert(offset);
                }
            }
            Err(position) => {
                let chunk = Arc::new(Chunk::from_offsets([offset]));
                Arc::make_mut(&mut self.chunks).insert(position, (number, chunk));
            }
        }
        self.length += 1;
        true
    }

    /// Removes an ordinal. Returns whether it was a member; if it was not, nothing is copied.
    pub fn remove(&mut self, ordinal: u32) -> bool {
        let (number, offset) = split(ordinal);
        let Ok(position) = self.position(number) else {
            return false;
        };
        if !self.contains_at(position, offset) {
            return false;
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        if let Some((_, chunk)) = chunks.get_mut(position) {
            if chunk.len() > 1 {
                Arc::make_mut(chunk).remove(offset);
            } else {
                chunks.remove(position);
            }
        }
        self.length -= 1;
        true
    }

    /// Whether an ordinal is a member.
    pub fn contains(&self, ordinal: u32) -> bool {
        let (number, offset) = split(ordinal);
        self.get(number).is_some_and(|chunk| chunk.contains(offset))
    }

    /// How many members there are.
    pub const fn len(&self) -> u32 {
        self.length
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.iter_from(0)
    }

    /// All members from an ordinal on, in order.
    pub fn iter_from(&self, ordinal: u32) -> impl Iterator<Item = u32> {
        let (first, offset) = split(ordinal);
        let position = self.position(first).unwrap_or_else(|position| position);
        self.chunks
            .iter()
            .skip(position)
            .flat_map(move |(number, chunk)| {
                let start = if *number == first { offset } else { 0 };
                let base = number * CHUNK_BITS;
                chunk
                    .iter_from(start)
                    .map(move |offset| base + u32::from(offset))
            })
    }

    /// The lowest member.
    pub fn first(&self) -> Option<u32> {
        self.iter().next()
    }

    /// The members of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let chunks = self.pairs(other).filter_map(|(number, left, right)| {
            let chunk = match (left, right) {
                (Some(left), Some(right)) => Chunk::union(left, right),
                (one, None) | (None, one) => Arc::clone(one?),
            };
            Some((number, chunk))
        });
        Self::from_chunks(chunks).shared_with(&[self, other])
    }

    /// The members of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let chunks = self
            .common(other)
            .map(|(number, left, right)| (number, Chunk::intersection(left, right)));
        Self::from_chunks(chunks).shared_with(&[self, other])
    }

    /// The members of this set that are none of the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let chunks = self.chunks.iter().map(|(number, left)| {
            let chunk = match other.get(*number) {
                Some(right) => Chunk::difference(left, right),
                None => Arc::clone(left),
            };
            (*number, chunk)
        });
        Self::from_chunks(chunks).shared_with(&[self])
    }

    /// Adds the members of another set. What no clone shares is changed in its place.
    pub fn union_with(&mut self, other: &Self) {
        if Arc::get_mut(&mut self.chunks).is_none() || self.chunks.len() < other.chunks.len() {
            *self = self.union(other);
            return;
        }
        for (number, right) in &*other.chunks {
            let position = self.position(*number);
            let Some(chunks) = Arc::get_mut(&mut self.chunks) else {
                return; // nobody can have come to share them
            };
            match position {
                Ok(position) => {
                    if let Some((_, left)) = chunks.get_mut(position) {
                        Chunk::unite(left, right);
                    }
                }
                Err(position) => chunks.insert(position, (*number, Arc::clone(right))),
            }
        }
        self.count();
    }

    /// Removes the members of another set. What no clone shares is changed in its place.
    pub fn subtract(&mut self, other: &Self) {
        let Some(chunks) = Arc::get_mut(&mut self.chunks) else {
            *self = self.difference(other);
            return;
        };
        chunks.retain_mut(|(number, left)| {
            if let Some(right) = other.get(*number) {
                Chunk::subtract(left, right);
            }
            left.len() > 0
        });
        self.count();
    }

    /// Removes all that are not members of another set. What no clone shares is changed in its place.
    pub fn intersect_with(&mut self, other: &Self) {
        let Some(chunks) = Arc::get_mut(&mut self.chunks) else {
            *self = self.intersection(other);
            return;
        };
        chunks.retain_mut(|(number, left)| {
            let right = other.get(*number);
            if let Some(right) = right {
                Chunk::intersect(left, right);
            }
            right.is_some() && left.len() > 0
        });
        self.count();
    }

    fn count(&mut self) {
        self.length = self.chunks.iter().map(|(_, chunk)| chunk.len()).sum();
    }

    /// How many members are common to both sets.
    pub fn intersection_len(&self, other: &Self) -> u32 {
        self.common(other)
            .map(|(_, left, right)| left.intersection_len(right))
            .sum()
    }

    /// How many members of this set are none of the other.
    pub fn difference_len(&self, other: &Self) -> u32 {
        self.length - self.intersection_len(other)
    }

    /// Whether the sets have no member in common.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.common(other)
            .all(|(_, left, right)| left.intersection_len(right) == 0)
    }

    /// Whether every member is one of the other set.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.length <= other.length
            && self.chunks.iter().all(|(number, left)| {
                other
                    .get(*number)
                    .is_some_and(|right| left.intersection_len(right) == left.len())
            })
    }

    /// The set that a roaring bitmap holds.
    pub fn from_roaring(bitmap: &RoaringBitmap) -> Self {
        let mut members = bitmap.iter().peekable();
        let chunks = std::iter::from_fn(|| {
            let (number, _) = split(*members.peek()?);
            let offsets = std::iter::from_fn(|| {
                let next = members.next_if(|member| split(*member).0 == number)?;
                Some(split(next).1)
            });
            Some((number, Arc::new(Chunk::from_offsets(offsets))))
        });
        Self::from_chunks(chunks)
    }

    /// The same set as a roaring bitmap, the form of events.
    pub fn to_roaring(&self) -> RoaringBitmap {
        let container = |number: u32| number * CHUNK_BITS / CONTAINER_BITS;
        let mut bitmap = RoaringBitmap::new();
        for chunks in self
            .chunks
            .chunk_by(|(left, _), (right, _)| container(*left) == container(*right))
        {
            let first = chunks.first().map_or(0, |(number, _)| *number);
            let last = chunks.last().map_or(0, |(number, _)| *number);
            let mut bytes = Vec::with_capacity((last + 1 - first) as usize * CHUNK_BYTES);
            for (number, chunk) in chunks {
                bytes.resize((number - first) as usize * CHUNK_BYTES, 0);
                bytes.extend(chunk.to_bytes());
            }
            bitmap |= RoaringBitmap::from_lsb0_bytes(first * CHUNK_BITS, &bytes);
        }
        bitmap
    }

    /// The number and stored form of every chunk that has members, by ascending number; see [`Bits::set_chunk`].
    pub fn chunks(&self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        self.chunks
            .iter()
            .map(|(number, chunk)| (*number, chunk.encode()))
    }

    /// The stored form of a chunk, if it has members. Equal chunks have equal forms.
    pub fn chunk(&self, number: u32) -> Option<Vec<u8>> {
        self.get(number).map(|chunk| chunk.encode())
    }

    /// Replaces a chunk by its stored form: a byte 0 and the members' offsets in ascending order as 16-bit numbers if
    /// they are fewer than 512, otherwise a byte 1 and 128 words of 64 bits; all little-endian. A list without offsets
    /// empties the chunk. Returns whether the form is readable; if it is not, nothing changes.
    pub fn set_chunk(&mut self, number: u32, bytes: &[u8]) -> bool {
        let Some(chunk) = Chunk::decode(bytes).filter(|_| number <= u32::MAX / CHUNK_BITS) else {
            return false;
        };
        let (position, replaced) = match self.position(number) {
            Ok(position) => (position, 1),
            Err(position) => (position, 0),
        };
        self.length = self.length - self.get(number).map_or(0, |chunk| chunk.len()) + chunk.len();
        let chunk = Some((number, Arc::new(chunk))).filter(|(_, chunk)| chunk.len() > 0);
        Arc::make_mut(&mut self.chunks).splice(position..position + replaced, chunk);
        true
    }

    /// The numbers of the chunks in which two sets differ, ascending.
    pub fn changed_chunks(&self, other: &Self) -> Vec<u32> {
        self.pairs(other)
            .filter(|(_, left, right)| left != right)
            .map(|(number, _, _)| number)
            .collect()
    }

    fn position(&self, number: u32) -> Result<usize, usize> {
        // Where no chunk before it is absent, as in most sets, a chunk is at its number.
        let place = number as usize;
        if self.chunks.get(place).is_some_and(|(at, _)| *at == number) {
            return Ok(place);
        }
        self.chunks
            .binary_search_by_key(&number, |(number, _)| *number)
    }

    fn get(&self, number: u32) -> Option<&Arc<Chunk>> {
        let position = self.position(number).ok()?;
        self.chunks.get(position).map(|(_, chunk)| chunk)
    }

    fn contains_at(&self, position: usize, offset: u16) -> bool {
        self.chunks
            .get(position)
            .is_some_and(|(_, chunk)| chunk.contains(offset))
    }

    /// The chunks of two sets side by side, in order; at least one of each pair is there.
    fn pairs<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (u32, Option<&'a Arc<Chunk>>, Option<&'a Arc<Chunk>>)> {
        let mut left = self.chunks.iter().peekable();
        let mut right = other.chunks.iter().peekable();
        std::iter::from_fn(move || {
            let number = match (left.peek(), right.peek()) {
                (Some((left, _)), Some((right, _))) => *left.min(right),
                (Some((number, _)), None) | (None, Some((number, _))) => *number,
                (None, None) => return None,
            };
            let left = left.next_if(|(left, _)| *left == number);
            let right = right.next_if(|(right, _)| *right == number);
            Some((
                number,
                left.map(|(_, chunk)| chunk),
                right.map(|(_, chunk)| chunk),
            ))
        })
    }

    /// The chunks that both sets have, in order. Looks up those of the set with fewer chunks, so that a small set is
    /// compared with a large one in no time.
    fn common<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (u32, &'a Arc<Chunk>, &'a Arc<Chunk>)> {
        let (few, many) = if self.chunks.len() <= other.chunks.len() {
            (self, other)
        } else {
            (other, self)
        };
        few.chunks
            .iter()
            .filter_map(|(number, chunk)| Some((*number, chunk, many.get(*number)?)))
    }

    /// Keeps the operand that a result equals. Where results only grow or only shrink, an equal count says so.
    fn shared_with(self, operands: &[&Self]) -> Self {
        let equal = operands
            .iter()
            .find(|operand| operand.length == self.length)
            .map(|operand| Self::clone(operand));
        equal.unwrap_or(self)
    }
}

/// The number of an ordinal's chunk, and its offset in it.
const fn split(ordinal: u32) -> (u32, u16) {
    (ordinal / CHUNK_BITS, (ordinal % CHUNK_BITS) as u16)
}

impl fmt::Debug for Bits {
    /// The members if they are few, otherwise how many they are.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length <= LISTED {
            formatter.debug_set().entries(self.iter()).finish()
        } else {
            write!(formatter, "{{{} ordinals}}", self.length)
        }
    }
}

impl Extend<u32> for Bits {
    fn extend<T: IntoIterator<Item = u32>>(&mut self, ordinals: T) {
        for ordinal in ordinals {
            self.insert(ordinal);
        }
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<T: IntoIterator<Item = u32>>(ordinals: T) -> Self {
        let mut bits = Self::new();
        bits.extend(ordinals);
        bits
    }
}
