//! Writing JSON straight into bytes. No value trees: pages of users are made here a million times a day.

use std::io::Write as _;

use uuid::Uuid;
use zetel_domain::Timestamp;

use super::time;

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
const LOW_BITS: u64 = 0x0101_0101_0101_0101;

/// Whether any of eight bytes is a quote, a backslash or a control character.
#[inline]
pub(crate) const fn needs_escape_in(word: u64) -> bool {
    const fn has_zero(word: u64) -> u64 {
        word.wrapping_sub(LOW_BITS) & !word & HIGH_BITS
    }
    let quote = has_zero(word ^ (LOW_BITS * 0x22));
    let backslash = has_zero(word ^ (LOW_BITS * 0x5c));
    let control = word.wrapping_sub(LOW_BITS * 0x20) & !word & HIGH_BITS;
    quote | backslash | control != 0
}

fn needs_escape(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [b' '; 8];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    words
        .iter()
        .any(|word| needs_escape_in(u64::from_le_bytes(*word)))
        || needs_escape_in(u64::from_le_bytes(last))
}

/// Appends UTF-8 text as it stands between the quotes of a JSON string.
#[inline]
pub(crate) fn escaped(out: &mut Vec<u8>, text: &[u8]) {
    if needs_escape(text) {
        escape(out, text);
    } else {
        out.extend_from_slice(text);
    }
}

#[cold]
fn escape(out: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                let digit = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied();
                out.extend_from_slice(b"\\u00");
                out.extend([byte >> 4, byte & 15].into_iter().filter_map(digit));
            }
            _ => out.push(*byte),
        }
    }
}

/// Appends a JSON string.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text.as_bytes());
    out.push(b'"');
}

/// Appends a JSON string, or `null` for empty text.
pub(crate) fn string_or_null(out: &mut Vec<u8>, text: &str) {
    if text.is_empty() {
        null(out);
    } else {
        string(out, text);
    }
}

/// Appends `null`.
pub(crate) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// Appends `true` or `false`.
pub(crate) fn flag(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a GUID as a JSON string.
pub(crate) fn guid(out: &mut Vec<u8>, id: Uuid) {
    let mut buffer = [b'"'; 38];
    if let Some(inner) = buffer.get_mut(1..37) {
        id.hyphenated().encode_lower(inner);
    }
    out.extend_from_slice(&buffer);
}

/// Appends a point in time as a JSON string, such as `"2026-11-21T08:43:34Z"`.
pub(crate) fn timestamp(out: &mut Vec<u8>, at: Timestamp) {
    out.push(b'"');
    out.extend_from_slice(&time::format(at));
    out.push(b'"');
}

/// Appends a number.
pub(crate) fn number(out: &mut Vec<u8>, value: i64) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a count as an Int32, which Graph has for all of them.
pub(crate) fn count(out: &mut Vec<u8>, value: u32) {
    number(out, i64::from(value).min(i64::from(i32::MAX)));
}

/// Appends `[`, the items with commas between them, and `]`.
pub(crate) fn array<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    let start = out.len();
    for item in items {
        if out.len() > start {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Appends an object whose members are written with a comma before each, as `,"name":value`.
pub(crate) fn object(out: &mut Vec<u8>, members: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    members(out);
    match out.get_mut(start) {
        Some(first) => *first = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

/// Appends `,"name":`. The name must need no escapes.
pub(crate) fn key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_are_json_strings(text in any::<String>()) {
            let mut out = Vec::new();
            string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn special_bytes_are_found_wherever_they_are(
            before in "[a-zé]{0,20}", special in "[\"\\\\\u{0}-\u{1f}]", after in "[a-zé\u{7f}]{0,20}",
        ) {
            prop_assert!(!needs_escape(before.as_bytes()));
            let text = format!("{before}{special}{after}");
            prop_assert!(needs_escape(text.as_bytes()));
        }
    }

    #[test]
    fn objects_and_arrays_have_their_commas() {
        let mut out = Vec::new();
        object(&mut out, |out| {
            key(out, "a");
            array(out, [1, 2], number);
            key(out, "b");
            array(out, [(); 0], |_, ()| {});
            key(out, "c");
            object(out, |_| {});
        });
        assert_eq!(out, br#"{"a":[1,2],"b":[],"c":{}}"#);
    }
}
