//! Many requests in one.

use axum::http::Method;

use super::{Handler, Route};
use crate::graph::batch;

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::POST,
    template: "/$batch",
    handler: Handler::Write(|call| Box::pin(batch::answer(call))),
    action: None,
    options: &[],
    summary: "Answer up to 20 requests, each as if it had come alone.",
}];
