//! `POST /$batch`: up to 20 requests in one, each answered as it would be alone (licensing.md 7.6).
//!
//! They run one after another in the order of the array, so that each sees what those before it did. One that names
//! others in `dependsOn` runs after these, and not at all if one of them failed.

mod item;
mod order;
mod response;
mod url;

use axum::{body::Body, http::StatusCode, response::Response};
use serde_json::Value;

use self::item::{Item, malformed};
use super::{
    call::Call,
    dispatch,
    error::GraphError,
    head::{self, Batch, Head},
    reply::Reply,
};
use crate::authentication::Principal;

/// Most requests in a batch.
const MAXIMUM_REQUESTS: usize = 20;
/// Bytes of the answer to make room for per request.
const BYTES_PER_REQUEST: usize = 1024;

/// `POST /$batch`
pub(crate) async fn answer(call: &Call<'_>) -> Result<Reply, GraphError> {
    if call.is_in_batch {
        return Err(GraphError::unreadable(
            "A batch cannot contain another batch. Put its requests into the outer batch.",
        ));
    }
    let items = item::parse(requests(call)?)?;
    let order = order_of(&items)?;
    let principal = Principal {
        tenant_id: call.tenant_id,
        caller: call.caller.clone(),
    };
    let batch = Batch {
        request_id: call.request_id,
        client_request_id: call.client_request_id,
        principal: &principal,
        agent: head::agent(call.headers),
    };
    let mut failed = Vec::new();
    let mut out = Vec::with_capacity(BYTES_PER_REQUEST * items.len());
    out.extend_from_slice(br#"{"responses":["#);
    for place in order {
        let Some(item) = items.get(place) else {
            continue;
        };
        let obstacle = item.depends_on.iter().find(|place| failed.contains(*place));
        let obstacle = obstacle.and_then(|place| items.get(*place));
        let response = answer_item(call, batch, item, obstacle).await;
        if response.status() >= StatusCode::BAD_REQUEST {
            failed.push(place);
        }
        if out.last() != Some(&b'[') {
            out.push(b',');
        }
        response::write(&mut out, &item.id, &response);
        // Twenty pages take longer than others should wait for their turn.
        tokio::task::yield_now().await;
    }
    out.extend_from_slice(b"]}");
    Ok(Reply::json(out))
}

/// The requests in the body.
fn requests(call: &Call<'_>) -> Result<Vec<Value>, GraphError> {
    match item::take(&mut call.members()?, "requests") {
        Some(Value::Array(requests)) if requests.len() > MAXIMUM_REQUESTS => {
            Err(GraphError::unreadable(format!(
                "Number of requests inside batch exceeds the limit. A batch may have at most {MAXIMUM_REQUESTS} requests, this one has {}.",
                requests.len()
            )))
        }
        Some(Value::Array(requests)) if !requests.is_empty() => Ok(requests),
        _ => Err(malformed(format!(
            "It needs 'requests', a list of 1 to {MAXIMUM_REQUESTS} requests."
        ))),
    }
}

/// The places of the items in the order in which they run.
fn order_of(items: &[Item]) -> Result<Vec<usize>, GraphError> {
    let dependencies: Vec<&[usize]> = items
        .iter()
        .map(|item| item.depends_on.as_slice())
        .collect();
    order::order(&dependencies).map_err(|stuck| {
        let names = stuck.iter().filter_map(|place| items.get(*place));
        let names: Vec<String> = names.map(|item| format!("'{}'", item.name())).collect();
        malformed(format!(
            "The requests {} wait for each other. Remove the circle from their 'dependsOn'.",
            names.join(", ")
        ))
    })
}

/// The answer to an item, or 424 if there is an obstacle: a request that it depends on and that failed.
async fn answer_item(
    call: &Call<'_>,
    batch: Batch<'_>,
    item: &Item,
    obstacle: Option<&Item>,
) -> Response<Vec<u8>> {
    let (path, query) = item.target.split_once('?').unwrap_or((&item.target, ""));
    let head = Head {
        method: &item.method,
        path,
        query,
        headers: &item.headers,
        origin: Some(call.origin),
        batch: Some(batch),
    };
    match obstacle {
        None => dispatch::answer(call.graph, &head, Body::from(item.body.clone())).await,
        Some(obstacle) => {
            let error = GraphError::new(
                StatusCode::FAILED_DEPENDENCY,
                "FailedDependency",
                format!(
                    "The request was not carried out: it depends on request '{}', which failed.",
                    obstacle.name()
                ),
            );
            dispatch::refuse_unanswered(call.graph, &head, &error)
        }
    }
}
