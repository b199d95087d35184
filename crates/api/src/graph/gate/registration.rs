//! `PUT /enrollment/v1/devices/{id}`: a device enrolls, or says again that it is enrolled.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::de::MapAccess;
use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    access::Action,
    device::{
        Build, Decision, DeviceDetails, Enrollment, Question, Reason, RegistrationState, Warning,
    },
};
use zetel_engine::{Applied, EngineError};

use super::{
    answer::Answer,
    decision,
    device::{self, device_id},
    failure,
    members::{self, MAX_DECISION, Members, Text, detail, guid, moment, word},
    question::{Asked, QUESTION},
    refusal,
};
use crate::graph::{call::Call, error::GraphError, reply::Reply};

/// The body of a PUT.
#[derive(Default)]
struct Registration<'a> {
    asked: Asked<'a>,
    device_name: Cow<'a, str>,
    imei: Cow<'a, str>,
    manufacturer: Cow<'a, str>,
    model: Cow<'a, str>,
    os_version: Cow<'a, str>,
    directory_id: Option<Uuid>,
    state: RegistrationState,
    certificate_expires: Option<Timestamp>,
    decision: Cow<'a, str>,
}

impl<'a> Members<'a> for Registration<'a> {
    const NAMES: &'static [&'static [&'static str]] = &[
        QUESTION,
        &[
            "deviceName",
            "imei",
            "manufacturer",
            "model",
            "osVersion",
            "directoryId",
            "registrationState",
            "certificateExpires",
            "decision",
        ],
    ];

    fn take<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "deviceName" => self.device_name = detail(map)?,
            "imei" => self.imei = detail(map)?,
            "manufacturer" => self.manufacturer = detail(map)?,
            "model" => self.model = detail(map)?,
            "osVersion" => self.os_version = detail(map)?,
            "directoryId" => self.directory_id = guid(map)?,
            "registrationState" => self.state = word(map)?.unwrap_or_default(),
            "certificateExpires" => self.certificate_expires = moment(map)?,
            "decision" => {
                let Text(decision) = map.next_value::<Text<'a, MAX_DECISION>>()?;
                self.decision = decision;
            }
            other => self.asked.read(other, map)?,
        }
        Ok(())
    }
}

impl Registration<'_> {
    fn enrollment(&self, id: Uuid) -> Enrollment {
        let asked = &self.asked;
        Enrollment {
            id,
            user: asked.user_key(),
            others: asked.other_keys().collect(),
            platform: asked.platform,
            enrollment_type: asked.enrollment_type,
            ownership: asked.ownership,
            agent: asked.agent,
            is_virtual: asked.is_virtual,
            is_shared: asked.is_shared,
            registration: self.state,
            certificate_expires: self.certificate_expires,
            build: Build {
                manufacturer: self.manufacturer.to_string(),
                model: self.model.to_string(),
                os_version: self.os_version.to_string(),
            },
            details: DeviceDetails {
                name: self.device_name.to_string(),
                serial: asked.serial.to_string(),
                imei: self.imei.to_string(),
                directory_id: self.directory_id,
            },
        }
    }
}

/// 201 if the device was not enrolled, 200 if it was.
pub(crate) async fn register(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::EnrollDevices, None)?;
    let body = call.body.as_ref().map_err(Clone::clone)?;
    let mut registration: Registration<'_> = members::of_json(body)?;
    let id = device_id(call)?;
    registration.asked = registration.asked.check()?;
    registration.asked.device_id = Some(id);
    if !registration.decision.is_empty() {
        let (asked, text) = (&registration.asked, &registration.decision);
        let question = asked.question(&tenant, call.graph.engine.now());
        decision::verify(call, text, asked, &tenant, &question).await?;
    }
    let command = Command::EnrollDevice(Box::new(registration.enrollment(id)));
    match call.attempt(command, None).await {
        Ok(Some(applied)) => Ok(registered(call, id, &applied)),
        Ok(None) => Err(GraphError::planned()),
        Err(EngineError::Rejected(Rejection::EnrollmentDenied { reasons })) => {
            Err(denied(call, &registration, reasons)?)
        }
        Err(error) => Err(refusal::of(call, error)),
    }
}

fn registered(call: &Call<'_>, id: Uuid, applied: &Applied) -> Reply {
    let (is_new, warnings): (bool, &[Warning]) = match &applied.outcome {
        Outcome::Device {
            is_new, warnings, ..
        } => (*is_new, warnings),
        _ => (false, &[]),
    };
    let now = call.graph.engine.now();
    let body = device::body(&applied.after, id, now, |out| {
        device::write_put_warnings(out, &applied.after, warnings);
    });
    if !is_new {
        return Reply::json(body);
    }
    let mut location = Vec::new();
    call.origin.write(&mut location);
    location.extend_from_slice(format!("/enrollment/v1/devices/{id}").as_bytes());
    Reply::created(body, String::from_utf8(location).unwrap_or_default())
}

/// 403 with all members of a check's answer; the refusal is kept.
fn denied(
    call: &Call<'_>,
    registration: &Registration<'_>,
    reasons: Vec<Reason>,
) -> Result<GraphError, GraphError> {
    let tenant = call.read(Action::EnrollDevices, None)?;
    let asked = &registration.asked;
    let question: Question = asked.question(&tenant, call.graph.engine.now());
    let decision = Decision {
        reasons,
        ..Decision::default()
    };
    let answer = Answer::new(&tenant, &question, &decision, call.request_id);
    failure::note(call, asked, &registration.os_version, &question, &answer);
    let mut members = Vec::with_capacity(1024);
    answer.write(&mut members);
    // A refusal has a reason.
    let first = answer.reasons.first();
    let code = first.map_or("Authorization", |(reason, _)| reason.windows().0);
    let message = first.map_or("", |(_, sentence)| sentence.english());
    Ok(GraphError {
        beside: members,
        ..GraphError::new(StatusCode::FORBIDDEN, code, message.to_owned())
    })
}
