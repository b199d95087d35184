//! docs/reference/graph-parity.md: which real clients used which operation, and what differs from Microsoft's
//! documentation. Made from the route table, from what the end-to-end tests saw (`e2e/exercised.json`) and from
//! [`DIFFERENCES`].

mod differences;

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    ROUTES,
    routes::{Prefix, Route},
};
use differences::{DIFFERENCES, Difference};

/// By operation and client the query options that the client used.
type Exercised = BTreeMap<String, BTreeMap<String, Vec<String>>>;

const OPENING: &str = "# Parity with Microsoft Graph

<!-- Made from the route table and the traffic of the end-to-end tests. `make docs` writes it; a test compares it. -->

Each operation that Zetel answers, its query options, and the unmodified clients that used it with success in the end-to-end tests, with the options that they sent. Where an operation differs from what Microsoft documents, a number leads to the reason below; the last ones hold everywhere. [graph-coverage.md](graph-coverage.md) says who may do what, and which properties there are.

| operation | query options | used by | differs |
| --- | --- | --- | --- |
";

/// The text of docs/reference/graph-parity.md.
pub fn parity_document() -> String {
    let exercised = exercised();
    let mut out = OPENING.to_owned();
    let graph = ROUTES
        .iter()
        .filter(|route| route.prefix() == Prefix::Graph && !is_own(route));
    for route in graph {
        write_route(&mut out, route, &exercised);
    }
    out.push_str(
        "\n## What differs, and why\n\n| | Microsoft | Zetel | why |\n| --- | --- | --- | --- |\n",
    );
    for (number, difference) in (1..).zip(DIFFERENCES) {
        let Difference {
            microsoft,
            zetel,
            why,
            ..
        } = difference;
        // Writing to memory cannot fail.
        let _ = writeln!(out, "| {number} | {microsoft} | {zetel} | {why} |");
    }
    out
}

/// What the end-to-end tests saw; nothing if their file cannot be read, which a test notices.
fn exercised() -> Exercised {
    serde_json::from_str(include_str!("../../../../e2e/exercised.json")).unwrap_or_default()
}

/// Whether a path is not Microsoft's.
fn is_own(route: &Route) -> bool {
    route
        .template
        .split('/')
        .any(|segment| segment.eq_ignore_ascii_case("zetel"))
}

fn operation(route: &Route) -> String {
    format!("{} {}", route.method, route.template)
}

fn write_route(out: &mut String, route: &Route, exercised: &Exercised) {
    let operation = operation(route);
    let options: Vec<String> = route
        .options
        .iter()
        .map(|option| format!("`{}`", option.name()))
        .collect();
    let clients = exercised.get(&operation).into_iter().flatten();
    let clients: Vec<String> = clients
        .map(|(client, options)| match options.as_slice() {
            [] => client.clone(),
            options => format!("{client} (`{}`)", options.join("` `")),
        })
        .collect();
    let numbers: Vec<String> = (1..)
        .zip(DIFFERENCES)
        .filter(|(_, difference)| difference.concerns(&operation))
        .map(|(number, _): (u32, _)| number.to_string())
        .collect();
    let _ = writeln!(
        out,
        "| `{}` | {} | {} | {} |",
        operation.replace('|', "\\|"),
        options.join(" "),
        clients.join(", "),
        numbers.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_about_operations_that_exist() {
        let operations: Vec<String> = ROUTES.iter().map(operation).collect();
        for known in exercised().keys() {
            assert!(operations.contains(known), "{known} is no operation");
        }
        assert!(!exercised().is_empty(), "e2e/exercised.json says nothing");
        for difference in DIFFERENCES {
            for named in difference.operations {
                let plain = named.trim_end_matches('*');
                let is_known = |operation: &String| operation.starts_with(plain);
                assert!(operations.iter().any(is_known), "{named} is no operation");
            }
        }
    }
}
