//! The page of a change: what it did, in sentences.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use zetel_domain::access::Action;

use super::told::{Sentence, sentences, users_of};
use crate::{
    failure::Failure,
    frame::{Frame, Section},
    journal,
    render::page,
    view::{Actor, moment},
    visit::Visit,
    words::Words,
};

/// Users and devices that a sentence names; the numbers are exact.
const NAMED: usize = 20;
/// Sentences that are shown.
const SENTENCES: usize = 100;

/// What was done a moment ago.
#[derive(Deserialize)]
pub(crate) struct DoneQuery {
    /// Whether the change was undone, and how much of it was left.
    undone: Option<u32>,
}

#[derive(Template)]
#[template(path = "audit/one.html")]
struct ChangePage {
    frame: Frame,
    t: Words,
    generation: u64,
    at: String,
    actor: Actor,
    command: String,
    users: u32,
    told: Vec<Sentence>,
    /// Sentences that are not shown.
    more: usize,
    undone: Option<u32>,
    may_undo: bool,
}

/// `GET /admin/audit/{generation}`
pub(crate) async fn overview(
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query<DoneQuery>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadHistory)?;
    let generation = generation(&visit, &key)?;
    let change = journal::change(&visit, generation).await?;
    let t = visit.words();
    let mut told = sentences(&tenant, &change.events, t, NAMED);
    let more = told.len().saturating_sub(SENTENCES);
    told.truncate(SENTENCES);
    Ok(page(&ChangePage {
        frame: Frame::new(
            &visit,
            Section::Audit,
            t.m("change-number").with("change", &key),
        ),
        t,
        generation,
        at: moment(change.at, t),
        actor: Actor::of(&tenant, &change.actor, t),
        command: t.m(format!("command-{}", change.command)).to_string(),
        users: users_of(&change.events).len(),
        told,
        more,
        undone: query.undone,
        may_undo: visit.may(Action::RevertChanges, None),
    }))
}

/// The generation in a path. The journal counts with 63 bits.
pub(super) fn generation(visit: &Visit, key: &str) -> Result<u64, Failure> {
    let number = key.parse().ok().filter(|number| *number < u64::MAX / 2);
    number.ok_or_else(|| Failure::nothing_there(visit))
}
