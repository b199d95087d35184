//! The pages of `docs/reference` that follow from the command line: each test compares one with what it should be.

use std::{env, fmt::Write, fs, path::Path};

use clap::{Arg, Args, Command, CommandFactory};

use crate::{cli::Cli, server::config::Wishes};

/// The one setting that only some builds have; its page has it in words.
const OF_A_FEATURE: &str = "otlp_endpoint";
const MADE_FROM: &str = "<!-- Made from the definitions of the command line. `make docs` writes it; a test compares it. -->";

/// Compares a page with what it should be; `ZETEL_UPDATE_DOCS=1` writes it instead.
fn check(name: &str, wanted: impl FnOnce(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/reference")
        .join(name);
    let found = fs::read_to_string(&path).unwrap_or_default();
    let wanted = wanted(&found);
    if env::var_os("ZETEL_UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).unwrap();
        return;
    }
    assert_eq!(
        found, wanted,
        "docs/reference/{name} is out of date; run this test with ZETEL_UPDATE_DOCS=1"
    );
}

/// A text whose part between two lines is replaced.
fn replaced(text: &str, begin: &str, end: &str, part: &str) -> String {
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    format!("{before}{begin}\n{part}{end}{after}")
}

fn settings() -> Vec<Arg> {
    let command = Wishes::augment_args(Command::new("settings"));
    let all = command.get_arguments();
    all.filter(|setting| setting.get_id() != OF_A_FEATURE)
        .cloned()
        .collect()
}

/// A help text and its `[default: …]`.
fn meaning_and_default(setting: &Arg) -> (String, String) {
    let help = setting.get_help().unwrap().to_string();
    let (meaning, default) = help.split_once(" [default: ").unwrap();
    (meaning.to_owned(), default.trim_end_matches(']').to_owned())
}

#[test]
fn every_setting_is_documented() {
    let mut table = String::from(
        "| key | variable | option | default | meaning |\n| --- | --- | --- | --- | --- |\n",
    );
    for setting in settings() {
        let key = setting.get_id();
        let (meaning, default) = meaning_and_default(&setting);
        writeln!(
            table,
            "| `{key}` | `ZETEL_{}` | `--{}` | {default} | {meaning} |",
            key.as_str().to_uppercase(),
            setting.get_long().unwrap()
        )
        .unwrap();
    }
    let (begin, end) = ("<!-- settings -->", "<!-- end of settings -->");
    check("configuration.md", |page| {
        replaced(page, begin, end, &table)
    });
}

#[test]
fn every_command_is_documented() {
    let mut root = Cli::command().term_width(0);
    root.build();
    let mut page = format!("# Command line\n\n{MADE_FROM}\n\n");
    page.push_str(
        "Options that a command shares with its verbs are listed with the command. [Exit codes](exit-codes.md) are the \
         same for all.\n",
    );
    for command in root.get_subcommands_mut() {
        describe(command, &[], &mut page);
    }
    check("command-line.md", |_| page);
}

/// Describes a command and its verbs, without the arguments that were described above.
fn describe(command: &mut Command, above: &[String], page: &mut String) {
    if command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap().to_owned();
    let about = command.get_about().unwrap().to_string();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let usage: Vec<&str> = usage.lines().map(str::trim).collect();
    let usage = usage.join("\n");
    write!(page, "\n## {name}\n\n{about}.\n\n```\n{usage}\n```\n").unwrap();
    let mut known = above.to_vec();
    let arguments: Vec<Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !above.contains(&id(argument)))
        .cloned()
        .collect();
    describe_arguments(&arguments, page);
    known.extend(
        arguments
            .iter()
            .filter(|argument| argument.is_global_set())
            .map(id),
    );
    if let Some(text) = command.get_after_long_help().or(command.get_after_help()) {
        write!(page, "\n{text}\n").unwrap();
    }
    for verb in command.get_subcommands_mut() {
        describe(verb, &known, page);
    }
}

fn id(argument: &Arg) -> String {
    argument.get_id().to_string()
}

fn describe_arguments(arguments: &[Arg], page: &mut String) {
    let settings: Vec<String> = settings().iter().map(id).collect();
    let has_settings = arguments
        .iter()
        .any(|argument| settings.contains(&id(argument)));
    let own: Vec<&Arg> = arguments
        .iter()
        .filter(|argument| {
            !matches!(
                argument.get_id().as_str(),
                "help" | "version" | OF_A_FEATURE
            )
        })
        .filter(|argument| !settings.contains(&id(argument)))
        .collect();
    if !own.is_empty() {
        page.push_str("\n| argument | meaning |\n| --- | --- |\n");
    }
    for argument in own {
        let help = argument.get_help().unwrap_or_default().to_string();
        let mut notes = vec![help.replace('\n', " ").replace('|', "\\|")];
        let values = argument.get_possible_values();
        let is_flag = !argument.get_action().takes_values();
        if !values.is_empty() && !is_flag {
            let names: Vec<&str> = values
                .iter()
                .map(clap::builder::PossibleValue::get_name)
                .collect();
            notes.push(format!("one of `{}`", names.join("`, `")));
        }
        if let Some(variable) = argument.get_env() {
            notes.push(format!("variable `{}`", variable.display()));
        }
        if let Some(default) = argument.get_default_values().first().filter(|_| !is_flag) {
            notes.push(format!("default `{}`", default.display()));
        }
        let short = argument.get_short().map(|letter| format!("-{letter}, "));
        let shown = short.unwrap_or_default() + &argument.to_string().replace('|', "\\|");
        writeln!(page, "| `{shown}` | {} |", notes.join("; ")).unwrap();
    }
    if has_settings {
        page.push_str("\nIt also takes every [setting of the server](configuration.md).\n");
    }
}
