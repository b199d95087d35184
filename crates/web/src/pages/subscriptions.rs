//! What was bought: each subscription in a row, and the pool of device licenses.

use askama::Template;
use axum::response::Response;
use zetel_domain::{access::Action, device::DevicePool, subscription::Status};

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::Purchase,
    visit::Visit,
    words::Words,
};

#[derive(Template)]
#[template(path = "subscriptions/list.html")]
struct SubscriptionsPage {
    frame: Frame,
    t: Words,
    purchases: Vec<Purchase>,
    /// Device licenses, if any are bought or needed.
    pool: Option<DevicePool>,
}

/// `GET /admin/subscriptions`
pub(crate) async fn list(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadSubscriptions)?;
    let subscriptions = tenant.subscriptions().values();
    let purchases = subscriptions.filter_map(|bought| {
        let is_gone = bought.status == Status::Deleted;
        Some((is_gone, Purchase::of(&tenant, bought, visit.words())?))
    });
    let mut purchases: Vec<(bool, Purchase)> = purchases.collect();
    purchases.sort_by(|left, right| (left.0, &left.1.product).cmp(&(right.0, &right.1.product)));
    let pool = tenant.device_pool();
    let t = visit.words();
    Ok(page(&SubscriptionsPage {
        frame: Frame::new(&visit, Section::Subscriptions, t.m("nav-subscriptions")),
        t,
        purchases: purchases.into_iter().map(|(_, bought)| bought).collect(),
        pool: (pool != DevicePool::default()).then_some(pool),
    }))
}
