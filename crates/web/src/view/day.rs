//! Days.

use jiff::tz::TimeZone;
use zetel_domain::Timestamp;

/// A day in UTC as `2026-11-18`; nothing for one out of reach.
pub(crate) fn day(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_second(at.0);
    time.map(|time| TimeZone::UTC.to_datetime(time).date().to_string())
        .unwrap_or_default()
}
