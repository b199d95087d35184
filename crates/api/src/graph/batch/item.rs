//! The requests of a batch, read and checked. What is wrong with one of them makes the whole batch 400, and none of
//! them runs (licensing.md 7.6).

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

use super::{super::error::GraphError, url};

/// More headers than any request has; their number is what a header map does not bound by itself.
const MAXIMUM_HEADERS: usize = 64;

/// Members that `OData` has and that change what a batch does.
const NOT_IMPLEMENTED: [&str; 2] = ["atomicityGroup", "if"];

const PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDING);

/// One request of a batch.
#[derive(Debug)]
pub(super) struct Item {
    /// Its id as the client wrote it, a string or an integer.
    pub id: Value,
    /// The method.
    pub method: Method,
    /// Path and query, from the version on.
    pub target: String,
    /// Its own headers.
    pub headers: HeaderMap,
    /// The body; empty if there is none.
    pub body: Bytes,
    /// The places of the requests that it depends on.
    pub depends_on: Vec<usize>,
}

impl Item {
    /// Its id for people.
    pub fn name(&self) -> String {
        name_of(&self.id).unwrap_or_default()
    }
}

/// 400 for a batch that is none, with the reason.
pub(super) fn malformed(reason: impl std::fmt::Display) -> GraphError {
    GraphError::unreadable(format!("Invalid batch payload format. {reason}"))
}

/// A member by its name in any case; nothing if it is absent or null.
pub(super) fn take(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let found = members
        .keys()
        .find(|found| found.eq_ignore_ascii_case(name));
    let found = found?.clone();
    members.remove(&found).filter(|value| !value.is_null())
}

/// Reads the requests of a batch.
pub(super) fn parse(requests: Vec<Value>) -> Result<Vec<Item>, GraphError> {
    let mut entries = Vec::with_capacity(requests.len());
    let mut keys: Vec<String> = Vec::with_capacity(requests.len());
    for (request, position) in requests.into_iter().zip(1..) {
        let entry = Entry::new(request, position)?;
        let key = key_of(&entry.name);
        if keys.contains(&key) {
            return Err(GraphError::unreadable(format!(
                "Request Id {} has to be unique in a batch.",
                entry.name
            )));
        }
        keys.push(key);
        entries.push(entry);
    }
    entries
        .into_iter()
        .map(|entry| entry.into_item(&keys))
        .collect()
}

/// An id as text; nothing if it can be no id.
fn name_of(id: &Value) -> Option<String> {
    match id {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) if id.is_i64() || id.is_u64() => Some(id.to_string()),
        _ => None,
    }
}

/// What two ids are compared by: neither case nor whether they are text matters.
fn key_of(name: &str) -> String {
    name.to_lowercase()
}

/// A request that has an id.
struct Entry {
    id: Value,
    name: String,
    members: Map<String, Value>,
}

impl Entry {
    fn new(request: Value, position: usize) -> Result<Self, GraphError> {
        let Value::Object(mut members) = request else {
            return Err(malformed(format!(
                "Request number {position} is no object."
            )));
        };
        let id = take(&mut members, "id").unwrap_or_default();
        let name = name_of(&id).ok_or_else(|| {
            malformed(format!(
                "Request number {position} needs an 'id', a string or an integer."
            ))
        })?;
        Ok(Self { id, name, members })
    }

    fn into_item(mut self, keys: &[String]) -> Result<Item, GraphError> {
        for name in NOT_IMPLEMENTED {
            if take(&mut self.members, name).is_some() {
                return Err(GraphError::not_implemented(format!(
                    "The property '{name}' of requests in a batch is not implemented. Request '{}' has it.",
                    self.name
                )));
            }
        }
        let method = self.text("method")?.to_ascii_uppercase();
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| self.wrong("method", "an HTTP method"))?;
        let target = url::target(&self.text("url")?);
        let headers = self.headers()?;
        let body = self.body();
        let is_write = method != Method::GET && method != Method::DELETE;
        if is_write && !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
            return Err(GraphError::unreadable(format!(
                "Write request with id '{}' does not contain a Content-Type header.",
                self.name
            )));
        }
        Ok(Item {
            depends_on: self.depends_on(keys)?,
            id: self.id,
            method,
            target,
            headers,
            body,
        })
    }

    fn wrong(&self, name: &str, expected: &str) -> GraphError {
        malformed(format!(
            "The '{name}' of request '{}' must be {expected}.",
            self.name
        ))
    }

    fn text(&mut self, name: &str) -> Result<String, GraphError> {
        match take(&mut self.members, name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.wrong(name, "text")),
            None => Err(malformed(format!(
                "Request '{}' needs a '{name}'.",
                self.name
            ))),
        }
    }

    fn headers(&mut self) -> Result<HeaderMap, GraphError> {
        const EXPECTED: &str = "an object with the names of headers and their values as text";
        let members = match take(&mut self.members, "headers") {
            None => return Ok(HeaderMap::new()),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(self.wrong("headers", EXPECTED)),
        };
        if members.len() > MAXIMUM_HEADERS {
            return Err(malformed(format!(
                "Request '{}' has {} headers. It may have at most {MAXIMUM_HEADERS}.",
                self.name,
                members.len()
            )));
        }
        let mut headers = HeaderMap::with_capacity(members.len());
        for (name, value) in &members {
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            let value = value
                .as_str()
                .and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
            let (Some(name), Some(value)) = (name, value) else {
                return Err(self.wrong("headers", EXPECTED));
            };
            headers.append(name, value);
        }
        Ok(headers)
    }

    /// The body as it would have come alone. Text is base64 of it; no operation takes text as JSON.
    fn body(&mut self) -> Bytes {
        match take(&mut self.members, "body") {
            None => Bytes::new(),
            Some(Value::String(text)) => {
                let decoded = BASE64.decode(&text).or_else(|_| BASE64_URL.decode(&text));
                decoded.unwrap_or_else(|_| text.into_bytes()).into()
            }
            Some(json) => json.to_string().into(),
        }
    }

    fn depends_on(&mut self, keys: &[String]) -> Result<Vec<usize>, GraphError> {
        let ids = match take(&mut self.members, "dependsOn") {
            None => return Ok(Vec::new()),
            Some(Value::Array(ids)) => ids,
            Some(_) => return Err(self.wrong("dependsOn", "a list of ids")),
        };
        let mut places = Vec::new();
        for id in &ids {
            let name = name_of(id).ok_or_else(|| self.wrong("dependsOn", "a list of ids"))?;
            let key = key_of(&name);
            let place = keys.iter().position(|known| *known == key);
            let place = place.ok_or_else(|| {
                malformed(format!(
                    "Request '{}' depends on request '{name}', which is not in the batch.",
                    self.name
                ))
            })?;
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bodies() {
        for (body, expected) in [
            (json!(null), ""),
            (json!({"a": [1, "é"]}), r#"{"a":[1,"é"]}"#),
            (json!([1]), "[1]"),
            (json!(7), "7"),
            (json!("eyJhIjoxfQ=="), r#"{"a":1}"#),
            (json!("eyJhIjoxfQ"), r#"{"a":1}"#),
            (json!("eyJhIjoiP_8ifQ"), "{\"a\":\"?\u{fffd}\"}"),
            (json!("no base64"), "no base64"),
        ] {
            let mut entry = Entry::new(json!({"id": "1", "body": body}), 1).unwrap();
            assert_eq!(String::from_utf8_lossy(&entry.body()), expected);
        }
    }

    #[test]
    fn names_are_compared_without_case_and_type() {
        let requests = |first: Value, second: Value| {
            let request = |id| json!({"id": id, "method": "get", "URL": "/me"});
            parse(vec![request(first), request(second)])
        };
        for (first, second) in [
            (json!("a"), json!("A")),
            (json!("É"), json!("é")),
            (json!(7), json!("7")),
        ] {
            let error = requests(first, second.clone()).unwrap_err();
            let name = name_of(&second).unwrap();
            assert_eq!(
                error.message,
                format!("Request Id {name} has to be unique in a batch.")
            );
        }
        let items = requests(json!(7), json!("07")).unwrap();
        assert_eq!((&items[0].id, &items[1].id), (&json!(7), &json!("07")));
        assert_eq!(items[0].method, Method::GET);
    }
}
