//! The assignments of a user or group: a tick for each product and each of its services, what ticking would change, and
//! Save.

mod form;
mod holder;
mod sheet;

use axum::{body::Bytes, extract::Path, response::Response};
use zetel_domain::Rejection;
use zetel_engine::EngineError;

use self::{form::Ticks, holder::Kind, sheet::Sheet};
use crate::{failure::Failure, visit::Visit};

/// `GET /admin/users/{id}/licenses`
pub(crate) async fn show_user(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    show(&visit, Kind::User, &key)
}

/// `POST /admin/users/{id}/licenses`: shows what the ticks would change, or saves them.
pub(crate) async fn save_user(
    visit: Visit,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, Failure> {
    save(&visit, Kind::User, &key, &body).await
}

/// `GET /admin/groups/{id}/licenses`
pub(crate) async fn show_group(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    show(&visit, Kind::Group, &key)
}

/// `POST /admin/groups/{id}/licenses`: the same for what a group gives.
pub(crate) async fn save_group(
    visit: Visit,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, Failure> {
    save(&visit, Kind::Group, &key, &body).await
}

fn show(visit: &Visit, kind: Kind, key: &str) -> Result<Response, Failure> {
    let tenant = visit.read(kind.reading())?;
    let holder = kind.find(visit, &tenant, key)?;
    let ticks = Ticks::of(&tenant, &holder);
    Ok(Sheet::new(visit, &tenant, &holder, &ticks).into_response())
}

async fn save(visit: &Visit, kind: Kind, key: &str, body: &[u8]) -> Result<Response, Failure> {
    let tenant = visit.read(kind.reading())?;
    let holder = kind.find(visit, &tenant, key)?;
    let Some(ticks) = Ticks::parse(&tenant, body) else {
        return Err(Failure::bad_form(visit));
    };
    let sheet = Sheet::new(visit, &tenant, &holder, &ticks);
    if ticks.is_stale(&tenant, &holder) {
        let seen = holder.digest(&tenant);
        return Ok(sheet.changed_meanwhile(seen).into_response());
    }
    let Some(request) = ticks.request(&tenant, &holder) else {
        // What is asked for is what there is: saved before, or nothing was ticked.
        return Ok(if ticks.is_preview {
            sheet
        } else {
            sheet.saved()
        }
        .into_response());
    };
    let command = holder.command(request);
    if ticks.is_preview {
        return Ok(match visit.plan(command).await {
            Ok(planned) => sheet.with_preview(visit, &planned),
            Err(EngineError::Rejected(rejection)) => sheet.refused(&tenant, &rejection),
            Err(error) => return Err(Failure::of(visit, error)),
        }
        .into_response());
    }
    match visit
        .submit(command.clone(), ticks.confirmation.clone())
        .await
    {
        Ok(applied) => {
            let after = applied.after;
            let holder = kind.find(visit, &after, key)?;
            let ticks = Ticks::of(&after, &holder);
            Ok(Sheet::new(visit, &after, &holder, &ticks)
                .saved()
                .into_response())
        }
        Err(EngineError::Rejected(rejection @ Rejection::Guarded { .. })) => {
            let planned = visit.plan(command).await;
            let planned = planned.map_err(|error| Failure::of(visit, error))?;
            Ok(sheet
                .with_preview(visit, &planned)
                .stopped(&tenant, &rejection)
                .into_response())
        }
        Err(EngineError::Rejected(rejection)) => {
            Ok(sheet.refused(&tenant, &rejection).into_response())
        }
        Err(error) => Err(Failure::of(visit, error)),
    }
}
