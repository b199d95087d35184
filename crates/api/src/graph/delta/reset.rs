//! When a client must start again: 410, with the URL to start with.

use axum::http::StatusCode;
use zetel_engine::MARK_SECONDS;

use super::{List, filter, token::Follow};
use crate::graph::{call::Call, error::GraphError};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The token is too old.
pub(super) fn expired(call: &Call<'_>, list: List, follow: &Follow) -> GraphError {
    let message = format!(
        "The token is older than {} days. Start again with the URL in the header Location.",
        MARK_SECONDS / DAY
    );
    reset(call, list, follow, "syncStateNotFound", message)
}

/// The token is of another history.
pub(super) fn foreign(call: &Call<'_>, list: List, follow: &Follow) -> GraphError {
    let message = "The history of the directory does not have the state of this token, as after the restore of a backup. Start again with the URL in the header Location.";
    reset(call, list, follow, "resyncRequired", message.to_owned())
}

/// Nobody can tell any more who left which group.
pub(super) fn members_unknown(call: &Call<'_>, list: List, follow: &Follow) -> GraphError {
    let message = "A member of groups is gone for good, and it is not known any more which groups these were. Start again with the URL in the header Location.";
    reset(call, list, follow, "resyncRequired", message.to_owned())
}

fn reset(
    call: &Call<'_>,
    list: List,
    follow: &Follow,
    code: &'static str,
    message: String,
) -> GraphError {
    let mut location = format!("{}/v1.0/{}/delta?", call.origin.text(), list.name());
    if let Some(select) = &follow.select {
        location.push_str("$select=");
        location.push_str(select);
        location.push('&');
    }
    if let Some(ids) = &follow.ids {
        location.push_str("$filter=");
        location.push_str(&filter::text(&ids.0).replace(' ', "%20"));
        location.push('&');
    }
    location.push_str("$deltatoken=");
    GraphError {
        location: Some(location.into()),
        ..GraphError::new(StatusCode::GONE, code, message)
    }
}
