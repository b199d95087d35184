//! Devices, and how they are managed.

pub(crate) mod directory;
pub(crate) mod limits;
pub(crate) mod managed;
pub(crate) mod management;

mod limit_body;

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{DeviceOrdinal, DeviceView},
    user::{UserOrdinal, UserView},
};
use zetel_query::Ordering;

use super::{
    pages::{Pages, number_of},
    sorting::Sort,
};
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    paging::{Key, Listing},
    render::managed_device::DeviceRow,
    reply::Reply,
    schema::{Entity, Selection},
};

/// One page of devices, each with its type if there is one to tell.
fn page<'a, E, I>(
    call: &Call<'_>,
    tenant: &'a Tenant,
    listing: Listing,
    (set, type_name, ordering): (&str, Option<&str>, Option<Ordering>),
    devices_from: impl Fn(DeviceOrdinal) -> I,
) -> Result<Reply, GraphError>
where
    E: for<'r> Entity<Row<'r> = DeviceRow<'r>>,
    I: Iterator<Item = DeviceView<'a>>,
{
    let selection = Selection::<E>::parse(call.options.select.as_deref())?;
    let now = call.graph.engine.now();
    let write = |out: &mut Vec<u8>, device: DeviceView<'a>| {
        if let Some(type_name) = type_name {
            json::key(out, "@odata.type");
            json::string(out, type_name);
        }
        let row = DeviceRow {
            tenant,
            device,
            now,
        };
        selection.write(out, &row);
    };
    let context = [set, &selection.context];
    let total = || number_of(devices_from(DeviceOrdinal(0)));
    if let Some(ordering) = ordering {
        let (pages, sort) = Pages::sorted(call, tenant, listing, ordering)?;
        let position = |device: &DeviceView<'a>| position(&sort, device);
        let all = devices_from(DeviceOrdinal(0));
        let devices = sort.first(all, position, pages.length() + 1);
        return Ok(pages.write_sorted(&context, total, (&sort, devices), position, write));
    }
    let pages = Pages::new(call, tenant, listing)?;
    let start = DeviceOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    let place = |device: &DeviceView<'a>| device.ordinal.0.into();
    Ok(pages.write(&context, total, devices_from(start), place, write))
}

/// The place of a device in a list in an order.
fn position(sort: &Sort, device: &DeviceView<'_>) -> (Key, u64) {
    let key = match sort.ordering.property.name {
        "approximateLastSignInDateTime" => Key::Time(device.contacted().0),
        _ => Key::of_text(device.name()),
    };
    (key, device.ordinal.0.into())
}

/// All devices that are shown, from a place on.
fn listed_from(
    tenant: &Tenant,
    start: DeviceOrdinal,
    now: Timestamp,
) -> impl Iterator<Item = DeviceView<'_>> {
    let devices = tenant.devices();
    devices
        .live()
        .iter_from(start.0)
        .filter_map(move |ordinal| devices.view(DeviceOrdinal(ordinal)))
        .filter(move |device| tenant.is_listed(device, now))
}

/// How many devices are shown.
fn listed_count(tenant: &Tenant, now: Timestamp) -> u32 {
    if tenant.device_settings().clean_up.is_empty() {
        tenant.devices().live().len()
    } else {
        number_of(listed_from(tenant, DeviceOrdinal(0), now))
    }
}

/// The devices of a user that are shown, from a place on.
fn listed_of(
    tenant: &Tenant,
    user: UserOrdinal,
    start: DeviceOrdinal,
    now: Timestamp,
) -> impl Iterator<Item = DeviceView<'_>> {
    tenant
        .devices()
        .of_user(user)
        .filter(move |device| device.user() == Some(user) && device.ordinal >= start)
        .filter(move |device| tenant.is_listed(device, now))
}

/// The device with an id as the path names it, if it is shown.
fn find<'a>(call: &Call<'_>, tenant: &'a Tenant, key: &str) -> Result<DeviceRow<'a>, GraphError> {
    let now = call.graph.engine.now();
    let device = Uuid::try_parse(key)
        .ok()
        .and_then(|id| tenant.devices().find_id(id))
        .filter(|device| tenant.is_listed(device, now));
    let device = device.ok_or_else(|| GraphError::not_found(key))?;
    Ok(DeviceRow {
        tenant,
        device,
        now,
    })
}

/// The user whom the path names.
fn user<'a>(call: &Call<'_>, tenant: &'a Tenant) -> Result<UserView<'a>, GraphError> {
    tenant
        .find_user(&call.user_key()?)
        .ok_or_else(|| GraphError::not_found(call.key(0)))
}
