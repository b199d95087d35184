//! `zetel groups errors`: members whose group licenses could not be applied, and why.

use serde::Serialize;
use serde_json::Value;

use super::Session;
use super::groups::find;
use crate::client::connection::server_error;
use crate::client::graph::encoded;
use crate::client::groups::Named;
use crate::client::products::Products;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Record};

/// One product that one member lacks, or keeps against the group's wish.
#[derive(Serialize)]
struct ErrorRow {
    group: String,
    user: String,
    product: String,
    state: String,
    error: String,
    why: &'static str,
}

impl Record for ErrorRow {
    const COLUMNS: &'static [&'static str] = &["group", "user", "product", "state", "error", "why"];

    fn cells(&self) -> Vec<String> {
        let texts = [
            &self.group,
            &self.user,
            &self.product,
            &self.state,
            &self.error,
        ];
        let texts = texts.map(Clone::clone).into_iter();
        texts.chain([self.why.to_owned()]).collect()
    }
}

/// Lists the errors of one group or of all.
pub fn run(session: &Session, group: Option<&str>) -> Result<Exit, CliError> {
    let groups = match group {
        Some(text) => vec![find(session, text, "read the errors of")?],
        None => with_errors(session)?,
    };
    let products = session.products()?;
    let mut rows = Vec::new();
    for group in &groups {
        rows.extend(of_group(session, group, &products)?);
    }
    output::list(output::stdout(), session.format, &rows)?;
    if let Some(first) = rows.first() {
        output::note(&format!(
            "\nhint: `zetel explain {} {}` says why in full and what would help",
            first.user, first.product
        ));
    } else {
        output::note("No member has errors");
    }
    Ok(Exit::Done)
}

fn with_errors(session: &Session) -> Result<Vec<Named>, CliError> {
    let filter = encoded("hasMembersWithLicenseErrors eq true");
    let groups = session
        .graph
        .all(
            &["groups"],
            &format!("$select=id,displayName&$filter={filter}"),
        )
        .map_err(|failure| server_error(failure, "Could not list the groups with errors"))?;
    let name = |group: &Value| Named {
        id: output::cell(&group["id"]),
        name: output::cell(&group["displayName"]),
    };
    Ok(groups.iter().map(name).collect())
}

fn of_group(
    session: &Session,
    group: &Named,
    products: &Products,
) -> Result<Vec<ErrorRow>, CliError> {
    let path = ["groups", &group.id, "membersWithLicenseErrors"];
    let query = "$select=id,userPrincipalName,licenseAssignmentStates";
    let attempt = format!("Could not read the errors of `{}`", group.name);
    let users = session.graph.all(&path, query);
    let users = users.map_err(|failure| server_error(failure, &attempt))?;
    let mut rows: Vec<ErrorRow> = Vec::new();
    for user in &users {
        let states = user["licenseAssignmentStates"].as_array();
        for state in states.into_iter().flatten() {
            let text = |name: &str| state[name].as_str().unwrap_or_default().to_owned();
            let is_meant = text("assignedByGroup").eq_ignore_ascii_case(&group.id)
                && !matches!(text("error").as_str(), "" | "None");
            if is_meant {
                rows.push(ErrorRow {
                    group: group.name.clone(),
                    user: output::cell(&user["userPrincipalName"]),
                    product: products.name(&text("skuId")),
                    state: text("state"),
                    why: why(&text("state"), &text("error")),
                    error: text("error"),
                });
            }
        }
    }
    Ok(rows)
}

/// An error in a line, with what heals it (licensing.md 3.4).
fn why(state: &str, error: &str) -> &'static str {
    match (error, state) {
        ("CountViolation", _) => "no seat is left: free or buy one, then reprocess",
        ("MutuallyExclusiveViolation", _) => {
            "a plan excludes one that the user has from elsewhere: take one of the two away"
        }
        ("DependencyViolation", "ActiveWithError") => {
            "another plan of the user needs it, so it was not taken away"
        }
        ("DependencyViolation", _) => "a plan needs another one that the user lacks",
        ("ProhibitedInUsageLocationViolation", _) => {
            "the product may not be used where the user is"
        }
        ("UniquenessViolation", _) => "a mail address of the user belongs to somebody else too",
        ("Other", "ActiveWithError") => "the change of another product of the group failed",
        ("Other", _) => "another product of the group could not be applied",
        _ => "the server does not say why",
    }
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn every_error_of_graph_has_its_line() {
        for error in [
            "CountViolation",
            "MutuallyExclusiveViolation",
            "DependencyViolation",
            "ProhibitedInUsageLocationViolation",
            "UniquenessViolation",
            "Other",
        ] {
            assert!(!why("Error", error).contains("does not say"), "{error}");
        }
        assert_ne!(
            why("Error", "DependencyViolation"),
            why("ActiveWithError", "DependencyViolation")
        );
    }
}
