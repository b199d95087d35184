//! Values.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// The first second of year 0; no value lies before it.
const FIRST_SECOND: i64 = -62_167_219_200;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Flag(bool),
    /// In quotes.
    Text(String),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other number, as it is written.
    Decimal(String),
    /// A GUID, without quotes.
    Guid(Uuid),
    /// A day.
    Date(Date),
    /// A point in time.
    Time(Timestamp),
}

impl Literal {
    /// The value that a word without quotes stands for.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "null" => return Some(Self::Null),
            "true" => return Some(Self::Flag(true)),
            "false" => return Some(Self::Flag(false)),
            _ => {}
        }
        guid(word)
            .or_else(|| number(word))
            .or_else(|| date(word))
            .or_else(|| time(word))
    }

    /// The name of its type.
    pub fn edm(&self) -> &'static str {
        match self {
            Self::Null => "Edm.Null",
            Self::Flag(_) => "Edm.Boolean",
            Self::Text(_) => "Edm.String",
            Self::Integer(number) if i32::try_from(*number).is_ok() => "Edm.Int32",
            Self::Integer(_) => "Edm.Int64",
            Self::Decimal(_) => "Edm.Decimal",
            Self::Guid(_) => "Edm.Guid",
            Self::Date(_) => "Edm.Date",
            Self::Time(_) => "Edm.DateTimeOffset",
        }
    }

    /// The point in time for which it stands, in nanoseconds since 1970; a day stands for its beginning in UTC.
    pub fn nanoseconds(&self) -> Option<i128> {
        const DAY_SECONDS: i128 = 86_400;
        const SECOND: i128 = 1_000_000_000;
        match self {
            Self::Time(at) => Some(at.as_nanosecond()),
            Self::Date(date) => {
                let epoch = Date::constant(1970, 1, 1);
                let days = date.duration_since(epoch).as_secs();
                Some(i128::from(days) / DAY_SECONDS * DAY_SECONDS * SECOND)
            }
            _ => None,
        }
    }
}

fn guid(word: &str) -> Option<Literal> {
    let is_hyphenated = word.len() == 36;
    let guid = is_hyphenated.then(|| Uuid::try_parse(word).ok())?;
    guid.map(Literal::Guid)
}

/// `7`, `-7`, `1.5`, `1e10`.
fn number(word: &str) -> Option<Literal> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    if digits(unsigned) {
        let decimal = || Literal::Decimal(word.to_owned());
        return Some(word.parse().map_or_else(|_| decimal(), Literal::Integer));
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_number = digits(whole) && digits(fraction) && digits(exponent);
    is_number.then(|| Literal::Decimal(word.to_owned()))
}

/// `2026-11-21`
fn date(word: &str) -> Option<Literal> {
    let is_date = word.len() == 10 && word.starts_with(|first: char| first.is_ascii_digit());
    let date = is_date.then(|| word.parse().ok())?;
    date.map(Literal::Date)
}

/// `2026-11-21T08:43:34.5+01:00`
fn time(word: &str) -> Option<Literal> {
    let is_time = word.starts_with(|first: char| first.is_ascii_digit());
    let at: Timestamp = is_time.then(|| word.parse().ok())??;
    (at.as_second() > FIRST_SECOND).then_some(Literal::Time(at))
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Text(text) => write!(formatter, "'{}'", text.replace('\'', "''")),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Decimal(text) => formatter.write_str(text),
            Self::Guid(guid) => write!(formatter, "{guid}"),
            Self::Date(date) => write!(formatter, "{date}"),
            Self::Time(at) => write!(formatter, "{at}"),
        }
    }
}
