//! Device licenses: a pool, never assigned, counted against enrolled devices that need one (devices-and-sync.md 1.3).

use super::{DeviceOrdinal, DeviceView, EnrollmentType};
use crate::{tenant::Tenant, user::UserOrdinal};

/// Device licenses bought and needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DevicePool {
    /// Paid for or in grace.
    pub bought: u32,
    /// Devices with a record that need one.
    pub used: u32,
}

impl DevicePool {
    /// How many are missing.
    pub const fn short(self) -> u32 {
        self.used.saturating_sub(self.bought)
    }
}

impl Tenant {
    /// Device licenses bought and needed.
    pub fn device_pool(&self) -> DevicePool {
        DevicePool {
            bought: self.management.device_licenses,
            used: self.devices.needing.len(),
        }
    }

    /// Whether everybody among some users is there and licensed, and there is anybody.
    pub(super) fn are_all_licensed(&self, mut users: impl Iterator<Item = UserOrdinal>) -> bool {
        users
            .next()
            .is_some_and(|first| self.is_licensed_for_devices(first))
            && users.all(|user| self.is_licensed_for_devices(user))
    }

    /// Whether a device needs a device license: it has no user, or not all of its users are licensed and it is one that
    /// several use or that a device enrollment manager enrolled.
    pub fn needs_device_license(&self, device: &DeviceView<'_>) -> bool {
        let enrollment_type = device.enrollment_type();
        if !device.is_live() || enrollment_type.is_exempt() || device.is_basic() {
            return false;
        }
        if device.is_shared() || enrollment_type == EnrollmentType::DeviceEnrollmentManager {
            return !self.are_all_licensed(device.users());
        }
        enrollment_type.takes_device_license()
    }

    /// Counts a device in or out of those that need a license.
    pub(crate) fn recount_device(&mut self, device: DeviceOrdinal) {
        let needs = self
            .devices
            .view(device)
            .is_some_and(|device| self.needs_device_license(&device));
        if needs {
            self.devices.needing.insert(device.0);
        } else if self.devices.needing.contains(device.0) {
            self.devices.needing.remove(device.0);
        }
    }

    /// Counts all devices anew.
    pub(crate) fn count_devices(&mut self) {
        let needing = self
            .devices
            .iter()
            .filter(|device| self.needs_device_license(device))
            .map(|device| device.ordinal.0)
            .collect();
        self.devices.needing = needing;
    }

    /// Counts the devices again for which it matters whether a user is licensed.
    pub(crate) fn recount_devices_of(&mut self, user: UserOrdinal) {
        if !self.devices.sharers.contains(user.0) {
            return;
        }
        let devices: Vec<DeviceOrdinal> = self
            .devices
            .of_user(user)
            .map(|device| device.ordinal)
            .collect();
        for device in devices {
            self.recount_device(device);
        }
    }
}
