//! docs/reference/graph-coverage.md, from the route table.

use std::fmt::Write as _;

use zetel_domain::access::{
    Action, Permission, Role, anybody_may, owner_may, permission_allows, role_allows,
};
use zetel_query::{Entity, Kind, Level, tables};

use super::{
    ROUTES,
    render::{
        application::ApplicationEntity, directory_device::Device, group::GroupEntity,
        managed_device::ManagedDevice, service_principal::ServicePrincipal,
    },
    routes::{Handler, Prefix, Route},
    schema::{Property, USER, properties_of},
};

const OPENING: &str = "# Graph coverage

<!-- Made from the route table. `make docs` writes it; a test compares it. -->

Zetel answers these paths of Microsoft Graph v1.0, below `/v1.0`. A path that is not in the table is answered with 501 `NotImplemented` and its name, a method that its path does not have with 405, and a query option that is not in the table with 501 and its name; nothing is ignored in silence. There is no `beta` version.

Paths are read in any letter case, with double slashes, with keys as segments or in parentheses (`/users/{id}`, `/users('{id}')`), and with `graph.` or `microsoft.graph.` before types and actions. The names of query options are read in any letter case and without their `$`. Headers, errors, batches and limits are in [how requests and answers look](graph-conventions.md).

| method | path | query options | needs | |
| --- | --- | --- | --- | --- |
";

/// The text of docs/reference/graph-coverage.md.
pub fn coverage_document() -> String {
    let mut out = OPENING.to_owned();
    for route in routes_of_graph() {
        write_route(&mut out, route);
    }
    out.push_str("\n## Who may\n\nAn application needs one of the permissions, a user one of the roles.\n\n| | permissions of applications | roles of users |\n| --- | --- | --- |\n");
    for action in actions() {
        write_action(&mut out, action);
    }
    out.push_str(FILTERS);
    write_questions(&mut out, "users", &tables::USER);
    write_questions(&mut out, "groups", &tables::GROUP);
    write_questions(&mut out, "devices", &tables::DEVICE);
    write_questions(&mut out, "managed devices", &tables::MANAGED_DEVICE);
    write_questions(&mut out, "applications", &tables::APPLICATION);
    write_questions(&mut out, "service principals", &tables::SERVICE_PRINCIPAL);
    write_questions(&mut out, "directory roles", &tables::DIRECTORY_ROLE);
    write_questions(&mut out, "role definitions", &tables::ROLE_DEFINITION);
    write_questions(&mut out, "role assignments", &tables::ROLE_ASSIGNMENT);
    write_properties(&mut out, "users", &USER.properties);
    write_properties(&mut out, "groups", &properties_of::<GroupEntity>());
    write_properties(
        &mut out,
        "managed devices",
        &properties_of::<ManagedDevice>(),
    );
    write_properties(&mut out, "devices", &properties_of::<Device>());
    write_properties(
        &mut out,
        "applications",
        &properties_of::<ApplicationEntity>(),
    );
    write_properties(
        &mut out,
        "service principals",
        &properties_of::<ServicePrincipal>(),
    );
    out.push_str("\nOther properties that Graph has are answered with 501, names that Graph does not have with 400.\n");
    out
}

/// The routes of Graph; those of the gate have a page of their own.
fn routes_of_graph() -> impl Iterator<Item = &'static Route> {
    let is_graph = |route: &&Route| route.prefix() == Prefix::Graph;
    ROUTES.iter().filter(is_graph)
}

const FILTERS: &str = "
## Filters, searches and orders

`$filter` takes `eq`, `ne`, `in`, `ge`, `le`, `gt`, `lt`, `startswith`, `endswith`, `contains`, `any` on collections, `/$count eq 0` and `ne 0` (and 1), `null`, and these joined with `and`, `or`, `not` and parentheses, in any letter case. Texts are compared without regard to case; nothing (`null`) is neither before nor after anything. What is not in these tables is answered with 400 and its name or its position.

Advanced queries have `$count=true` and the header `ConsistencyLevel: eventual`, as in Graph; `ne` and `not` are for these wherever there is `eq`, and so are `/$count` and `$filter` together with `$orderby`. `$search` needs the header only. It takes `\"property:text\"` clauses joined with `AND`, `OR` and parentheses: words in any order in `displayName` and `description`, the beginning of any other property with `startswith`. `$orderby` takes one property.

`$expand` shows the first 20 objects of one relationship, `members($select=id)`, and is not for advanced queries: `memberOf` and `transitiveMemberOf` of users and groups; `members`, `transitiveMembers` and `owners` of groups.

Members, owners and memberships are asked both: a user what users are asked, a group what groups are asked; they are ordered by `displayName`, for advanced queries. No operator on managed devices needs a header. Audit records take comparisons joined with `and`: `eq` on `activityDisplayName`, `category`, `loggedByService`, `result`, `correlationId`, `initiatedBy/user/id` and inside `targetResources/any(t:t/id eq '{id}')`, and `ge`, `le`, `gt`, `lt` on `activityDateTime`.
";

/// What everybody and what advanced queries may ask of each property.
fn write_questions(out: &mut String, of: &str, entity: &Entity) {
    // Writing to memory cannot fail.
    let _ = write!(
        out,
        "\n### What can be asked of {of}\n\n| property | by default | advanced |\n| --- | --- | --- |\n"
    );
    for property in entity.properties {
        let (name, inside) = match property.kind {
            Kind::Items(items) => {
                let members = items.properties.iter();
                let members = members.map(|member| format!("`{}`", member.name));
                (property.name, members.collect::<Vec<_>>().join(", "))
            }
            _ => (property.name, String::new()),
        };
        let inside = if inside.is_empty() {
            inside
        } else {
            format!(" ({inside})")
        };
        let asked = |level: Level| {
            let names = names_of(property).into_iter();
            let names = names.filter(|(_, own)| *own == level);
            names.map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(
            out,
            "| `{name}`{inside} | {} | {} |",
            asked(Level::Always),
            asked(Level::Advanced)
        );
    }
}

/// What there is to ask of a property, and who may.
fn names_of(property: &zetel_query::Property) -> Vec<(&'static str, Level)> {
    let support = property.support;
    let equal = if property.is_collection() {
        "`any` with `eq`"
    } else {
        "`eq`"
    };
    vec![
        (equal, support.equal),
        ("`in`", support.list),
        ("`ge`, `le`", support.order),
        ("`gt`, `lt`", support.strict_order),
        ("`startswith`", support.start),
        ("`endswith`", support.end),
        ("`contains`", support.part),
        ("`null`", support.null),
        ("`/$count`", support.count),
        ("`$orderby`", support.order_by),
    ]
}

fn write_properties(out: &mut String, of: &str, all: &[Property]) {
    // Writing to memory cannot fail.
    let _ = write!(
        out,
        "\n## Properties of {of}\n\nReturned without `$select`: {}.\n",
        names(all, true)
    );
    if all.iter().any(|property| !property.by_default) {
        let _ = write!(
            out,
            "\nReturned with `$select` only: {}.\n",
            names(all, false)
        );
    }
}

fn write_route(out: &mut String, route: &Route) {
    let options: Vec<String> = route
        .options
        .iter()
        .map(|option| format!("`{}`", option.name()))
        .collect();
    let needs = match (route.handler, route.action) {
        (Handler::Public(_), _) => "nothing",
        (_, None) => "what they need alone",
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
    } else if owner_may(action) {
        roles.push("owners of the group");
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
    let mut actions: Vec<Action> = routes_of_graph().filter_map(|route| route.action).collect();
    // A change of nothing but the usage location needs less than other changes.
    actions.push(Action::SetUsageLocation);
    actions.push(Action::WriteAdministrators);
    actions.push(Action::WriteRoleAssignableGroups);
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
        Action::RevokeSessions => "end the sessions of users",
        Action::AssignLicenses => "assign licenses",
        Action::ReadGroups => "read groups",
        Action::WriteGroups => "write groups",
        Action::WriteGroupMembers => "write members of groups",
        Action::WriteRoleAssignableGroups => "write groups that can hold roles, and their members",
        Action::AssignGroupLicenses => "assign licenses to groups",
        Action::ManagePolicy => "manage the licensing policy",
        Action::ReadHistory => "read the history",
        Action::RevertChanges => "undo changes and approve them",
        Action::ReadApplications => "read applications",
        Action::ManageApplications => "manage applications",
        Action::GrantPermissions => "grant permissions to applications",
        Action::ReadRoles => "read directory roles",
        Action::AssignRoles => "assign directory roles",
        Action::ReadDevices => "read managed devices",
        Action::ReadDirectoryDevices => "read devices of the directory",
        Action::EnrollDevices => "enroll devices",
        Action::ManageDevices => "retire and delete devices",
        Action::ReadDeviceSettings => "read how devices are managed",
        Action::ManageDeviceSettings => "change how devices are managed",
    }
}

fn names(all: &[Property], by_default: bool) -> String {
    let names: Vec<String> = all
        .iter()
        .filter(|property| property.by_default == by_default)
        .map(|property| format!("`{}`", property.name))
        .collect();
    names.join(", ")
}
