//! `zetel devices forecast`: what becomes of a user's devices when the license goes, with dates.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::devices::about;
use super::{Session, language};
use crate::cli::moves::Language;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};

/// Of a time as Graph writes it, the date.
const DATE_LENGTH: usize = 10;

/// Asks for the forecast and shows it.
pub fn run(session: &Session, user: &str, language: Option<Language>) -> Result<Exit, CliError> {
    let forecast: Value = session
        .graph
        .get_with(
            &["zetel", "users", user, "deviceForecast"],
            "",
            &[("accept-language", language::tag(language))],
        )
        .map_err(|failure| {
            about(
                failure,
                &format!("Could not forecast what becomes of the devices of `{user}`"),
            )
        })?;
    let mut out = output::stdout();
    match session.format {
        Format::Json => output::json(&mut out, &forecast)?,
        Format::Csv => output::list(&mut out, Format::Csv, &rows(&forecast))?,
        Format::Table => write(&mut out, user, &forecast)?,
    }
    Ok(Exit::Done)
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    output::cell(&value[name])
}

/// What happens to a device at a time.
#[derive(Serialize)]
struct StepRow {
    device: String,
    serial: String,
    at: String,
    step: String,
    text: String,
}

impl Record for StepRow {
    const COLUMNS: &'static [&'static str] = &["device", "serial", "at", "step", "text"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.device.clone(),
            self.serial.clone(),
            self.at.clone(),
            self.step.clone(),
            self.text.clone(),
        ]
    }
}

fn rows(forecast: &Value) -> Vec<StepRow> {
    let of_device = |device: &Value| {
        let row = |at: String, step: &str, told: String| StepRow {
            device: text(device, "deviceName"),
            serial: text(device, "serialNumber"),
            at,
            step: step.to_owned(),
            text: told,
        };
        let mut rows: Vec<StepRow> = items(device, "steps")
            .map(|step| row(text(step, "at"), &text(step, "step"), text(step, "text")))
            .collect();
        let until = text(device, "restorableUntil");
        if !until.is_empty() {
            rows.push(row(until, "restorableUntil", text(device, "restoreHow")));
        }
        rows
    };
    items(forecast, "devices").flat_map(of_device).collect()
}

fn write(out: &mut impl Write, user: &str, forecast: &Value) -> io::Result<()> {
    let names: Vec<String> = items(forecast, "products").map(product_name).collect();
    let ends = text(forecast, "licenseEnds");
    if forecast["isLicensed"] == true {
        writeln!(out, "`{user}` is licensed through {}.", names.join(", "))?;
        writeln!(
            out,
            "If the license were taken now, it would end at {ends}."
        )?;
    } else if names.is_empty() {
        writeln!(out, "`{user}` is not licensed for devices.")?;
    } else {
        writeln!(
            out,
            "`{user}` is not licensed for devices: {} does not give it now.",
            names.join(", ")
        )?;
    }
    let purged = text(forecast, "userPurged");
    if !purged.is_empty() {
        writeln!(
            out,
            "The user is deleted, and can be restored until {purged}."
        )?;
    }
    let mut is_empty = true;
    for device in items(forecast, "devices") {
        is_empty = false;
        write_device(out, device)?;
    }
    if is_empty {
        writeln!(out, "There are no devices.")?;
    }
    out.flush()
}

/// A product by its part number or, where a server tells only that, its id.
fn product_name(product: &Value) -> String {
    let name = text(product, "skuPartNumber");
    if name.is_empty() {
        return output::cell(product);
    }
    name
}

fn write_device(out: &mut impl Write, device: &Value) -> io::Result<()> {
    let mut name = text(device, "deviceName");
    if name.is_empty() {
        name = text(device, "id");
    }
    let about: Vec<String> = ["platform", "serialNumber"]
        .map(|property| text(device, property))
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect();
    writeln!(out, "\n{name} ({})", about.join(", "))?;
    for step in items(device, "steps") {
        let at = text(step, "at");
        let date = at.get(..DATE_LENGTH).unwrap_or(&at);
        writeln!(out, "  {date}  {}", text(step, "text"))?;
    }
    let how = text(device, "restoreHow");
    if !how.is_empty() {
        writeln!(out, "  {how}")?;
    }
    Ok(())
}
