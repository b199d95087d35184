//! A device as the gate shows it, and what is done with one by its id alone.

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection, Tenant, Timestamp,
    access::Action,
    device::{DeviceView, Warning},
    user::UserOrdinal,
};
use zetel_engine::{Applied, EngineError};

use super::{answer::write_warnings, refusal};
use crate::graph::{call::Call, error::GraphError, json, reply::Reply};

/// The id in the path.
pub(super) fn device_id(call: &Call<'_>) -> Result<Uuid, GraphError> {
    let text = call.key(0);
    let is_whole = text.len() == 36;
    Uuid::try_parse(text)
        .ok()
        .filter(|id| is_whole && !id.is_nil())
        .ok_or_else(|| {
            GraphError::unreadable(format!(
                "'{text}' is no id of a device: it must be a GUID that is not all zeros."
            ))
        })
}

/// `GET /enrollment/v1/devices/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::EnrollDevices, None)?;
    let id = device_id(call)?;
    if tenant
        .devices()
        .find_id(id)
        .is_none_or(|device| !device.is_live())
    {
        let error = EngineError::Rejected(Rejection::DeviceNotFound { id });
        return Err(refusal::of(call, error));
    }
    let now = call.graph.engine.now();
    Ok(Reply::json(body(&tenant, id, now, |_| {})))
}

/// `POST /enrollment/v1/devices/{id}/retire`
pub(crate) async fn retire(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ManageDevices, None)?;
    let id = device_id(call)?;
    let applied = submit(call, Command::RetireDevice { device: id }).await?;
    let now = call.graph.engine.now();
    Ok(Reply::json(body(&applied.after, id, now, |_| {})))
}

/// `DELETE /enrollment/v1/devices/{id}`
pub(crate) async fn delete(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ManageDevices, None)?;
    let id = device_id(call)?;
    submit(call, Command::RemoveDevice { device: id }).await?;
    Ok(Reply::no_content())
}

/// Carries out a command, with the gate's own words for what refuses it.
pub(super) async fn submit(call: &Call<'_>, command: Command) -> Result<Applied, GraphError> {
    match call.attempt(command, None).await {
        Ok(Some(applied)) => Ok(applied),
        Ok(None) => Err(GraphError::planned()),
        Err(error) => Err(refusal::of(call, error)),
    }
}

/// The device with an id as JSON, with more members at its end; `null` if it never was.
pub(super) fn body(
    tenant: &Tenant,
    id: Uuid,
    now: Timestamp,
    more: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    match tenant.devices().find_id(id) {
        Some(device) => json::object(&mut out, |out| {
            write(out, tenant, &device, now);
            more(out);
        }),
        None => json::null(&mut out),
    }
    out
}

/// Appends `,"warnings":[…]`.
pub(super) fn write_put_warnings(out: &mut Vec<u8>, tenant: &Tenant, warnings: &[Warning]) {
    json::key(out, "warnings");
    write_warnings(out, tenant, warnings);
}

/// Appends the members of a device.
fn write(out: &mut Vec<u8>, tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp) {
    json::key(out, "id");
    json::guid(out, device.id);
    json::key(out, "user");
    match device.user() {
        Some(user) => write_user(out, tenant, user),
        None => json::null(out),
    }
    json::key(out, "users");
    json::array(out, device.others(), |out, user| {
        write_user(out, tenant, user);
    });
    let [name, serial, imei] = device.texts();
    let build = device.build();
    for (key, text) in [
        ("deviceName", name),
        ("serial", serial),
        ("imei", imei),
        ("platform", device.platform().as_str()),
        ("osVersion", &build.os_version),
        ("manufacturer", &build.manufacturer),
        ("model", &build.model),
    ] {
        json::key(out, key);
        json::string_or_null(out, text);
    }
    json::key(out, "directoryId");
    match device.directory_id() {
        Some(id) => json::guid(out, id),
        None => json::null(out),
    }
    write_state(out, tenant, device, now);
}

fn write_state(out: &mut Vec<u8>, tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp) {
    let head = device.head();
    let word = |out: &mut Vec<u8>, key, value: &str| {
        json::key(out, key);
        json::string_or_null(out, value);
    };
    let flag = |out: &mut Vec<u8>, key, value| {
        json::key(out, key);
        json::flag(out, value);
    };
    let time = |out: &mut Vec<u8>, key, value: Option<Timestamp>| {
        json::key(out, key);
        match value {
            Some(at) => json::timestamp(out, at),
            None => json::null(out),
        }
    };
    let managed_by = if head.is_basic {
        "basicMobilityAndSecurity"
    } else {
        "intune"
    };
    let cover = tenant.cover_of(device).map_or("", |cover| cover.as_str());
    let compliance = tenant.compliance(device, now);
    word(out, "enrollmentType", head.enrollment_type.as_str());
    word(out, "ownership", head.ownership.as_str());
    word(out, "agent", head.agent.as_str());
    flag(out, "isVirtual", head.is_virtual);
    flag(out, "isShared", head.is_shared);
    word(out, "registrationState", head.registration.as_str());
    word(out, "managementState", head.management.as_str());
    word(out, "managedBy", managed_by);
    word(out, "coveredBy", cover);
    word(out, "complianceState", compliance.state.as_str());
    json::key(out, "failedConditions");
    json::array(out, &compliance.failed, |out, condition| {
        json::string(out, condition.as_str());
    });
    time(out, "gracePeriodExpires", compliance.grace_until);
    time(out, "enrolledAt", Some(head.enrolled));
    time(out, "lastContact", Some(head.contacted));
    time(out, "certificateExpires", Some(head.certificate_expires));
}

fn write_user(out: &mut Vec<u8>, tenant: &Tenant, user: UserOrdinal) {
    let Some(user) = tenant.users().view(user) else {
        return json::null(out);
    };
    json::object(out, |out| {
        json::key(out, "id");
        json::guid(out, user.id);
        json::key(out, "userPrincipalName");
        json::string_or_null(out, user.principal_name());
    });
}
