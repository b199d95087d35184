//! The devices of a tenant as plain values, for comparing two tenants, or a tenant with the model.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{
        Build, Compliance, DeviceDetails, DeviceHead, DeviceSettings, DeviceView, LicenseGap,
        LimitPolicy,
    },
    user::UserView,
};

/// What is stored of devices, and what follows from it at any time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DevicesPicture {
    /// In the order of their first enrollment.
    pub devices: Vec<DevicePicture>,
    pub managers: BTreeSet<Uuid>,
    pub limit_policies: Vec<LimitPolicy>,
    pub settings: DeviceSettings,
    /// Device licenses bought and needed.
    pub pool: (u32, u32),
    /// Users who are licensed for device management.
    pub licensed: BTreeSet<Uuid>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DevicePicture {
    pub id: Uuid,
    pub head: DeviceHead,
    pub build: Build,
    pub details: DeviceDetails,
    pub needs_device_license: bool,
}

/// What follows at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Per device with a record: how it is judged, and whether lists show it.
    pub devices: Vec<(Uuid, Compliance, bool)>,
    /// Per live user: why it is not licensed, how many devices it may have, how many count.
    pub users: Vec<(Uuid, Option<LicenseGap>, u16, usize)>,
}

impl DevicesPicture {
    pub fn of(tenant: &Tenant) -> Self {
        let id_of = |user| tenant.users().view(user).unwrap().id;
        let devices = tenant.devices().iter().map(|device| DevicePicture {
            id: device.id,
            head: device.head(),
            build: device.build().clone(),
            details: device.details(),
            needs_device_license: tenant.devices().needing().contains(device.ordinal.0),
        });
        let managers = tenant.enrollment_managers().iter();
        let licensed = tenant.enrollers().iter();
        let pool = tenant.device_pool();
        Self {
            devices: devices.collect(),
            managers: managers.map(|user| id_of(*user)).collect(),
            limit_policies: tenant.limit_policies().to_vec(),
            settings: tenant.device_settings().clone(),
            pool: (pool.bought, pool.used),
            licensed: licensed
                .map(|user| id_of(zetel_domain::user::UserOrdinal(user)))
                .collect(),
        }
    }
}

impl Judged {
    pub fn of(tenant: &Tenant, now: Timestamp) -> Self {
        let devices = tenant.devices().iter().filter(DeviceView::is_live);
        let users = tenant.users().iter().filter(UserView::is_live);
        Self {
            devices: devices
                .map(|device| {
                    let compliance = tenant.compliance(&device, now);
                    (device.id, compliance, tenant.is_listed(&device, now))
                })
                .collect(),
            users: users
                .map(|user| {
                    let ordinal = user.ordinal;
                    let limit = tenant.device_limit_of(ordinal);
                    let counted = tenant.devices_counted(ordinal, now);
                    (user.id, tenant.license_gap(&user), limit, counted)
                })
                .collect(),
        }
    }
}
