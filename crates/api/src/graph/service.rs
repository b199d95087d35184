//! From a request to its answer: path, token, options, body, handler; then headers, counters and the log.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
    response::Response,
};
use zetel_domain::Timestamp;
use zetel_engine::Engine;
use zetel_identity::Environment;

use super::{
    body,
    call::Call,
    credentials::ListCredentials,
    error::GraphError,
    exchange::{Exchange, Refusal},
    gate::SignDecisions,
    origin::Origin,
    passwords::PasswordHasher,
    path::{self, Segment},
    query::Options,
    render::license::LicenseTexts,
    reply::Reply,
    request_id::RequestIds,
    routes::{self, Handler, Matched, Prefix, Route},
};
use crate::{
    authentication::{Authenticate, Principal},
    health::Metrics,
    state::ApiState,
};

/// What all requests share.
pub(crate) struct Graph {
    /// The tenants.
    pub engine: Engine,
    /// Texts of licenses, made once.
    pub texts: LicenseTexts,
    /// Hashes passwords.
    pub passwords: PasswordHasher,
    /// Signs decisions about devices.
    pub signer: Arc<dyn SignDecisions>,
    /// Tells what credentials applications have.
    pub credentials: Arc<dyn ListCredentials>,
    /// Time and randomness for new credentials.
    pub environment: Environment,
    authenticator: Arc<dyn Authenticate>,
    request_ids: RequestIds,
    metrics: Arc<Metrics>,
    public_url: Option<String>,
}

impl Graph {
    /// Takes the parts together.
    pub fn new(state: ApiState) -> Self {
        // Without randomness ids repeat those of an earlier start, which is no reason not to serve.
        let seed = state
            .environment
            .random::<8>()
            .map_or(0, u64::from_le_bytes);
        Self {
            engine: state.engine,
            texts: LicenseTexts::default(),
            passwords: PasswordHasher::new(
                state.environment.clone(),
                state.settings.password_workers,
            ),
            signer: state.signer,
            credentials: state.credentials,
            environment: state.environment,
            authenticator: state.authenticator,
            request_ids: RequestIds::new(seed),
            metrics: state.metrics,
            public_url: state.settings.public_url,
        }
    }
}

/// What is found out about a request on its way, for counters, log and headers.
#[derive(Default)]
struct Trail {
    /// The place of the route that answers.
    route: Option<usize>,
    /// The methods that the path has, if it does not have the request's.
    allow: String,
}

/// Answers a request.
pub(crate) async fn serve(State(graph): State<Arc<Graph>>, request: Request) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let exchange = Exchange::new(&head, graph.request_ids.next());
    let now = graph.engine.now();
    let mut trail = Trail::default();
    let answer = match answer_now(&graph, &head, &exchange, now, &mut trail) {
        Some(answer) => answer,
        // In a box of its own, so that what most requests do not need is not moved around with them.
        None => Box::pin(answer(&graph, &head, body, &exchange, now, &mut trail)).await,
    };
    let response = match answer {
        Ok(reply) => exchange.respond(reply),
        Err(error) => {
            let origin = Origin::of(&head, graph.public_url.as_deref());
            let origin = origin.map(|origin| origin.text()).unwrap_or_default();
            let refusal = Refusal {
                now,
                origin: &origin,
                allow: trail.allow,
            };
            exchange.refuse(&error, &refusal)
        }
    };
    let elapsed = started.elapsed();
    graph
        .metrics
        .observe(trail.route, &head.method, response.status(), elapsed);
    tracing::info!(
        target: "zetel::access",
        request_id = %exchange.request_id,
        method = %head.method,
        route = trail.route.and_then(|place| routes::ROUTES.get(place)).map_or("-", |route| route.template),
        status = response.status().as_u16(),
        micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
    );
    response
}

/// Answers what can be answered from memory without waiting: reads with a token that was judged before. Everything
/// else, and whatever is wrong with the request, is left to [`answer`].
fn answer_now(
    graph: &Graph,
    head: &Parts,
    exchange: &Exchange<'_>,
    now: Timestamp,
    trail: &mut Trail,
) -> Option<Result<Reply, GraphError>> {
    // Nothing else is read without a body.
    if head.method != Method::GET {
        return None;
    }
    let principal = graph.authenticator.known(bearer(&head.headers)?, now)?;
    let segments = path::split(head.uri.path()).ok()?;
    let (prefix, segments) = split_prefix(&segments, head.uri.path()).ok()?;
    let matched = routes::find(&head.method, prefix, segments).ok()?;
    let Handler::Read(handler) = matched.route.handler else {
        return None;
    };
    trail.route = Some(matched.place);
    let call = make_call(graph, head, exchange, principal, &matched, Ok(Bytes::new()));
    Some(call.and_then(|call| handler(&call)))
}

async fn answer(
    graph: &Graph,
    head: &Parts,
    body: Body,
    exchange: &Exchange<'_>,
    now: Timestamp,
    trail: &mut Trail,
) -> Result<Reply, GraphError> {
    let segments = path::split(head.uri.path())
        .map_err(|_| GraphError::unreadable("The path cannot be read."))?;
    let (prefix, segments) = split_prefix(&segments, head.uri.path())?;
    let found = routes::find(&head.method, prefix, segments);
    if let Ok(matched) = &found {
        trail.route = Some(matched.place);
        if let Handler::Public(handler) = matched.route.handler {
            return Ok(handler());
        }
    }
    let principal = authenticate(graph, &head.headers, now).await?;
    let matched = match found {
        Ok(matched) => matched,
        Err(routes::NotFound::Method(methods)) => {
            trail.allow = methods;
            return Err(GraphError::method_not_allowed());
        }
        Err(routes::NotFound::Path) => {
            return Err(GraphError::not_implemented(format!(
                "The path '{}' is not implemented.",
                head.uri.path()
            )));
        }
    };
    let handler = matched.route.handler;
    let body = read_body(matched.route, body, &head.headers).await;
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
    head: &'r Parts,
    exchange: &Exchange<'_>,
    principal: Principal,
    matched: &Matched<'r>,
    body: Result<Bytes, GraphError>,
) -> Result<Call<'r>, GraphError> {
    let query = head.uri.query().unwrap_or_default();
    Ok(Call {
        graph,
        tenant_id: principal.tenant_id,
        caller: principal.caller,
        keys: matched.keys,
        options: Options::parse(query, matched.route.options, head.uri.path())?,
        path: head.uri.path(),
        query,
        origin: Origin::of(head, graph.public_url.as_deref())?,
        request_id: exchange.request_id,
        headers: &head.headers,
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

/// The principal of the request's bearer token.
async fn authenticate(
    graph: &Graph,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Principal, GraphError> {
    let token =
        bearer(headers).ok_or_else(|| GraphError::unauthenticated("Access token is empty."))?;
    if let Some(principal) = graph.authenticator.known(token, now) {
        return Ok(principal);
    }
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

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
