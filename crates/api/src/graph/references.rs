//! References to directory objects: `@odata.id`, `members@odata.bind`, `owners@odata.bind`.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::{Tenant, user::UserKey};

use super::{
    body,
    error::GraphError,
    path::{self, Segment},
    relations::Object,
};

/// References that may be made at once (licensing.md 2.5, 7.8); members and owners are counted together.
const MAXIMUM_REFERENCES: usize = 20;

/// What a reference is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    User,
    Group,
}

/// A reference by the last two segments of its URL. The host is the one that the client knows us by, and not checked
/// (graph-clients.md 1, Graph 5).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reference {
    kind: Kind,
    key: String,
}

impl Reference {
    fn parse(name: &str, url: &str) -> Result<Self, GraphError> {
        let unreadable = || {
            GraphError::unreadable(format!(
                "The value '{url}' of '{name}' is not a reference to a directory object. Write 'https://graph.microsoft.com/v1.0/directoryObjects/{{id}}'."
            ))
        };
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .ok_or_else(unreadable)?;
        let (_, path) = rest.split_once('/').ok_or_else(unreadable)?;
        let segments = path::split(path).map_err(|_| unreadable())?;
        let [.., Segment::Plain(set), key] = segments.as_slice() else {
            return Err(unreadable());
        };
        let kind = match set.to_ascii_lowercase().as_str() {
            "directoryobjects" | "serviceprincipals" => Kind::Any,
            "users" => Kind::User,
            "groups" => Kind::Group,
            _ => return Err(unreadable()),
        };
        let key = match key {
            Segment::Plain(text) => text.as_ref(),
            Segment::Key { name, value } if name.is_empty() => value,
            Segment::Key { .. } => return Err(unreadable()),
        };
        Ok(Self {
            kind,
            key: key.to_owned(),
        })
    }

    /// The id of the live object; users may be named by their principal names too.
    fn resolve(&self, tenant: &Tenant) -> Result<Uuid, GraphError> {
        let not_found = || GraphError::not_found(&self.key);
        if self.kind == Kind::User {
            let user = tenant.find_user(&UserKey::parse(&self.key));
            return user.map(|user| user.id).ok_or_else(not_found);
        }
        let id = parse_id(&self.key)?;
        let object = Object::find(tenant, id).ok_or_else(not_found)?;
        match (self.kind, object) {
            (Kind::Group, Object::User(_)) => Err(not_found()),
            _ => Ok(id),
        }
    }
}

/// An object id.
pub(crate) fn parse_id(text: &str) -> Result<Uuid, GraphError> {
    Uuid::try_parse(text)
        .map_err(|_| GraphError::refused(format!("Invalid object identifier '{text}'.")))
}

/// The user or group that the body of `POST …/$ref` names.
pub(crate) fn single(tenant: &Tenant, body: &[u8]) -> Result<Uuid, GraphError> {
    reference_in(body)?.resolve(tenant)
}

/// The id of the object that the body of `POST …/$ref` names, whatever it is.
pub(crate) fn object_id(body: &[u8]) -> Result<Uuid, GraphError> {
    parse_id(&reference_in(body)?.key)
}

fn reference_in(body: &[u8]) -> Result<Reference, GraphError> {
    let members = body::object(body)?;
    let mut url = None;
    for (name, value) in &members {
        if name.eq_ignore_ascii_case("@odata.id") {
            url = value.as_str();
        } else if !name.contains('@') {
            return Err(GraphError::unreadable(format!(
                "The property '{name}' cannot be in a reference. Send nothing but '@odata.id'."
            )));
        }
    }
    let url = url.ok_or_else(|| {
        GraphError::unreadable(
            "The property '@odata.id' with the URL of a directory object is missing.",
        )
    })?;
    Reference::parse("@odata.id", url)
}

/// Members and owners that the body of a group names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Ids in `members@odata.bind`.
    pub members: Vec<Uuid>,
    /// Ids in `owners@odata.bind`.
    pub owners: Vec<Uuid>,
}

const MEMBERS: &str = "members@odata.bind";
const OWNERS: &str = "owners@odata.bind";

/// Takes the references out of a group's body.
pub(crate) fn take_bound(
    tenant: &Tenant,
    members: &mut Map<String, Value>,
) -> Result<Bound, GraphError> {
    let to_members = take(members, MEMBERS)?;
    let to_owners = take(members, OWNERS)?;
    if to_members.len() + to_owners.len() > MAXIMUM_REFERENCES {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "Request_BadRequest",
            format!("A resource cannot contain more than {MAXIMUM_REFERENCES} link changes"),
        ));
    }
    let resolve = |references: Vec<Reference>| -> Result<Vec<Uuid>, GraphError> {
        references.iter().map(|one| one.resolve(tenant)).collect()
    };
    Ok(Bound {
        members: resolve(to_members)?,
        owners: resolve(to_owners)?,
    })
}

fn take(members: &mut Map<String, Value>, name: &str) -> Result<Vec<Reference>, GraphError> {
    let found = members
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .cloned();
    let Some(value) = found.and_then(|key| members.remove(&key)) else {
        return Ok(Vec::new());
    };
    let wrong = || {
        GraphError::unreadable(format!(
            "The value of '{name}' must be a list of URLs of directory objects."
        ))
    };
    value
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|url| Reference::parse(name, url.as_str().ok_or_else(wrong)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_real_clients() {
        let any = |key: &str| {
            Ok(Reference {
                kind: Kind::Any,
                key: key.to_owned(),
            })
        };
        let user = |key: &str| {
            Ok(Reference {
                kind: Kind::User,
                key: key.to_owned(),
            })
        };
        for (url, expected) in [
            (
                "https://graph.microsoft.com/v1.0/directoryObjects/7",
                any("7"),
            ),
            ("https://localhost:8443/v1.0//directoryobjects/7/", any("7")),
            ("http://evil.example/x/directoryObjects('7')", any("7")),
            (
                "https://graph.microsoft.com/v1.0/users/a%40b.c",
                user("a@b.c"),
            ),
            (
                "https://graph.microsoft.com/beta/users('a@b.c')",
                user("a@b.c"),
            ),
        ] {
            assert_eq!(Reference::parse("x", url), expected, "{url}");
        }
        for url in [
            "",
            "7",
            "/directoryObjects/7",
            "https://",
            "https://directoryObjects/7",
            "https://graph.microsoft.com/v1.0/devices/7",
            "https://graph.microsoft.com/v1.0/directoryObjects",
            "https://graph.microsoft.com/v1.0/directoryObjects/7/members",
            "https://graph.microsoft.com/v1.0/users(userPrincipalName='a')",
            "https://graph.microsoft.com/%ff/users/7",
            "javascript://x/directoryObjects/7",
        ] {
            assert_eq!(
                Reference::parse("x", url).unwrap_err().code,
                "BadRequest",
                "{url}"
            );
        }
    }
}
