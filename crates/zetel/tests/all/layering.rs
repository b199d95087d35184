//! Which crate may use which: the table of `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every crate, and those of this workspace that it may use. `None`: any.
const MAY_USE: [(&str, Option<&[&str]>); 10] = [
    ("zetel-domain", Some(&[])),
    ("zetel-query", Some(&["zetel-domain"])),
    ("zetel-store", Some(&["zetel-domain"])),
    ("zetel-engine", Some(&["zetel-domain", "zetel-store"])),
    ("zetel-identity", Some(&["zetel-store"])),
    (
        "zetel-api",
        Some(&[
            "zetel-domain",
            "zetel-query",
            "zetel-engine",
            "zetel-identity",
        ]),
    ),
    (
        "zetel-web",
        Some(&[
            "zetel-domain",
            "zetel-engine",
            "zetel-identity",
            "zetel-api",
        ]),
    ),
    ("zetel", None),
    ("zetel-testkit", None),
    ("zetel-bench", None),
];

/// What the pure crates may use, besides each other: data and nothing that reaches out of the process.
const PURE: [&str; 12] = [
    "csv",
    "encoding_rs",
    "jiff",
    "minicbor",
    "regex",
    "roaring",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "toml",
    "uuid",
];

/// The crates of the workspace with what they use when they are not being tested.
fn workspace() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let dependencies = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().clone();
        all.iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(name)
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| (name(package), dependencies(package)))
        .collect()
}

#[test]
fn a_crate_uses_only_crates_below_it() {
    let workspace = workspace();
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let present: BTreeSet<&str> = workspace.keys().map(String::as_str).collect();
    assert_eq!(present, known, "the table names every crate");
    for (name, allowed) in MAY_USE {
        let Some(allowed) = allowed else { continue };
        for used in &workspace[name] {
            let is_ours = workspace.contains_key(used);
            assert!(
                !is_ours || allowed.contains(&used.as_str()),
                "{name} must not use {used}"
            );
        }
    }
}

#[test]
fn domain_and_query_are_pure() {
    for name in ["zetel-domain", "zetel-query"] {
        for used in &workspace()[name] {
            let is_pure = PURE.contains(&used.as_str()) || used == "zetel-domain";
            assert!(is_pure, "{name} must not use {used}");
        }
    }
}
