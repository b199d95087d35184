//! One user's past: `/zetel/users/{id}/history` and `/zetel/users/{id}/licenses?at=`.

use uuid::Uuid;
use zetel_domain::{Tenant, access::Action, assignment::LicenseSource, user::UserKey};
use zetel_engine::Snapshot;

use super::required;
use crate::graph::{
    actor::Actor,
    audit::story,
    call::Call,
    error::GraphError,
    handlers::pages::Pages,
    json,
    paging::Listing,
    people::{write_group, write_product, write_user},
    reply::Reply,
    time,
};

/// `GET /zetel/users/{id}/history`: everything, by pages, the newest first.
pub(crate) async fn history(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (tenant, id) = find(call)?;
    let changes = call.history_of(id).await?;
    let pages = Pages::new(call, &tenant, Listing::History(id))?;
    let last = if pages.start == 0 {
        u64::MAX
    } else {
        pages.start
    };
    Ok(pages.write(
        &["zetel/history"],
        || 0,
        changes
            .iter()
            .rev()
            .filter(|change| change.generation <= last),
        |change| change.generation,
        |out, change| {
            json::key(out, "change");
            json::number(out, i64::try_from(change.generation).unwrap_or(i64::MAX));
            json::key(out, "at");
            json::timestamp(out, change.at);
            json::key(out, "actor");
            json::string(out, &change.actor);
            json::key(out, "actorName");
            json::string(out, &Actor::parse(&change.actor).name(&tenant));
            json::key(out, "requestId");
            json::guid(out, change.request_id);
            json::key(out, "what");
            json::string(out, &story(&tenant, change));
        },
    ))
}

/// `GET /zetel/users/{id}/licenses?at=TIME`: all assignments as they were at a time, with what had become of them.
pub(crate) async fn licenses(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (_, id) = find(call)?;
    let text = required(call, "at", "2026-11-21T08:43:34Z")?;
    let at = time::parse(&text).ok_or_else(|| {
        GraphError::unreadable(format!(
            "The query parameter 'at' is '{text}', which is no time. Write for example '?at=2026-11-21T08:43:34Z'."
        ))
    })?;
    let tenant = call.as_of(at).await?;
    let user = tenant
        .users()
        .find_id(id)
        .ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/licenses"]);
        json::key(out, "at");
        json::timestamp(out, at);
        json::key(out, "user");
        write_user(out, &tenant, user.ordinal);
        json::key(out, "value");
        json::array(out, tenant.sources(&user), |out, source| {
            write_source(out, &tenant, &source);
        });
    });
    Ok(Reply::json(out))
}

/// The user whom the path names, live or in the recycle bin.
fn find(call: &Call<'_>) -> Result<(Snapshot, Uuid), GraphError> {
    let tenant = call.read(Action::ReadHistory, None)?;
    let key = call.user_key()?;
    let found = match &key {
        UserKey::Id(id) => tenant.users().find_id(*id),
        UserKey::PrincipalName(_) => tenant.find_user(&key),
    };
    let id = found
        .map(|user| user.id)
        .ok_or_else(|| GraphError::not_found(call.key(0)))?;
    Ok((tenant, id))
}

fn write_source(out: &mut Vec<u8>, tenant: &Tenant, source: &LicenseSource) {
    let Some(product) = tenant.product(source.product) else {
        return json::null(out);
    };
    json::object(out, |out| {
        write_product(out, product);
        json::key(out, "displayName");
        json::string(out, &product.name);
        json::key(out, "group");
        match source.group {
            Some(group) => write_group(out, tenant, group),
            None => json::null(out),
        }
        json::key(out, "state");
        json::string(out, source.state.as_str());
        json::key(out, "error");
        let violation = source.state.violation();
        json::string(
            out,
            violation.map_or("None", |violation| violation.as_str()),
        );
        json::key(out, "disabledPlans");
        let disabled = product.disabled_plans(source.disabled);
        json::array(out, disabled, |out, owned| json::guid(out, owned.plan.id));
        json::key(out, "insteadOf");
        let intended = source
            .instead_of
            .and_then(|product| tenant.product(product));
        match intended {
            Some(intended) => json::guid(out, intended.sku_id),
            None => json::null(out),
        }
        json::key(out, "isEnding");
        json::flag(out, source.is_ending);
    });
}
