//! What memory keeps twice or counts of devices: here it is counted again, from what each user and each device has.

use std::collections::BTreeMap;

use zetel_domain::{
    Tenant,
    catalog::LicenseBase,
    device::{DeviceOrdinal, DeviceView},
    state::Bits,
    user::{UserOrdinal, UserView},
};

use super::finding::{Advice, Finder, differing};
use crate::schema;

/// Counts everything about devices again in a state.
pub fn examine(tenant: &Tenant, finder: &mut Finder<'_>) {
    examine_enrollers(tenant, finder);
    examine_sets(tenant, finder);
    examine_users_of_devices(tenant, finder);
    examine_devices_of_users(tenant, finder);
}

/// Who may enroll devices is kept as licenses come and go.
fn examine_enrollers(tenant: &Tenant, finder: &mut Finder<'_>) {
    let licensed: Bits = tenant
        .users()
        .iter()
        .filter(|user| user.is_live() && is_licensed(tenant, user))
        .map(|user| user.ordinal.0)
        .collect();
    let kept = tenant.enrollers();
    if *kept != licensed {
        let text = format!(
            "{} users are licensed for device management, but {} are counted{}",
            licensed.len(),
            kept.len(),
            differing("user", kept, &licensed)
        );
        finder.find(&schema::license::TABLE, text, Advice::Program);
    }
}

/// Whether any license that a user has leaves a plan of device management of a usable product per user on.
fn is_licensed(tenant: &Tenant, user: &UserView<'_>) -> bool {
    tenant.effective(user).into_iter().any(|license| {
        tenant.product(license.product).is_some_and(|product| {
            product.base == LicenseBase::User
                && product.enables_management(license.disabled)
                && tenant.seats(license.product).status().is_assignable()
        })
    })
}

/// Which devices have a record, and which need a device license.
fn examine_sets(tenant: &Tenant, finder: &mut Finder<'_>) {
    let devices = tenant.devices();
    let (mut live, mut needing) = (Bits::new(), Bits::new());
    for device in devices.iter() {
        if device.is_live() {
            live.insert(device.ordinal.0);
        }
        if tenant.needs_device_license(&device) {
            needing.insert(device.ordinal.0);
        }
        if devices.find_id(device.id).map(|found| found.ordinal) != Some(device.ordinal) {
            let text = format!("device {} is not found by its id", device.id);
            finder.find(&schema::device::TABLE, text, Advice::Program);
        }
    }
    for (kept, found, what) in [
        (devices.live(), live, "have a record"),
        (devices.needing(), needing, "need a device license"),
    ] {
        if *kept != found {
            let text = format!(
                "{} devices {what}, but {} are counted{}",
                found.len(),
                kept.len(),
                differing("device", kept, &found)
            );
            finder.find(&schema::device::TABLE, text, Advice::Program);
        }
    }
}

/// Devices name only users who exist.
fn examine_users_of_devices(tenant: &Tenant, finder: &mut Finder<'_>) {
    let users = tenant.users().len();
    for device in tenant.devices().iter() {
        if let Some(user) = device.users().find(|user| user.0 >= users) {
            let text = format!(
                "device {} names the user with ordinal {}, who does not exist",
                device.id, user.0
            );
            finder.find(&schema::device::TABLE, text, Advice::Program);
        }
    }
}

/// Users know the devices that they enrolled or use, and how many they enrolled.
fn examine_devices_of_users(tenant: &Tenant, finder: &mut Finder<'_>) {
    let mut used: BTreeMap<UserOrdinal, Bits> = BTreeMap::new();
    let mut enrolled: BTreeMap<UserOrdinal, usize> = BTreeMap::new();
    for device in tenant.devices().iter().filter(DeviceView::is_live) {
        for user in device.users() {
            used.entry(user).or_default().insert(device.ordinal.0);
        }
        if let Some(user) = device.user() {
            *enrolled.entry(user).or_default() += 1;
        }
    }
    for user in tenant.users().iter() {
        let found = used.remove(&user.ordinal).unwrap_or_default();
        let kept: Vec<DeviceOrdinal> = tenant
            .devices()
            .of_user(user.ordinal)
            .map(|device| device.ordinal)
            .collect();
        if !found.iter().map(DeviceOrdinal).eq(kept.iter().copied()) {
            let text = format!(
                "user {} has {} devices, but {} are listed",
                user.id,
                found.len(),
                kept.len()
            );
            finder.find(&schema::device::TABLE, text, Advice::Program);
        }
        // More cannot be told apart in the columns of memory.
        let count = enrolled.get(&user.ordinal).map_or(0, |count| *count);
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        let kept = tenant.devices().enrolled_by(user.ordinal);
        if kept != count {
            let text = format!(
                "user {} enrolled {count} devices, but {kept} are counted",
                user.id
            );
            finder.find(&schema::device::TABLE, text, Advice::Program);
        }
    }
}
