//! What covers a device that is enrolled. It follows from the licenses of its users and from the pool, as compliance
//! does; [`super::check`] says what would cover one that enrolls.

use super::{Cover, DeviceView, EnrollmentType};
use crate::tenant::Tenant;

impl Tenant {
    /// What covers a device; nothing if nothing does, or if it has no record.
    pub fn cover_of(&self, device: &DeviceView<'_>) -> Option<Cover> {
        if !device.is_live() || self.user_shortfall(device).is_some() {
            return None;
        }
        if device.is_basic() {
            return Some(Cover::BasicMobility);
        }
        let enrollment_type = device.enrollment_type();
        if enrollment_type.is_exempt() {
            return Some(Cover::Exempt);
        }
        let has_licensed_users = self.are_all_licensed(device.users());
        if device.is_shared() && has_licensed_users {
            return Some(Cover::AllUsers);
        }
        if has_licensed_users {
            return Some(Cover::UserLicense);
        }
        let can_have_device_license = device.is_shared()
            || enrollment_type == EnrollmentType::DeviceEnrollmentManager
            || enrollment_type.takes_device_license();
        (can_have_device_license && self.pool_covers()).then_some(Cover::DeviceLicense)
    }
}
