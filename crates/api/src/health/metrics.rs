//! Counters in Prometheus' format.

use std::{sync::OnceLock, time::Duration};

use axum::http::{Method, StatusCode};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text::encode},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        histogram::Histogram,
    },
    registry::Registry,
};
use zetel_engine::Engine;

use crate::graph::ROUTES;

/// Upper bounds of durations in seconds: from a read in memory to a slow disk.
const DURATIONS: [f64; 12] = [
    0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0,
];

/// The statuses that answers have, most frequent first.
const STATUSES: [u16; 19] = [
    200, 204, 201, 400, 404, 401, 403, 405, 408, 413, 429, 500, 501, 502, 503, 409, 410, 415, 0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: &'static str,
}

/// What is counted about a route; found by place, without hashing labels for every request.
struct RouteMetrics {
    labels: RouteLabels,
    durations: OnceLock<Histogram>,
    requests: [OnceLock<Counter>; STATUSES.len()],
}

/// Counts requests and shows what the engine counts.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    routes: Vec<RouteMetrics>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(engine: Engine) -> Self {
        let mut registry = Registry::with_prefix("zetel");
        let requests = Family::<RequestLabels, Counter>::default();
        let new_histogram: fn() -> Histogram = || Histogram::new(DURATIONS);
        let durations = Family::new_with_constructor(new_histogram);
        registry.register("requests", "Requests to Graph", requests.clone());
        registry.register(
            "request_duration_seconds",
            "Time from a request to its answer",
            durations.clone(),
        );
        registry.register_collector(Box::new(EngineCollector(engine)));
        let known = ROUTES.iter().map(|route| RouteLabels {
            method: method_label(&route.method),
            route: route.template,
        });
        let other = RouteLabels {
            method: "other",
            route: "other",
        };
        let routes = known
            .chain([other])
            .map(|labels| RouteMetrics {
                labels,
                durations: OnceLock::new(),
                requests: [const { OnceLock::new() }; STATUSES.len()],
            })
            .collect();
        Self {
            registry,
            requests,
            durations,
            routes,
        }
    }

    /// Counts a request to a route, or to none.
    pub(crate) fn observe(
        &self,
        route: Option<usize>,
        method: &Method,
        status: StatusCode,
        elapsed: Duration,
    ) {
        let place = route.unwrap_or(ROUTES.len());
        let Some(metrics) = self.routes.get(place) else {
            return;
        };
        let labels = RouteLabels {
            method: method_label(method),
            ..metrics.labels.clone()
        };
        metrics
            .durations
            .get_or_init(|| self.durations.get_or_create(&metrics.labels).clone())
            .observe(elapsed.as_secs_f64());
        let counter = || {
            let labels = RequestLabels {
                method: labels.method,
                route: labels.route,
                status: status.as_u16(),
            };
            self.requests.get_or_create(&labels).clone()
        };
        let known = STATUSES.iter().position(|known| *known == status.as_u16());
        match known.and_then(|place| metrics.requests.get(place)) {
            // Without a route the method varies, and so do the labels.
            Some(kept) if route.is_some() => {
                kept.get_or_init(counter).inc();
            }
            _ => {
                counter().inc();
            }
        }
    }

    /// Everything as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Methods as labels; a made-up one must not make a label of its own.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Asks the engine when the metrics are shown.
struct EngineCollector(Engine);

impl std::fmt::Debug for EngineCollector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("EngineCollector")
    }
}

impl Collector for EngineCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let engine = self.0.metrics();
        let gauges = [
            ("tenants", "Tenants in memory", engine.tenants),
            (
                "commands_waiting",
                "Commands that wait to be carried out",
                engine.waiting,
            ),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        let counters = [
            (
                "commit_batches",
                "Transactions that stored changes",
                engine.batches,
            ),
            (
                "changes",
                "Changes stored; divided by batches, the size of a batch",
                engine.changes,
            ),
            (
                "conflicts",
                "Batches decided again because another node was faster",
                engine.conflicts,
            ),
        ];
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value);
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        Ok(())
    }
}
