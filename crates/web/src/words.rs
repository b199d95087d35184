//! What pages say, in the language of whoever reads them: messages of `locales/`, one file per language and subject.

use std::{fmt, sync::LazyLock};

use fluent_bundle::{
    FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle, types::FluentNumber,
};
use unic_langid::LanguageIdentifier;
use zetel_api::words::Language;

type Bundle = FluentBundle<FluentResource>;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files of each language: their subject, and their text in English and Dutch.
        pub(crate) const FILES: &[(&str, [&str; 2])] = &[
            $((
                $name,
                [
                    include_str!(concat!("../locales/en/", $name, ".ftl")),
                    include_str!(concat!("../locales/nl/", $name, ".ftl")),
                ],
            )),*
        ];
    };
}

files![
    "audit", "devices", "frame", "groups", "home", "licenses", "settings", "users"
];

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| Language::ALL.map(bundle));

/// A message that cannot be read is left out; a test reads all of them.
fn bundle(language: Language) -> Bundle {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Names are isolated by the pages, where they need it.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English => |value, _| number(value, ','),
        Language::Dutch => |value, _| number(value, '.'),
    }));
    for (_, texts) in FILES {
        let [english, dutch] = texts;
        let text = match language {
            Language::English => english,
            Language::Dutch => dutch,
        };
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(some, _)| some);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Numbers with their digits in groups.
fn number(value: &FluentValue<'_>, separator: char) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. }) if value.fract() == 0.0 => {
            Some(grouped(&format!("{value:.0}"), separator))
        }
        _ => None,
    }
}

/// Digits in groups of three.
fn grouped(digits: &str, separator: char) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    text.push_str(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    language: Language,
}

impl Words {
    /// Those of a language.
    pub const fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// The tag of the language, for `lang`.
    pub const fn tag(self) -> &'static str {
        self.language.tag()
    }

    /// A message; its arguments are given with [`Message::with`].
    pub fn m(self, key: impl fmt::Display) -> Message {
        Message {
            language: self.language,
            key: key.to_string(),
            arguments: FluentArgs::new(),
        }
    }

    /// A whole number as it is written in the language.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand references"
    )]
    pub fn number(self, number: &u32) -> String {
        let separator = match self.language {
            Language::English => ',',
            Language::Dutch => '.',
        };
        grouped(&number.to_string(), separator)
    }
}

/// A message on its way to a page. One that is missing shows as its key.
pub(crate) struct Message {
    language: Language,
    key: String,
    arguments: FluentArgs<'static>,
}

impl Message {
    /// The same with an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.arguments.set(name, value.into_value());
        self
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [english, dutch] = &*BUNDLES;
        let bundle = match self.language {
            Language::English => english,
            Language::Dutch => dutch,
        };
        let found = bundle.get_message(&self.key);
        let Some(pattern) = found.and_then(|message| message.value()) else {
            return formatter.write_str(&self.key);
        };
        let mut errors = Vec::new();
        formatter.write_str(&bundle.format_pattern(pattern, Some(&self.arguments), &mut errors))
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.to_string()
    }
}

/// What can stand in a message. Pages hand references to what they show.
pub(crate) trait Argument {
    /// As Fluent has it.
    fn into_value(self) -> FluentValue<'static>;
}

impl<T: Argument + Clone> Argument for &T {
    fn into_value(self) -> FluentValue<'static> {
        self.clone().into_value()
    }
}

impl Argument for &str {
    fn into_value(self) -> FluentValue<'static> {
        self.to_owned().into()
    }
}

impl Argument for String {
    fn into_value(self) -> FluentValue<'static> {
        self.into()
    }
}

impl Argument for Message {
    fn into_value(self) -> FluentValue<'static> {
        self.to_string().into()
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {
        $(impl Argument for $kind {
            fn into_value(self) -> FluentValue<'static> {
                self.into()
            }
        })*
    };
}

numbers![u16, u32, i32, i64, usize];

#[cfg(test)]
mod tests;
