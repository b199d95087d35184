//! The parameters in the body of an operation of our own.

use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::{Timestamp, user::UserKey};

use crate::graph::{body, call::Call, error::GraphError, time};

/// Users and plans that one request may name.
const MAXIMUM_ITEMS: usize = 10_000;

/// Parameters, each taken once; what is left over at the end is refused.
pub(in crate::graph::handlers) struct Fields {
    operation: &'static str,
    members: Map<String, Value>,
}

impl Fields {
    /// The parameters in the body of a request; none if it is empty.
    pub fn of(call: &Call<'_>, operation: &'static str) -> Result<Self, GraphError> {
        let members = body::object(call.body.as_ref().map_err(Clone::clone)?)?;
        Ok(Self { operation, members })
    }

    /// A parameter by its name in any case; nothing if it is absent or null.
    fn take(&mut self, name: &str) -> Option<Value> {
        let found = self
            .members
            .keys()
            .find(|found| found.eq_ignore_ascii_case(name))?
            .clone();
        self.members.remove(&found).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, expected: &str) -> GraphError {
        GraphError::refused(format!(
            "The parameter '{name}' of the operation '{}' must be {expected}.",
            self.operation
        ))
    }

    /// What to say of a parameter that must be there.
    pub fn missing(&self, name: &str) -> GraphError {
        GraphError::refused(format!(
            "One or more parameters of the operation '{}' are missing from the request payload. The missing parameters are: {name}.",
            self.operation
        ))
    }

    fn read<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, GraphError> {
        let value = self.take(name);
        let read = value.map(|value| read(&value).ok_or_else(|| self.wrong(name, expected)));
        read.transpose()
    }

    /// An id.
    pub fn guid(&mut self, name: &str) -> Result<Option<Uuid>, GraphError> {
        self.read(name, "a GUID", guid)
    }

    /// Ids; none if absent.
    pub fn guids(&mut self, name: &str) -> Result<Vec<Uuid>, GraphError> {
        let ids = self.read(name, &list("GUIDs"), |value| {
            items(value)?.iter().map(guid).collect()
        })?;
        Ok(ids.unwrap_or_default())
    }

    /// Users, each by id or user principal name.
    pub fn users(&mut self, name: &str) -> Result<Option<Vec<UserKey>>, GraphError> {
        self.read(name, &list("ids or user principal names"), |value| {
            let keys = items(value)?.iter();
            keys.map(|key| key.as_str().map(UserKey::parse)).collect()
        })
    }

    /// True or false; false if absent.
    pub fn flag(&mut self, name: &str) -> Result<bool, GraphError> {
        let flag = self.read(name, "true or false", Value::as_bool)?;
        Ok(flag.unwrap_or_default())
    }

    /// A number that is not negative.
    pub fn number(&mut self, name: &str) -> Result<Option<u32>, GraphError> {
        self.read(name, "a whole number that is not negative", |value| {
            u32::try_from(value.as_u64()?).ok()
        })
    }

    /// Objects.
    pub fn objects(&mut self, name: &str) -> Result<Option<Vec<Map<String, Value>>>, GraphError> {
        self.read(name, &list("objects"), |value| {
            let all = items(value)?.iter();
            all.map(|item| item.as_object().cloned()).collect()
        })
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, GraphError> {
        self.read(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A point in time.
    pub fn time(&mut self, name: &str) -> Result<Option<Timestamp>, GraphError> {
        self.read(name, "a time such as 2026-11-21T08:43:34Z", |value| {
            time::parse(value.as_str()?)
        })
    }

    /// What was not taken, as a body of its own.
    pub fn rest(self) -> Result<Vec<u8>, GraphError> {
        serde_json::to_vec(&self.members).map_err(|_| body::unreadable())
    }

    /// Refuses what was not taken; annotations mean nothing.
    pub fn finish(self) -> Result<(), GraphError> {
        match self.members.keys().find(|name| !name.contains('@')) {
            Some(name) => Err(GraphError::refused(format!(
                "The parameter '{name}' in the request payload is not a valid parameter for the operation '{}'.",
                self.operation
            ))),
            None => Ok(()),
        }
    }
}

fn list(what: &str) -> String {
    format!("a list of {what}, at most {MAXIMUM_ITEMS}")
}

fn items(value: &Value) -> Option<&Vec<Value>> {
    value
        .as_array()
        .filter(|items| items.len() <= MAXIMUM_ITEMS)
}

fn guid(value: &Value) -> Option<Uuid> {
    let text = value.as_str().filter(|text| text.len() == 36)?;
    Uuid::try_parse(text).ok()
}
