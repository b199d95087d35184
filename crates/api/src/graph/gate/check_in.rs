//! `POST /enrollment/v1/devices/{id}/checkIn`: the device was heard of.

use serde::de::MapAccess;
use zetel_domain::{Command, access::Action, device::Report};

use super::{
    device::{self, device_id},
    members::{self, Members, flag, moment, word},
};
use crate::graph::{call::Call, error::GraphError, json, reply::Reply};

/// The body; all of it may be absent.
#[derive(Default)]
struct CheckIn(Report);

impl<'a> Members<'a> for CheckIn {
    const NAMES: &'static [&'static [&'static str]] = &[&[
        "at",
        "complianceState",
        "gracePeriodExpires",
        "registrationState",
        "certificateExpires",
        "retireFailed",
    ]];

    fn take<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let report = &mut self.0;
        match name {
            "at" => report.at = moment(map)?,
            "complianceState" => report.reported = word(map)?,
            "gracePeriodExpires" => report.grace_until = moment(map)?,
            "registrationState" => report.registration = word(map)?,
            "certificateExpires" => report.certificate_expires = moment(map)?,
            _ => report.retire_failed = flag(map)?,
        }
        Ok(())
    }
}

/// Notes the contact; answers the device and what it is to be told.
pub(crate) async fn check_in(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::EnrollDevices, None)?;
    let body = call.body.as_ref().map_err(Clone::clone)?;
    let CheckIn(report) = if body.is_empty() {
        CheckIn::default()
    } else {
        members::of_json(body)?
    };
    let id = device_id(call)?;
    let applied = device::submit(call, Command::CheckIn { device: id, report }).await?;
    let devices = applied.after.devices();
    let is_leaving = devices
        .find_id(id)
        .is_some_and(|device| device.head().management.is_leaving());
    let now = call.graph.engine.now();
    Ok(Reply::json(device::body(&applied.after, id, now, |out| {
        json::key(out, "actions");
        json::array(out, is_leaving.then_some("retire"), json::string);
    })))
}
