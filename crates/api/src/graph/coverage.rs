//! docs/reference/graph-coverage.md, from the route table.

use std::fmt::Write as _;

use zetel_domain::access::{Action, Permission, Role, anybody_may, permission_allows, role_allows};

use super::{
    ROUTES,
    routes::{Handler, Route},
    schema::USER,
};

const OPENING: &str = "# Graph coverage

<!-- Made from the route table. `make docs` writes it; a test compares it. -->

Zetel answers these paths of Microsoft Graph v1.0, below `/v1.0`. A path that is not in the table is answered with 501 `NotImplemented` and its name, a method that its path does not have with 405, and a query option that is not in the table with 501 and its name; nothing is ignored in silence. There is no `beta` version.

Paths are read in any letter case, with double slashes, with keys as segments or in parentheses (`/users/{id}`, `/users('{id}')`), and with `graph.` or `microsoft.graph.` before types and actions. The names of query options are read in any letter case and without their `$`.

| method | path | query options | needs | |
| --- | --- | --- | --- | --- |
";

/// The text of docs/reference/graph-coverage.md.
pub fn coverage_document() -> String {
    let mut out = OPENING.to_owned();
    for route in ROUTES {
        write_route(&mut out, route);
    }
    out.push_str("\n## Who may\n\nAn application needs one of the permissions, a user one of the roles.\n\n| | permissions of applications | roles of users |\n| --- | --- | --- |\n");
    for action in actions() {
        write_action(&mut out, action);
    }
    out.push_str("\n## Properties of users\n\nReturned without `$select`: ");
    out.push_str(&properties(true));
    out.push_str(".\n\nReturned with `$select` only: ");
    out.push_str(&properties(false));
    out.push_str(".\n\nOther properties that Graph has are answered with 501, names that Graph does not have with 400.\n");
    out
}

fn write_route(out: &mut String, route: &Route) {
    let options: Vec<String> = route
        .options
        .iter()
        .map(|option| format!("`{}`", option.name()))
        .collect();
    let needs = match (route.handler, route.action) {
        (Handler::Public(_), _) | (_, None) => "nothing",
        (_, Some(action)) => action_name(action),
    };
    // Writing to memory cannot fail.
    let _ = writeln!(
        out,
        "| {} | `{}` | {} | {needs} | {} |",
        route.method,
        route.template.replace('|', "\\|"),
        options.join(" "),
        route.summary
    );
}

fn write_action(out: &mut String, action: Action) {
    let permissions: Vec<String> = Permission::ALL
        .iter()
        .filter(|permission| permission_allows(**permission, action))
        .map(|permission| format!("`{}`", permission.as_str()))
        .collect();
    let mut roles: Vec<&str> = Role::ALL
        .iter()
        .filter(|role| role_allows(**role, action))
        .map(|role| role.display_name())
        .collect();
    if anybody_may(action, false) {
        roles = vec!["everybody"];
    } else if anybody_may(action, true) {
        roles.push("everybody on their own account");
    }
    let _ = writeln!(
        out,
        "| {} | {} | {} |",
        action_name(action),
        permissions.join(", "),
        roles.join(", ")
    );
}

/// The actions of the route table, each once.
fn actions() -> Vec<Action> {
    let mut actions: Vec<Action> = ROUTES.iter().filter_map(|route| route.action).collect();
    // A change of nothing but the usage location needs less than other changes.
    actions.push(Action::SetUsageLocation);
    actions.push(Action::WriteAdministrators);
    actions.sort_unstable();
    actions.dedup();
    actions
}

const fn action_name(action: Action) -> &'static str {
    match action {
        Action::ReadOrganization => "read the organization",
        Action::ReadSubscriptions => "read subscriptions",
        Action::ManageSubscriptions => "manage subscriptions",
        Action::ReadUser => "read a user",
        Action::ListUsers => "list users",
        Action::WriteUsers => "write users",
        Action::SetUsageLocation => "set nothing but a usage location",
        Action::WriteAdministrators => "write users who hold a role",
        Action::DeleteUsers => "delete users",
        Action::PurgeUsers => "purge users",
        Action::AssignLicenses => "assign licenses",
        Action::ReadApplications => "read applications",
        Action::ManageApplications => "manage applications",
    }
}

fn properties(by_default: bool) -> String {
    let names: Vec<String> = USER
        .properties
        .iter()
        .filter(|property| property.by_default == by_default)
        .map(|property| format!("`{}`", property.name))
        .collect();
    names.join(", ")
}
