//! Taking texts apart into words, as `$search` does for `displayName` and `description` (licensing.md 7.3).
//!
//! Words end at spaces, at symbols, between digits and other letters, and before an upper-case letter that follows a
//! lower-case one. Words with nothing but symbols between them are also one word: `hello.world` has `hello`, `.`,
//! `world` and `helloworld`.

use crate::folded;

/// What is searched for: words that must all begin a word of the text, in any order and case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// Of which sort a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Space,
    Digit,
    Letter,
    Symbol,
}

impl Sort {
    fn of(character: char) -> Self {
        if character.is_whitespace() {
            Self::Space
        } else if character.is_numeric() {
            Self::Digit
        } else if character.is_alphabetic() {
            Self::Letter
        } else {
            Self::Symbol
        }
    }
}

impl Words {
    /// The words of what is searched for. Symbols count only if there is nothing else.
    pub fn of(text: &str) -> Self {
        let parts = parts(text);
        let is_word = |part: &&str| !part.chars().all(|one| Sort::of(one) == Sort::Symbol);
        let words: Vec<String> = parts.iter().copied().filter(is_word).map(folded).collect();
        if words.is_empty() {
            return Self(parts.into_iter().map(folded).collect());
        }
        Self(words)
    }

    /// Whether a text has all of them.
    pub fn are_in(&self, text: &str) -> bool {
        if self.0.iter().any(|word| is_surely_absent(word, text)) {
            return false;
        }
        let own = all_words(text);
        let begins = |word: &String| own.iter().any(|one| one.starts_with(word.as_str()));
        self.0.iter().all(begins)
    }
}

/// Whether a word is nowhere in a text, as is quickly seen of ASCII letters, digits and spaces. Most texts are refused
/// by this.
fn is_surely_absent(word: &str, text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    let mut places = text.as_bytes().windows(word.len().max(1));
    text.bytes().all(is_plain) && !places.any(|place| place.eq_ignore_ascii_case(word.as_bytes()))
}

/// The words and symbols of a text, as they stand.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (place, character) in text.char_indices() {
        if before.is_some_and(|before| is_border(before, character)) {
            parts.extend(text.get(start..place));
            start = place;
        }
        before = Some(character);
    }
    parts.extend(text.get(start..));
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn is_border(before: char, character: char) -> bool {
    let (left, right) = (Sort::of(before), Sort::of(character));
    left != right || right == Sort::Symbol || (before.is_lowercase() && character.is_uppercase())
}

/// The words of a text, and those that are made of words with symbols between them.
fn all_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = parts(text).into_iter().map(folded).collect();
    for run in text.split_whitespace() {
        let has_symbols = run.chars().any(|one| Sort::of(one) == Sort::Symbol);
        if has_symbols {
            let joined = run.chars().filter(|one| Sort::of(*one) != Sort::Symbol);
            let joined: String = joined.collect();
            words.push(folded(&joined));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_graphs_documentation() {
        for (text, expected) in [
            ("hello world", vec!["hello", "world"]),
            ("HelloWorld", vec!["hello", "world"]),
            ("helloWORLD", vec!["hello", "world"]),
            ("HELLOworld", vec!["helloworld"]),
            ("HelloWORld", vec!["hello", "world"]),
            ("hello.world", vec!["hello", ".", "world", "helloworld"]),
            ("hello123world", vec!["hello", "123", "world"]),
            (
                "李四(David Li)",
                vec!["李四", "(", "david", "li", ")", "李四david", "li"],
            ),
            ("  ", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(all_words(text), expected, "{text}");
        }
    }

    #[test]
    fn searches_are_those_of_graphs_documentation() {
        let name = "李四(David Li)";
        for search in [name, "李四", "David", "Li", "David)", "(李四", "Li 李", ")"] {
            assert!(Words::of(search).are_in(name), "{search}");
        }
        for search in ["avid", "David Lee", "四", "."] {
            assert!(!Words::of(search).are_in(name), "{search}");
        }
        assert!(Words::of("OneVideo").are_in("Video of One"));
        assert!(Words::of("helloworld").are_in("hello-world"));
        assert!(Words::of("hello-world").are_in("World, hello"));
        assert!(Words::of("Guthr").are_in("Guthrie"));
        assert!(!Words::of("helloworld").are_in("HelloWorld"));
        assert!(!Words::of("a").are_in("") && Words::of(" ").are_in("x"));
    }
}
