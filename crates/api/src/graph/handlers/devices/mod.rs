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

use super::pages::{Pages, number_of};
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    paging::Listing,
    render::managed_device::DeviceRow,
    reply::Reply,
    schema::{Entity, Selection},
};

/// One page of devices, each with its type if there is one to tell.
fn page<'a, E, I>(
    call: &Call<'_>,
    tenant: &'a Tenant,
    listing: Listing,
    (set, type_name): (&str, Option<&str>),
    devices_from: impl Fn(DeviceOrdinal) -> I,
) -> Result<Reply, GraphError>
where
    E: for<'r> Entity<Row<'r> = DeviceRow<'r>>,
    I: Iterator<Item = DeviceView<'a>>,
{
    let selection = Selection::<E>::parse(call.options.select.as_deref())?;
    let pages = Pages::new(call, tenant, listing)?;
    let now = call.graph.engine.now();
    let start = DeviceOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    Ok(pages.write(
        &[set, &selection.context],
        || number_of(devices_from(DeviceOrdinal(0))),
        devices_from(start),
        |device| device.ordinal.0.into(),
        |out, device| {
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
        },
    ))
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
