//! Refusals to enroll a device, as Graph shows them.

use axum::http::Method;
use zetel_domain::access::Action;

use super::{Handler, Route};
use crate::graph::{
    handlers::troubleshooting,
    query::QueryOption::{Filter, SkipToken, Top},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        template: "/deviceManagement/troubleshootingEvents",
        handler: Handler::Recall(|call| Box::pin(troubleshooting::list(call))),
        action: Some(Action::ReadDevices),
        options: &[Top, SkipToken, Filter],
        summary: "List refusals to enroll a device of the last 30 days, the newest first; the filter is `userId eq '{id}'`.",
    },
    Route {
        method: Method::GET,
        template: "/deviceManagement/troubleshootingEvents/{id}",
        handler: Handler::Recall(|call| Box::pin(troubleshooting::get(call))),
        action: Some(Action::ReadDevices),
        options: &[],
        summary: "Get a refusal to enroll a device.",
    },
];
