//! Which devices a change touches: those whose users are licensed no longer, or again, and those for which the tenant's
//! conditions become stricter, or less strict.

use super::{DeviceOrdinal, DeviceView};
use crate::{state::Bits, tenant::Tenant, time::Timestamp, user::UserOrdinal};

/// What a change does to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceTouch {
    /// The device.
    pub device: DeviceOrdinal,
    /// Whether it is compliant no longer; it is again otherwise.
    pub loses: bool,
}

/// The dates of a device that is compliant no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossDates {
    /// From when on it is out of compliance.
    pub noncompliant: Timestamp,
    /// Until when giving the license back, or the settings, makes it compliant without enrolling again.
    pub restorable_until: Timestamp,
    /// When its record is removed if it is never heard of again.
    pub removed: Timestamp,
}

impl Tenant {
    /// The dates of a device that is not covered from a time on.
    pub fn loss_dates(&self, device: &DeviceView<'_>, from: Timestamp) -> LossDates {
        LossDates {
            noncompliant: from,
            restorable_until: device.certificate_expires(),
            removed: self.removed_from(device),
        }
    }
}

/// The devices that the way from one state to another touches, by device. Costs a look at each user who, or whose
/// license, came or went, and at their devices; where device licenses run out or suffice again, at all devices that may
/// need one; where the conditions of the tenant change, at all devices.
pub fn touched(before: &Tenant, after: &Tenant, now: Timestamp) -> Vec<DeviceTouch> {
    let has_other_conditions = before.conditions() != after.conditions();
    let mut devices = Bits::default();
    if has_other_conditions {
        devices.union_with(after.devices().live());
    }
    if before.pool_covers() != after.pool_covers() {
        devices.union_with(&after.devices().depending);
    }
    let mut users = Bits::default();
    for (had, has) in [
        (before.enrollers(), after.enrollers()),
        (before.users().live(), after.users().live()),
    ] {
        users.union_with(&had.difference(has));
        users.union_with(&has.difference(had));
    }
    for user in users.iter().map(UserOrdinal) {
        let is_concerned =
            after.devices().enrolled_by(user) > 0 || after.devices().sharers.contains(user.0);
        if is_concerned {
            devices.extend(after.devices().of_user(user).map(|device| device.ordinal.0));
        }
    }
    devices
        .iter()
        .filter_map(|ordinal| {
            let device = DeviceOrdinal(ordinal);
            let complies = |tenant: &Tenant| {
                let device = tenant.devices().view(device)?;
                let is_covered = tenant.user_shortfall(&device).is_none();
                let is_heard =
                    || tenant.silent_from(&device) > now && !tenant.lacks_policy(&device);
                Some(is_covered && (!has_other_conditions || is_heard()))
            };
            let (was, is) = (complies(before)?, complies(after)?);
            (was != is).then_some(DeviceTouch { device, loses: was })
        })
        .collect()
}
