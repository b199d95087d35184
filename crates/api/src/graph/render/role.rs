//! Directory roles and who has them: `/directoryRoles`, `/roleManagement/directory`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;
use zetel_domain::{Tenant, access::Role};
use zetel_query::tables;

use crate::graph::{
    filter::{Filtered, FilteredByText},
    json,
    schema::{Column, Entity, Property, Type},
};

const fn one(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn flag(name: &'static str) -> Property {
    Property::new(name, Type::Flag)
}

/// The entity of `/directoryRoles`. All roles are activated; each has the id of its template.
pub(crate) struct DirectoryRole;

impl Entity for DirectoryRole {
    type Row<'a> = Role;
    const NAME: &'static str = "directoryRole";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(one("id").required(), |role, out| {
            json::guid(out, role.template_id());
        }),
        Column::new(Property::new("deletedDateTime", Type::Time), |_, out| {
            json::null(out);
        }),
        Column::new(one("description"), |role, out| {
            json::string(out, role.display_name());
        }),
        Column::new(one("displayName"), |role, out| {
            json::string(out, role.display_name());
        }),
        Column::new(one("roleTemplateId"), |role, out| {
            json::guid(out, role.template_id());
        }),
    ];
}

impl Filtered for DirectoryRole {
    const ASKED: &'static zetel_query::Entity = &tables::DIRECTORY_ROLE;
}

impl FilteredByText for DirectoryRole {
    fn texts(role: &Role, name: &str) -> Vec<String> {
        role_texts(*role, name)
    }
}

fn role_texts(role: Role, name: &str) -> Vec<String> {
    vec![match name {
        "displayName" => role.display_name().to_owned(),
        _ => role.template_id().to_string(),
    }]
}

/// The entity of `/roleManagement/directory/roleDefinitions`: the built-in roles, each with the id of its template.
pub(crate) struct RoleDefinition;

impl Entity for RoleDefinition {
    type Row<'a> = Role;
    const NAME: &'static str = "unifiedRoleDefinition";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(one("id").required(), |role, out| {
            json::guid(out, role.template_id());
        }),
        Column::new(one("description"), |role, out| {
            json::string(out, role.display_name());
        }),
        Column::new(one("displayName"), |role, out| {
            json::string(out, role.display_name());
        }),
        Column::new(flag("isBuiltIn"), |_, out| json::flag(out, true)),
        Column::new(flag("isEnabled"), |_, out| json::flag(out, true)),
        Column::new(one("resourceScopes").many(), |_, out| {
            out.extend_from_slice(br#"["/"]"#);
        }),
        Column::new(one("templateId"), |role, out| {
            json::guid(out, role.template_id());
        }),
        Column::new(one("version"), |_, out| json::string(out, "1")),
    ];
    const NOT_IMPLEMENTED: &'static [&'static str] = &["rolePermissions"];
}

impl Filtered for RoleDefinition {
    const ASKED: &'static zetel_query::Entity = &tables::ROLE_DEFINITION;
}

impl FilteredByText for RoleDefinition {
    fn texts(role: &Role, name: &str) -> Vec<String> {
        role_texts(*role, name)
    }
}

/// A role that somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoleAssignmentRow {
    /// User or service principal.
    pub principal: Uuid,
    /// What.
    pub role: Role,
}

impl RoleAssignmentRow {
    /// All of a tenant.
    pub fn all(tenant: &Tenant) -> impl Iterator<Item = Self> {
        tenant
            .role_assignments()
            .iter()
            .flat_map(|(principal, roles)| {
                roles.iter().map(|role| Self {
                    principal: *principal,
                    role: *role,
                })
            })
    }

    /// The id as Entra makes it: template and principal, each in little-endian order, and a one.
    pub fn id(&self) -> String {
        let role = self.role.template_id().to_bytes_le();
        let both = [role, self.principal.to_bytes_le()].concat();
        format!("{}-1", URL_SAFE_NO_PAD.encode(both))
    }

    /// The assignment with an id, whether or not somebody has it.
    pub fn parse(id: &str) -> Option<Self> {
        let both = URL_SAFE_NO_PAD.decode(id.strip_suffix("-1")?).ok()?;
        let (template, principal) = both.split_first_chunk()?;
        let template = Uuid::from_bytes_le(*template);
        let principal = Uuid::from_bytes_le(principal.try_into().ok()?);
        let role = role_with(template)?;
        Some(Self { principal, role })
    }
}

/// The role with a template id.
pub(crate) fn role_with(template: Uuid) -> Option<Role> {
    let mut roles = Role::ALL.iter().copied();
    roles.find(|role| role.template_id() == template)
}

/// The entity of `/roleManagement/directory/roleAssignments`.
pub(crate) struct RoleAssignment;

impl Entity for RoleAssignment {
    type Row<'a> = RoleAssignmentRow;
    const NAME: &'static str = "unifiedRoleAssignment";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(one("id").required(), |row, out| {
            json::string(out, &row.id());
        }),
        Column::new(one("directoryScopeId"), |_, out| json::string(out, "/")),
        Column::new(one("principalId"), |row, out| {
            json::guid(out, row.principal);
        }),
        Column::new(one("roleDefinitionId"), |row, out| {
            json::guid(out, row.role.template_id());
        }),
    ];
    const NOT_IMPLEMENTED: &'static [&'static str] = &["appScopeId", "condition"];
}

impl Filtered for RoleAssignment {
    const ASKED: &'static zetel_query::Entity = &tables::ROLE_ASSIGNMENT;
}

impl FilteredByText for RoleAssignment {
    fn texts(row: &RoleAssignmentRow, name: &str) -> Vec<String> {
        vec![match name {
            "principalId" => row.principal.to_string(),
            "roleDefinitionId" => row.role.template_id().to_string(),
            "directoryScopeId" => "/".to_owned(),
            _ => row.id(),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_entra() {
        let row = RoleAssignmentRow {
            principal: Uuid::from_u128(0xacb49010_469b_47ff_afc6_3c95db3d5218),
            role: Role::GlobalAdministrator,
        };
        assert!(row.id().starts_with("lAPpYvVpN0KRkAEhdxReE"));
        assert_eq!(RoleAssignmentRow::parse(&row.id()), Some(row));
        for id in ["", "-1", "x-1", &row.id()[..44], "AAAA-1"] {
            assert_eq!(RoleAssignmentRow::parse(id), None, "{id}");
        }
    }
}
