//! Devices as objects of the directory: `/devices`, and those of a user.

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::{DeviceOrdinal, DeviceView},
};
use zetel_query::Condition;

use super::{find, listed_count, listed_from, listed_of, page, user};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{DirectoryDeviceTest, Query},
    handlers::{
        entities,
        pages::{self, number_of},
        sorting::ordering,
    },
    paging::Listing,
    render::{
        directory_device::{Device, directory_id},
        managed_device::DeviceRow,
    },
    reply::Reply,
};

const SET: &str = "devices";

/// `GET /devices`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDirectoryDevices, None)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant, false)?;
    page::<Device, _>(
        call,
        &tenant,
        Listing::DirectoryDevices,
        (SET, None, ordering::<DirectoryDeviceTest>(call)?),
        |start| filter.of(listed_from(&tenant, start, now)),
    )
}

/// `GET /devices/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDirectoryDevices, None)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant, true)?;
    pages::count(call, || match &filter.condition {
        None => listed_count(&tenant, now),
        Some(_) => number_of(filter.of(listed_from(&tenant, DeviceOrdinal(0), now))),
    })
}

/// `GET /devices/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDirectoryDevices, None)?;
    entities::single::<Device>(call, SET, &find(call, &tenant, call.key(0))?)
}

/// `GET /devices(deviceId='{deviceId}')`. No index tells what the directory calls a device, so all are looked at.
pub(crate) fn get_by_device_id(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDirectoryDevices, None)?;
    let now = call.graph.engine.now();
    let device = Uuid::try_parse(call.key(0)).ok().and_then(|id| {
        listed_from(&tenant, DeviceOrdinal(0), now).find(|device| directory_id(device) == id)
    });
    let row = DeviceRow {
        tenant: &tenant,
        device: device.ok_or_else(|| GraphError::not_found(call.key(0)))?,
        now,
    };
    entities::single::<Device>(call, SET, &row)
}

/// `GET /users/{id}/registeredDevices` and `/ownedDevices`, and the same of `/me`: whoever registered a device owns it.
pub(crate) fn list_of_user(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read_of(Action::ReadUser, &call.user_key()?)?;
    let owner = user(call, &tenant)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant, false)?;
    let ordering = ordering::<DirectoryDeviceTest>(call)?;
    page::<Device, _>(
        call,
        &tenant,
        Listing::DirectoryDevicesOf(owner.id),
        (
            "directoryObjects",
            Some("#microsoft.graph.device"),
            ordering,
        ),
        |start| filter.of(listed_of(&tenant, owner.ordinal, start, now)),
    )
}

/// The number of these.
pub(crate) fn count_of_user(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read_of(Action::ReadUser, &call.user_key()?)?;
    let owner = user(call, &tenant)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant, true)?;
    let devices = listed_of(&tenant, owner.ordinal, DeviceOrdinal(0), now);
    pages::count(call, || number_of(filter.of(devices)))
}

/// What a request asks of devices.
struct Filter<'a> {
    tenant: &'a Tenant,
    condition: Option<Condition<DirectoryDeviceTest>>,
    now: Timestamp,
}

impl<'a> Filter<'a> {
    fn parse(call: &Call<'_>, tenant: &'a Tenant, is_count: bool) -> Result<Self, GraphError> {
        Ok(Self {
            tenant,
            condition: Query::of(call, is_count)?.condition()?,
            now: call.graph.engine.now(),
        })
    }

    /// Those of some devices that fit.
    fn of<'d>(
        &self,
        devices: impl Iterator<Item = DeviceView<'d>>,
    ) -> impl Iterator<Item = DeviceView<'d>>
    where
        'a: 'd,
    {
        devices.filter(|device| {
            let row = DeviceRow {
                tenant: self.tenant,
                device: *device,
                now: self.now,
            };
            let condition = self.condition.as_ref();
            condition.is_none_or(|condition| condition.holds(&|test| test.holds(&row)))
        })
    }
}
