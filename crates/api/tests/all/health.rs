//! Health and metrics.

use std::sync::Arc;

use axum::{body::Body, http::Request};

use crate::world::World;

#[test]
fn health_readiness_and_metrics() {
    let world = World::new();
    let router = zetel_api::health::router(world.engine.clone(), Arc::clone(&world.metrics));
    let get = |path: &str| {
        let answer = world.send_to(
            &router,
            Request::builder().uri(path).body(Body::empty()).unwrap(),
        );
        (
            answer.status.as_u16(),
            String::from_utf8(answer.body).unwrap(),
        )
    };
    assert_eq!(get("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(get("/readyz"), (200, "ready\n".to_owned()));
    world.get("/users");
    world.get("/users/nobody");
    world.get("/users/nobody");
    world.call("PURGE", "/nowhere", "app", None);
    let (_, text) = get("/metrics");
    for line in [
        r#"zetel_requests_total{method="GET",route="/users",status="200"} 1"#,
        r#"zetel_requests_total{method="GET",route="/users/{id | userPrincipalName}",status="404"} 2"#,
        r#"zetel_requests_total{method="other",route="other",status="501"} 1"#,
        r#"zetel_request_duration_seconds_count{method="GET",route="/users"} 1"#,
        "zetel_tenants 1",
        "zetel_conflicts_total 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
