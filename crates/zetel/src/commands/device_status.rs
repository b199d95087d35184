//! `zetel devices status`: the tenant's status, and who of the licensed users cannot enroll a device.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use super::devices::about;
use super::{Session, language};
use crate::cli::moves::Language;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};

/// What is shown: where in the answer, and what it is called.
const LINES: [(&str, &str); 15] = [
    ("/tenantName", "Tenant name"),
    ("/location", "Tenant location"),
    ("/mdmAuthority", "MDM authority"),
    ("/accountStatus", "Account status"),
    ("/licensedUsers", "Total licensed users"),
    ("/totalLicenses", "Total licenses"),
    ("/enrolledDevices", "Total enrolled devices"),
    ("/hiddenDevices", "  hidden by clean-up rules besides"),
    ("/deviceLicenses/bought", "Device licenses bought"),
    ("/deviceLicenses/needed", "  devices that need one"),
    ("/canEnroll", "Licensed users who can enroll a device"),
    ("/cannotEnroll/disabled", "  cannot: they may not sign in"),
    (
        "/cannotEnroll/planOff",
        "  cannot: the plan of device management is off",
    ),
    (
        "/cannotEnroll/productNotUsable",
        "  cannot: the subscription has run out",
    ),
    (
        "/cannotEnroll/limitReached",
        "  cannot: they have as many devices as they may",
    ),
];
/// Said only where it is so.
const NO_AUTHORITY: (&str, &str) = (
    "/cannotEnroll/authorityNotSet",
    "  cannot: no MDM authority is set",
);

#[derive(Serialize)]
struct StatusRow {
    what: &'static str,
    value: String,
}

impl Record for StatusRow {
    const COLUMNS: &'static [&'static str] = &["what", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.what.to_owned(), self.value.clone()]
    }
}

/// Shows the status.
pub fn run(session: &Session, language: Option<Language>) -> Result<Exit, CliError> {
    let status: Value = session
        .graph
        .get(&["zetel", "deviceStatus"], "")
        .map_err(|failure| about(failure, "Could not read the status of device management"))?;
    if session.format == Format::Json {
        output::json(&mut output::stdout(), &status)?;
        return Ok(Exit::Done);
    }
    let row = |(place, what): (&str, &'static str)| {
        let value = status.pointer(place).map(output::cell);
        value.map(|value| StatusRow { what, value })
    };
    let no_authority = row(NO_AUTHORITY).filter(|row| row.value != "0");
    let rows: Vec<StatusRow> = LINES
        .into_iter()
        .filter_map(row)
        .chain(no_authority)
        .collect();
    let mut out = output::stdout();
    output::list(&mut out, session.format, &rows)?;
    let text = output::cell(&status["explanation"][language::tag(language)]);
    if session.format == Format::Table && !text.is_empty() {
        writeln!(out, "\n{text}")?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
