//! A device's details: personal ones, which can be erased, and the model, which many devices share.

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{rejection::Rejection, user::has_control_characters};

/// Bytes that any one text of a device may have.
pub const MAX_DETAIL_BYTES: usize = 255;

/// What many devices have in common. Stored once in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Build {
    /// Graph's `manufacturer`; empty if not known.
    #[n(0)]
    pub manufacturer: String,
    /// Graph's `model`; empty if not known.
    #[n(1)]
    pub model: String,
    /// Graph's `osVersion`; empty if not known.
    #[n(2)]
    pub os_version: String,
}

/// What tells one device from others. It may tell of its user, so it lies apart from events and can be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceDetails {
    /// Graph's `deviceName`; empty if not known.
    pub name: String,
    /// Graph's `serialNumber`; empty if not known.
    pub serial: String,
    /// Graph's `imei`; empty if not known.
    pub imei: String,
    /// Graph's `azureADDeviceId`: the device in the directory.
    pub directory_id: Option<Uuid>,
}

impl DeviceDetails {
    /// Packs the details; see [`Self::append_packed`].
    pub fn pack(&self) -> Box<[u8]> {
        let texts = [&self.name, &self.serial, &self.imei].map(String::as_str);
        let length: usize = texts.iter().map(|text| text.len() + 1).sum();
        let mut bytes = Vec::with_capacity(length + 16);
        Self::append_packed(&mut bytes, texts, self.directory_id);
        bytes.into_boxed_slice()
    }

    /// Packs name, serial number and IMEI, each behind a byte with its length, then the directory's id if there is one.
    /// Nothing known is no bytes, as after details were erased.
    pub fn append_packed(bytes: &mut Vec<u8>, texts: [&str; 3], directory_id: Option<Uuid>) {
        if directory_id.is_none() && texts.iter().all(|text| text.is_empty()) {
            return;
        }
        for text in texts {
            // Longer ones are refused before they come here.
            let (length, text) = u8::try_from(text.len()).map_or((0, ""), |length| (length, text));
            bytes.push(length);
            bytes.extend_from_slice(text.as_bytes());
        }
        if let Some(id) = directory_id {
            bytes.extend_from_slice(id.as_bytes());
        }
    }

    /// Unpacks details; empty ones where the bytes end, as after they were erased.
    pub fn unpack(bytes: &[u8]) -> Self {
        let packed = PackedDetails(bytes);
        let [name, serial, imei] = packed.texts();
        Self {
            name: name.to_owned(),
            serial: serial.to_owned(),
            imei: imei.to_owned(),
            directory_id: packed.directory_id(),
        }
    }

    /// Checks length and characters of all texts.
    pub fn check(&self, build: &Build) -> Result<(), Rejection> {
        let texts = [
            ("deviceName", &self.name),
            ("serialNumber", &self.serial),
            ("imei", &self.imei),
            ("manufacturer", &build.manufacturer),
            ("model", &build.model),
            ("osVersion", &build.os_version),
        ];
        for (name, text) in texts {
            if text.len() > MAX_DETAIL_BYTES {
                return Err(Rejection::PropertyTooLong {
                    name,
                    max_length: MAX_DETAIL_BYTES,
                });
            }
            if has_control_characters(text) {
                return Err(Rejection::InvalidProperty { name });
            }
        }
        Ok(())
    }
}

/// Packed details, borrowed.
#[derive(Clone, Copy)]
pub(super) struct PackedDetails<'a>(pub &'a [u8]);

impl<'a> PackedDetails<'a> {
    fn split(self) -> ([&'a str; 3], &'a [u8]) {
        let mut rest = self.0;
        let texts = std::array::from_fn(|_| {
            let (text, after) = rest
                .split_first()
                .and_then(|(length, after)| after.split_at_checked(usize::from(*length)))
                .unwrap_or_default();
            rest = after;
            std::str::from_utf8(text).unwrap_or_default()
        });
        (texts, rest)
    }

    pub fn texts(self) -> [&'a str; 3] {
        self.split().0
    }

    pub fn directory_id(self) -> Option<Uuid> {
        Uuid::from_slice(self.split().1).ok()
    }
}

/// Texts that makers print where a serial number should be.
const PLACEHOLDERS: &[&str] = &[
    "default string",
    "system serial number",
    "to be filled by o.e.m.",
    "not specified",
    "not applicable",
    "serialnumber",
    "unknown",
    "none",
    "invalid",
];

/// Whether a serial number tells a device from others: at least four characters, not all alike, no placeholder.
pub(crate) fn is_telling(serial: &str) -> bool {
    let mut characters = serial.chars();
    let first = characters.next();
    serial.len() >= 4
        && characters.any(|character| Some(character) != first)
        && !PLACEHOLDERS
            .iter()
            .any(|placeholder| placeholder.eq_ignore_ascii_case(serial.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_come_back_as_they_were() {
        let details = DeviceDetails {
            name: "Annas iPhone \u{1f4f1}".to_owned(),
            serial: "F2LXK0AAAA".to_owned(),
            imei: String::new(),
            directory_id: Some(Uuid::from_u128(7)),
        };
        assert_eq!(DeviceDetails::unpack(&details.pack()), details);
        assert_eq!(DeviceDetails::unpack(&[]), DeviceDetails::default());
        assert_eq!(DeviceDetails::default().pack().len(), 0);
    }

    #[test]
    fn placeholders_are_no_serial_numbers() {
        assert!(is_telling("5CG0123ABC"));
        for text in [
            "",
            "0",
            "0000000",
            "Default string",
            "To Be Filled By O.E.M.",
            "abc",
        ] {
            assert!(!is_telling(text), "{text}");
        }
    }
}
