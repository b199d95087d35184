//! A digest of what a tenant's users have and of its devices.

use std::hash::{DefaultHasher, Hash, Hasher};

use zetel_domain::{Tenant, Timestamp};

/// Of every user what it effectively has, of every product the seats, of every device everything that is known and how it
/// is judged at a time, and of the pool of device licenses how much is used.
///
/// Times of licenses are not in it: a license that comes back was given when it came back, which is what Graph's
/// `lastUpdatedDateTime` must say.
pub fn digest(tenant: &Tenant, now: Timestamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    for user in tenant.users().iter() {
        user.id.hash(&mut hasher);
        user.is_live().hash(&mut hasher);
        tenant
            .is_licensed_for_devices(user.ordinal)
            .hash(&mut hasher);
        for license in tenant.effective(&user) {
            (license.product.0, license.disabled).hash(&mut hasher);
        }
    }
    for (ordinal, product) in tenant.products() {
        let seats = format!("{} {:?}", product.sku_id, tenant.seats(ordinal));
        seats.hash(&mut hasher);
    }
    for device in tenant.devices().iter() {
        let known = (device.id, device.head(), device.build(), device.details());
        let judged = tenant.compliance(&device, now);
        let needs = tenant.needs_device_license(&device);
        format!("{known:?} {judged:?} {needs}").hash(&mut hasher);
    }
    format!("{:?}", tenant.device_pool()).hash(&mut hasher);
    hasher.finish()
}
