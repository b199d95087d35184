//! What events do to devices.

use std::sync::Arc;

use crate::{
    device::{DeviceHead, DeviceOrdinal},
    event::Event,
    tenant::Tenant,
    user::UserOrdinal,
};

impl Tenant {
    pub(super) fn apply_to_devices(&mut self, event: &Event) {
        match event {
            Event::DeviceEnrolled {
                device,
                id,
                head,
                build,
                details,
            } => {
                let details = details.get().map_or(&[][..], AsRef::as_ref);
                if device.0 == self.devices.len() {
                    self.devices.push(*id, head, build, details);
                } else {
                    self.devices.replace(*device, head, build, details);
                }
                self.recount_device(*device);
            }
            Event::DeviceChanged { device, after, .. } => {
                self.devices.replace_head(*device, after);
                self.recount_device(*device);
            }
            Event::DeviceContacted {
                device,
                at,
                certificate_expires,
                ..
            } => self
                .devices
                .note_contact(*device, *at, *certificate_expires),
            Event::DeviceRemoved { device, at, .. } => {
                self.forget_device(*device, |head| head.removed = Some(*at));
                self.recount_device(*device);
            }
            Event::DeviceSettingsChanged { after, .. } => {
                self.device_settings = Arc::new(after.clone());
            }
            Event::LimitPoliciesChanged { after, .. } => {
                self.limit_policies = Arc::new(after.clone());
            }
            Event::EnrollmentManagerAdded { user } => {
                Arc::make_mut(&mut self.enrollment_managers).insert(*user);
            }
            Event::EnrollmentManagerRemoved { user } => {
                Arc::make_mut(&mut self.enrollment_managers).remove(user);
            }
            _ => {}
        }
    }

    /// Erases the details of a device, which may tell of its user.
    fn forget_device(&mut self, device: DeviceOrdinal, change: impl FnOnce(&mut DeviceHead)) {
        let known = self
            .devices
            .view(device)
            .map(|device| (device.head(), device.build().clone()));
        if let Some((mut head, build)) = known {
            change(&mut head);
            self.devices.replace(device, &head, &build, &[]);
        }
    }

    /// Erases what devices tell of a user who is gone for good. Their records stay: somebody has to find them.
    pub(super) fn forget_user_of_devices(&mut self, user: UserOrdinal) {
        if self.enrollment_managers.contains(&user) {
            Arc::make_mut(&mut self.enrollment_managers).remove(&user);
        }
        let devices: Vec<DeviceOrdinal> = self
            .devices
            .of_user(user)
            .filter(|device| device.user() == Some(user))
            .map(|device| device.ordinal)
            .collect();
        for device in devices {
            self.forget_device(device, |_| {});
        }
    }
}
