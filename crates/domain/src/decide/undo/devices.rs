//! How devices are managed, put back.

use super::{RemainderReason, Reversal, three_way::ThreeWay};
use crate::{
    device::{DeviceHead, DeviceOrdinal, DeviceSettings, LimitPolicy},
    event::Event,
    rejection::Rejection,
    user::{UserOrdinal, UserView},
};

impl Reversal<'_> {
    /// Takes back what was asked of a device, unless it was told since.
    pub fn put_device_back(
        &mut self,
        device: DeviceOrdinal,
        before: &DeviceHead,
        after: &DeviceHead,
    ) {
        let was_asked = |head: &DeviceHead| (head.management, head.sync_requested);
        if was_asked(before) == was_asked(after) || before.contacted != after.contacted {
            let reason = RemainderReason::NotReversible(
                "What a device reported when it checked in stands until it checks in again.",
            );
            return self.leave(before.user, None, reason);
        }
        let view = self.work.state.devices().view(device);
        let Some(now) = view.map(|device| device.head()).filter(DeviceHead::is_live) else {
            return self.leave(before.user, None, RemainderReason::Gone);
        };
        let mut way = ThreeWay::default();
        let mut back = now.clone();
        way.put(&mut back.management, &before.management, &after.management);
        way.put(
            &mut back.sync_requested,
            &before.sync_requested,
            &after.sync_requested,
        );
        if way.is_changed_since {
            self.leave(before.user, None, RemainderReason::ChangedSince);
        }
        if back != now {
            self.work.record(Event::DeviceChanged {
                device,
                before: now,
                after: back,
            });
        }
    }

    pub fn put_device_settings_back(&mut self, before: &DeviceSettings, after: &DeviceSettings) {
        let now = self.work.state.device_settings().clone();
        let mut way = ThreeWay::default();
        let mut back = way.put_device_settings(&now, before, after);
        if way.is_changed_since {
            self.leave(None, None, RemainderReason::ChangedSince);
        }
        if let Err(rejection) = back.check(&now) {
            self.leave(None, None, RemainderReason::Refused(rejection));
            // What cannot be turned off again stays, and keeps nothing else from going back.
            back.unlicensed_administrators |= now.unlicensed_administrators;
        }
        if back != now && back.check(&now).is_ok() {
            self.work.record(Event::DeviceSettingsChanged {
                before: now,
                after: back,
            });
        }
    }

    pub fn put_limits_back(&mut self, before: &[LimitPolicy], after: &[LimitPolicy]) {
        let now = self.work.state.limit_policies();
        if now == before {
            return;
        }
        if now != after {
            return self.leave(None, None, RemainderReason::ChangedSince);
        }
        self.work.record(Event::LimitPoliciesChanged {
            before: after.to_vec(),
            after: before.to_vec(),
        });
    }

    pub fn put_manager_back(&mut self, user: UserOrdinal) {
        let state = &self.work.state;
        if state.is_enrollment_manager(user) {
            return;
        }
        let limit = u32::from(state.device_settings().limits.managers);
        let reason = if !state
            .users()
            .view(user)
            .is_some_and(|user| UserView::is_live(&user))
        {
            RemainderReason::Gone
        } else if state.enrollment_managers().len() >= limit as usize {
            RemainderReason::Refused(Rejection::LimitReached {
                what: "device enrollment managers",
                limit,
            })
        } else {
            return self.work.record(Event::EnrollmentManagerAdded { user });
        };
        self.leave(Some(user), None, reason);
    }
}
