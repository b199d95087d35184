//! `zetel devices`: the verbs that read devices, and the way to the others.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use super::{
    Session, device_changes, device_check, device_forecast, device_limits, device_managers,
    device_settings, device_status,
};
use crate::cli::devices::{DeviceListArgs, DevicesArgs, DevicesVerb, EventsArgs};
use crate::client::devices::DEVICES;
use crate::client::graph::encoded;
use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};

/// Runs a verb.
pub fn run(args: &DevicesArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    match &args.verb {
        DevicesVerb::List(list_args) => list(session, list_args),
        DevicesVerb::Show { device } => show(session, device),
        DevicesVerb::Forecast { user, language } => device_forecast::run(session, user, *language),
        DevicesVerb::Retire(device) => device_changes::retire(session, device),
        DevicesVerb::Sync(device) => device_changes::sync(session, device),
        DevicesVerb::Delete(device) => device_changes::delete(session, device),
        DevicesVerb::Check(check_args) => device_check::run(session, check_args),
        DevicesVerb::Status { language } => device_status::run(session, *language),
        DevicesVerb::Settings(settings) => device_settings::run(session, settings),
        DevicesVerb::Limits(limits) => device_limits::run(session, limits),
        DevicesVerb::Managers(managers) => device_managers::run(session, managers),
        DevicesVerb::Events(events_args) => events(session, events_args),
    }
}

/// The error of something that was tried with devices.
pub fn about(failure: Failure, attempt: &str) -> CliError {
    let advice = hint::for_device(&failure);
    failure.during(attempt, advice)
}

/// A device as Graph gave it.
#[derive(Serialize)]
#[serde(transparent)]
struct DeviceRecord(Value);

impl Record for DeviceRecord {
    const COLUMNS: &'static [&'static str] = &[
        "deviceName",
        "user",
        "system",
        "compliance",
        "management",
        "lastContact",
        "serialNumber",
        "id",
    ];

    fn cells(&self) -> Vec<String> {
        [
            "deviceName",
            "userPrincipalName",
            "operatingSystem",
            "complianceState",
            "managementState",
            "lastSyncDateTime",
            "serialNumber",
            "id",
        ]
        .map(|name| output::cell(&self.0[name]))
        .to_vec()
    }
}

fn list(session: &Session, args: &DeviceListArgs) -> Result<Exit, CliError> {
    let path: &[&str] = match &args.user {
        Some(user) => &["users", user, "managedDevices"],
        None => &DEVICES,
    };
    let is_wanted =
        |device: &Value| !args.noncompliant || device["complianceState"] == "noncompliant";
    let mut listing = Listing::start::<DeviceRecord>(output::stdout(), session.format);
    let mut left = args.limit.unwrap_or(usize::MAX);
    for page in session.graph.pages(path, "") {
        if left == 0 {
            break;
        }
        let page = page.map_err(|failure| about(failure, "Could not list the devices"))?;
        for device in page.into_iter().filter(is_wanted).take(left) {
            listing.push(&DeviceRecord(device))?;
            left -= 1;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}

/// A property with its value.
#[derive(Serialize)]
pub struct PropertyRow {
    /// Its name.
    pub property: String,
    /// What it is.
    pub value: String,
}

impl Record for PropertyRow {
    const COLUMNS: &'static [&'static str] = &["property", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.property.clone(), self.value.clone()]
    }
}

fn show(session: &Session, text: &str) -> Result<Exit, CliError> {
    let device = session
        .graph
        .find_device(text)
        .map_err(|failure| about(failure, &format!("Could not read `{text}`")))?;
    let mut out = output::stdout();
    if session.format == Format::Json {
        output::json(&mut out, &device)?;
        return Ok(Exit::Done);
    }
    let rows: Vec<PropertyRow> = device
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !name.starts_with('@') && is_told(value))
        .map(|(name, value)| PropertyRow {
            property: name.clone(),
            value: output::cell(value),
        })
        .collect();
    output::list(&mut out, session.format, &rows)?;
    out.flush()?;
    Ok(Exit::Done)
}

/// Whether a value says anything. Graph's devices have dozens of properties that are empty for most.
fn is_told(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// A refused enrollment as Graph gave it.
#[derive(Serialize)]
#[serde(transparent)]
struct EventRecord(Value);

impl Record for EventRecord {
    const COLUMNS: &'static [&'static str] =
        &["at", "category", "system", "user", "device", "id", "reason"];

    fn cells(&self) -> Vec<String> {
        [
            "eventDateTime",
            "failureCategory",
            "operatingSystem",
            "userId",
            "deviceId",
            "correlationId",
            "failureReason",
        ]
        .map(|name| output::cell(&self.0[name]))
        .to_vec()
    }
}

fn events(session: &Session, args: &EventsArgs) -> Result<Exit, CliError> {
    let path = ["deviceManagement", "troubleshootingEvents"];
    let failed = |failure| about(failure, "Could not list the refusals");
    let query = match &args.user {
        Some(user) => {
            let id = session.graph.find_user(user).map_err(failed)?.id;
            format!("$filter={}", encoded(&format!("userId eq '{id}'")))
        }
        None => String::new(),
    };
    let mut listing = Listing::start::<EventRecord>(output::stdout(), session.format);
    let mut left = args.limit;
    for page in session.graph.pages(&path, &query) {
        if left == 0 {
            break;
        }
        let page = page.map_err(failed)?;
        for event in page.into_iter().take(left) {
            listing.push(&EventRecord(event))?;
            left -= 1;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}
