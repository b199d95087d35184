//! From a request to its answer: path, token, options, body, handler; then headers, counters and the log. A request of
//! a batch goes the same way as one that came alone.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, header::AUTHORIZATION},
    response::Response,
};
use zetel_domain::Timestamp;

use super::{
    body,
    call::Call,
    error::GraphError,
    exchange::{Exchange, Refusal},
    head::Head,
    origin::Origin,
    path::{self, Segment},
    query::{OptionNames, Options},
    reply::Reply,
    routes::{self, Handler, Matched, Prefix, Route},
    service::Graph,
};
use crate::authentication::Principal;

/// What is found out about a request on its way, for counters, log and headers.
#[derive(Default)]
struct Trail {
    /// The place of the route that answers.
    route: Option<usize>,
    /// The methods that the path has, if it does not have the request's.
    allow: String,
}

/// Answers a request.
pub(crate) async fn answer(graph: &Graph, head: &Head<'_>, body: Body) -> Response<Vec<u8>> {
    let started = Instant::now();
    let exchange = Exchange::new(head, graph.request_ids.next());
    let now = graph.engine.now();
    let mut trail = Trail::default();
    let answer = match answer_now(graph, head, &exchange, now, &mut trail) {
        Some(answer) => answer,
        // In a box of its own, so that what most requests do not need is not moved around with them.
        None => Box::pin(answer_later(graph, head, body, &exchange, now, &mut trail)).await,
    };
    let response = match answer {
        Ok(reply) => exchange.respond(reply),
        Err(error) => refuse(head, &exchange, &error, now, trail.allow),
    };
    let elapsed = started.elapsed();
    graph
        .metrics
        .observe(trail.route, head.method, response.status(), elapsed);
    tracing::info!(
        target: "zetel::access",
        request_id = %exchange.request_id,
        batch = head.batch.map(|batch| tracing::field::display(batch.request_id)),
        method = %head.method,
        route = trail.route.and_then(|place| routes::ROUTES.get(place)).map_or("-", |route| route.template),
        options = %OptionNames(head.query),
        agent = head.agent(),
        status = response.status().as_u16(),
        micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
    );
    response
}

/// The answer to a request that is not carried out.
pub(crate) fn refuse_unanswered(
    graph: &Graph,
    head: &Head<'_>,
    error: &GraphError,
) -> Response<Vec<u8>> {
    let exchange = Exchange::new(head, graph.request_ids.next());
    refuse(head, &exchange, error, graph.engine.now(), String::new())
}

fn refuse(
    head: &Head<'_>,
    exchange: &Exchange<'_>,
    error: &GraphError,
    now: Timestamp,
    allow: String,
) -> Response<Vec<u8>> {
    let origin = head.origin.map(|origin| origin.text()).unwrap_or_default();
    let refusal = Refusal {
        now,
        origin: &origin,
        allow,
    };
    exchange.refuse(error, &refusal)
}

/// Answers what can be answered from memory without waiting: reads with a token that was judged before. Everything
/// else, and whatever is wrong with the request, is left to [`answer_later`].
fn answer_now(
    graph: &Graph,
    head: &Head<'_>,
    exchange: &Exchange<'_>,
    now: Timestamp,
    trail: &mut Trail,
) -> Option<Result<Reply, GraphError>> {
    // Nothing else is read without a body.
    if *head.method != Method::GET {
        return None;
    }
    let principal = known(graph, head, now)?;
    let segments = path::split(head.path).ok()?;
    let (prefix, segments) = split_prefix(&segments, head.path).ok()?;
    let matched = routes::find(head.method, prefix, segments).ok()?;
    let Handler::Read(handler) = matched.route.handler else {
        return None;
    };
    trail.route = Some(matched.place);
    let call = make_call(graph, head, exchange, principal, &matched, Ok(Bytes::new()));
    Some(call.and_then(|call| handler(&call)))
}

async fn answer_later(
    graph: &Graph,
    head: &Head<'_>,
    body: Body,
    exchange: &Exchange<'_>,
    now: Timestamp,
    trail: &mut Trail,
) -> Result<Reply, GraphError> {
    let segments = path::split(head.path).map_err(|_| unreadable_path())?;
    let (prefix, segments) = split_prefix(&segments, head.path)?;
    let found = routes::find(head.method, prefix, segments);
    if let Ok(matched) = &found {
        trail.route = Some(matched.place);
        if let Handler::Public(handler) = matched.route.handler {
            return Ok(handler());
        }
    }
    let principal = authenticate(graph, head, now).await?;
    let matched = match found {
        Ok(matched) => matched,
        Err(routes::NotFound::Method(methods)) => {
            trail.allow = methods;
            return Err(GraphError::method_not_allowed());
        }
        Err(routes::NotFound::Path) => {
            return Err(GraphError::not_implemented(format!(
                "The path '{}' is not implemented.",
                head.path
            )));
        }
    };
    let handler = matched.route.handler;
    let body = read_body(matched.route, body, head.headers).await;
    let call = make_call(graph, head, exchange, principal, &matched, body)?;
    match handler {
        Handler::Public(handler) => Ok(handler()),
        Handler::Read(handler) => handler(&call),
        Handler::Recall(handler) => handler(&call).await,
        Handler::Write(handler) => {
            let answer = handler(&call).await;
            call.planned
                .into_inner()
                .map_or(answer, |plan| Ok(Reply::plan(plan)))
        }
    }
}

fn make_call<'r>(
    graph: &'r Graph,
    head: &'r Head<'r>,
    exchange: &Exchange<'r>,
    principal: Principal,
    matched: &Matched<'r>,
    body: Result<Bytes, GraphError>,
) -> Result<Call<'r>, GraphError> {
    Ok(Call {
        graph,
        tenant_id: principal.tenant_id,
        caller: principal.caller,
        keys: matched.keys,
        options: Options::parse(head.query, matched.route.options, head.path)?,
        path: head.path,
        query: head.query,
        origin: head.origin.ok_or_else(Origin::unknown)?,
        request_id: exchange.request_id,
        client_request_id: exchange.client_request_id,
        metadata: exchange.metadata,
        is_in_batch: head.batch.is_some(),
        headers: head.headers,
        body,
        planned: OnceLock::new(),
    })
}

/// Tells Graph from the gate by how a path begins, and splits that off.
fn split_prefix<'s, 'a>(
    segments: &'s [Segment<'a>],
    path: &str,
) -> Result<(Prefix, &'s [Segment<'a>]), GraphError> {
    let (version, rest) = match segments.split_first() {
        Some((Segment::Plain(version), rest)) => (version.as_ref(), rest),
        _ => ("", segments),
    };
    if version.eq_ignore_ascii_case("v1.0") {
        Ok((Prefix::Graph, rest))
    } else if version.eq_ignore_ascii_case("enrollment") {
        Ok((Prefix::Gate, rest))
    } else if version.eq_ignore_ascii_case("beta") {
        Err(GraphError::not_implemented(format!(
            "The path '{path}' is not implemented: there is no beta version. Use /v1.0."
        )))
    } else {
        Err(GraphError::unreadable(format!(
            "Invalid version: {version}"
        )))
    }
}

/// The principal of a token that was judged before, or of the batch for a request that has no token of its own.
fn known(graph: &Graph, head: &Head<'_>, now: Timestamp) -> Option<Principal> {
    match head.batch {
        Some(batch) if !head.headers.contains_key(AUTHORIZATION) => Some(batch.principal.clone()),
        _ => graph.authenticator.known(bearer(head.headers)?, now),
    }
}

/// The principal of the request's bearer token.
async fn authenticate(
    graph: &Graph,
    head: &Head<'_>,
    now: Timestamp,
) -> Result<Principal, GraphError> {
    if let Some(principal) = known(graph, head, now) {
        return Ok(principal);
    }
    let token = bearer(head.headers)
        .ok_or_else(|| GraphError::unauthenticated("Access token is empty."))?;
    let (authenticator, token) = (Arc::clone(&graph.authenticator), token.to_owned());
    let judged = tokio::task::spawn_blocking(move || authenticator.judge(&token, now)).await;
    judged
        .map_err(|_| GraphError::unauthenticated("The access token could not be judged."))?
        .map_err(|error| GraphError::unauthenticated(error.to_string()))
}

async fn read_body(route: &Route, body: Body, headers: &HeaderMap) -> Result<Bytes, GraphError> {
    if route.method == Method::GET || route.method == Method::DELETE {
        return Ok(Bytes::new());
    }
    body::read(body, headers).await
}

fn unreadable_path() -> GraphError {
    GraphError::unreadable(format!(
        "The path cannot be read. It must be UTF-8 of at most {} characters and {} segments.",
        path::MAXIMUM_LENGTH,
        path::MAXIMUM_SEGMENTS
    ))
}

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
