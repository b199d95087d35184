//! The list of products with their seats.

use askama::Template;
use axum::response::Response;
use uuid::Uuid;
use zetel_domain::{access::Action, catalog::LicenseBase};

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Seats, Standing, is_assignable},
    visit::Visit,
    words::Words,
};

#[derive(Template)]
#[template(path = "licenses/list.html")]
struct ListPage {
    frame: Frame,
    t: Words,
    rows: Vec<Row>,
}

struct Row {
    sku_id: Uuid,
    name: String,
    part_number: String,
    seats: Seats,
    /// Whether single users take the seats.
    is_assignable: bool,
    is_for_devices: bool,
    standing: Standing,
}

/// `GET /admin/licenses`
pub(crate) async fn list(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadSubscriptions)?;
    let products = tenant.products().filter_map(|(ordinal, product)| {
        let totals = tenant.seats(ordinal);
        let is_there = tenant.owns(ordinal) || totals.consumed > 0;
        is_there.then(|| Row {
            sku_id: product.sku_id,
            name: product.name.clone(),
            part_number: product.part_number.clone(),
            seats: Seats::of(&totals),
            is_assignable: is_assignable(product),
            is_for_devices: product.base == LicenseBase::Device,
            standing: Standing::of(product, &totals),
        })
    });
    let mut rows: Vec<Row> = products.collect();
    rows.sort_by(|left, right| left.name.cmp(&right.name));
    let t = visit.words();
    Ok(page(&ListPage {
        frame: Frame::new(&visit, Section::Licenses, t.m("nav-licenses")),
        t,
        rows,
    }))
}
