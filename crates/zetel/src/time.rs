//! Times as people write them. Zetel shows times in UTC, so that is what it takes, too.

use jiff::{Span, Timestamp, civil, tz::TimeZone};

use crate::error::CliError;

/// Reads a time in the past: with a zone, a date or date and time in UTC, or a span such as `-2h` before `now`.
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, CliError> {
    let utc = |time: civil::DateTime| TimeZone::UTC.to_timestamp(time).ok();
    let midnight = |date: civil::Date| utc(date.at(0, 0, 0, 0));
    let before = |span: Span| {
        let now = now.to_zoned(TimeZone::UTC);
        now.checked_add(span).ok().map(|zoned| zoned.timestamp())
    };
    let is_span = text.starts_with('-') || text.ends_with("ago");
    let parsed = if is_span {
        text.parse().ok().and_then(before)
    } else {
        let with_zone = text.parse::<Timestamp>().ok();
        with_zone
            .or_else(|| text.parse().ok().and_then(utc))
            .or_else(|| text.parse().ok().and_then(midnight))
    };
    parsed.filter(|time| *time <= now).ok_or_else(|| {
        CliError::usage(format!("`{text}` is no time in the past"))
            .hint("Write it as 2026-05-01T12:00:00Z, as 2026-05-01 in UTC, or as -2h")
    })
}

/// The same, by the clock of this machine.
pub fn parse_now(text: &str) -> Result<Timestamp, CliError> {
    parse(text, Timestamp::now())
}

/// As Graph writes times.
pub fn graph(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{graph, parse};

    #[test]
    fn times_as_people_write_them() {
        let now: Timestamp = "2026-05-02T10:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"),
            ("2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z"),
            ("2026-05-01T12:00", "2026-05-01T12:00:00Z"),
            ("2026-05-01 12:00", "2026-05-01T12:00:00Z"),
            ("2026-05-01", "2026-05-01T00:00:00Z"),
            ("-2h", "2026-05-02T08:00:00Z"),
            ("-1d", "2026-05-01T10:00:00Z"),
            ("2 hours ago", "2026-05-02T08:00:00Z"),
        ] {
            let parsed = parse(text, now).unwrap_or_else(|error| panic!("{}", error.message));
            assert_eq!(graph(parsed), expected, "{text}");
        }
        for text in ["", "yesterday", "12", "2026-05-03", "2h", "-2"] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }
}
