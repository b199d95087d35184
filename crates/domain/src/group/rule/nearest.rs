//! The known name that a misspelled one most looks like.

/// The candidate with the fewest typing errors between it and a name, if that is at most a third of the name.
pub(super) fn nearest(
    name: &str,
    candidates: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let limit = (name.len() / 3).max(1);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= limit)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance between two names, in any case.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (1..=right.len()).collect();
    for (place, of_left) in left.bytes().enumerate() {
        let (mut diagonal, mut before) = (place, place + 1);
        for (cell, of_right) in row.iter_mut().zip(right.bytes()) {
            let substitution = diagonal + usize::from(!of_left.eq_ignore_ascii_case(&of_right));
            diagonal = *cell;
            *cell = substitution.min(*cell + 1).min(before + 1);
            before = *cell;
        }
    }
    row.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("kitten", "sitting", 3),
            ("Department", "departmnt", 1),
            ("", "abc", 3),
            ("abc", "", 3),
            ("city", "CITY", 0),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn nothing_is_near_to_a_strange_word() {
        let names = || ["city", "country"].into_iter();
        assert_eq!(nearest("cuontry", names()), Some("country"));
        assert_eq!(nearest("shoeSize", names()), None);
    }
}
