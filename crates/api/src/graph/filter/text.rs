//! Comparing texts as the directory does: without regard to case.

/// What a text is compared with. Everything is kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TextMatch {
    /// It is one of these; nothing stands for `null`.
    Equal(Vec<Option<String>>),
    /// It begins so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
}

impl TextMatch {
    /// Equal to one of these, or to `null`.
    pub fn equal(values: Vec<Option<String>>) -> Self {
        let folded = |value: Option<String>| value.map(|text| text.to_lowercase());
        Self::Equal(values.into_iter().map(folded).collect())
    }

    /// Beginning with this.
    pub fn starts_with(text: &str) -> Self {
        Self::StartsWith(text.to_lowercase())
    }

    /// Ending with this.
    pub fn ends_with(text: &str) -> Self {
        Self::EndsWith(text.to_lowercase())
    }

    /// Whether a text fits; an empty one is `null`.
    pub fn fits(&self, text: &str) -> bool {
        let mut folded = text.chars().flat_map(char::to_lowercase);
        match self {
            Self::Equal(values) => values.iter().any(|value| match value {
                Some(value) => folded.clone().eq(value.chars()),
                None => text.is_empty(),
            }),
            Self::StartsWith(start) => start
                .chars()
                .all(|character| folded.next() == Some(character)),
            Self::EndsWith(end) => text.to_lowercase().ends_with(end.as_str()),
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
        let equal = TextMatch::equal(vec![Some("Ärzte".to_owned()), None]);
        assert!(equal.fits("äRZTE") && equal.fits("") && !equal.fits("Ärzte "));
        assert_eq!(equal.texts(), None);
        let start = TextMatch::starts_with("Ä");
        assert!(start.fits("ärzte") && !start.fits("") && !start.fits("Arzt"));
        assert!(TextMatch::ends_with("TE").fits("ärzte"));
    }
}
