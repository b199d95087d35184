//! From a request to its answer: path, token, options, body, handler; then headers, counters and the log.

use std::{sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
    response::Response,
};
use zetel_domain::Timestamp;
use zetel_engine::Engine;

use super::{
    body,
    call::Call,
    error::GraphError,
    exchange::{Exchange, Refusal},
    origin::Origin,
    passwords::PasswordHasher,
    path::{self, Segment},
    query::Options,
    render::license::LicenseTexts,
    reply::Reply,
    request_id::RequestIds,
    routes::{self, Handler, Route},
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
            passwords: PasswordHasher::new(state.environment, state.settings.password_workers),
            authenticator: state.authenticator,
            request_ids: RequestIds::new(seed),
            metrics: state.metrics,
            public_url: state.settings.public_url,
        }
    }
}

/// Answers a request.
pub(crate) async fn serve(State(graph): State<Arc<Graph>>, request: Request) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let exchange = Exchange::new(&head, graph.request_ids.next());
    let now = graph.engine.now();
    let mut route = None;
    let mut allow = String::new();
    let answer = answer(&graph, &head, body, &exchange, now, &mut route, &mut allow).await;
    let response = match answer {
        Ok(reply) => exchange.respond(reply),
        Err(error) => {
            let origin = Origin::of(&head, graph.public_url.as_deref());
            let origin = origin.map(|origin| origin.text()).unwrap_or_default();
            let refusal = Refusal {
                now,
                origin: &origin,
                allow,
            };
            exchange.refuse(&error, &refusal)
        }
    };
    let elapsed = started.elapsed();
    graph
        .metrics
        .observe(route, &head.method, response.status(), elapsed);
    tracing::info!(
        target: "zetel::access",
        request_id = %exchange.request_id,
        method = %head.method,
        route = route.and_then(|place| routes::ROUTES.get(place)).map_or("-", |route| route.template),
        status = response.status().as_u16(),
        micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
    );
    response
}

async fn answer(
    graph: &Graph,
    head: &Parts,
    body: Body,
    exchange: &Exchange<'_>,
    now: Timestamp,
    found_route: &mut Option<usize>,
    allow: &mut String,
) -> Result<Reply, GraphError> {
    let segments = path::split(head.uri.path())
        .map_err(|_| GraphError::unreadable("The path cannot be read."))?;
    let segments = check_version(&segments, head.uri.path())?;
    let found = routes::find(&head.method, segments);
    if let Ok(matched) = &found {
        *found_route = Some(matched.place);
        if let Handler::Public(handler) = matched.route.handler {
            return Ok(handler());
        }
    }
    let principal = authenticate(graph, &head.headers, now).await?;
    let matched = match found {
        Ok(matched) => matched,
        Err(routes::NotFound::Method(methods)) => {
            *allow = methods;
            return Err(GraphError::method_not_allowed());
        }
        Err(routes::NotFound::Path) => {
            return Err(GraphError::not_implemented(format!(
                "The path '{}' is not implemented.",
                head.uri.path()
            )));
        }
    };
    let query = head.uri.query().unwrap_or_default();
    let call = Call {
        graph,
        tenant_id: principal.tenant_id,
        caller: principal.caller,
        keys: matched.keys,
        options: Options::parse(query, matched.route.options, head.uri.path())?,
        query,
        origin: Origin::of(head, graph.public_url.as_deref())?,
        request_id: exchange.request_id,
        is_eventual: is_eventual(&head.headers),
        body: read_body(matched.route, body, &head.headers).await,
    };
    match matched.route.handler {
        Handler::Public(handler) => Ok(handler()),
        Handler::Read(handler) => handler(&call),
        Handler::Write(handler) => handler(&call).await,
    }
}

/// Splits off the version.
fn check_version<'s, 'a>(
    segments: &'s [Segment<'a>],
    path: &str,
) -> Result<&'s [Segment<'a>], GraphError> {
    let (version, rest) = match segments.split_first() {
        Some((Segment::Plain(version), rest)) => (version.as_ref(), rest),
        _ => ("", segments),
    };
    if version.eq_ignore_ascii_case("v1.0") {
        Ok(rest)
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
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| GraphError::unauthenticated("Access token is empty."))?;
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

fn is_eventual(headers: &HeaderMap) -> bool {
    headers
        .get("consistencylevel")
        .is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}
