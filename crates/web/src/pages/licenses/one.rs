//! The page of a product: its seats, who has it and through what, its services, and how it was bought.

use askama::Template;
use axum::{extract::Path, response::Response};
use uuid::Uuid;
use zetel_domain::{
    Tenant,
    access::Action,
    catalog::LicenseBase,
    decide::waiting,
    product::{OwnedProduct, ProductOrdinal},
    subscription::SeatTotals,
};

use super::chart::Chart;
use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Purchase, Seats, Standing, is_assignable, plan_name, plans_of, user_name},
    visit::Visit,
    words::Words,
};

/// Users in the waiting list that are named; the number is exact.
const NAMED_WAITING: usize = 20;

#[derive(Template)]
#[template(path = "licenses/one.html")]
struct ProductPage {
    frame: Frame,
    t: Words,
    sku_id: Uuid,
    name: String,
    part_number: String,
    totals: SeatTotals,
    seats: Seats,
    chart: Chart,
    standing: Standing,
    /// Whether single users take the seats.
    is_assignable: bool,
    is_for_devices: bool,
    groups: Vec<(Uuid, String)>,
    services: Vec<Service>,
    purchases: Vec<Purchase>,
    waiting: Vec<(Uuid, String)>,
    waiting_count: usize,
    /// Whether those who wait get seats by themselves.
    gives_seats: bool,
}

/// A service of the product, and for how many of its holders it is on and off.
struct Service {
    name: String,
    word: String,
    on: u32,
    off: u32,
}

/// `GET /admin/licenses/{sku}`
pub(crate) async fn overview(visit: Visit, Path(sku): Path<String>) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadSubscriptions)?;
    let ordinal = Uuid::try_parse(&sku).ok();
    let ordinal = ordinal.and_then(|sku_id| tenant.find_product(sku_id));
    let found = ordinal.and_then(|ordinal| Some((ordinal, tenant.product(ordinal)?)));
    let Some((ordinal, product)) = found else {
        return Err(Failure::nothing_there(&visit));
    };
    let totals = tenant.seats(ordinal);
    let seats = Seats::of(&totals);
    let purchases = tenant.subscriptions_of(ordinal);
    let line = if visit.may(Action::ListUsers, None) {
        waiting(&tenant, ordinal)
    } else {
        Vec::new()
    };
    let first = line.iter().take(NAMED_WAITING);
    let first = first.filter_map(|user| tenant.users().view(*user));
    Ok(page(&ProductPage {
        frame: Frame::new(&visit, Section::Licenses, &product.name),
        t: visit.words(),
        sku_id: product.sku_id,
        name: product.name.clone(),
        part_number: product.part_number.clone(),
        totals,
        seats,
        chart: Chart::of(&seats),
        standing: Standing::of(product, &totals),
        is_assignable: is_assignable(product),
        is_for_devices: product.base == LicenseBase::Device,
        groups: if visit.may(Action::ReadGroups, None) {
            groups(&tenant, ordinal)
        } else {
            Vec::new()
        },
        services: services(&tenant, ordinal, product),
        purchases: purchases
            .filter_map(|bought| Purchase::of(&tenant, bought, visit.words()))
            .collect(),
        waiting: first
            .map(|user| (user.id, user_name(&user).to_owned()))
            .collect(),
        waiting_count: line.len(),
        gives_seats: tenant.policy().is_automatic(),
    }))
}

/// The groups that give a product, by name.
fn groups(tenant: &Tenant, product: ProductOrdinal) -> Vec<(Uuid, String)> {
    let live = tenant.groups().iter().filter(|(_, group)| group.is_live());
    let giving = live.filter(|(_, group)| group.license(product).is_some());
    let mut groups: Vec<(Uuid, String)> = giving
        .map(|(_, group)| (group.id, group.definition.display_name.clone()))
        .collect();
    groups.sort_by(|left, right| left.1.cmp(&right.1));
    groups
}

/// The services of a product, those that are off for most first.
fn services(tenant: &Tenant, ordinal: ProductOrdinal, product: &OwnedProduct) -> Vec<Service> {
    let holders = tenant.seats(ordinal).consumed;
    let services = plans_of(product).map(|plan| {
        let mut grants = tenant.plan_grants(plan.id);
        let grant = grants.find(|grant| grant.product == ordinal);
        let on = grant.map_or(0, |grant| grant.users().evaluate().len());
        Service {
            name: plan_name(plan).to_owned(),
            word: plan.name.clone(),
            on,
            off: holders.saturating_sub(on),
        }
    });
    let mut services: Vec<Service> = services.collect();
    services.sort_by(|left, right| {
        let by_off = right.off.cmp(&left.off);
        by_off.then_with(|| left.name.cmp(&right.name))
    });
    services
}
