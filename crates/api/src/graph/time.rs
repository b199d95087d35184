//! Points in time as Graph writes them.

use zetel_domain::{Timestamp, time::DAY_SECONDS};

/// `2026-11-21T08:43:34Z`. Years outside 0 to 9999 do not occur and show as the nearest of these.
pub(crate) fn format(at: Timestamp) -> [u8; 20] {
    // Year 0 to the end of year 9999.
    let seconds = at.0.clamp(-62_167_219_200, 253_402_300_799);
    let (year, month, day) = civil(seconds.div_euclid(DAY_SECONDS));
    let of_day = seconds.rem_euclid(DAY_SECONDS);
    let mut text = *b"0000-00-00T00:00:00Z";
    for (place, number) in [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, of_day / 3600),
        (14, of_day / 60 % 60),
        (17, of_day % 60),
    ] {
        text[place] = digit(number / 10);
        text[place + 1] = digit(number % 10);
    }
    text
}

fn digit(number: i64) -> u8 {
    b'0' + u8::try_from(number).unwrap_or(0)
}

/// Year, month and day of a number of days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
const fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let january_or_february = if month <= 2 { 1 } else { 0 };
    (year_of_era + era * 400 + january_or_february, month, day)
}

/// Reads an ISO 8601 point in time; fractions of a second are dropped.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(time.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn formatting_is_that_of_iso_8601(seconds in -62_167_219_200_i64..=253_402_207_200) {
            let expected = jiff::Timestamp::from_second(seconds).unwrap().to_string();
            let text = String::from_utf8(format(Timestamp(seconds)).to_vec()).unwrap();
            prop_assert_eq!(parse(&text), Some(Timestamp(seconds)));
            prop_assert_eq!(text, expected);
        }
    }

    #[test]
    fn times_out_of_reach_do_not_break_the_format() {
        assert_eq!(&format(Timestamp(i64::MAX)), b"9999-12-31T23:59:59Z");
        assert_eq!(&format(Timestamp(i64::MIN)), b"0000-01-01T00:00:00Z");
    }
}
