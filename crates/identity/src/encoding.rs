//! Base64url, digests and opaque references: the small change of tokens.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Base64url without padding (RFC 7515 section 2).
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; anything else is nothing.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256. Secrets of full entropy need no slower digest: they cannot be guessed.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    let mut output = [0; 32];
    output.copy_from_slice(digest(&SHA256, bytes.as_ref()).as_ref());
    output
}

/// An opaque reference handed to a client: the tenant that it belongs to and 32 random bytes, in base64url.
/// The tenant is inside because a reference from `/organizations` is redeemed there as well.
pub(crate) fn reference(tenant: Uuid, random: [u8; 32]) -> String {
    base64url([tenant.as_bytes().as_slice(), &random].concat())
}

/// The tenant inside a reference, and the digest under which it is stored.
pub(crate) fn read_reference(reference: &str) -> Option<(Uuid, [u8; 32])> {
    let bytes = from_base64url(reference).filter(|bytes| bytes.len() == 48)?;
    let tenant = Uuid::from_slice(bytes.get(..16)?).ok()?;
    Some((tenant, sha256(reference)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_tenant_and_only_well_formed_ones_are_read() {
        let tenant = Uuid::from_u128(7);
        let text = reference(tenant, [9; 32]);
        assert_eq!(read_reference(&text), Some((tenant, sha256(&text))));
        assert_eq!(read_reference(&text[1..]), None);
        assert_eq!(read_reference(""), None);
        assert_eq!(read_reference("not base64url!"), None);
    }
}
