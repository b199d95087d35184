//! Graph's troubleshooting events: refusals to enroll a device.

use uuid::Uuid;
use zetel_domain::access::Action;
use zetel_engine::{Engine, EnrollmentFailure};

use super::pages::{Pages, number_of};
use crate::graph::{
    call::Call, error::GraphError, json, paging::Listing, render::managed_device::enrollment_word,
    reply::Reply,
};

/// `GET /deviceManagement/troubleshootingEvents`: the newest first.
pub(crate) async fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDevices, None)?;
    let pages = Pages::new(call, &tenant, Listing::TroubleshootingEvents)?;
    let user = call.options.filter.as_deref().map(user_of).transpose()?;
    let failures = failures(call).await?;
    let is_wanted = |failure: &&EnrollmentFailure| {
        user.is_none_or(|user| failure.user == Some(user))
            && (pages.start == 0 || place(failure) <= pages.start)
    };
    let wanted = || failures.iter().filter(is_wanted);
    Ok(pages.write(
        &["deviceManagement/troubleshootingEvents"],
        || number_of(wanted()),
        wanted(),
        |failure| place(failure),
        write,
    ))
}

/// `GET /deviceManagement/troubleshootingEvents/{id}`
pub(crate) async fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ReadDevices, None)?;
    let id = Uuid::try_parse(call.key(0)).ok();
    let failures = failures(call).await?;
    let failure = failures
        .iter()
        .find(|failure| Some(failure.id) == id)
        .ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["deviceManagement/troubleshootingEvents/$entity"]);
        write(out, failure);
    });
    Ok(Reply::json(out))
}

async fn failures(call: &Call<'_>) -> Result<Vec<EnrollmentFailure>, GraphError> {
    call.apart(Engine::failures)
        .await
        .map_err(|error| call.failure(error))
}

/// The user of the one filter that there is.
fn user_of(filter: &str) -> Result<Uuid, GraphError> {
    let mut words = filter.split_whitespace();
    let (name, operator, value) = (words.next(), words.next(), words.next());
    let is_equal = name.is_some_and(|name| name.eq_ignore_ascii_case("userId"))
        && operator.is_some_and(|operator| operator.eq_ignore_ascii_case("eq"))
        && words.next().is_none();
    value
        .filter(|_| is_equal)
        .and_then(|value| value.strip_prefix('\'')?.strip_suffix('\''))
        .and_then(|id| Uuid::try_parse(id).ok())
        .ok_or_else(|| {
            GraphError::unreadable(format!(
                "The filter '{filter}' is not supported here. Use userId eq '{{id}}' with the id of a user."
            ))
        })
}

/// Where a refusal is in the list, in an order that new ones do not change: its time, then the start of its id.
fn place(failure: &EnrollmentFailure) -> u64 {
    const ID_BITS: u32 = 28;
    let [first, ..] = failure.id.as_bytes().as_chunks::<4>().0 else {
        return 0;
    };
    let time = u64::try_from(failure.at.0).unwrap_or(0);
    time << ID_BITS | u64::from(u32::from_be_bytes(*first) >> (32 - ID_BITS))
}

/// Appends the members of an `enrollmentTroubleshootingEvent`.
fn write(out: &mut Vec<u8>, failure: &EnrollmentFailure) {
    let text = |out: &mut Vec<u8>, key, value: &str| {
        json::key(out, key);
        json::string_or_null(out, value);
    };
    let id = |out: &mut Vec<u8>, key, value: Option<Uuid>| {
        json::key(out, key);
        match value {
            Some(id) => json::guid(out, id),
            None => json::null(out),
        }
    };
    text(
        out,
        "@odata.type",
        "#microsoft.graph.enrollmentTroubleshootingEvent",
    );
    id(out, "id", Some(failure.id));
    json::key(out, "eventDateTime");
    json::timestamp(out, failure.at);
    id(out, "correlationId", Some(failure.id));
    // Graph's identifier of a device with its MDM service, which a refused device does not have yet; the serial number
    // tells which one it is.
    text(out, "managedDeviceIdentifier", &failure.serial);
    text(out, "operatingSystem", failure.platform.as_str());
    text(out, "osVersion", &failure.os_version);
    id(out, "userId", failure.user);
    id(out, "deviceId", failure.device);
    text(
        out,
        "enrollmentType",
        enrollment_word(failure.enrollment_type),
    );
    text(out, "failureCategory", &failure.category);
    text(out, "failureReason", &failure.reason);
}
