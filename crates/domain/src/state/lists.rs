//! Short lists of the entities of a chunk, one after the other.

/// One list per slot of a chunk, in one allocation.
#[derive(Clone, Debug)]
pub struct Lists<T> {
    /// Where each slot's list ends in `items`; absent for slots after the last one with a list.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            items: Vec::new(),
        }
    }
}

/// Items for which room is made at once: doubling would waste a third.
const ROOM: usize = 64;

impl<T: Copy> Lists<T> {
    fn range(&self, slot: usize) -> std::ops::Range<usize> {
        let end_of = |slot: usize| {
            self.ends
                .get(slot)
                .map_or(self.items.len(), |end| *end as usize)
        };
        if slot == 0 {
            0..end_of(0)
        } else {
            end_of(slot - 1)..end_of(slot)
        }
    }

    /// The list of a slot.
    pub fn get(&self, slot: usize) -> &[T] {
        self.items.get(self.range(slot)).unwrap_or_default()
    }

    /// Replaces the list of a slot.
    pub fn set(&mut self, slot: usize, list: &[T]) {
        while self.ends.len() <= slot {
            self.ends
                .push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        }
        let range = self.range(slot);
        let old_length = range.len();
        if self.items.len() == self.items.capacity() && list.len() > old_length {
            self.items.reserve_exact(ROOM);
        }
        self.items.splice(range, list.iter().copied());
        for end in self.ends.iter_mut().skip(slot) {
            *end = u32::try_from((*end as usize + list.len()).saturating_sub(old_length))
                .unwrap_or(u32::MAX);
        }
    }
}
