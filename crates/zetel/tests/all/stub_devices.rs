//! The devices of the stub: fixed answers, in the shapes of the real server.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

pub const LAPTOP: &str = "dddddddd-0000-0000-0000-000000000001";
pub const PHONE: &str = "dddddddd-0000-0000-0000-000000000002";
pub const POLICY: &str = "eeeeeeee-0000-0000-0000-000000000001";
pub const GROUP: &str = "88888888-8888-8888-8888-888888888888";

/// The answer to a request that is about devices, with its status.
pub fn answer(
    method: &Method,
    parts: &[&str],
    query: &str,
    body: &Value,
) -> Option<(StatusCode, Value)> {
    let found = |value: Value| Some((StatusCode::OK, value));
    let list = |items: Vec<Value>| found(json!({ "value": items }));
    match (method.as_str(), parts) {
        ("GET", ["deviceManagement", "managedDevices"]) => list(
            devices()
                .into_iter()
                .filter(|device| meets(device, query))
                .collect(),
        ),
        ("GET", ["users", "ann@contoso.com", "managedDevices"]) => list(devices()),
        ("GET", ["deviceManagement", "managedDevices", id]) => {
            found(devices().into_iter().find(|device| device["id"] == *id)?)
        }
        ("GET", ["deviceManagement", "troubleshootingEvents"]) => list(vec![event()]),
        ("GET", ["deviceManagement", "deviceEnrollmentConfigurations"]) => list(policies()),
        ("GET", ["groups", id]) if *id == GROUP => {
            found(json!({ "id": GROUP, "displayName": "Field Engineers" }))
        }
        ("GET", ["zetel", "deviceStatus"]) => found(status()),
        ("GET", ["zetel", "deviceSettings"]) => found(settings()),
        ("GET", ["zetel", "enrollmentManagers"]) => {
            let user = json!({ "id": LAPTOP, "userPrincipalName": "ann@contoso.com", "displayName": "Ann" });
            list(vec![json!({ "user": user, "devices": 7 })])
        }
        ("GET", ["zetel", "users", "ann@contoso.com", "deviceForecast"]) => found(forecast()),
        ("POST", ["", "enrollment", "v1", "checks"]) => found(verdict(body)),
        ("POST" | "PATCH" | "DELETE", ["deviceManagement", ..])
        | ("PATCH", ["zetel", "deviceSettings"])
        | ("POST" | "DELETE", ["zetel", "enrollmentManagers", ..]) => {
            Some((StatusCode::NO_CONTENT, Value::Null))
        }
        _ => None,
    }
}

/// Whether a device meets `property eq 'value'`.
fn meets(device: &Value, query: &str) -> bool {
    let Some(filter) = query.strip_prefix("$filter=") else {
        return true;
    };
    let filter = filter.replace("%20", " ").replace("%27", "'");
    let (property, value) = filter.split_once(" eq ").unwrap();
    device[property] == value.trim_matches('\'').replace("''", "'")
}

fn devices() -> Vec<Value> {
    let device = |id, name, system, serial, state, contact| {
        json!({
            "id": id, "deviceName": name, "userPrincipalName": "ann@contoso.com", "operatingSystem": system,
            "serialNumber": serial, "complianceState": state, "managementState": "managed",
            "lastSyncDateTime": contact, "imei": "", "notes": null, "deviceActionResults": [],
        })
    };
    let twin = "2026-11-29T08:00:00Z";
    vec![
        device(LAPTOP, "LAPTOP-1", "Windows", "5CG0001", "compliant", twin),
        device(
            PHONE,
            "Ann's phone",
            "iOS",
            "F2LX001",
            "noncompliant",
            "2026-10-01T08:00:00Z",
        ),
        device(GROUP, "LAPTOP-1", "Windows", "5CG0002", "compliant", twin),
    ]
}

fn event() -> Value {
    json!({
        "eventDateTime": "2026-11-29T08:00:00Z", "failureCategory": "userValidation",
        "failureReason": "Ben is not licensed.", "operatingSystem": "iOS", "userId": "ben", "deviceId": null,
        "correlationId": LAPTOP,
    })
}

fn policies() -> Vec<Value> {
    let target = json!({ "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP } });
    vec![
        json!({ "id": POLICY, "displayName": "Field", "priority": 1, "limit": 5, "assignments": [target] }),
        json!({ "id": "t_DefaultLimit", "displayName": "All users", "priority": 0, "limit": 15, "assignments": [] }),
    ]
}

fn status() -> Value {
    let cannot = json!({ "authorityNotSet": 0, "disabled": 2, "planOff": 3, "productNotUsable": 0, "limitReached": 1 });
    json!({
        "tenantName": "Contoso", "location": "NL", "mdmAuthority": "intune", "accountStatus": "active",
        "deviceLicenses": { "bought": 25, "needed": 26 }, "enrolledDevices": 150, "hiddenDevices": 4,
        "canEnroll": 94, "cannotEnroll": cannot, "explanation": { "en": "94 can.", "nl": "94 kunnen het." },
        "licensedUsers": 100, "totalLicenses": 120,
    })
}

fn settings() -> Value {
    json!({
        "mdmAuthority": "intune", "coexistence": false, "deviceLicensePolicy": "warn", "complianceGraceDays": 0,
        "cleanUpRules": [{ "platform": null, "days": 90 }], "limits": { "devicesPerUser": 15 },
    })
}

fn forecast() -> Value {
    let step = |at, step, text| json!({ "at": at, "step": step, "text": text });
    json!({
        "isLicensed": true, "licenseEnds": "2026-11-30T12:00:00Z", "userPurged": null,
        "products": [{ "skuId": LAPTOP, "skuPartNumber": "EMS" }],
        "devices": [
            {
                "id": LAPTOP, "deviceName": "LAPTOP-1", "serialNumber": "5CG0001", "platform": "Windows", "depends": true,
                "steps": [
                    step("2026-11-30T12:00:00Z", "notLicensed", "Noncompliant, since the user is not licensed."),
                    step("2027-05-01T00:00:00Z", "certificateExpires", "It must enroll again."),
                ],
                "restorableUntil": "2027-05-01T00:00:00Z", "restoreHow": "Assign the license again.",
            },
            { "id": PHONE, "deviceName": "", "serialNumber": "", "platform": "iOS", "depends": false, "steps": [],
              "restorableUntil": null, "restoreHow": null },
        ],
    })
}

fn verdict(question: &Value) -> Value {
    let decision = (question["sign"] == true).then_some("eyJ.e30.c2ln");
    if question["user"] == "ann@contoso.com" {
        return json!({
            "verdict": "allow", "coveredBy": "userLicense", "errorType": null, "hresult": null, "message": null,
            "reasons": [], "warnings": [], "usage": { "used": 3, "limit": 15, "policy": POLICY },
            "traceId": LAPTOP, "checkedAt": "2026-11-30T12:00:00Z", "decision": decision,
        });
    }
    let message = json!({ "en": "Nobody was named.", "nl": "Er is niemand genoemd." });
    json!({
        "verdict": "deny", "coveredBy": null, "errorType": "InvalidEnrollmentData", "hresult": "0x80180019",
        "message": message, "usage": null, "warnings": [], "traceId": LAPTOP, "checkedAt": "2026-11-30T12:00:00Z",
        "reasons": [{
            "code": "UserRequired", "errorType": "InvalidEnrollmentData", "hresult": "0x80180019",
            "failureCategory": "badRequest", "message": message,
        }],
    })
}
