//! Every message is there in every language, says the same, and is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;

use super::*;

/// Messages by key, with the names of their arguments.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = FluentResource::try_new(text.to_owned());
    assert!(
        resource.is_ok(),
        "unreadable: {:?}",
        resource.err().map(|(_, errors)| errors)
    );
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line
            .split_once(" =")
            .filter(|_| !line.starts_with([' ', '[', '*']))
        {
            key = name.to_owned();
            assert!(
                messages.insert(key.clone(), BTreeSet::new()).is_none(),
                "`{key}` stands twice"
            );
        }
        for part in line.split('$').skip(1) {
            let end = part.find(|letter: char| !letter.is_ascii_alphanumeric());
            let argument = part.split_at(end.unwrap_or(part.len())).0.to_owned();
            messages.entry(key.clone()).or_default().insert(argument);
        }
    }
    messages
}

fn all(language: usize) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (subject, texts) in FILES {
        for (key, arguments) in messages(texts[language]) {
            assert!(
                all.insert(key.clone(), arguments).is_none(),
                "`{key}` of {subject} stands in two files"
            );
        }
    }
    all
}

/// The text of all templates and sources but tests.
fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if !path.ends_with("tests.rs") {
            texts.push(fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn both_languages_say_the_same() {
    let (english, dutch) = (all(0), all(1));
    let keys = |messages: &BTreeMap<String, _>| messages.keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = keys(&english)
        .symmetric_difference(&keys(&dutch))
        .cloned()
        .collect();
    assert!(missing.is_empty(), "in one language only: {missing:?}");
    for (key, arguments) in &english {
        assert_eq!(arguments, &dutch[key], "arguments of `{key}`");
    }
}

#[test]
fn every_message_is_used_and_every_one_used_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    sources(&root.join("templates"), &mut texts);
    sources(&root.join("src"), &mut texts);
    let mut literals: BTreeSet<String> = BTreeSet::new();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for text in &texts {
        literals.extend(text.split('"').map(str::to_owned));
        let calls = text.split(".m(\"").skip(1);
        asked.extend(calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    let messages = all(0);
    let missing: Vec<_> = asked
        .iter()
        .filter(|key| !key.contains('{') && !messages.contains_key(*key))
        .collect();
    assert!(missing.is_empty(), "not there: {missing:?}");
    let patterns: Vec<(&str, &str)> = literals
        .iter()
        .filter(|literal| literal.len() < 60)
        .filter_map(|literal| literal.split_once("{}"))
        .filter(|(before, after)| !(before.is_empty() && after.is_empty()))
        .collect();
    let is_used = |key: &String| {
        literals.contains(key)
            || patterns.iter().any(|(before, after)| {
                key.len() > before.len() + after.len()
                    && key.starts_with(before)
                    && key.ends_with(after)
            })
    };
    let unused: Vec<_> = messages.keys().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "nobody says: {unused:?}");
}

#[test]
fn numbers_and_plurals_are_those_of_the_language() {
    let say = |language, count: u32| {
        Words::of(language)
            .m("users-count")
            .with("count", count)
            .to_string()
    };
    assert_eq!(say(Language::English, 1), "1 user");
    assert_eq!(say(Language::English, 1_234), "1,234 users");
    assert_eq!(say(Language::Dutch, 1), "1 gebruiker");
    assert_eq!(say(Language::Dutch, 1_234_567), "1.234.567 gebruikers");
    assert_eq!(Words::of(Language::Dutch).number(&999), "999");
    assert_eq!(grouped("-1234", ','), "-1,234");
    assert_eq!(
        Words::of(Language::English).m("no-such-key").to_string(),
        "no-such-key"
    );
}
