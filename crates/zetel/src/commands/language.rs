//! The language in which the server's sentences are shown.

use crate::cli::moves::Language;

/// Variables that tell the language, the first that is set counts.
const LANGUAGE_VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The tag of the language that was asked for, else of that of the environment.
pub fn tag(asked: Option<Language>) -> &'static str {
    let language = asked.unwrap_or_else(|| {
        let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        language_of(LANGUAGE_VARIABLES.iter().find_map(set).as_deref())
    });
    match language {
        Language::En => "en",
        Language::Nl => "nl",
    }
}

/// The language of an environment's locale, such as `nl_NL.UTF-8`.
fn language_of(locale: Option<&str>) -> Language {
    match locale {
        Some(locale) if locale.to_lowercase().starts_with("nl") => Language::Nl,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, language_of};

    #[test]
    fn the_language_of_the_environment() {
        assert_eq!(language_of(Some("nl_NL.UTF-8")), Language::Nl);
        assert_eq!(language_of(Some("C.UTF-8")), Language::En);
        assert_eq!(language_of(None), Language::En);
    }
}
