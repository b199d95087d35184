//! Groups and members, found by the names that people use for them.

use serde_json::Value;

use super::failure::Failure;
use super::graph::{Graph, encoded};
use super::products::guid;
use crate::exit::Exit;

/// A directory object that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Object id, lower case.
    pub id: String,
    /// Its display name, or what it was called by.
    pub name: String,
}

impl Graph {
    /// The group with this object id, display name or mail nickname.
    pub fn find_group(&self, text: &str) -> Result<Named, Failure> {
        let query = "$select=id,displayName";
        if let Some(id) = guid(text) {
            return self.get(&["groups", &id], query).map(|group| named(&group));
        }
        let quoted = text.replace('\'', "''");
        for property in ["displayName", "mailNickname"] {
            let filter = encoded(&format!("{property} eq '{quoted}'"));
            let found = self.all(&["groups"], &format!("{query}&$filter={filter}"))?;
            match found.as_slice() {
                [] => {}
                [group] => return Ok(named(group)),
                several => {
                    let ids: Vec<String> = several.iter().map(|group| named(group).id).collect();
                    return Err(Failure {
                        exit: Exit::Usage,
                        code: "Ambiguous".to_owned(),
                        ..Failure::bad_answer(format!(
                            "there are several groups `{text}`: {}. Name the one you mean by its id",
                            ids.join(", ")
                        ))
                    });
                }
            }
        }
        Err(Failure::not_found(format!("there is no group `{text}`")))
    }

    /// The id of a user named by object id or user principal name.
    pub fn find_user(&self, text: &str) -> Result<Named, Failure> {
        let user: Value = self.get(&["users", text], "$select=id,displayName")?;
        Ok(Named {
            name: text.to_owned(),
            ..named(&user)
        })
    }

    /// The user or else the group with this name: what can be in a group.
    pub fn find_member(&self, text: &str) -> Result<Named, Failure> {
        match self.find_user(text) {
            Err(failure) if failure.exit == Exit::NotFound => match self.find_group(text) {
                Err(other) if other.exit == Exit::NotFound => Err(Failure::not_found(format!(
                    "there is neither a user nor a group `{text}`"
                ))),
                found => found,
            },
            found => found,
        }
    }
}

fn named(object: &Value) -> Named {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    Named {
        id: text("id").to_ascii_lowercase(),
        name: text("displayName").to_owned(),
    }
}
