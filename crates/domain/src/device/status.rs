//! A tenant's status as its console shows it (the seeds; devices-and-sync.md 1.1), and beside the number of licensed
//! users that of those who can really enroll a device, with the difference explained.

use super::{DevicePool, MdmAuthority};
use crate::{
    state::Bits, subscription::Status, tenant::Tenant, time::Timestamp, user::UserOrdinal,
};

/// Graph's `deviceManagementSubscriptionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Nothing was bought yet.
    Pending,
    /// Paid for.
    Active,
    /// In grace.
    Warning,
    /// Suspended.
    Disabled,
    /// Gone.
    Deleted,
    /// Cancelled.
    LockedOut,
}

impl SubscriptionState {
    /// Graph's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Warning => "warning",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::LockedOut => "lockedOut",
        }
    }
}

/// Licensed users who cannot enroll a device, by the first reason of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CannotEnroll {
    /// Nobody manages devices in the tenant.
    pub authority_not_set: u32,
    /// They may not sign in.
    pub disabled: u32,
    /// The plan of device management is off in all of their products.
    pub plan_off: u32,
    /// The subscriptions of their products have run out.
    pub product_not_usable: u32,
    /// They have as many devices as they may.
    pub limit_reached: u32,
}

/// A tenant's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantStatus {
    /// Who manages devices.
    pub authority: MdmAuthority,
    /// Where the subscriptions are in their life.
    pub subscription: SubscriptionState,
    /// Live users who have a product with device management.
    pub licensed_users: u32,
    /// Seats of such products.
    pub total_licenses: u32,
    /// Device licenses.
    pub device_licenses: DevicePool,
    /// Devices with a record that are not hidden.
    pub enrolled_devices: u32,
    /// Devices with a record that are hidden since they were silent for so long.
    pub hidden_devices: u32,
    /// Licensed users who can enroll a device now.
    pub can_enroll: u32,
    /// The others.
    pub cannot_enroll: CannotEnroll,
}

impl Tenant {
    /// Where the subscriptions of device management are in their life: the best state of any.
    pub fn device_subscription_state(&self) -> SubscriptionState {
        let management = self.management_products();
        let best = self
            .subscriptions()
            .values()
            .filter(|bought| {
                management.per_user.contains(&bought.product)
                    || management.per_device.contains(&bought.product)
            })
            .map(|bought| bought.status)
            .min();
        match best {
            None => SubscriptionState::Pending,
            Some(Status::Enabled) => SubscriptionState::Active,
            Some(Status::Warning) => SubscriptionState::Warning,
            Some(Status::Suspended) => SubscriptionState::Disabled,
            Some(Status::LockedOut) => SubscriptionState::LockedOut,
            Some(Status::Deleted) => SubscriptionState::Deleted,
        }
    }

    /// The tenant's status. Costs what the tenant holds: some milliseconds for a million users and devices.
    pub fn device_status(&self, now: Timestamp) -> TenantStatus {
        let mut licensed = Bits::default();
        let mut total_licenses: u32 = 0;
        for product in &self.management_products().per_user {
            if let Some(holders) = self.holders(*product) {
                licensed.union_with(holders);
            }
            let seats = self.seats(*product);
            total_licenses = total_licenses
                .saturating_add(seats.enabled)
                .saturating_add(seats.warning);
        }
        let hidden = if self.device_settings.clean_up.is_empty() {
            0
        } else {
            self.devices()
                .iter()
                .filter(|device| device.is_live() && !self.is_listed(device, now))
                .count()
        };
        let hidden_devices = u32::try_from(hidden).unwrap_or(u32::MAX);
        let cannot_enroll = self.cannot_enroll(&licensed, now);
        let CannotEnroll {
            authority_not_set,
            disabled,
            plan_off,
            product_not_usable,
            limit_reached,
        } = cannot_enroll;
        let cannot = authority_not_set + disabled + plan_off + product_not_usable + limit_reached;
        TenantStatus {
            authority: self.device_settings.authority,
            subscription: self.device_subscription_state(),
            licensed_users: licensed.len(),
            total_licenses,
            device_licenses: self.device_pool(),
            enrolled_devices: self.devices().live().len().saturating_sub(hidden_devices),
            hidden_devices,
            can_enroll: licensed.len().saturating_sub(cannot),
            cannot_enroll,
        }
    }

    fn cannot_enroll(&self, licensed: &Bits, now: Timestamp) -> CannotEnroll {
        let mut cannot = CannotEnroll::default();
        if self.device_settings.authority == MdmAuthority::Unknown {
            cannot.authority_not_set = licensed.len();
            return cannot;
        }
        let disabled = licensed.intersection(self.users().disabled());
        cannot.disabled = disabled.len();
        let enabled = licensed.difference(&disabled);
        let mut usable = Bits::default();
        for product in &self.management_products().usable {
            if let Some(holders) = self.holders(*product) {
                usable.union_with(holders);
            }
        }
        cannot.product_not_usable = enabled.difference_len(&usable);
        let usable = enabled.intersection(&usable);
        cannot.plan_off = usable.difference_len(self.enrollers());
        let enrollers = usable.intersection(self.enrollers());
        let least = self
            .limit_policies()
            .iter()
            .map(|policy| policy.limit)
            .min()
            .unwrap_or(0)
            .min(self.device_settings.limits.devices_per_user);
        let full = enrollers
            .iter()
            .map(UserOrdinal)
            .filter(|user| self.devices().has_enrolled(*user, least))
            .filter(|user| {
                self.devices_counted(*user, now) >= usize::from(self.device_limit_of(*user))
            })
            .count();
        cannot.limit_reached = u32::try_from(full).unwrap_or(u32::MAX);
        cannot
    }
}
