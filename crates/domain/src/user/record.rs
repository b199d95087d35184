//! A user's property values packed into bytes: the form in memory, in events and in the journal.
//!
//! A record is a run of entries in ascending tag order; an entry is the tag, the length of the value as a LEB128
//! number, and the value: UTF-8 text, texts with a length before each, one byte, or a little-endian number.

use std::{fmt, str};

use super::property::{Properties, PropertyKind, PropertyValue, UserProperty};
use crate::time::Timestamp;

/// Property values of one user, borrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record<'a>(&'a [u8]);

impl fmt::Debug for Record<'_> {
    /// Personal details stay out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({} bytes)", self.0.len())
    }
}

impl<'a> Record<'a> {
    /// Wraps bytes that [`pack`] made.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The entries in tag order, their values still packed.
    #[inline]
    pub fn entries(self) -> impl Iterator<Item = (UserProperty, &'a [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (tag, after_tag) = rest.split_first()?;
            let (value, after) = split_sized(after_tag)?;
            rest = after;
            Some((UserProperty::from_tag(*tag)?, value))
        })
    }

    /// The packed value of a property.
    pub fn packed(self, property: UserProperty) -> Option<&'a [u8]> {
        self.entries()
            .find(|(found, _)| *found == property)
            .map(|(_, value)| value)
    }

    /// The value of a property whose kind is text or JSON; empty if there is none.
    pub fn text(self, property: UserProperty) -> &'a str {
        self.packed(property)
            .and_then(|bytes| str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// All values, unpacked.
    pub fn properties(self) -> Properties {
        self.entries()
            .filter_map(|(property, packed)| Some((property, unpack(property, packed)?)))
            .collect()
    }
}

/// The texts in a packed list.
pub fn texts(packed: &[u8]) -> impl Iterator<Item = &str> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (value, after) = split_sized(rest)?;
        rest = after;
        str::from_utf8(value).ok()
    })
}

/// Unpacks one value; nothing if the bytes are not of the property's kind.
pub fn unpack(property: UserProperty, packed: &[u8]) -> Option<PropertyValue> {
    Some(match property.schema().kind {
        PropertyKind::Text { .. } => PropertyValue::Text(str::from_utf8(packed).ok()?.to_owned()),
        PropertyKind::Json => PropertyValue::Json(str::from_utf8(packed).ok()?.to_owned()),
        PropertyKind::Texts { .. } => {
            PropertyValue::Texts(texts(packed).map(str::to_owned).collect())
        }
        PropertyKind::Flag => PropertyValue::Flag(packed == [1]),
        PropertyKind::Time => {
            PropertyValue::Time(Timestamp(i64::from_le_bytes(packed.try_into().ok()?)))
        }
        PropertyKind::Number => PropertyValue::Number(i32::from_le_bytes(packed.try_into().ok()?)),
    })
}

/// Packs values into a record.
pub fn pack(properties: &Properties) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(128);
    for (property, value) in properties {
        append(&mut bytes, *property, value);
    }
    bytes.into_boxed_slice()
}

/// Appends one entry; the caller keeps the tag order.
pub fn append(bytes: &mut Vec<u8>, property: UserProperty, value: &PropertyValue) {
    match value {
        PropertyValue::Text(text) | PropertyValue::Json(text) => {
            append_packed(bytes, property, text.as_bytes());
        }
        PropertyValue::Flag(flag) => append_packed(bytes, property, &[u8::from(*flag)]),
        PropertyValue::Time(time) => append_packed(bytes, property, &time.0.to_le_bytes()),
        PropertyValue::Number(number) => append_packed(bytes, property, &number.to_le_bytes()),
        PropertyValue::Texts(values) => {
            let mut list = Vec::new();
            for value in values {
                push_size(&mut list, value.len());
                list.extend_from_slice(value.as_bytes());
            }
            append_packed(bytes, property, &list);
        }
    }
}

/// Appends one entry whose value is packed already; the caller keeps the tag order.
pub fn append_packed(bytes: &mut Vec<u8>, property: UserProperty, packed: &[u8]) {
    bytes.push(property.tag());
    push_size(bytes, packed.len());
    bytes.extend_from_slice(packed);
}

fn push_size(bytes: &mut Vec<u8>, mut size: usize) {
    loop {
        let [low, ..] = size.to_le_bytes();
        size >>= 7;
        if size == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Splits off a value that its LEB128 length precedes.
#[inline]
fn split_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if first & 0x80 == 0 {
        return rest.split_at_checked(usize::from(*first)); // nearly every value is this short
    }
    split_long(bytes)
}

fn split_long(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut size, mut shift, mut rest) = (0_usize, 0_u32, bytes);
    loop {
        let (byte, after) = rest.split_first()?;
        rest = after;
        size |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return rest.split_at_checked(size);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::property::SCHEMA;
    use proptest::prelude::*;

    fn value(kind: PropertyKind) -> BoxedStrategy<PropertyValue> {
        match kind {
            PropertyKind::Text { .. } => ".{0,200}".prop_map(PropertyValue::Text).boxed(),
            PropertyKind::Json => ".{0,200}".prop_map(PropertyValue::Json).boxed(),
            PropertyKind::Texts { .. } => proptest::collection::vec(".{0,150}", 0..4)
                .prop_map(PropertyValue::Texts)
                .boxed(),
            PropertyKind::Flag => any::<bool>().prop_map(PropertyValue::Flag).boxed(),
            PropertyKind::Time => any::<i64>()
                .prop_map(|seconds| PropertyValue::Time(Timestamp(seconds)))
                .boxed(),
            PropertyKind::Number => any::<i32>().prop_map(PropertyValue::Number).boxed(),
        }
    }

    fn properties() -> impl Strategy<Value = Properties> {
        let each: Vec<_> = SCHEMA
            .iter()
            .map(|schema| {
                (
                    Just(schema.property),
                    proptest::option::weighted(0.2, value(schema.kind)),
                )
            })
            .collect();
        each.prop_map(|all| {
            all.into_iter()
                .filter_map(|(property, value)| Some((property, value?)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn unpacking_is_the_inverse_of_packing(properties in properties()) {
            prop_assert_eq!(Record::new(&pack(&properties)).properties(), properties);
        }

        #[test]
        fn damaged_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Record::new(&bytes).properties();
        }
    }
}
