//! Sets by what they are made of.

use std::sync::Arc;

use super::{
    Bits,
    chunk::{Chunk, Words, join},
};

/// A set by what it is made of.
///
/// Nothing is computed before [`SetExpression::evaluate`] asks, and then chunk by chunk through the whole expression:
/// what lies between the operands and the result is 1 KiB that stays in the nearest cache, and only the result is
/// allocated. docs/benchmarks.md has figures under "Queries".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetExpression {
    /// These members.
    Set(Bits),
    /// The members of both sets.
    Both(Box<Self>, Box<Self>),
    /// The members of either set.
    Either(Box<Self>, Box<Self>),
    /// The members of the first set that are none of the second.
    Without(Box<Self>, Box<Self>),
}

/// What an expression is in one chunk.
enum Part<'a> {
    Nothing,
    /// A chunk of an operand.
    Chunk(&'a Arc<Chunk>),
    /// What was written into the words that were given.
    Written,
}

impl SetExpression {
    /// The members of both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (&self, &other) {
            // A set on the right needs no words of its own.
            (Self::Set(_), Self::Both(..) | Self::Either(..) | Self::Without(..)) => {
                Self::Both(Box::new(other), Box::new(self))
            }
            _ => Self::Both(Box::new(self), Box::new(other)),
        }
    }

    /// The members of either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Set(set), _) if set.is_empty() => other,
            (_, Self::Set(set)) if set.is_empty() => self,
            (Self::Set(_), Self::Both(..) | Self::Either(..) | Self::Without(..)) => {
                Self::Either(Box::new(other), Box::new(self))
            }
            _ => Self::Either(Box::new(self), Box::new(other)),
        }
    }

    /// The members of this set that are none of the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        match &other {
            Self::Set(set) if set.is_empty() => self,
            _ => Self::Without(Box::new(self), Box::new(other)),
        }
    }

    /// The set itself.
    pub fn evaluate(&self) -> Bits {
        if let Self::Set(set) = self {
            return set.clone();
        }
        let mut words = [0; 128];
        let chunks = self.numbers().into_iter().filter_map(|number| {
            let chunk = match self.part(number, &mut words) {
                Part::Nothing => return None,
                Part::Chunk(chunk) => Arc::clone(chunk),
                Part::Written => Arc::new(Chunk::from_words(&words)),
            };
            Some((number, chunk))
        });
        Bits::from_chunks(chunks)
    }

    /// The numbers of the chunks outside of which there are no members, ascending.
    fn numbers(&self) -> Vec<u32> {
        match self {
            Self::Set(set) => set.chunks.iter().map(|(number, _)| *number).collect(),
            Self::Both(left, right) => {
                let (left, right) = (left.numbers(), right.numbers());
                if left.len() <= right.len() {
                    left
                } else {
                    right
                }
            }
            Self::Either(left, right) => {
                let mut numbers = left.numbers();
                numbers.extend(right.numbers());
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            }
            Self::Without(left, _) => left.numbers(),
        }
    }

    /// What it is in a chunk. Words that are given may be changed in any case.
    fn part<'a>(&'a self, number: u32, words: &mut Words) -> Part<'a> {
        let (left, right) = match self {
            Self::Set(set) => return set.get(number).map_or(Part::Nothing, Part::Chunk),
            Self::Both(left, right) | Self::Either(left, right) | Self::Without(left, right) => {
                (left, right)
            }
        };
        let left = left.part(number, words);
        if matches!(
            (self, &left),
            (Self::Both(..) | Self::Without(..), Part::Nothing)
        ) {
            return Part::Nothing;
        }
        if let Self::Set(right) = &**right {
            let right = right.get(number).map_or(Part::Nothing, Part::Chunk);
            self.joined((left, words), (right, &[0; 128]))
        } else {
            self.joined_with(right, number, (left, words))
        }
    }

    /// The same where the right side needs words, too; on its own, so that only nesting to the right costs stack.
    #[inline(never)]
    fn joined_with<'a>(
        &'a self,
        right: &'a Self,
        number: u32,
        left: (Part<'a>, &mut Words),
    ) -> Part<'a> {
        let mut words = [0; 128];
        let right = right.part(number, &mut words);
        self.joined(left, (right, &words))
    }

    /// Joins the parts of both sides into the words of the left one.
    fn joined<'a>(
        &self,
        (left, words): (Part<'a>, &mut Words),
        (right, right_words): (Part<'a>, &Words),
    ) -> Part<'a> {
        if let (Part::Chunk(one), Part::Chunk(other)) = (&left, &right)
            && Arc::ptr_eq(one, other)
        {
            return match self {
                Self::Without(..) => Part::Nothing,
                _ => left,
            };
        }
        match (self, &left, &right) {
            (Self::Both(..), _, Part::Nothing) => return Part::Nothing,
            (Self::Either(..) | Self::Without(..), _, Part::Nothing) => return left,
            (Self::Either(..), Part::Nothing, Part::Chunk(_)) => return right,
            _ => {}
        }
        match left {
            Part::Nothing => *words = [0; 128],
            Part::Chunk(chunk) => chunk.copy_to(words),
            Part::Written => {}
        }
        match (self, right) {
            (Self::Both(..), Part::Chunk(chunk)) => chunk.keep_in(words),
            (Self::Either(..), Part::Chunk(chunk)) => chunk.add_to(words),
            (_, Part::Chunk(chunk)) => chunk.take_from(words),
            (Self::Both(..), _) => join(words, right_words, |word, other| word & other),
            (Self::Either(..), _) => join(words, right_words, |word, other| word | other),
            (_, _) => join(words, right_words, |word, other| word & !other),
        }
        Part::Written
    }
}

impl From<Bits> for SetExpression {
    fn from(set: Bits) -> Self {
        Self::Set(set)
    }
}
