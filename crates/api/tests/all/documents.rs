//! What is made from the tables: `$metadata` and the documentation.

use axum::{body::Body, http::Request};

use crate::world::World;

#[test]
fn metadata_needs_no_token() {
    let world = World::new();
    let request = Request::builder()
        .uri("/v1.0/$metadata")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(request);
    assert_eq!(answer.headers["content-type"], "application/xml");
    insta::assert_snapshot!("metadata", answer.shown());
}

/// `ZETEL_UPDATE_DOCS=1` writes the file anew.
#[test]
fn the_coverage_page_is_that_of_the_route_table() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/graph-coverage.md"
    );
    let expected = zetel_api::coverage_document();
    if std::env::var_os("ZETEL_UPDATE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        written, expected,
        "docs/reference/graph-coverage.md is not that of the route table; run this test with ZETEL_UPDATE_DOCS=1"
    );
}
