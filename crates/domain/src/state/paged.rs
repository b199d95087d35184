//! A growable sequence that shares its unchanged parts with its clones.

use std::sync::Arc;

/// Items per page. The first change after a clone copies the pointers to all pages and those of one page.
const PAGE: usize = 128;

/// A sequence of items in pages behind reference counts.
///
/// Cloning counts one reference, whatever the size; changing an item after a clone copies that item, the pointers of its
/// page and the pointers to all pages. A million users in chunks of 64 are 123 pages of 128 chunks.
#[derive(Debug)]
pub struct Paged<T> {
    pages: Arc<Vec<Arc<Vec<Arc<T>>>>>,
    length: usize,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self {
            pages: Arc::default(),
            length: 0,
        }
    }
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        Self {
            pages: Arc::clone(&self.pages),
            length: self.length,
        }
    }
}

impl<T: Clone> Paged<T> {
    /// How many items there are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The item at an index.
    pub fn get(&self, index: usize) -> Option<&T> {
        self.pages
            .get(index / PAGE)?
            .get(index % PAGE)
            .map(AsRef::as_ref)
    }

    /// The item at an index, for changing; copied first when a clone shares it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let page = Arc::make_mut(Arc::make_mut(&mut self.pages).get_mut(index / PAGE)?);
        page.get_mut(index % PAGE).map(Arc::make_mut)
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        let pages = Arc::make_mut(&mut self.pages);
        if self.length.is_multiple_of(PAGE) {
            pages.push(Arc::default());
        }
        if let Some(page) = pages.last_mut() {
            Arc::make_mut(page).push(Arc::new(item));
            self.length += 1;
        }
    }

    /// All items from an index on, in order.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = &T> {
        let (first_page, offset) = (start / PAGE, start % PAGE);
        self.pages
            .iter()
            .skip(first_page)
            .enumerate()
            .flat_map(move |(page_number, page)| {
                page.iter()
                    .skip(if page_number == 0 { offset } else { 0 })
                    .map(AsRef::as_ref)
            })
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.iter_from(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut items = Paged::default();
        for number in 0..1_000 {
            items.push(number);
        }
        let before = items.clone();
        *items.get_mut(500).unwrap() = -1;
        items.push(7);
        assert_eq!(before.get(500), Some(&500));
        assert_eq!(items.get(500), Some(&-1));
        assert_eq!((before.len(), items.len()), (1_000, 1_001));
        assert_eq!(
            before.iter_from(997).copied().collect::<Vec<_>>(),
            [997, 998, 999]
        );
        assert_eq!(items.iter().count(), 1_001);
    }
}
