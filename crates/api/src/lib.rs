//! HTTP: Graph v1.0, token service, health and metrics.
