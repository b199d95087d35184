//! How values of other crates are written in events.

/// GUIDs as 16 bytes.
pub mod guid {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };
    use uuid::Uuid;

    /// Writes a GUID.
    pub fn encode<C, W: Write>(
        guid: &Uuid,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        encoder.bytes(guid.as_bytes())?.ok()
    }

    /// Reads a GUID.
    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Uuid, DecodeError> {
        let position = decoder.position();
        Uuid::from_slice(decoder.bytes()?)
            .map_err(|_| DecodeError::message("a GUID has 16 bytes").at(position))
    }
}

/// Lists of GUIDs as one byte string, 16 bytes each.
pub mod guids {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };
    use uuid::Uuid;

    /// Writes a list of GUIDs.
    pub fn encode<C, W: Write>(
        guids: &[Uuid],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        let bytes: Vec<u8> = guids.iter().flat_map(Uuid::as_bytes).copied().collect();
        encoder.bytes(&bytes)?.ok()
    }

    /// Reads a list of GUIDs.
    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Uuid>, DecodeError> {
        let position = decoder.position();
        let (guids, rest) = decoder.bytes()?.as_chunks::<16>();
        if rest.is_empty() {
            Ok(guids.iter().map(|guid| Uuid::from_bytes(*guid)).collect())
        } else {
            Err(DecodeError::message("a GUID has 16 bytes").at(position))
        }
    }
}

/// Masks of 128 bits as two numbers.
pub mod mask {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };

    /// Writes a mask.
    pub fn encode<C, W: Write>(
        mask: &u128,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        let low = (mask << 64 >> 64) as u64;
        encoder.array(2)?.u64((mask >> 64) as u64)?.u64(low)?.ok()
    }

    /// Reads a mask.
    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<u128, DecodeError> {
        let position = decoder.position();
        match decoder.array()? {
            Some(2) => Ok(u128::from(decoder.u64()?) << 64 | u128::from(decoder.u64()?)),
            _ => Err(DecodeError::message("a mask has two numbers").at(position)),
        }
    }
}

/// Sets of users as a portable roaring bitmap.
pub mod bitmap {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };
    use roaring::RoaringBitmap;

    /// Writes a set.
    pub fn encode<C, W: Write>(
        set: &RoaringBitmap,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        let mut bytes = Vec::with_capacity(set.serialized_size());
        set.serialize_into(&mut bytes)
            .map_err(|_| EncodeError::message("a set of users could not be written"))?;
        encoder.bytes(&bytes)?.ok()
    }

    /// Reads a set.
    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<RoaringBitmap, DecodeError> {
        let position = decoder.position();
        RoaringBitmap::deserialize_from(decoder.bytes()?)
            .map_err(|_| DecodeError::message("not a set of users").at(position))
    }
}
