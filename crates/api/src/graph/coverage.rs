//! docs/reference/graph-coverage.md, from the route table.

use std::fmt::Write as _;

use zetel_domain::access::{
    Action, Permission, Role, anybody_may, owner_may, permission_allows, role_allows,
};

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
## Filters

`$filter` takes `eq`, `ne`, `in`, `startswith`, `endswith`, and these joined with `and`, `or`, `not` and parentheses. `ne`, `not`, `endswith` and `/$count` need `$count=true` and the header `ConsistencyLevel: eventual`, as in Graph. What is not in this table is answered with 400 and its name or its position.

| on | can be asked |
| --- | --- |
| users | `id`, `accountEnabled`, `userType`, `usageLocation`, all texts; `any` on lists of texts; `assignedLicenses/any(x:x/skuId eq {guid})`, `assignedLicenses/$count eq 0` and `ne 0`, `assignedPlans/any(p:p/servicePlanId eq {guid} and p/capabilityStatus eq 'Enabled')` |
| groups | `id`, `displayName`, `description`, `mail`, `mailNickname`, `visibility`, `membershipRule`, `membershipRuleProcessingState`, `securityEnabled`, `mailEnabled`, `isAssignableToRole`, `groupTypes/any(c:c eq 'Unified')`, `assignedLicenses/any(x:x/skuId eq {guid})`, `assignedLicenses/$count eq 0` and `ne 0`, `hasMembersWithLicenseErrors` |
| managed devices | `id`, `userId`, `userPrincipalName`, `deviceName`, `serialNumber`, `operatingSystem`, `complianceState`, `managedDeviceOwnerType`, `managementState`, `deviceEnrollmentType`, `azureADDeviceId`; `enrolledDateTime` and `lastSyncDateTime` with `gt`, `ge`, `lt` and `le`; no operator needs a header |
| applications | `id`, `appId`, `displayName`, `signInAudience`; `any` on `identifierUris` and `tags` |
| service principals | `id`, `appId`, `displayName`, `appDisplayName`, `servicePrincipalType`; `any` on `servicePrincipalNames` and `tags` |
| directory roles, role definitions | `id`, `displayName`, `roleTemplateId` or `templateId` |
| role assignments | `id`, `principalId`, `roleDefinitionId`, `directoryScopeId` |
| members, owners and memberships | both: a user is asked what users are asked, a group what groups are asked |
";

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
