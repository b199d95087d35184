//! The enrollment gate as MDM servers see it.

mod authorize;
mod bad_input;
mod check_in;
mod checks;
mod decisions;
mod events;
mod reasons;
mod registration;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    access::{Action, Caller, Permission},
    device::DeviceSettings,
};

use crate::world::{Answer, BEN, EMS, MDM_CLIENT, TENANT, World};

pub const LAPTOP: Uuid = Uuid::from_u128(0xd1);

/// The world with an MDM server, and Ben licensed.
pub fn gate() -> World {
    let world = World::new();
    world.command(Command::AddApplication {
        client_id: Some(MDM_CLIENT),
        display_name: "MDM server".to_owned(),
        permissions: vec![Permission::DeviceManagementManagedDevicesReadWriteAll],
        public_client: false,
        redirect_uris: Vec::new(),
        dormant: false,
        properties: std::collections::BTreeMap::new(),
        owners: Vec::new(),
    });
    assert_eq!(world.assign(BEN, &[EMS], &[]).status, 200);
    world
}

/// Sends a request to the gate with more headers. The path starts after `/enrollment/v1`.
pub fn send_with(
    world: &World,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/enrollment/v1{path}"))
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

/// Sends a request as the MDM server.
pub fn send(world: &World, method: &str, path: &str, body: Option<&Value>) -> Answer {
    send_with(world, method, path, "mdm", &[], body)
}

pub fn check(world: &World, body: &Value) -> Answer {
    send(world, "POST", "/checks", Some(body))
}

pub fn put(world: &World, device: Uuid, body: &Value) -> Answer {
    send(world, "PUT", &format!("/devices/{device}"), Some(body))
}

/// The codes of a refusal.
pub fn codes(answer: &Value) -> Vec<String> {
    let reasons = answer["reasons"].as_array().unwrap();
    let code = |reason: &Value| reason["code"].as_str().unwrap().to_owned();
    reasons.iter().map(code).collect()
}

/// A laptop of Ben's.
pub fn laptop() -> Value {
    json!({"user": "ben@contoso.example", "platform": "Windows", "serial": "5CG0123ABC"})
}

/// Devices of Ben's with ids from this number on.
pub fn enroll_for_ben(world: &World, first: u128, count: u128, more: &Value) {
    for number in first..first + count {
        let mut body = json!({"user": BEN.to_string(), "platform": "iOS", "serial": format!("SERIAL{number:05}")});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = put(world, Uuid::from_u128(number), &body);
        assert_eq!(answer.status, 201, "{}", answer.shown());
    }
}

/// Changes how devices are managed.
pub fn set(world: &World, change: impl FnOnce(&mut DeviceSettings)) {
    let mut settings = state(world).device_settings().clone();
    change(&mut settings);
    world.command(Command::ChangeDeviceSettings { settings });
}

pub fn state(world: &World) -> zetel_engine::Snapshot {
    let caller = Caller::System("test");
    let action = Action::ReadOrganization;
    world.engine.read(TENANT, &caller, action, None).unwrap()
}
