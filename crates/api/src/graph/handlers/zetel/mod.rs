//! Our own endpoints below `/zetel`: what Graph has no path for (docs/reference/own-endpoints.md).

pub(crate) mod approvals;
pub(crate) mod bulk;
pub(crate) mod changes;
pub(crate) mod devices;
pub(crate) mod explanation;
pub(crate) mod forecast;
pub(crate) mod policy;
pub(crate) mod user_history;
pub(crate) mod waiting_list;

pub(super) mod fields;

use zetel_domain::user::UserKey;
use zetel_engine::Applied;

use crate::{
    graph::{call::Call, error::GraphError, json, not_done, reply::Reply},
    words::Language,
};

/// The answer to a command: the change that it made, and what it left undone. `keys` are the users whom the outcome
/// names by their place in the command.
async fn done(call: &Call<'_>, applied: &Applied, keys: &[UserKey]) -> Result<Reply, GraphError> {
    let change = call.change_made(applied).await?;
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel.change"]);
        json::key(out, "change");
        match change {
            Some(generation) => json::number(out, i64::try_from(generation).unwrap_or(i64::MAX)),
            None => json::null(out),
        }
        not_done::write(out, &applied.after, &applied.outcome, keys);
    });
    Ok(Reply::json(out))
}

/// The language of `Accept-Language`.
fn language(call: &Call<'_>) -> Language {
    call.headers
        .get("accept-language")
        .and_then(|header| header.to_str().ok())
        .map_or_else(Language::default, Language::of_header)
}

/// A parameter of the query that is ours, such as `skuId`.
fn parameter(call: &Call<'_>, name: &str) -> Option<String> {
    form_urlencoded::parse(call.query.as_bytes())
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.into_owned())
}

/// A parameter of the query that must be there.
fn required(call: &Call<'_>, name: &str, example: &str) -> Result<String, GraphError> {
    parameter(call, name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            GraphError::unreadable(format!(
                "The query parameter '{name}' is missing. Write for example '?{name}={example}'."
            ))
        })
}
