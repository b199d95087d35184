//! Comparing texts as the directory does: without regard to case.

use std::cmp::Ordering;

use crate::search::Words;

/// A text in the form in which texts are compared: every character in lower case.
pub fn folded(text: &str) -> String {
    lower(text).collect()
}

fn lower(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

/// Where a value is from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Comparison {
    /// Whether a value is there that compares so with the other one.
    pub const fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }
}

/// What a text is compared with. Everything is kept [`folded`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    /// It is one of these; nothing stands for `null`.
    Equal(Vec<Option<String>>),
    /// It is there in the order of characters.
    Compare(Comparison, String),
    /// It begins so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
    /// This is in it.
    Contains(String),
    /// It has all of these words (licensing.md 7.3).
    Words(Words),
}

impl TextMatch {
    /// Equal to one of these, or to `null`.
    pub fn equal<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let values = values.into_iter();
        Self::Equal(
            values
                .map(|value| value.map(|text| folded(text.as_ref())))
                .collect(),
        )
    }

    /// Whether a text fits. Nothing, which is `null`, fits nothing but `null`.
    pub fn fits(&self, text: Option<&str>) -> bool {
        let Some(text) = text else {
            return matches!(self, Self::Equal(values) if values.contains(&None));
        };
        let mut own = lower(text);
        match self {
            Self::Equal(values) => values
                .iter()
                .flatten()
                .any(|value| own.clone().eq(value.chars())),
            Self::Compare(comparison, value) => comparison.holds(own.cmp(value.chars())),
            Self::StartsWith(start) => start.chars().all(|character| own.next() == Some(character)),
            Self::EndsWith(end) => folded(text).ends_with(end.as_str()),
            Self::Contains(part) => folded(text).contains(part.as_str()),
            Self::Words(words) => words.are_in(text),
        }
    }

    /// The texts to which it may be equal, if it is compared with texts alone.
    pub fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Equal(values) => values.iter().map(Option::as_deref).collect(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_regard_to_case() {
        let equal = TextMatch::equal([Some("ÄrzteΣ"), None]);
        assert!(equal.fits(Some("äRZTEσ")) && equal.fits(None));
        assert!(!equal.fits(Some("")) && !equal.fits(Some("ÄrzteΣ ")));
        assert_eq!(equal.texts(), None);
        assert_eq!(TextMatch::equal([Some("A")]).texts(), Some(vec!["a"]));
        let start = TextMatch::StartsWith(folded("Ä"));
        assert!(start.fits(Some("ärzte")) && !start.fits(Some("")) && !start.fits(Some("Arzt")));
        assert!(!start.fits(None) && TextMatch::StartsWith(String::new()).fits(Some("")));
        assert!(TextMatch::EndsWith(folded("TE")).fits(Some("ärzte")));
        assert!(TextMatch::Contains(folded("RZ")).fits(Some("ärzte")));
    }

    #[test]
    fn texts_have_an_order() {
        for (comparison, fitting) in [
            (Comparison::Greater, vec!["Bb", "c"]),
            (Comparison::GreaterOrEqual, vec!["B", "Bb", "c"]),
            (Comparison::Less, vec!["a"]),
            (Comparison::LessOrEqual, vec!["a", "B"]),
        ] {
            let matched = TextMatch::Compare(comparison, "b".to_owned());
            let all = ["a", "B", "Bb", "c"];
            let found: Vec<&str> = all
                .into_iter()
                .filter(|text| matched.fits(Some(text)))
                .collect();
            assert_eq!(found, fitting, "{comparison:?}");
            assert!(!matched.fits(None));
        }
    }
}
