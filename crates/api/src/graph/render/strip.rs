//! A fixed buffer for one user at a time: pages of users are the hottest thing that is written.
//!
//! Short pieces are copied with a fixed size, longer than need be, and texts by their first and last bytes, which
//! overlap: both become a few instructions where a copy of a variable size is a call. Whoever does not fit (long texts,
//! texts with quotes) is written the ordinary way.

use uuid::Uuid;

use crate::graph::json::needs_escape_in;

const PIECE: usize = 48;
const STRIP: usize = 1024;

/// A short constant text.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    bytes: [u8; PIECE],
    length: usize,
}

impl Piece {
    /// A piece; what is longer than 48 bytes is cut off, and a test sees to it that none is.
    pub fn new(text: &str) -> Self {
        let mut bytes = [0; PIECE];
        for (place, byte) in bytes.iter_mut().zip(text.as_bytes()) {
            *place = *byte;
        }
        Self {
            bytes,
            length: text.len().min(PIECE),
        }
    }

    /// The text.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The buffer. Everything is put at a place, and the place after it comes back; nothing if there is no room. The place
/// is the caller's, so that it stays in a register.
pub(crate) struct Strip([u8; STRIP]);

impl Strip {
    /// An empty one.
    pub const fn new() -> Self {
        Self([0; STRIP])
    }

    /// What was put before a place.
    pub fn until(&self, end: usize) -> &[u8] {
        self.0.get(..end).unwrap_or_default()
    }

    /// Puts a piece.
    #[inline]
    pub fn put(&mut self, at: usize, piece: &Piece) -> Option<usize> {
        *self.0.get_mut(at..)?.first_chunk_mut()? = piece.bytes;
        Some(at + piece.length)
    }

    /// Puts a byte.
    #[inline]
    pub fn put_byte(&mut self, at: usize, byte: u8) -> Option<usize> {
        *self.0.get_mut(at)? = byte;
        Some(at + 1)
    }

    /// Puts text that stands in a JSON string; nothing if it needs escapes.
    #[inline]
    pub fn put_text(&mut self, at: usize, text: &[u8]) -> Option<usize> {
        let end = at + text.len();
        let room = self.0.get_mut(at..end)?;
        let needs_escape = match text.len() {
            0..8 => copy_short(room, text),
            8..16 => copy::<8>(room, text)?,
            _ => copy::<16>(room, text)?,
        };
        (!needs_escape).then_some(end)
    }

    /// Puts a GUID.
    #[inline]
    pub fn put_guid(&mut self, at: usize, id: Uuid) -> Option<usize> {
        let room = self.0.get_mut(at..)?.first_chunk_mut::<36>()?;
        let (parts, _) = id.as_bytes().as_chunks::<4>();
        let [a, b, c, d] = *parts.first_chunk::<4>()?;
        let (b, c) = (hexadecimal(b), hexadecimal(c));
        room[..8].copy_from_slice(&hexadecimal(a));
        room[8] = b'-';
        room[9..13].copy_from_slice(&b[..4]);
        room[13] = b'-';
        room[14..18].copy_from_slice(&b[4..]);
        room[18] = b'-';
        room[19..23].copy_from_slice(&c[..4]);
        room[23] = b'-';
        room[24..28].copy_from_slice(&c[4..]);
        room[28..].copy_from_slice(&hexadecimal(d));
        Some(at + 36)
    }
}

/// Copies text of at least `N` bytes in steps of `N` bytes, the last of which overlaps; whether any needs an escape.
#[inline]
fn copy<const N: usize>(room: &mut [u8], text: &[u8]) -> Option<bool> {
    let mut needs_escape = false;
    let (steps, _) = text.as_chunks::<N>();
    let (rooms, _) = room.as_chunks_mut::<N>();
    for (room, step) in rooms.iter_mut().zip(steps) {
        *room = *step;
        needs_escape |= any_needs_escape(step);
    }
    let last = text.last_chunk::<N>()?;
    *room.last_chunk_mut::<N>()? = *last;
    Some(needs_escape | any_needs_escape(last))
}

#[inline]
fn any_needs_escape<const N: usize>(step: &[u8; N]) -> bool {
    let (words, _) = step.as_chunks::<8>();
    words.iter().fold(false, |found, word| {
        found | needs_escape_in(u64::from_le_bytes(*word))
    })
}

#[inline]
fn copy_short(room: &mut [u8], text: &[u8]) -> bool {
    let mut word = [b' '; 8];
    for ((room, place), byte) in room.iter_mut().zip(&mut word).zip(text) {
        *room = *byte;
        *place = *byte;
    }
    needs_escape_in(u64::from_le_bytes(word))
}

/// Eight hexadecimal digits of four bytes, all at once: one nibble per byte, then one digit per nibble.
#[inline]
const fn hexadecimal(bytes: [u8; 4]) -> [u8; 8] {
    let spread = u32::from_be_bytes(bytes) as u64;
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = ((nibbles + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * 0x27).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_copied_whole_unless_they_need_escapes(text in "[ -~é]{0,80}") {
            let mut strip = Strip::new();
            let end = strip.put_text(0, text.as_bytes());
            prop_assert_eq!(end.is_none(), text.contains(['"', '\\']));
            if let Some(end) = end {
                prop_assert_eq!(strip.until(end), text.as_bytes());
            }
        }

        #[test]
        fn guids_are_those_of_the_library(bytes in any::<u128>()) {
            let mut strip = Strip::new();
            let end = strip.put_guid(0, Uuid::from_u128(bytes)).unwrap();
            let expected = Uuid::from_u128(bytes).to_string();
            prop_assert_eq!(strip.until(end), expected.as_bytes());
        }
    }

    #[test]
    fn a_full_strip_takes_no_more() {
        let mut strip = Strip::new();
        let piece = Piece::new(&"x".repeat(PIECE));
        let mut at = 0;
        while let Some(next) = strip.put(at, &piece) {
            at = next;
        }
        assert_eq!(at, STRIP / PIECE * PIECE);
        assert!(strip.until(at).iter().all(|byte| *byte == b'x'));
        assert!(strip.put_text(at, &[b'x'; 100]).is_none());
        assert!(strip.put_guid(at, Uuid::nil()).is_none());
        assert_eq!(strip.put_text(0, &[b'x'; STRIP]), Some(STRIP));
        assert!(strip.put_byte(STRIP, b'x').is_none());
    }
}
