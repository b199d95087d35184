//! Page tokens: opaque to clients, checked when they come back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;
use zetel_domain::user::UserOrdinal;

use super::error::GraphError;

/// The form of tokens; another number when it changes.
const VERSION: u8 = 1;
const LENGTH: usize = 9;

/// What is paged through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// Users in the directory.
    Users,
    /// Users in the recycle bin.
    DeletedUsers,
}

/// Where the next page begins. It is no secret and opens nothing: every page is authorized anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    next: u32,
    check: u32,
}

impl PageToken {
    /// The token for the page that begins with a user.
    pub fn new(tenant: Uuid, listing: Listing, next: UserOrdinal) -> Self {
        Self {
            next: next.0,
            check: checksum(tenant, listing, next.0),
        }
    }

    /// The user with whom the page begins; an error if the token was made for another list.
    pub fn start(self, tenant: Uuid, listing: Listing) -> Result<UserOrdinal, GraphError> {
        if checksum(tenant, listing, self.next) == self.check {
            Ok(UserOrdinal(self.next))
        } else {
            Err(invalid())
        }
    }

    /// Reads a token.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let (next, check) = bytes
            .strip_prefix(&[VERSION])
            .and_then(|rest| rest.split_first_chunk())
            .ok_or_else(invalid)?;
        let check = check.try_into().map_err(|_| invalid())?;
        Ok(Self {
            next: u32::from_be_bytes(*next),
            check: u32::from_be_bytes(check),
        })
    }

    /// The text for a link.
    pub fn text(self) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.next.to_be_bytes());
        bytes.extend_from_slice(&self.check.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn invalid() -> GraphError {
    GraphError::new(
        axum::http::StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request. Start again with the first page.",
    )
}

/// FNV-1a over what a token is for: it tells tokens of another tenant or list, and mutilated ones.
fn checksum(tenant: Uuid, listing: Listing, next: u32) -> u32 {
    let kind = match listing {
        Listing::Users => 0,
        Listing::DeletedUsers => 1,
    };
    tenant
        .as_bytes()
        .iter()
        .chain(&[kind])
        .chain(&next.to_be_bytes())
        .fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_list_only() {
        let tenant = Uuid::from_u128(7);
        let text = PageToken::new(tenant, Listing::Users, UserOrdinal(300)).text();
        let token = PageToken::parse(&text).unwrap();
        assert_eq!(token.start(tenant, Listing::Users), Ok(UserOrdinal(300)));
        assert!(token.start(tenant, Listing::DeletedUsers).is_err());
        assert!(token.start(Uuid::from_u128(8), Listing::Users).is_err());
        for wrong in ["", "forged", "AAAAAAAAAAAA", "ü", &text[1..]] {
            assert!(PageToken::parse(wrong).is_err(), "{wrong}");
        }
    }
}
