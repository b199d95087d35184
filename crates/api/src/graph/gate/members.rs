//! Reading what a client sends, member by member: borrowed, bounded, and with errors that name the member.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, Error as _, MapAccess, SeqAccess, Visitor, value::MapDeserializer},
};
use uuid::Uuid;
use zetel_domain::{
    Timestamp,
    device::{
        Agent, EnrollmentType, MAX_DETAIL_BYTES, Ownership, Platform, Purpose, RegistrationState,
        Reported,
    },
    user::has_control_characters,
};

use super::query::Pair;
use crate::graph::{error::GraphError, time};

/// Bytes of a user's name at most; more than 1,024 characters of any script take.
pub(super) const MAX_USER: usize = 1_024;
/// Users of a shared device that one question may name.
const MAX_USERS: usize = 1_000;
/// Bytes of a signed decision at most.
pub(super) const MAX_DECISION: usize = 16 * 1024;

/// Something that is read member by member.
pub(super) trait Members<'de>: Default {
    /// All members that there are, in parts.
    const NAMES: &'static [&'static [&'static str]];

    /// Reads the value of a member.
    fn take<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Reads a JSON object.
pub(super) fn of_json<'de, T: Members<'de>>(body: &'de [u8]) -> Result<T, GraphError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = json.deserialize_map(Reader(PhantomData));
    let read = read.and_then(|read| json.end().map(|()| read));
    read.map_err(|error| GraphError::unreadable(format!("The body cannot be read: {error}.")))
}

/// Reads the parameters of a query; those without a value count as absent.
pub(super) fn of_query<T: Members<'static>>(query: &str) -> Result<T, GraphError> {
    let pairs = form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), Pair(value.into_owned())));
    let mut map = MapDeserializer::<_, de::value::Error>::new(pairs);
    let read = Reader(PhantomData).visit_map(&mut map);
    read.map_err(|error| GraphError::unreadable(format!("The query cannot be read: {error}.")))
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Members<'de>> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut read = T::default();
        let mut seen = 0_u64;
        while let Some(Text(name)) = map.next_key::<Text<'de, MAX_DETAIL_BYTES>>()? {
            let mut names = T::NAMES.iter().copied().flatten();
            let Some(place) = names.position(|known| *known == name) else {
                return Err(A::Error::custom(format_args!(
                    "there is no member '{name}'; the members are {}",
                    T::NAMES.concat().join(", ")
                )));
            };
            if seen & 1 << place != 0 {
                return Err(A::Error::custom(format_args!(
                    "the member '{name}' is there twice"
                )));
            }
            seen |= 1 << place;
            read.take(&name, &mut map)
                .map_err(|error| A::Error::custom(format_args!("the member '{name}': {error}")))?;
        }
        Ok(read)
    }
}

/// A text of at most so many bytes, without control characters; empty for null.
#[derive(Clone, Debug, Default)]
pub(super) struct Text<'de, const MAX: usize>(pub Cow<'de, str>);

impl<'de, const MAX: usize> Text<'de, MAX> {
    fn check<E: de::Error>(text: Cow<'de, str>) -> Result<Self, E> {
        if text.len() > MAX {
            return Err(E::custom(format_args!("it may have at most {MAX} bytes")));
        }
        if has_control_characters(&text) {
            return Err(E::custom("it must not have control characters"));
        }
        Ok(Self(text))
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<'de, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts<const MAX: usize>;

        impl<'de, const MAX: usize> Visitor<'de> for Texts<MAX> {
            type Value = Text<'de, MAX>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a text of at most {MAX} bytes")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Text::check(Cow::Borrowed(text))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Text::check(Cow::Owned(text.to_owned()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// The other users of a shared device.
#[derive(Default)]
pub(super) struct Users<'de>(pub Vec<Text<'de, MAX_USER>>);

impl<'de> Deserialize<'de> for Users<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Users<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a list of at most {MAX_USERS} users")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut users = Vec::new();
                while let Some(user) = items.next_element()? {
                    if users.len() == MAX_USERS {
                        return Err(A::Error::custom(format_args!(
                            "it may name at most {MAX_USERS} users"
                        )));
                    }
                    users.push(user);
                }
                Ok(Users(users))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Users::default())
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// Reads a member that is true or false.
pub(super) fn flag<'de, A: MapAccess<'de>>(map: &mut A) -> Result<bool, A::Error> {
    map.next_value()
}

/// Reads a text of a device.
pub(super) fn detail<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    let Text(text) = map.next_value::<Text<'de, MAX_DETAIL_BYTES>>()?;
    Ok(text)
}

/// Reads an id; nothing if it is null.
pub(super) fn guid<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Uuid>, A::Error> {
    let text = detail(map)?;
    if text.is_empty() {
        return Ok(None);
    }
    let is_whole = text.len() == 36;
    let id = Uuid::try_parse(&text).ok().filter(|_| is_whole);
    let wrong = || A::Error::custom(format_args!("'{text}' is no GUID"));
    id.map(Some).ok_or_else(wrong)
}

/// Reads a point in time; nothing if it is null.
pub(super) fn moment<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Timestamp>, A::Error> {
    let text = detail(map)?;
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        A::Error::custom(format_args!(
            "'{text}' is no time such as 2026-11-30T12:00:00Z"
        ))
    };
    time::parse(&text).map(Some).ok_or_else(wrong)
}

/// A value that has a word on the wire.
pub(super) trait Word: Copy + 'static {
    const ALL: &'static [Self];
    fn word(self) -> &'static str;
    fn of(text: &str) -> Option<Self>;
}

macro_rules! words {
    ($($name:ident),*) => {$(
        impl Word for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }

            fn of(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }
    )*};
}

words!(
    Agent,
    EnrollmentType,
    Ownership,
    Platform,
    Purpose,
    RegistrationState,
    Reported
);

/// Reads a member whose value is a word; nothing if it is null.
pub(super) fn word<'de, A: MapAccess<'de>, T: Word>(map: &mut A) -> Result<Option<T>, A::Error> {
    let text = detail(map)?;
    if text.is_empty() {
        return Ok(None);
    }
    T::of(&text).map(Some).ok_or_else(|| {
        let known: Vec<&str> = T::ALL.iter().map(|value| value.word()).collect();
        A::Error::custom(format_args!("'{text}' is none of {}", known.join(", ")))
    })
}
