//! Questions about memberships: `getMemberGroups`, `checkMemberGroups` and their like.

use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::{Tenant, access::Action};
use zetel_engine::Snapshot;

use super::groups;
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    references::parse_id,
    relations::{Object, Relation},
    reply::Reply,
};

/// Groups that can be asked about at once.
const MAXIMUM_CHECKED: usize = 20;

/// Whose memberships are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The user's that the path names, or the caller's.
    User,
    /// The group's that the path names.
    Group,
    /// The directory object's that the path names.
    Object,
}

impl Whose {
    fn read(self, call: &Call<'_>) -> Result<Snapshot, GraphError> {
        match self {
            Self::User => call.read_user(&call.user_key()?),
            Self::Group => groups::read(call, Action::ReadGroups),
            Self::Object => read_object(call),
        }
    }

    fn find<'a>(self, call: &Call<'_>, tenant: &'a Tenant) -> Result<Object<'a>, GraphError> {
        match self {
            Self::User => {
                let user = tenant.find_user(&call.user_key()?);
                user.map(Object::User)
                    .ok_or_else(|| GraphError::not_found(call.key(0)))
            }
            Self::Group => {
                groups::find(call, tenant).map(|(ordinal, group)| Object::Group(ordinal, group))
            }
            Self::Object => find_object(call, tenant),
        }
    }
}

/// The tenant, if the caller may read the directory object that the path names, of whichever type it may be.
pub(super) fn read_object(call: &Call<'_>) -> Result<Snapshot, GraphError> {
    let id = Uuid::try_parse(call.key(0)).ok();
    let as_user = call.read(Action::ReadUser, id);
    let as_group = call.read(Action::ReadGroups, id);
    let Some(tenant) = as_user.as_ref().or(as_group.as_ref()).ok() else {
        return as_user;
    };
    // Whoever may see one type only is told nothing of the other.
    let is_seen = match id.and_then(|id| Object::find(tenant, id)) {
        Some(Object::User(_)) => as_user.is_ok(),
        Some(Object::Group(..)) => as_group.is_ok(),
        None => true,
    };
    if is_seen {
        as_user.or(as_group)
    } else {
        Err(GraphError::forbidden())
    }
}

/// The directory object that the path names.
pub(super) fn find_object<'a>(
    call: &Call<'_>,
    tenant: &'a Tenant,
) -> Result<Object<'a>, GraphError> {
    Object::find(tenant, parse_id(call.key(0))?).ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// `POST …/getMemberGroups`, `POST …/getMemberObjects`: the ids of all groups, nested ones included. No other objects
/// have members here.
pub(crate) fn get(call: &Call<'_>, whose: Whose) -> Result<Reply, GraphError> {
    let tenant = whose.read(call)?;
    let object = whose.find(call, &tenant)?;
    let members = call.members()?;
    let name = "securityEnabledOnly";
    check_names(&members, name)?;
    let security_only = match member(&members, name) {
        Some(Value::Bool(only)) => *only,
        None | Some(Value::Null) => return Err(missing(name)),
        Some(_) => return Err(not_of_type(name, "Edm.Boolean")),
    };
    let found = object.related(&tenant, Relation::TransitiveMemberOf);
    let groups = found
        .groups
        .iter()
        .filter_map(|one| tenant.groups().get(*one));
    let ids = groups
        .filter(|group| !security_only || group.definition.security_enabled)
        .map(|group| group.id);
    Ok(write_ids(call, ids))
}

/// `POST …/checkMemberGroups`, `POST …/checkMemberObjects`: those of the groups asked about in which the object is.
pub(crate) fn check(
    call: &Call<'_>,
    whose: Whose,
    name: &'static str,
) -> Result<Reply, GraphError> {
    let tenant = whose.read(call)?;
    let object = whose.find(call, &tenant)?;
    let members = call.members()?;
    check_names(&members, name)?;
    let asked = ids(&members, name, MAXIMUM_CHECKED)?;
    let found = object.related(&tenant, Relation::TransitiveMemberOf);
    let is_in = |id: &Uuid| {
        let group = tenant.find_group(*id);
        group.is_some_and(|(ordinal, _)| found.groups.contains(&ordinal))
    };
    Ok(write_ids(call, asked.into_iter().filter(is_in)))
}

fn write_ids(call: &Call<'_>, ids: impl Iterator<Item = Uuid>) -> Reply {
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["Collection(Edm.String)"]);
        json::key(out, "value");
        json::array(out, ids, json::guid);
    });
    Reply::json(out)
}

/// A parameter of an action, by its name in any case.
pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn check_names(members: &Map<String, Value>, only: &str) -> Result<(), GraphError> {
    let is_unknown = |name: &&String| !name.contains('@') && !name.eq_ignore_ascii_case(only);
    match members.keys().find(is_unknown) {
        None => Ok(()),
        Some(name) => Err(GraphError::refused(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation."
        ))),
    }
}

/// Object ids, at most so many, each once.
pub(super) fn ids(
    members: &Map<String, Value>,
    name: &'static str,
    maximum: usize,
) -> Result<Vec<Uuid>, GraphError> {
    let values = match member(members, name) {
        Some(Value::Array(values)) => values,
        None | Some(Value::Null) => return Err(missing(name)),
        Some(_) => return Err(not_of_type(name, "Collection(Edm.String)")),
    };
    if values.len() > maximum {
        return Err(GraphError::refused(format!(
            "Too many values for '{name}': {}. There may be at most {maximum}.",
            values.len()
        )));
    }
    let mut ids = Vec::with_capacity(values.len());
    for value in values {
        let text = value
            .as_str()
            .ok_or_else(|| not_of_type(name, "Collection(Edm.String)"))?;
        let id = parse_id(text)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn missing(name: &str) -> GraphError {
    GraphError::refused(format!(
        "One or more parameters of the operation are missing from the request payload. The missing parameters are: {name}."
    ))
}

fn not_of_type(name: &str, expected: &str) -> GraphError {
    GraphError::refused(format!(
        "Cannot convert the value of '{name}' to the expected type '{expected}'."
    ))
}
