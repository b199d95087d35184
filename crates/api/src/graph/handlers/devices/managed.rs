//! Managed devices: `/deviceManagement/managedDevices` and those of a user.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant, Timestamp,
    access::Action,
    device::{DeviceOrdinal, DeviceView},
    state::Bits,
};
use zetel_query::{Condition, Reach};

use super::{find, listed_count, listed_from, listed_of, page, user};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{DeviceTest, Query},
    handlers::{entities, pages::number_of},
    paging::Listing,
    render::managed_device::{DeviceRow, ManagedDevice},
    reply::Reply,
};

const SET: &str = "deviceManagement/managedDevices";

/// `GET /deviceManagement/managedDevices`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDevices, None)?;
    let now = call.graph.engine.now();
    let set = (SET, None, None);
    match Filter::parse(call, &tenant)? {
        None => page::<ManagedDevice, _>(call, &tenant, Listing::ManagedDevices, set, |start| {
            listed_from(&tenant, start, now)
        }),
        Some(filter) => {
            page::<ManagedDevice, _>(call, &tenant, Listing::ManagedDevices, set, |start| {
                filter.devices_from(&tenant, start, now)
            })
        }
    }
}

/// `GET /deviceManagement/managedDevices/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDevices, None)?;
    let now = call.graph.engine.now();
    Ok(Reply::count(match Filter::parse(call, &tenant)? {
        None => listed_count(&tenant, now),
        Some(filter) => number_of(filter.devices_from(&tenant, DeviceOrdinal(0), now)),
    }))
}

/// `GET /deviceManagement/managedDevices/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDevices, None)?;
    let row = find(call, &tenant, call.key(0))?;
    entities::single::<ManagedDevice>(call, SET, &row)
}

/// `DELETE /deviceManagement/managedDevices/{id}`
pub(crate) async fn delete(call: &Call<'_>) -> Result<Reply, GraphError> {
    submit(call, |device| Command::RemoveDevice { device }).await
}

/// `POST /deviceManagement/managedDevices/{id}/retire`
pub(crate) async fn retire(call: &Call<'_>) -> Result<Reply, GraphError> {
    submit(call, |device| Command::RetireDevice { device }).await
}

/// `POST /deviceManagement/managedDevices/{id}/syncDevice`
pub(crate) async fn sync(call: &Call<'_>) -> Result<Reply, GraphError> {
    submit(call, |device| Command::SyncDevice { device }).await
}

async fn submit(
    call: &Call<'_>,
    command: impl FnOnce(Uuid) -> Command,
) -> Result<Reply, GraphError> {
    let id = {
        let tenant = call.read(Action::ManageDevices, None)?;
        find(call, &tenant, call.key(0))?.device.id
    };
    call.submit(command(id), None).await?;
    Ok(Reply::no_content())
}

/// `GET /users/{id}/managedDevices`, `GET /me/managedDevices`
pub(crate) fn list_of_user(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read_of(Action::ReadDevices, &call.user_key()?)?;
    let owner = user(call, &tenant)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant)?;
    let set = format!("users('{}')/managedDevices", owner.id);
    let listing = Listing::ManagedDevicesOf(owner.id);
    page::<ManagedDevice, _>(call, &tenant, listing, (&set, None, None), |start| {
        listed_of(&tenant, owner.ordinal, start, now).filter(|device| {
            let fits = |filter: &Filter| filter.fits(&tenant, device, now);
            filter.as_ref().is_none_or(fits)
        })
    })
}

/// `GET /users/{id}/managedDevices/$count`, `GET /me/managedDevices/$count`
pub(crate) fn count_of_user(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read_of(Action::ReadDevices, &call.user_key()?)?;
    let owner = user(call, &tenant)?;
    let now = call.graph.engine.now();
    let filter = Filter::parse(call, &tenant)?;
    let devices = listed_of(&tenant, owner.ordinal, DeviceOrdinal(0), now).filter(|device| {
        let fits = |filter: &Filter| filter.fits(&tenant, device, now);
        filter.as_ref().is_none_or(fits)
    });
    Ok(Reply::count(number_of(devices)))
}

/// `GET /users/{id}/managedDevices/{id}`
pub(crate) fn get_of_user(call: &Call<'_>) -> Result<Reply, GraphError> {
    single_of_user(call, call.key(1))
}

/// `GET /me/managedDevices/{id}`
pub(crate) fn get_own(call: &Call<'_>) -> Result<Reply, GraphError> {
    // The first key of the path is the device's.
    let id = call.own_id()?;
    let tenant = call.read(Action::ReadDevices, Some(id))?;
    let owner = tenant.users().find_id(id);
    let row = find(call, &tenant, call.key(0))?;
    of_owner(call, &row, owner.map(|owner| owner.ordinal), call.key(0))
}

fn single_of_user(call: &Call<'_>, key: &str) -> Result<Reply, GraphError> {
    let tenant = call.read_of(Action::ReadDevices, &call.user_key()?)?;
    let owner = user(call, &tenant)?;
    let row = find(call, &tenant, key)?;
    of_owner(call, &row, Some(owner.ordinal), key)
}

fn of_owner(
    call: &Call<'_>,
    row: &DeviceRow<'_>,
    owner: Option<zetel_domain::user::UserOrdinal>,
    key: &str,
) -> Result<Reply, GraphError> {
    let owner = owner.filter(|owner| row.device.user() == Some(*owner));
    let owner = owner.and_then(|owner| row.tenant.users().view(owner));
    let owner = owner.ok_or_else(|| GraphError::not_found(key))?;
    let set = format!("users('{}')/managedDevices", owner.id);
    entities::single::<ManagedDevice>(call, &set, row)
}

/// A `$filter` on managed devices.
struct Filter {
    condition: Condition<DeviceTest>,
    /// Devices outside of which none fits, where an index tells.
    candidates: Option<Bits>,
}

impl Filter {
    /// Intune knows no advanced queries: every operator is for every client.
    fn parse(call: &Call<'_>, tenant: &Tenant) -> Result<Option<Self>, GraphError> {
        let condition = Query::of_everybody(call)?.condition::<DeviceTest>()?;
        Ok(condition.map(|condition| {
            let live = tenant.devices().live();
            let candidates = match condition.reach(live, &|test| test.reach(tenant)) {
                Reach::Exactly(set) | Reach::Within(set) => Some(set),
                Reach::Unknown => None,
            };
            Self {
                condition,
                candidates,
            }
        }))
    }

    fn fits(&self, tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp) -> bool {
        self.condition
            .holds(&|test| test.holds(tenant, device, now))
    }

    /// The devices that fit and are shown, from a place on.
    fn devices_from<'a>(
        &'a self,
        tenant: &'a Tenant,
        start: DeviceOrdinal,
        now: Timestamp,
    ) -> impl Iterator<Item = DeviceView<'a>> {
        let devices = tenant.devices();
        let chosen = self.candidates.as_ref().unwrap_or_else(|| devices.live());
        chosen
            .iter_from(start.0)
            .filter_map(|ordinal| devices.view(DeviceOrdinal(ordinal)))
            .filter(move |device| tenant.is_listed(device, now))
            .filter(move |device| self.fits(tenant, device, now))
    }
}
