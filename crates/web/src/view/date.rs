//! Points in time.

use jiff::{civil::DateTime, tz::TimeZone};
use zetel_domain::Timestamp;

use crate::words::Words;

/// A point in time for people: day, month, year, hours and minutes in UTC.
pub(crate) fn moment(at: Timestamp, words: Words) -> String {
    let time = utc(at);
    let day = day(at, words);
    format!("{day} {:02}:{:02}", time.hour(), time.minute())
}

/// A day for people, in UTC: day, month and year.
pub(crate) fn day(at: Timestamp, words: Words) -> String {
    let time = utc(at);
    let month = words.m(format!("month-{}", time.month()));
    format!("{} {month} {}", time.day(), time.year())
}

fn utc(at: Timestamp) -> DateTime {
    let time = jiff::Timestamp::from_second(at.0).unwrap_or_default();
    TimeZone::UTC.to_datetime(time)
}

#[cfg(test)]
mod tests {
    use zetel_api::words::Language;

    use super::*;

    #[test]
    fn months_have_names_in_both_languages() {
        let at = Timestamp(1_772_236_920); // 2026-02-28T00:02
        let english = moment(at, Words::of(Language::English));
        assert_eq!(english, "28 Feb 2026 00:02");
        let at = at.plus_days(1);
        let dutch = moment(at, Words::of(Language::Dutch));
        assert_eq!(dutch, "1 mrt 2026 00:02");
    }
}
