//! Shapes: what many users hold alike is stored once.

use minicbor::{Decode, Encode};

use super::Violation;
use crate::{
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::{HashIndex, Paged, hash_bytes},
    time::Timestamp,
};

/// Why a user has a license of its own. What a user has as a member of a group is not here but in the group's decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Source {
    /// Assigned to the user.
    #[n(0)]
    Direct,
    /// A group gave it, and gives it no longer or otherwise; it could not be taken away (licensing.md 0, rule 10).
    #[n(1)]
    Kept {
        /// The group.
        #[n(0)]
        group: GroupOrdinal,
        /// Why it could not be taken away.
        #[n(1)]
        violation: Violation,
    },
    /// It was taken away and goes when the grace period of the tenant's policy is over.
    #[n(2)]
    Ending {
        /// The group that gave it; none if it was assigned to the user.
        #[n(0)]
        group: Option<GroupOrdinal>,
    },
}

impl Source {
    /// The group that gives or gave the license.
    pub const fn group(self) -> Option<GroupOrdinal> {
        match self {
            Self::Direct => None,
            Self::Kept { group, .. } => Some(group),
            Self::Ending { group } => group,
        }
    }
}

/// An assignment without its user and time: a product, the plans switched off, and the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The product.
    pub product: ProductOrdinal,
    /// The source.
    pub source: Source,
    /// Bit *n* is set when plan *n* of the product's list is switched off.
    pub disabled: u128,
}

/// The number of an interned [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShapeId(pub u32);

/// One license of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Product, plans switched off, source.
    pub shape: ShapeId,
    /// When it was last changed, packed.
    pub(crate) at: u32,
}

impl Holding {
    /// A license as of a time.
    pub fn new(shape: ShapeId, at: Timestamp) -> Self {
        Self {
            shape,
            at: at.to_column(),
        }
    }

    /// When it was last changed.
    pub const fn at(self) -> Timestamp {
        Timestamp::from_column(self.at)
    }
}

/// All shapes of a tenant. They are few (products times habits of switching plans off) and never removed.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    list: Paged<Shape>,
    index: HashIndex,
}

impl Shapes {
    /// The shape with a number.
    pub fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.list.get(id.0 as usize)
    }

    /// The number of a shape if it was interned.
    pub fn find(&self, shape: &Shape) -> Option<ShapeId> {
        self.index
            .candidates(hash(shape))
            .map(ShapeId)
            .find(|id| self.get(*id) == Some(shape))
    }

    /// The number of a shape, which is interned if it was not.
    pub fn intern(&mut self, shape: Shape) -> ShapeId {
        self.find(&shape).unwrap_or_else(|| {
            let id = ShapeId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
            self.list.push(shape);
            self.index.insert(hash(&shape), id.0);
            id
        })
    }

    /// Switches plans off in all shapes of a product.
    pub fn switch_off(&mut self, product: ProductOrdinal, plans: u128) {
        let mut changed = Self::default();
        for shape in self.list.iter() {
            let mut shape = *shape;
            if shape.product == product {
                shape.disabled |= plans;
            }
            let id = u32::try_from(changed.list.len()).unwrap_or(u32::MAX);
            changed.list.push(shape);
            // Shapes that became equal keep their numbers; the first one is found from now on.
            if changed.find(&shape).is_none() {
                changed.index.insert(hash(&shape), id);
            }
        }
        *self = changed;
    }

    /// All shapes.
    pub fn iter(&self) -> impl Iterator<Item = &Shape> {
        self.list.iter()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

fn hash(shape: &Shape) -> u32 {
    let source: u64 = match shape.source {
        Source::Direct => 0,
        Source::Kept { group, violation } => 1 | (violation as u64) << 8 | u64::from(group.0) << 16,
        Source::Ending { group } => 2 | group.map_or(0, |group| (u64::from(group.0) + 1) << 16),
    };
    let mut bytes = [0; 26];
    let (product, rest) = bytes.split_at_mut(2);
    let (disabled, source_bytes) = rest.split_at_mut(16);
    product.copy_from_slice(&shape.product.0.to_le_bytes());
    disabled.copy_from_slice(&shape.disabled.to_le_bytes());
    source_bytes.copy_from_slice(&source.to_le_bytes());
    hash_bytes(&bytes)
}
