//! What changed: `/zetel/changes`; undoing it, and putting licenses back as they were.

use zetel_domain::{Tenant, access::Action, command::RestoreScope, state::Bits, user::UserKey};
use zetel_engine::{Change, Engine};

use super::{done, fields::Fields};
use crate::graph::{
    actor::Actor,
    audit::{Entries, summary},
    call::Call,
    error::GraphError,
    handlers::pages::Pages,
    json,
    paging::Listing,
    query::DEFAULT_PAGE,
    reply::Reply,
};

/// `GET /zetel/changes`
pub(crate) async fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadHistory, None)?;
    let start = Pages::new(call, &tenant, Listing::Changes)?.start;
    let before = (start > 0).then(|| start.saturating_add(1));
    // One more tells whether there is another page.
    let limit = u32::from(call.options.top.unwrap_or(DEFAULT_PAGE)) + 1;
    let changes = call.changes(before, limit).await?;
    let pages = Pages::new(call, &tenant, Listing::Changes)?;
    Ok(pages.write(
        &["zetel/changes"],
        || 0,
        changes.iter(),
        |change| change.generation,
        |out, change| write(out, &tenant, change),
    ))
}

/// `GET /zetel/changes/{generation}`
pub(crate) async fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadHistory, None)?;
    let change = call.change(generation(call)?).await?;
    let change = change.ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/changes/$entity"]);
        write(out, &tenant, &change);
    });
    Ok(Reply::json(out))
}

/// `POST /zetel/changes/{generation}/undo`
pub(crate) async fn undo(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::RevertChanges, None)?;
    let generation = generation(call)?;
    Fields::of(call, "undo")?.finish()?;
    let command = call
        .graph
        .engine
        .undo_command(call.tenant_id, generation)
        .map_err(|error| call.failure(error))?;
    let applied = call.submit(command, None).await?;
    done(call, &applied, &[]).await
}

/// `POST /zetel/restoreLicenses`
pub(crate) async fn restore(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::RevertChanges, None)?;
    let mut fields = Fields::of(call, "restoreLicenses")?;
    let at = fields.time("at")?.ok_or_else(|| fields.missing("at"))?;
    let user = fields.text("userId")?;
    let group = fields.guid("groupId")?;
    fields.finish()?;
    if at > call.graph.engine.now() {
        return Err(GraphError::refused(
            "The parameter 'at' of the operation 'restoreLicenses' is in the future. Give a time in the past.",
        ));
    }
    let scope = match (user, group) {
        (None, None) => RestoreScope::Tenant,
        (Some(user), None) => RestoreScope::User(UserKey::parse(&user)),
        (None, Some(group)) => RestoreScope::Group(group),
        (Some(_), Some(_)) => {
            return Err(GraphError::refused(
                "Licenses are put back for one user, for one group or for all. Send 'userId' or 'groupId', not both.",
            ));
        }
    };
    let applied = call
        .submit(Engine::restore_command(at, scope), None)
        .await?;
    done(call, &applied, &[]).await
}

/// The generation in the path.
fn generation(call: &Call<'_>) -> Result<u64, GraphError> {
    let key = call.key(0);
    let is_number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let generation = key.parse().ok().filter(|_| is_number);
    // The journal counts with 63 bits.
    generation
        .filter(|generation| *generation < u64::MAX / 2)
        .ok_or_else(|| GraphError::not_found(key))
}

fn write(out: &mut Vec<u8>, tenant: &Tenant, change: &Change) {
    let entries = Entries::of(tenant, change);
    let activity = entries.entries.first().map(|entry| entry.activity.name());
    let mut users = Bits::default();
    for set in change.events.iter().filter_map(zetel_domain::Event::users) {
        users.union_with(&set.to_bits());
    }
    json::key(out, "id");
    json::number(out, i64::try_from(change.generation).unwrap_or(i64::MAX));
    json::key(out, "at");
    json::timestamp(out, change.at);
    json::key(out, "actor");
    json::string(out, &change.actor);
    json::key(out, "actorName");
    json::string(out, &Actor::parse(&change.actor).name(tenant));
    json::key(out, "command");
    json::string(out, &change.command);
    json::key(out, "activity");
    json::string_or_null(out, activity.unwrap_or_default());
    json::key(out, "affectedUsers");
    json::count(out, users.len());
    json::key(out, "requestId");
    json::guid(out, change.request_id);
    json::key(out, "summary");
    json::string(out, &summary(tenant, &entries));
}
