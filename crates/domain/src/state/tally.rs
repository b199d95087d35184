//! Small counters by ordinal.

use super::Paged;

/// Counters per page: a change copies so many bytes.
const PAGE: usize = 512;

/// A count up to 255 for each ordinal, one byte each, zero where none was ever set.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pages: Paged<[u8; PAGE]>,
}

impl Tally {
    /// The count of an ordinal; 255 for that and anything above.
    pub fn get(&self, ordinal: u32) -> u8 {
        let (page, slot) = place(ordinal);
        self.pages
            .get(page)
            .and_then(|counts| counts.get(slot))
            .copied()
            .unwrap_or(0)
    }

    /// Sets the count of an ordinal.
    pub fn set(&mut self, ordinal: u32, count: usize) {
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        if self.get(ordinal) == count {
            return;
        }
        let (page, slot) = place(ordinal);
        while self.pages.len() <= page {
            self.pages.push([0; PAGE]);
        }
        if let Some(old) = self.pages.get_mut(page).and_then(|page| page.get_mut(slot)) {
            *old = count;
        }
    }
}

const fn place(ordinal: u32) -> (usize, usize) {
    (ordinal as usize / PAGE, ordinal as usize % PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_saturate_and_clones_do_not_see_changes() {
        let mut tally = Tally::default();
        tally.set(1_300, 7);
        let before = tally.clone();
        tally.set(1_300, 900);
        tally.set(5, 0);
        assert_eq!((before.get(1_300), tally.get(1_300)), (7, 255));
        assert_eq!(
            (tally.get(5), tally.get(1_299), tally.get(u32::MAX)),
            (0, 0, 0)
        );
    }
}
