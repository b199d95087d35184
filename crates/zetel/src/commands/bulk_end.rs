//! How a run through a file ends: its causes, its plans, and what to do next.

use std::io::Write;

use serde_json::json;

use crate::bulk::{Outcome, Report};
use crate::client::hint;
use crate::client::products::Products;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::plan::{self, Planned};

/// Shows the causes of a run, with the plans of what was planned or stopped by the guard, and tells how it ended.
pub fn finish_bulk(
    format: Format,
    report: Report,
    products: &Products,
    plans: &[Planned],
) -> Result<Exit, CliError> {
    let mut causes = report.causes;
    for cause in &mut causes {
        cause.text = products.with_names(&cause.text);
    }
    let mut out = output::stdout();
    match format {
        _ if plans.is_empty() => output::list(&mut out, format, &causes)?,
        Format::Json => {
            let plans: Vec<_> = plans.iter().map(Planned::document).collect();
            output::json(&mut out, &json!({ "causes": causes, "plans": plans }))?;
        }
        Format::Table => {
            output::list(&mut out, format, &causes)?;
            writeln!(out)?;
            plan::show(&mut out, format, plans)?;
        }
        Format::Csv => {
            output::list(&mut out, format, &causes)?;
            plan::show(&mut std::io::stderr().lock(), Format::Table, plans)?;
        }
    }
    drop(out);
    if report.skipped > 0 {
        output::note(&format!(
            "{} rows were done by an earlier run",
            report.skipped
        ));
    }
    output::note(&format!(
        "The result of every row is in `{}`",
        report.results.display()
    ));
    let mut hints: Vec<String> = Vec::new();
    let failed = |outcome| outcome == Outcome::Failed || outcome == Outcome::WouldFail;
    for cause in causes.iter().filter(|cause| failed(cause.outcome)) {
        let advice = hint::for_message(&cause.text, &cause.first_user);
        hints.extend(advice.filter(|advice| !hints.contains(advice)));
    }
    for advice in hints {
        output::note(&format!("\nhint: {advice}"));
    }
    if let Some(mut error) = report.stopped {
        error
            .details
            .push("Rows that were not begun are left; continue with `--resume`".to_owned());
        return Err(error);
    }
    let stopped: Vec<String> = plans
        .iter()
        .filter(|planned| planned.plan().guard.stops)
        .map(|planned| format!("--confirm {}", planned.plan().token))
        .collect();
    if !stopped.is_empty() {
        output::note(&format!(
            "\nhint: To do what the guard stops all the same, add `{}`, and `--resume` if rows were done",
            stopped.join(" ")
        ));
        return Ok(Exit::ConfirmationRequired);
    }
    Ok(if report.failures > 0 {
        Exit::SomeFailed
    } else {
        Exit::Done
    })
}
