//! Undoing a change: what it would do, and doing it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Form, Path},
    response::Response,
};
use serde::Deserialize;
use zetel_api::words::Language;
use zetel_domain::{
    Command, Outcome, Tenant,
    access::Action,
    decide::{Remainder, RemainderReason},
};
use zetel_engine::{EngineError, Planned};

use super::one::generation;
use crate::{
    ROOT,
    failure::Failure,
    frame::{Frame, Section},
    journal,
    render::page,
    sign_in::away,
    view::{Actor, Change, Stopped, moment, refusal_text},
    visit::Visit,
    words::Words,
};

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct Confirmation {
    /// The token of a plan that the guard would stop.
    confirm: Option<String>,
}

#[derive(Template)]
#[template(path = "audit/undo.html")]
struct UndoPage {
    frame: Frame,
    t: Words,
    generation: u64,
    at: String,
    actor: Actor,
    command: String,
    change: Option<Change>,
    /// Why something stays as it is, and how often.
    remainders: Vec<(String, usize)>,
    stopped: Option<Stopped>,
    /// Whether it was tried, and the guard stopped it.
    is_stopped: bool,
    /// Why it cannot be undone.
    refused: Option<String>,
}

/// `GET /admin/audit/{generation}/undo`: what undoing would do.
pub(crate) async fn show(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    visit.read(Action::RevertChanges)?;
    let generation = generation(&visit, &key)?;
    preview(&visit, generation, false).await
}

/// `POST /admin/audit/{generation}/undo`
pub(crate) async fn undo(
    visit: Visit,
    Path(key): Path<String>,
    Form(form): Form<Confirmation>,
) -> Result<Response, Failure> {
    visit.read(Action::RevertChanges)?;
    let generation = generation(&visit, &key)?;
    let command = command(&visit, generation)?;
    match visit.submit(command, form.confirm).await {
        Ok(applied) => {
            let left = match &applied.outcome {
                Outcome::Reverted(remainders) => remainders.len(),
                _ => 0,
            };
            Ok(away(&format!(
                "{ROOT}/audit/{generation}?undone={}",
                u32::try_from(left).unwrap_or(u32::MAX)
            )))
        }
        // The page that shows what would be done says as well why it cannot be.
        Err(EngineError::Rejected(_)) => preview(&visit, generation, true).await,
        Err(error) => Err(Failure::of(&visit, error)),
    }
}

fn command(visit: &Visit, generation: u64) -> Result<Command, Failure> {
    let engine = &visit.center().engine;
    let command = engine.undo_command(visit.principal.tenant_id, generation);
    command.map_err(|error| Failure::of(visit, error))
}

async fn preview(visit: &Visit, generation: u64, is_tried: bool) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadHistory)?;
    let change = journal::change(visit, generation).await?;
    let t = visit.words();
    let title = t.m("undo-title").with("change", generation.to_string());
    let mut shown = UndoPage {
        frame: Frame::new(visit, Section::Audit, title),
        t,
        generation,
        at: moment(change.at, t),
        actor: Actor::of(&tenant, &change.actor, t),
        command: t.m(format!("command-{}", change.command)).to_string(),
        change: None,
        remainders: Vec::new(),
        stopped: None,
        is_stopped: false,
        refused: None,
    };
    match visit.plan(command(visit, generation)?).await {
        Ok(planned) => {
            shown.change = Some(Change::of(visit, &planned));
            shown.remainders = remainders(&planned, t);
            let guarded = planned.guarded.as_ref();
            shown.stopped = guarded.and_then(|rejection| Stopped::of(&planned.before, rejection));
            shown.is_stopped = is_tried && shown.stopped.is_some();
        }
        Err(EngineError::Rejected(rejection)) => {
            shown.refused = Some(refusal_text(&tenant, &rejection, t.language()));
        }
        Err(error) => return Err(Failure::of(visit, error)),
    }
    Ok(page(&shown))
}

/// What stays as it is, by cause, the most frequent first.
fn remainders(planned: &Planned, t: Words) -> Vec<(String, usize)> {
    let Outcome::Reverted(remainders) = &planned.plan.outcome else {
        return Vec::new();
    };
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for remainder in remainders {
        *causes
            .entry(cause(&planned.before, remainder, t))
            .or_default() += 1;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    causes
}

fn cause(tenant: &Tenant, remainder: &Remainder, t: Words) -> String {
    match &remainder.reason {
        RemainderReason::ChangedSince => t.m("remainder-changed").to_string(),
        RemainderReason::Gone => t.m("remainder-gone").to_string(),
        RemainderReason::Refused(rejection) => refusal_text(tenant, rejection, t.language()),
        // The domain says it in English alone.
        RemainderReason::NotReversible(what) => match t.language() {
            Language::English => (*what).to_owned(),
            Language::Dutch => t.m("remainder-not-reversible").to_string(),
        },
    }
}
