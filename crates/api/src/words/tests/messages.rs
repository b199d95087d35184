//! The files of messages against each other and against the code.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use crate::words::{Language, message::text};

/// Every message with the arguments that it names.
fn arguments(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((start, _)) = line.split_once(" = ")
            && !line.starts_with([' ', '}'])
        {
            start.clone_into(&mut key);
            let is_new = messages.insert(key.clone(), BTreeSet::new()).is_none();
            assert!(is_new, "{key} is there twice");
        }
        for argument in line.split("{ $").skip(1) {
            let name: String = argument
                .chars()
                .take_while(|c| c.is_alphanumeric())
                .collect();
            messages.get_mut(&key).unwrap().insert(name);
        }
    }
    messages
}

#[test]
fn languages_have_the_same_messages_with_the_same_arguments() {
    for language in Language::ALL {
        let read = FluentResource::try_new(text(language).to_owned());
        assert!(read.is_ok(), "{:?}", read.err().map(|(_, errors)| errors));
    }
    let english = arguments(text(Language::English));
    let dutch = arguments(text(Language::Dutch));
    assert!(english.len() > 100);
    for (key, named) in &english {
        assert_eq!(Some(named), dutch.get(key), "{key}");
    }
    assert_eq!(english.len(), dutch.len());
    // The same order makes it easy to read both side by side.
    let order = |language| {
        let lines = text(language).lines();
        let keys = lines.filter_map(|line| Some(line.split_once(" = ")?.0));
        keys.filter(|key| english.contains_key(*key))
            .collect::<Vec<_>>()
    };
    assert_eq!(order(Language::English), order(Language::Dutch));
}

#[test]
fn every_message_is_used() {
    let code = [
        include_str!("../cause.rs"),
        include_str!("../enrollment.rs"),
        include_str!("../devices.rs"),
        include_str!("../explanation.rs"),
        include_str!("../names.rs"),
        include_str!("../refusal.rs"),
        include_str!("../remedy.rs"),
    ]
    .concat();
    for key in arguments(text(Language::English)).keys() {
        assert!(
            code.contains(&format!("\"{key}\"")),
            "{key} is used nowhere"
        );
    }
}
