//! Who is licensed for device management (devices-and-sync.md 1.1 and 1.2): a usable product gives the user an enabled
//! service plan that the catalog marks with `device_management`. People under app protection need one as well, though
//! they enroll no device.

use crate::{
    catalog::LicenseBase,
    product::{OwnedProduct, ProductOrdinal},
    subscription::{SeatTotals, Status},
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// Products that matter for device management; they follow from subscriptions and catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagementProducts {
    /// Products per user with a plan of device management, usable or not.
    pub per_user: Vec<ProductOrdinal>,
    /// Those of them that are paid for or in grace.
    pub usable: Vec<ProductOrdinal>,
    /// Products per device with such a plan.
    pub per_device: Vec<ProductOrdinal>,
    /// Device licenses of these that are paid for or in grace.
    pub device_licenses: u32,
}

/// Why a user is not licensed for device management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseGap {
    /// No product with a plan of device management.
    NoProduct,
    /// A product has such plans, and all of them are switched off.
    PlanOff {
        /// The product.
        product: ProductOrdinal,
    },
    /// The product would do, but its subscriptions have run out.
    ProductNotUsable {
        /// The product.
        product: ProductOrdinal,
        /// Where its subscriptions are in their life.
        status: Status,
    },
}

impl OwnedProduct {
    /// Whether a license with these plans switched off lets its user enroll devices.
    pub const fn enables_management(&self, disabled: u128) -> bool {
        self.management_plans & !disabled != 0
    }

    /// Whether a license with these plans switched off gives Basic Mobility and Security.
    fn enables_basic_mobility(&self, disabled: u128) -> bool {
        self.plans_with_state(disabled)
            .any(|(owned, is_on)| is_on && owned.plan.is_basic_mobility())
    }
}

impl Tenant {
    /// Live users who are licensed for device management.
    pub const fn enrollers(&self) -> &crate::state::Bits {
        &self.enrollers
    }

    /// Products that matter for device management.
    pub const fn management_products(&self) -> &std::sync::Arc<ManagementProducts> {
        &self.management
    }

    /// Whether a live user is licensed for device management.
    pub fn is_licensed_for_devices(&self, user: UserOrdinal) -> bool {
        self.enrollers.contains(user.0)
    }

    /// Why a live user is not licensed for device management; nothing if it is. The record of somebody who holds no such
    /// product is not looked at, which is most of the time that it would take.
    pub(super) fn license_gap_of(&self, user: UserOrdinal) -> Option<LicenseGap> {
        let mut products = self.management.per_user.iter();
        if products.any(|product| self.holds(user, *product)) {
            self.license_gap(&self.users().view(user)?)
        } else {
            Some(LicenseGap::NoProduct)
        }
    }

    /// Why a user is not licensed for device management; nothing if it is.
    pub fn license_gap(&self, user: &UserView<'_>) -> Option<LicenseGap> {
        if self.is_licensed_for_devices(user.ordinal) {
            return None;
        }
        let mut gap = LicenseGap::NoProduct;
        for (license, product) in self.effective_products(user) {
            if product.management_plans == 0 || product.base != LicenseBase::User {
                continue;
            }
            if product.enables_management(license.disabled) {
                return Some(LicenseGap::ProductNotUsable {
                    product: license.product,
                    status: self.seats(license.product).status(),
                });
            }
            gap = LicenseGap::PlanOff {
                product: license.product,
            };
        }
        Some(gap)
    }

    /// Whether a user has Basic Mobility and Security.
    pub(crate) fn has_basic_mobility(&self, user: &UserView<'_>) -> bool {
        self.effective_products(user).any(|(license, product)| {
            self.seats(license.product).status().is_assignable()
                && product.enables_basic_mobility(license.disabled)
        })
    }

    /// Whether an administrator may manage devices: with a license, or where the tenant allows it without one. The
    /// first so many administrators without one, in the order of their creation, may.
    pub fn may_administer_devices(&self, user: UserOrdinal) -> bool {
        if self.is_licensed_for_devices(user) {
            return true;
        }
        if !self.device_settings.unlicensed_administrators {
            return false;
        }
        let before_it = self
            .role_assignments()
            .keys()
            .filter_map(|principal| self.users().find_id(*principal))
            .filter(|other| other.is_live() && other.ordinal < user)
            .filter(|other| !self.is_licensed_for_devices(other.ordinal))
            .count();
        before_it < usize::from(self.device_settings.limits.unlicensed_administrators)
    }

    /// Finds the products that matter for device management; called when subscriptions or the catalog changed.
    pub(crate) fn find_management_products(&mut self) {
        let mut management = ManagementProducts::default();
        for (ordinal, product) in self.products() {
            if product.management_plans == 0 {
                continue;
            }
            let seats: SeatTotals = self.seats(ordinal);
            match product.base {
                LicenseBase::User => {
                    management.per_user.push(ordinal);
                    if seats.status().is_assignable() {
                        management.usable.push(ordinal);
                    }
                }
                LicenseBase::Device => {
                    management.per_device.push(ordinal);
                    let bought = seats.enabled.saturating_add(seats.warning);
                    management.device_licenses = management.device_licenses.saturating_add(bought);
                }
            }
        }
        if *self.management != management {
            self.management = std::sync::Arc::new(management);
        }
    }
}
