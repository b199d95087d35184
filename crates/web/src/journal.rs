//! What changed, read where it may take its time.

use zetel_domain::access::Action;
use zetel_engine::{Change, EngineError};

use crate::{failure::Failure, visit::Visit};

/// Changes before a generation, or the newest ones, newest first.
pub(crate) async fn changes(
    visit: &Visit,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Change>, Failure> {
    visit.read(Action::ReadHistory)?;
    let (engine, principal) = (visit.center().engine.clone(), visit.principal.clone());
    let work = move || engine.changes(principal.tenant_id, &principal.caller, before, limit);
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ended()))
        .map_err(|error| Failure::of(visit, error))
}

/// One change.
pub(crate) async fn change(visit: &Visit, generation: u64) -> Result<Change, Failure> {
    visit.read(Action::ReadHistory)?;
    let (engine, principal) = (visit.center().engine.clone(), visit.principal.clone());
    let work = move || engine.change(principal.tenant_id, &principal.caller, generation);
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ended()))
        .map_err(|error| Failure::of(visit, error))?
        .ok_or_else(|| Failure::nothing_there(visit))
}

fn ended() -> EngineError {
    EngineError::Unavailable("reading the journal ended".to_owned())
}
