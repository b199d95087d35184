//! `zetel devices check`: may this device enroll?

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::devices::about;
use super::{Session, language};
use crate::cli::devices::CheckArgs;
use crate::client::Failure;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};

/// Asks the gate and shows its answer.
pub fn run(session: &Session, args: &CheckArgs) -> Result<Exit, CliError> {
    let answer = session
        .graph
        .ask_gate(&["checks"], &question(args))
        .map_err(unanswered)?;
    let language = language::tag(args.language);
    let mut out = output::stdout();
    match session.format {
        Format::Json => output::json(&mut out, &answer)?,
        Format::Csv => output::list(&mut out, Format::Csv, &rows(&answer, language))?,
        Format::Table => write(&mut out, &answer, language)?,
    }
    Ok(match answer["verdict"].as_str() {
        Some("allow") => Exit::Done,
        _ => Exit::Refused,
    })
}

/// A question that the gate refuses is wrong in itself: a device that may not enroll is an answer.
fn unanswered(failure: Failure) -> CliError {
    let exit = match failure.exit {
        Exit::Refused => Exit::Usage,
        other => other,
    };
    let failure = Failure { exit, ..failure };
    about(failure, "Could not ask whether the device may enroll")
}

fn question(args: &CheckArgs) -> Value {
    let is_shared = args.is_shared || !args.shared.is_empty();
    let mut question = json!({
        "platform": args.platform, "enrollmentType": args.enrollment_type,
        "ownership": args.ownership, "agent": args.agent, "isVirtual": args.is_virtual,
        "isShared": is_shared, "sign": args.sign,
    });
    let mut add = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            question[name] = json!(value);
        }
    };
    add("user", args.user.as_ref());
    add("deviceId", args.device_id.as_ref());
    add("serial", args.serial.as_ref());
    if !args.shared.is_empty() {
        question["users"] = json!(args.shared);
    }
    question
}

/// A reason or warning.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReasonRow {
    kind: &'static str,
    code: String,
    error_type: String,
    hresult: String,
    message: String,
}

impl Record for ReasonRow {
    const COLUMNS: &'static [&'static str] = &["kind", "code", "errorType", "hresult", "message"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.kind.to_owned(),
            self.code.clone(),
            self.error_type.clone(),
            self.hresult.clone(),
            self.message.clone(),
        ]
    }
}

fn rows(answer: &Value, language: &str) -> Vec<ReasonRow> {
    let of = |name: &str, kind: &'static str| -> Vec<ReasonRow> {
        let items = answer[name].as_array().into_iter().flatten();
        let row = |item: &Value| ReasonRow {
            kind,
            code: output::cell(&item["code"]),
            error_type: output::cell(&item["errorType"]),
            hresult: output::cell(&item["hresult"]),
            message: output::cell(&item["message"][language]),
        };
        items.map(row).collect()
    };
    let mut rows = of("reasons", "reason");
    rows.extend(of("warnings", "warning"));
    rows
}

fn write(out: &mut impl Write, answer: &Value, language: &str) -> std::io::Result<()> {
    let text = |name: &str| output::cell(&answer[name]);
    match (text("verdict").as_str(), text("coveredBy")) {
        ("allow", cover) if cover.is_empty() => writeln!(out, "allow")?,
        ("allow", cover) => writeln!(out, "allow: covered by {cover}")?,
        (verdict, _) => writeln!(out, "{verdict}")?,
    }
    for row in rows(answer, language) {
        if row.kind == "warning" {
            writeln!(out, "  warning {}", row.code)?;
        } else {
            writeln!(out, "  {} ({} {})", row.code, row.error_type, row.hresult)?;
        }
        writeln!(out, "    {}", row.message)?;
    }
    let usage = &answer["usage"];
    if usage.is_object() {
        writeln!(
            out,
            "Devices that count: {} of {}",
            output::cell(&usage["used"]),
            output::cell(&usage["limit"])
        )?;
    }
    writeln!(out, "Trace id: {}", text("traceId"))?;
    let decision = text("decision");
    if !decision.is_empty() {
        writeln!(out, "Decision: {decision}")?;
    }
    out.flush()
}
