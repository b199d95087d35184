//! The changes, newest first.

use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use zetel_domain::{Tenant, access::Action};
use zetel_engine::Change;

use super::told::{sentences, users_of};
use crate::{
    failure::Failure,
    frame::{Frame, Section},
    journal,
    render::page,
    view::{Actor, moment},
    visit::Visit,
    words::Words,
};

/// Changes of a page.
const PAGE: usize = 50;

/// The query of the list.
#[derive(Deserialize)]
pub(crate) struct AuditQuery {
    /// The last change of the page before.
    #[serde(default)]
    before: String,
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct ListPage {
    frame: Frame,
    t: Words,
    rows: Vec<Row>,
    /// Whether the newest changes are left out.
    is_later_page: bool,
    /// The last change of this page, if there are more.
    next: Option<u64>,
}

struct Row {
    generation: u64,
    at: String,
    actor: Actor,
    command: String,
    /// The first thing that it did.
    detail: Option<String>,
    /// Of whom, if it is one.
    whom: Option<String>,
    users: u32,
}

/// `GET /admin/audit`
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadHistory)?;
    // The journal counts with 63 bits.
    let before = query.before.parse().ok().filter(|at| *at < u64::MAX / 2);
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut changes = journal::changes(&visit, before, limit).await?;
    let has_more = changes.len() > PAGE;
    changes.truncate(PAGE);
    let last = changes.last().map(|change| change.generation);
    let t = visit.words();
    let rows = changes.iter().map(|change| row(&tenant, change, t));
    Ok(page(&ListPage {
        frame: Frame::new(&visit, Section::Audit, t.m("nav-audit")),
        t,
        rows: rows.collect(),
        is_later_page: before.is_some(),
        next: last.filter(|_| has_more),
    }))
}

fn row(tenant: &Tenant, change: &Change, t: Words) -> Row {
    let told = sentences(tenant, &change.events, t, 1).into_iter().next();
    let whom = told.as_ref().filter(|told| told.more == 0);
    let whom = whom.and_then(|told| told.named.first());
    Row {
        generation: change.generation,
        at: moment(change.at, t),
        actor: Actor::of(tenant, &change.actor, t),
        command: t.m(format!("command-{}", change.command)).to_string(),
        whom: whom.map(|named| named.name.clone()),
        detail: told.map(|told| told.text),
        users: users_of(&change.events).len(),
    }
}
