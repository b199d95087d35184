//! What the tests of our own endpoints share: requests with headers of ours, and a check against a JSON schema.

use axum::{body::Body, http::Request};
use serde_json::Value;
use uuid::Uuid;
use zetel_domain::access::{Action, Caller};

use crate::world::{Answer, TENANT, World};

/// Sends a request with more headers.
pub fn send(
    world: &World,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/v1.0{path}"))
        .header("host", "localhost:8443")
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        Some(body) => {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    world.send(request.body(body).unwrap())
}

/// Asks the administrator's way for the plan of a request.
pub fn plan(world: &World, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let prefer = [("Prefer", "return=minimal, Zetel.Plan")];
    send(world, method, path, "admin", &prefer, body)
}

/// GET as the administrator.
pub fn get(world: &World, path: &str) -> Answer {
    world.call("GET", path, "admin", None)
}

/// POST as the administrator.
pub fn post(world: &World, path: &str, body: &Value) -> Answer {
    world.call("POST", path, "admin", Some(body))
}

/// PATCH of the licensing policy.
pub fn set_policy(world: &World, body: &Value) {
    let answer = world.call("PATCH", "/zetel/licensingPolicy", "admin", Some(body));
    assert_eq!(answer.status, 204, "{}", answer.shown());
}

/// The generation of the tenant.
pub fn generation(world: &World) -> u64 {
    let caller = Caller::System("test");
    world
        .engine
        .read(TENANT, &caller, Action::ReadOrganization, None)
        .unwrap()
        .generation()
}

/// A JSON answer without what differs from one run to the next.
pub fn shown(answer: &Answer) -> String {
    serde_json::to_string_pretty(&answer.json()).unwrap()
}

/// The text of a GUID.
pub fn text(id: Uuid) -> String {
    id.to_string()
}

/// What is wrong with a value by a schema. The schema may use the keywords that this knows, and no others.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    const ANNOTATIONS: [&str; 5] = ["$schema", "$id", "$defs", "title", "description"];
    let mut wrong = |what: String| found.push(format!("{place}: {what}"));
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "type" if !types(rule).any(|name| is_of_type(value, name)) => {
                wrong(format!("{value} is not of type {rule}"));
            }
            "enum" if !rule.as_array().unwrap().contains(value) => {
                wrong(format!("{value} is none of {rule}"));
            }
            "minimum" if value.as_i64() < rule.as_i64() => {
                wrong(format!("{value} is below {rule}"));
            }
            "maxItems" if value.as_array().map_or(0, Vec::len) as u64 > rule.as_u64().unwrap() => {
                wrong("too many items".to_owned());
            }
            "required" if value.is_object() => {
                for name in rule.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        wrong(format!("{name} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false));
                for name in value
                    .as_object()
                    .into_iter()
                    .flat_map(serde_json::Map::keys)
                {
                    if schema["properties"].get(name).is_none() {
                        wrong(format!("{name} is not in the schema"));
                    }
                }
            }
            "type" | "enum" | "required" | "minimum" | "maxItems" | "properties" | "items"
            | "$ref" => {}
            other => assert!(ANNOTATIONS.contains(&other), "unknown keyword {other}"),
        }
    }
    if let Some(reference) = schema.get("$ref") {
        let path = reference.as_str().unwrap().strip_prefix('#').unwrap();
        check(root, root.pointer(path).unwrap(), value, place, found);
    }
    if let (Some(properties), Some(members)) = (schema.get("properties"), value.as_object()) {
        for (name, member) in members {
            if let Some(schema) = properties.get(name) {
                check(root, schema, member, &format!("{place}.{name}"), found);
            }
        }
    }
    if let (Some(schema), Some(items)) = (schema.get("items"), value.as_array()) {
        for (number, item) in items.iter().enumerate() {
            check(root, schema, item, &format!("{place}[{number}]"), found);
        }
    }
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    let many = rule
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    rule.as_str().into_iter().chain(many)
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}
