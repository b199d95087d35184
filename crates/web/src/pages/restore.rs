//! Changes by which users lost licenses a short while ago, each with the way back.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::Response;
use zetel_domain::{
    Event, Tenant, access::Action, assignment::Verdict, event::UserSet, product::ProductOrdinal,
    state::Bits,
};
use zetel_engine::Change;

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    journal,
    render::page,
    view::{Actor, moment, short_name},
    visit::Visit,
    words::Words,
};

/// Days that are looked back.
const DAYS: i64 = 30;
/// Changes that are looked at.
const CHANGES: usize = 2_000;
/// Changes that are read at once.
const CHUNK: u32 = 500;

#[derive(Template)]
#[template(path = "restore.html")]
struct RestorePage {
    frame: Frame,
    t: Words,
    rows: Vec<Row>,
    /// How many changes were looked at, if there are older ones.
    looked_at: Option<usize>,
    may_undo: bool,
}

struct Row {
    generation: u64,
    at: String,
    actor: Actor,
    command: String,
    products: Vec<String>,
    users: u32,
    is_undone: bool,
}

/// `GET /admin/restore`
pub(crate) async fn list(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadHistory)?;
    let since = visit.now().plus_days(-DAYS);
    let t = visit.words();
    let (mut rows, mut undone) = (Vec::new(), BTreeSet::new());
    let (mut before, mut seen) = (None, 0);
    let looked_at = 'walk: loop {
        let changes = journal::changes(&visit, before, CHUNK).await?;
        for change in &changes {
            if change.at < since {
                break 'walk None;
            }
            // The newest come first, so that what was undone is known before it is met.
            undone.extend(change.events.iter().filter_map(|event| match event {
                Event::Reverted { generation, .. } => *generation,
                _ => None,
            }));
            rows.extend(row(&tenant, change, &undone, t));
        }
        seen += changes.len();
        before = changes.last().map(|change| change.generation);
        if before.is_none_or(|oldest| oldest <= 1) {
            break None;
        }
        if seen >= CHANGES {
            break Some(seen);
        }
    };
    Ok(page(&RestorePage {
        frame: Frame::new(&visit, Section::Restore, t.m("restore-title")),
        t,
        rows,
        looked_at,
        may_undo: visit.may(Action::RevertChanges, None),
    }))
}

/// The change, if users lost licenses by it.
fn row(tenant: &Tenant, change: &Change, undone: &BTreeSet<u64>, t: Words) -> Option<Row> {
    let lost = lost(&change.events);
    if lost.is_empty() {
        return None;
    }
    let mut users = Bits::default();
    for losers in lost.values() {
        users.union_with(losers);
    }
    let products = lost.keys().filter_map(|product| tenant.product(*product));
    Some(Row {
        generation: change.generation,
        at: moment(change.at, t),
        actor: Actor::of(tenant, &change.actor, t),
        command: t.m(format!("command-{}", change.command)).to_string(),
        products: products
            .map(|product| short_name(product).to_owned())
            .collect(),
        users: users.len(),
        is_undone: undone.contains(&change.generation),
    })
}

/// Products that users lost by some events and did not get by others of them, with the users.
fn lost(events: &[Event]) -> BTreeMap<ProductOrdinal, Bits> {
    let mut lost: BTreeMap<ProductOrdinal, Bits> = BTreeMap::new();
    let mut gained: BTreeMap<ProductOrdinal, Bits> = BTreeMap::new();
    let note = |all: &mut BTreeMap<ProductOrdinal, Bits>, product, users: &UserSet| {
        all.entry(product).or_default().union_with(&users.to_bits());
    };
    for event in events {
        match event {
            Event::AssignmentsChanged {
                users,
                removed,
                added,
                ..
            } => {
                for grant in removed {
                    note(&mut lost, grant.product, users);
                }
                for grant in added {
                    note(&mut gained, grant.product, users);
                }
            }
            Event::Decided {
                product,
                users,
                before,
                after,
                ..
            } => {
                let given = |verdict: &Option<Verdict>| verdict.and_then(|it| it.given(*product));
                if let Some(product) = given(before) {
                    note(&mut lost, product, users);
                }
                if let Some(product) = given(after) {
                    note(&mut gained, product, users);
                }
            }
            _ => {}
        }
    }
    for (product, users) in &mut lost {
        if let Some(gained) = gained.get(product) {
            *users = users.difference(gained);
        }
    }
    lost.retain(|_, users| !users.is_empty());
    lost
}
