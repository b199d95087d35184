//! The languages in which sentences are made, and how a client asks for one.

/// A language in which sentences are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Dutch.
    Dutch,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::English, Self::Dutch];

    /// The tag of the language, as in `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// The language that an `Accept-Language` header wants most (RFC 9110, section 12.5.4), such as Dutch for
    /// `nl-BE, en;q=0.8`; English if it wants none of ours.
    pub fn of_header(header: &str) -> Self {
        let mut best = (0.0, Self::default());
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            if let Some(language) = Self::of_tag(tag)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The language of a tag such as `nl-BE`; that of `*` is the default.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        if primary == "*" {
            return Some(Self::default());
        }
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, Dutch, English};

    #[test]
    fn the_language_is_the_one_wanted_most() {
        for (header, language) in [
            ("", English),
            ("nl", Dutch),
            ("NL-be", Dutch),
            ("en-US,en;q=0.9,nl;q=0.8", English),
            ("de, nl;q=0.5, en;q=0.4", Dutch),
            ("en;q=0.1, nl;q=0.2", Dutch),
            ("nl;q=0, *;q=0.1", English),
            ("nlx, de", English),
            ("nl;q=many", English),
        ] {
            assert_eq!(Language::of_header(header), language, "{header}");
        }
    }
}
