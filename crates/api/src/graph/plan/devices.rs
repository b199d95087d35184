//! Devices that a plan touches, with dates.

use zetel_domain::{Tenant, Timestamp, device::DeviceTouch};

use crate::graph::{json, people::write_user};

/// Devices that are listed; the numbers are exact. As many as users may be named in a request.
const LISTED_DEVICES: usize = 10_000;

/// Appends `,"deviceCount":{lose, regain},"devices":[…]`: which devices lose what covers them if the change is made
/// now, and which regain it.
pub(super) fn write(out: &mut Vec<u8>, tenant: &Tenant, touched: &[DeviceTouch], now: Timestamp) {
    let lose = touched.iter().filter(|touch| touch.loses).count();
    json::key(out, "deviceCount");
    json::object(out, |out| {
        for (name, count) in [("lose", lose), ("regain", touched.len() - lose)] {
            json::key(out, name);
            json::count(out, u32::try_from(count).unwrap_or(u32::MAX));
        }
    });
    json::key(out, "devices");
    json::array(out, touched.iter().take(LISTED_DEVICES), |out, touch| {
        write_one(out, tenant, *touch, now);
    });
}

fn write_one(out: &mut Vec<u8>, tenant: &Tenant, touch: DeviceTouch, now: Timestamp) {
    let Some(device) = tenant.devices().view(touch.device) else {
        return json::null(out);
    };
    json::object(out, |out| {
        json::key(out, "id");
        json::guid(out, device.id);
        json::key(out, "deviceName");
        json::string_or_null(out, device.name());
        json::key(out, "serialNumber");
        json::string_or_null(out, device.serial());
        json::key(out, "user");
        match device.user() {
            Some(user) => write_user(out, tenant, user),
            None => json::null(out),
        }
        let dates = tenant.loss_dates(&device, now);
        let lost = Some(dates).filter(|_| touch.loses);
        json::key(out, "effect");
        json::string(
            out,
            if touch.loses {
                "losesCompliance"
            } else {
                "regainsCompliance"
            },
        );
        json::key(out, "at");
        json::timestamp(out, dates.noncompliant);
        for (name, at) in [
            ("restorableUntil", lost.map(|dates| dates.restorable_until)),
            ("recordRemoved", lost.map(|dates| dates.removed)),
        ] {
            json::key(out, name);
            match at {
                Some(at) => json::timestamp(out, at),
                None => json::null(out),
            }
        }
    });
}
