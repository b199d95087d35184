//! Time as the domain sees it: whole seconds since 1970, always handed in, never read from a clock.

use jiff::{Span, civil::DateTime, tz::TimeZone};
use minicbor::{Decode, Encode};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub i64);

/// One day in seconds.
pub const DAY_SECONDS: i64 = 86_400;

impl Timestamp {
    /// This time and a number of whole days more.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY_SECONDS)))
    }

    /// The same day and time of day a number of calendar months later (31 January and one month is 28 or 29 February).
    #[must_use]
    pub fn plus_months(self, months: u16) -> Self {
        let later = jiff::Timestamp::from_second(self.0).ok().and_then(|time| {
            let civil: DateTime = TimeZone::UTC.to_datetime(time);
            let moved = civil
                .checked_add(Span::new().try_months(i64::from(months)).ok()?)
                .ok()?;
            TimeZone::UTC.to_timestamp(moved).ok()
        });
        later.map_or(self, |time| Self(time.as_second()))
    }

    /// Packs the time into four bytes, as the columns of users hold it: 1970 to 2106, anything else is clamped.
    #[must_use]
    pub(crate) fn to_column(self) -> u32 {
        u32::try_from(self.0.max(0)).unwrap_or(u32::MAX)
    }

    /// The time as a column gives it back.
    #[must_use]
    pub(crate) fn clamped(self) -> Self {
        Self::from_column(self.to_column())
    }

    /// Reads a column value back.
    #[must_use]
    pub(crate) const fn from_column(seconds: u32) -> Self {
        Self(seconds as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_calendar() {
        let january_31_2026 = Timestamp(1_769_817_600);
        assert_eq!(january_31_2026.plus_months(1), Timestamp(1_772_236_800)); // 2026-02-28
        assert_eq!(january_31_2026.plus_months(12), Timestamp(1_801_353_600)); // 2027-01-31
        assert_eq!(
            january_31_2026.plus_days(30),
            Timestamp(1_769_817_600 + 30 * 86_400)
        );
    }
}
