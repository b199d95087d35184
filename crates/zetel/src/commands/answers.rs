//! What the server says it could not do for some of many users.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::output::{self, Record};
use crate::plan::name_of;

/// Something that was left undone, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Undone {
    /// The user or group.
    pub name: String,
    /// Graph's error code, where a rule refuses a user's licenses.
    #[serde(skip)]
    pub error_code: String,
    /// Why.
    pub reason: String,
}

impl Record for Undone {
    const COLUMNS: &'static [&'static str] = &["name", "reason"];

    fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.reason.clone()]
    }
}

/// Reads what an answer or a plan says was left undone.
pub fn undone(answer: &Value) -> Vec<Undone> {
    entries(answer).map(read).collect()
}

fn entries(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["notDone"].as_array().into_iter().flatten()
}

fn read(entry: &Value) -> Undone {
    let name = [&entry["user"], &entry["group"]]
        .into_iter()
        .map(name_of)
        .find(|name| !name.is_empty());
    let reason = output::cell(&entry["reason"]);
    Undone {
        name: name.unwrap_or_default(),
        error_code: code_of(&reason).to_owned(),
        reason,
    }
}

/// The code that Graph has for a refusal of one user, by its text (licensing.md 2.2 E14).
fn code_of(reason: &str) -> &'static str {
    if reason.contains("does not exist or one of its queried") {
        "Request_ResourceNotFound"
    } else {
        "Request_BadRequest"
    }
}

/// What was left undone, by every name of the users.
pub fn by_user(answer: &Value) -> HashMap<String, Undone> {
    let mut all = HashMap::new();
    for entry in entries(answer) {
        let user = &entry["user"];
        let names = [&user["id"], &user["userPrincipalName"]];
        for name in names.into_iter().filter_map(Value::as_str) {
            all.insert(name.to_lowercase(), read(entry));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{by_user, undone};

    #[test]
    fn a_user_is_found_by_every_name() {
        let missing = "Resource 'eve' does not exist or one of its queried reference-property objects are not present.";
        let answer = json!({ "change": 7, "notDone": [
            { "user": { "id": "A1", "userPrincipalName": "Ann@contoso.com" }, "reason": "no seat" },
            { "user": { "id": null, "userPrincipalName": "eve" }, "reason": missing },
            { "group": { "id": "c3", "displayName": "Sales" }, "reason": "gone" },
        ] });
        let names: Vec<String> = undone(&answer).into_iter().map(|left| left.name).collect();
        assert_eq!(names, ["Ann@contoso.com", "eve", "Sales"]);
        let found = by_user(&answer);
        assert_eq!(found["a1"].reason, "no seat");
        assert_eq!(found["ann@contoso.com"].error_code, "Request_BadRequest");
        assert_eq!(found["eve"].error_code, "Request_ResourceNotFound");
        assert_eq!(found.len(), 3);
    }
}
