//! Text in the form in which names are compared: without regard to case.

use std::{borrow::Cow, cmp::Ordering};

/// Bytes of a text that are compared at once.
const BLOCK: usize = 16;

/// Each character of a text in lower case. Unlike [`str::to_lowercase`] it does not look at a character's neighbors, so
/// that what a text begins with does not depend on what follows.
pub fn folded(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Where a text is from a folded one.
pub(super) fn compare(text: &str, folded_text: &str) -> Ordering {
    compare_bytes(text, folded_text.as_bytes(), usize::MAX)
}

/// Where a text is from all texts that begin with a folded one, which equal it.
pub(super) fn compare_start(text: &str, folded_start: &str) -> Ordering {
    compare_bytes(text, folded_start.as_bytes(), folded_start.len())
}

/// The order of bytes in UTF-8 is that of characters.
fn compare_bytes(text: &str, other: &[u8], length: usize) -> Ordering {
    let other = other.iter().copied();
    if text.is_ascii() {
        let bytes = text.bytes().map(|byte| byte.to_ascii_lowercase());
        bytes.take(length).cmp(other)
    } else {
        folded(text).bytes().take(length).cmp(other)
    }
}

/// The sixteen bytes of a folded text from a place on, as a number in the order of the bytes; zeros stand for what is
/// behind the end, as no text has any.
pub(super) fn block(text: &str, number: usize) -> u128 {
    let mut bytes = [0; BLOCK];
    let mut copy = |text: &[u8]| {
        let rest = text.get(number * BLOCK..).unwrap_or_default();
        for (to, from) in bytes.iter_mut().zip(rest) {
            *to = *from;
        }
    };
    if text.is_ascii() {
        copy(text.as_bytes());
        bytes.make_ascii_lowercase();
    } else {
        copy(folded(text).as_bytes());
    }
    u128::from_be_bytes(bytes)
}

/// Whether a text may go on behind a block of it.
pub(super) const fn goes_on(block: u128) -> bool {
    block & 0xff != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_compared_by_what_they_fold_to(
            left in "[a-cA-Cß-üÄ-ÜΣİ]{0,40}",
            right in "[a-cA-Cß-üÄ-ÜΣİ]{0,40}",
            length in 0_usize..6,
        ) {
            let key = folded(&right).into_owned();
            let order = folded(&left).as_ref().cmp(key.as_str());
            prop_assert_eq!(compare(&left, &key), order);
            let start: String = key.chars().take(length).collect();
            prop_assert_eq!(
                compare_start(&left, &start) == Ordering::Equal,
                folded(&left).starts_with(&start)
            );
            if compare_start(&left, &start) != Ordering::Equal {
                prop_assert_eq!(compare_start(&left, &start), folded(&left).as_ref().cmp(&start));
            }
            let blocks = |text: &str| (0..8).map(|number| block(text, number)).collect::<Vec<_>>();
            prop_assert_eq!(blocks(&left).cmp(&blocks(&right)), order);
            prop_assert_eq!(goes_on(block(&left, 0)), folded(&left).len() >= 16);
        }
    }

    #[test]
    fn letters_have_one_form_whatever_stands_beside_them() {
        assert_eq!(folded("ΟΔΟΣ"), "οδοσ");
        assert_eq!(folded("Ärzte"), "ärzte");
        assert!(matches!(folded("ada"), Cow::Borrowed(_)));
    }
}
