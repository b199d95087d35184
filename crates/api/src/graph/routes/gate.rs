//! The enrollment gate, which lies beside Graph.

use axum::http::Method;
use zetel_domain::access::Action;

use super::{Route, ask, change, get};
use crate::graph::gate;

pub(super) const ROUTES: &[Route] = &[
    ask(
        "/enrollment/v1/checks",
        |call| Box::pin(gate::check(call)),
        Action::EnrollDevices,
        "May this device enroll? Writes nothing.",
    ),
    get(
        "/enrollment/v1/authorize",
        gate::authorize,
        Action::EnrollDevices,
        &[],
        "The same for a reverse proxy.",
    ),
    change(
        Method::PUT,
        "/enrollment/v1/devices/{id}",
        |call| Box::pin(gate::register(call)),
        Action::EnrollDevices,
        "Enroll a device, or say again that it is enrolled.",
    ),
    get(
        "/enrollment/v1/devices/{id}",
        gate::get,
        Action::EnrollDevices,
        &[],
        "The device as Zetel knows it.",
    ),
    change(
        Method::POST,
        "/enrollment/v1/devices/{id}/checkIn",
        |call| Box::pin(gate::check_in(call)),
        Action::EnrollDevices,
        "The device was heard of.",
    ),
    change(
        Method::POST,
        "/enrollment/v1/devices/{id}/retire",
        |call| Box::pin(gate::retire(call)),
        Action::ManageDevices,
        "Ask it to leave.",
    ),
    change(
        Method::DELETE,
        "/enrollment/v1/devices/{id}",
        |call| Box::pin(gate::delete(call)),
        Action::ManageDevices,
        "Its record goes: it left, or shall be forgotten.",
    ),
];
