//! Roles of the directory.

use crate::{Entity, Kind, Level::Always, Level::Never, Property};

/// What can be asked of directory roles (<https://learn.microsoft.com/graph/api/resources/directoryrole>).
pub static DIRECTORY_ROLE: Entity = Entity {
    name: "directoryRole",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::new("displayName", Kind::Text, Always),
        Property::new("roleTemplateId", Kind::Id, Always),
    ],
    unasked: &[],
};

/// What can be asked of role definitions (<https://learn.microsoft.com/graph/api/resources/unifiedroledefinition>).
pub static ROLE_DEFINITION: Entity = Entity {
    name: "unifiedRoleDefinition",
    properties: &[
        Property::new("id", Kind::Id, Always),
        Property::text("displayName", Always).order(Never),
        Property::new("templateId", Kind::Id, Always),
    ],
    unasked: &[],
};

/// What can be asked of role assignments (<https://learn.microsoft.com/graph/api/resources/unifiedroleassignment>).
pub static ROLE_ASSIGNMENT: Entity = Entity {
    name: "unifiedRoleAssignment",
    properties: &[
        Property::new("id", Kind::Text, Always),
        Property::new("principalId", Kind::Id, Always),
        Property::new("roleDefinitionId", Kind::Id, Always),
        Property::new("directoryScopeId", Kind::Text, Always),
    ],
    unasked: &[],
};
