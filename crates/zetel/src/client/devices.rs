//! Devices and limit policies, found by the names that people use for them.

use serde_json::Value;

use super::failure::Failure;
use super::graph::{Graph, encoded};
use super::groups::Named;
use super::products::guid;
use crate::exit::Exit;

/// Where devices are.
pub const DEVICES: [&str; 2] = ["deviceManagement", "managedDevices"];
/// Where the policies that limit devices per user are.
pub const LIMITS: [&str; 2] = ["deviceManagement", "deviceEnrollmentConfigurations"];

impl Graph {
    /// The device with this id, serial number or name.
    pub fn find_device(&self, text: &str) -> Result<Value, Failure> {
        let [first, second] = DEVICES;
        if let Some(id) = guid(text) {
            return self.get(&[first, second, &id], "");
        }
        let quoted = text.replace('\'', "''");
        for property in ["serialNumber", "deviceName"] {
            let filter = encoded(&format!("{property} eq '{quoted}'"));
            let found = self.all(&DEVICES, &format!("$filter={filter}"))?;
            if let Some(device) = only(found, "devices", text)? {
                return Ok(device);
            }
        }
        Err(Failure::not_found(format!("there is no device `{text}`")))
    }

    /// The policy that limits devices per user with this id or display name.
    pub fn find_limit(&self, text: &str) -> Result<Named, Failure> {
        let policies = self.all(&LIMITS, "")?;
        let is_meant = |policy: &Value| {
            let is = |name: &str| {
                let value = policy[name].as_str();
                value.is_some_and(|value| value.eq_ignore_ascii_case(text))
            };
            is("id") || is("displayName")
        };
        let found = policies.into_iter().filter(is_meant).collect();
        let policy = only(found, "limit policies", text)?
            .ok_or_else(|| Failure::not_found(format!("there is no limit policy `{text}`")))?;
        Ok(Named {
            id: policy["id"].as_str().unwrap_or_default().to_owned(),
            name: text.to_owned(),
        })
    }
}

/// The only one of what was found, if there is any.
fn only(mut found: Vec<Value>, what: &str, text: &str) -> Result<Option<Value>, Failure> {
    if found.len() <= 1 {
        return Ok(found.pop());
    }
    let ids: Vec<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
    Err(Failure {
        exit: Exit::Usage,
        code: "Ambiguous".to_owned(),
        ..Failure::bad_answer(format!(
            "there are several {what} `{text}`: {}. Name the one you mean by its id",
            ids.join(", ")
        ))
    })
}
