//! Messages of `locales/` with their arguments filled in.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use super::Language;

const ENGLISH: &str = include_str!("../../../../locales/en.ftl");
const DUTCH: &str = include_str!("../../../../locales/nl.ftl");

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| Language::ALL.map(bundle));

/// A message that cannot be read is left out; a test reads all of them.
fn bundle(language: Language) -> Bundle {
    let resource =
        FluentResource::try_new(text(language).to_owned()).unwrap_or_else(|(some, _)| some);
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Names need no isolation: both languages are written from left to right.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// All messages of a language.
pub(super) const fn text(language: Language) -> &'static str {
    match language {
        Language::English => ENGLISH,
        Language::Dutch => DUTCH,
    }
}

/// What stands in a message for one of its arguments.
pub(super) type Argument<'a> = (&'static str, FluentValue<'a>);

/// A message with its arguments. One that is missing shows as its key.
pub(super) fn message(language: Language, key: &str, arguments: &[Argument<'_>]) -> String {
    let [english, dutch] = &*BUNDLES;
    let bundle = match language {
        Language::English => english,
        Language::Dutch => dutch,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, value) in arguments {
        values.set(*name, value.clone());
    }
    let mut errors = Vec::new();
    bundle
        .format_pattern(pattern, Some(&values), &mut errors)
        .into_owned()
}
