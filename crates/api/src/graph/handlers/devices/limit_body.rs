//! The bodies that create, change and assign policies that limit devices per user.

use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::device::LimitPolicyChange;

use super::limits::TYPE;
use crate::graph::{
    error::GraphError,
    handlers::zetel::fields::Fields,
    refusals::{LIMIT_CONFIGURATION as RESOURCE, invalid_of, read_only, required_of},
    render::device_management::LimitConfiguration,
    schema::properties_of,
};

/// What a body says of a policy.
#[derive(Default)]
struct Said {
    display_name: Option<String>,
    #[expect(clippy::option_option, reason = "it can be left alone, emptied or set")]
    description: Option<Option<String>>,
    limit: Option<u16>,
}

/// A policy to be created.
pub(super) fn create(members: &Map<String, Value>) -> Result<LimitPolicyChange, GraphError> {
    let required = |name| GraphError::refused(required_of(name, RESOURCE));
    if !check_type(members)? {
        return Err(required("@odata.type"));
    }
    let said = read(members)?;
    Ok(LimitPolicyChange::Create {
        id: None,
        display_name: said.display_name.ok_or_else(|| required("displayName"))?,
        description: said.description.flatten(),
        limit: said.limit.ok_or_else(|| required("limit"))?,
    })
}

/// What shall change about a policy.
pub(super) fn update(
    id: Uuid,
    members: &Map<String, Value>,
) -> Result<LimitPolicyChange, GraphError> {
    check_type(members)?;
    let said = read(members)?;
    Ok(LimitPolicyChange::Update {
        id,
        display_name: said.display_name,
        description: said.description,
        limit: said.limit,
    })
}

/// Whether the body says that it is a limit; an error if it says that it is something else.
fn check_type(members: &Map<String, Value>) -> Result<bool, GraphError> {
    match members.get("@odata.type") {
        None => Ok(false),
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case(TYPE) => Ok(true),
        Some(Value::String(kind)) if kind.starts_with("#microsoft.graph.") => {
            Err(GraphError::not_implemented(format!(
                "Enrollment configurations of the type '{kind}' are not implemented. There is '{TYPE}'."
            )))
        }
        Some(_) => Err(GraphError::refused(invalid_of("@odata.type", RESOURCE))),
    }
}

fn read(members: &Map<String, Value>) -> Result<Said, GraphError> {
    let mut said = Said::default();
    for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let wrong = |name: &str| GraphError::refused(invalid_of(name, RESOURCE));
        match name.to_ascii_lowercase().as_str() {
            "displayname" => {
                let text = value.as_str().ok_or_else(|| wrong("displayName"))?;
                said.display_name = Some(text.to_owned());
            }
            "description" => {
                said.description = Some(match value {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    _ => return Err(wrong("description")),
                });
            }
            "limit" => {
                let limit = value.as_u64().and_then(|limit| u16::try_from(limit).ok());
                said.limit = Some(limit.ok_or_else(|| wrong("limit"))?);
            }
            _ => return Err(unknown(name)),
        }
    }
    Ok(said)
}

fn unknown(name: &str) -> GraphError {
    let known = properties_of::<LimitConfiguration>();
    let known = known
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(name));
    GraphError::refused(match known {
        Some(known) if known.name == "priority" => {
            "Property 'priority' cannot be set here. Use the action 'setPriority'.".to_owned()
        }
        Some(known) => read_only(known.name),
        None if name.eq_ignore_ascii_case("assignments") => {
            "Property 'assignments' cannot be set here. Use the action 'assign'.".to_owned()
        }
        None => format!(
            "The property '{name}' does not exist on type 'microsoft.graph.deviceEnrollmentLimitConfiguration'. Make sure to only use property names that are defined by the type."
        ),
    })
}

/// For whom a policy shall be.
#[derive(Debug, Default)]
pub(super) struct Assignments {
    /// For everybody who is licensed.
    pub everyone: bool,
    /// For the members of these groups.
    pub groups: Vec<Uuid>,
    /// Not for the members of these groups.
    pub excluded: Vec<Uuid>,
}

const PARAMETER: &str = "enrollmentConfigurationAssignments";

/// Reads the parameter of the action `assign`.
pub(super) fn assignments(fields: &mut Fields) -> Result<Assignments, GraphError> {
    let items = fields
        .objects(PARAMETER)?
        .ok_or_else(|| fields.missing(PARAMETER))?;
    let mut assignments = Assignments::default();
    for item in items {
        let Some(Value::Object(target)) = item.get("target") else {
            return Err(GraphError::refused(format!(
                "Every item of '{PARAMETER}' needs a 'target', such as {{\"@odata.type\": \"#microsoft.graph.groupAssignmentTarget\", \"groupId\": \"…\"}}."
            )));
        };
        add(&mut assignments, target)?;
    }
    Ok(assignments)
}

fn add(assignments: &mut Assignments, target: &Map<String, Value>) -> Result<(), GraphError> {
    let kind = target
        .get("@odata.type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let group = || {
        let id = target.get("groupId").and_then(Value::as_str);
        id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(|| {
            GraphError::refused(format!("A target of the type '{kind}' needs a 'groupId', which is the object id of a group."))
        })
    };
    match kind.strip_prefix("#microsoft.graph.").unwrap_or_default() {
        "allLicensedUsersAssignmentTarget" => assignments.everyone = true,
        "groupAssignmentTarget" => assignments.groups.push(group()?),
        "exclusionGroupAssignmentTarget" => assignments.excluded.push(group()?),
        "allDevicesAssignmentTarget" => {
            return Err(GraphError::refused(
                "A limit of devices per user cannot be assigned to devices. Assign it to groups of users, or to all licensed users.",
            ));
        }
        _ => {
            return Err(GraphError::refused(format!(
                "The type '{kind}' is not one of a target. There are '#microsoft.graph.groupAssignmentTarget', '#microsoft.graph.exclusionGroupAssignmentTarget' and '#microsoft.graph.allLicensedUsersAssignmentTarget'."
            )));
        }
    }
    Ok(())
}
