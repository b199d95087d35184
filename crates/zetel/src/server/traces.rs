//! Traces of requests, sent over OTLP. Built with the feature `otlp`.

use async_trait::async_trait;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use opentelemetry::{propagation::TextMapPropagator, trace::TracerProvider};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::{Instrument, Span, field::Empty, level_filters::LevelFilter, subscriber::Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};
use ureq::http;
use url::Url;

use crate::{
    client::{connection::extend, transport},
    error::CliError,
};

/// The name that traces bear.
const SERVICE: &str = "zetel";
/// Headers in which answers name their request: Graph's, and the token service's.
const REQUEST_ID_HEADERS: [&str; 2] = ["request-id", "x-ms-request-id"];

/// Where traces go. What has not left yet leaves when this is dropped.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends traces to a collector, whose address has no `/v1/traces`.
    pub fn open(endpoint: &str) -> Result<Self, CliError> {
        let wrong = |reason: &dyn std::fmt::Display| {
            CliError::usage(format!("`otlp_endpoint`: `{endpoint}`: {reason}"))
                .hint("Give the address of a collector, such as http://127.0.0.1:4318")
        };
        let mut url = Url::parse(endpoint).map_err(|error| wrong(&error))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong(
                &"must begin with https:// or http:// and name a host",
            ));
        }
        extend(&mut url, &["v1", "traces"]);
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Courier(transport::agent(None, 1, &[&url])?))
            .with_endpoint(url)
            .build()
            .map_err(|error| wrong(&error))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(SERVICE).build());
        Ok(Self(provider.build()))
    }

    /// What turns the spans of requests, and what is logged within them, into traces.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_filter(Targets::new().with_target(SERVICE, LevelFilter::INFO))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // A collector that is gone gets nothing more.
        let _ = self.0.shutdown();
    }
}

/// Carries batches of spans with the program's own HTTP client, on the thread of the exporter.
#[derive(Debug)]
struct Courier(ureq::Agent);

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let (head, mut body) = self
            .0
            .run(http::Request::from_parts(head, body.as_ref()))?
            .into_parts();
        Ok(http::Response::from_parts(head, body.read_to_vec()?.into()))
    }
}

/// Follows a request from its head to its answer, as a part of the trace that its `traceparent` names.
pub async fn follow(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let span = tracing::info_span!(
        target: "zetel::request",
        "request",
        otel.kind = "server",
        otel.name = %request.method(),
        http.request.method = %request.method(),
        http.route = route.map(MatchedPath::as_str),
        http.response.status_code = Empty,
        request_id = Empty,
    );
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // Without a parent, and where nobody listens, there is nothing to be set.
    let _ = span.set_parent(parent);
    let response = next.run(request).instrument(span.clone()).await;
    note_answer(&span, &response);
    response
}

fn note_answer(span: &Span, response: &Response) {
    span.record("http.response.status_code", response.status().as_u16());
    let request_id = REQUEST_ID_HEADERS
        .iter()
        .find_map(|name| response.headers().get(*name)?.to_str().ok());
    span.record("request_id", request_id);
}
