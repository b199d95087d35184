//! Page tokens: opaque to clients, checked when they come back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{error::GraphError, relations::Relation};

/// The form of tokens; another number when it changes.
const VERSION: u8 = 2;
const LENGTH: usize = 13;

/// What is paged through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// Users in the directory.
    Users,
    /// Users in the recycle bin.
    DeletedUsers,
    /// Groups in the directory.
    Groups,
    /// Groups in the recycle bin.
    DeletedGroups,
    /// What is related to the user or group with this id.
    Related(Relation, Uuid),
    /// Audit records.
    Audits,
    /// Changes of the tenant.
    Changes,
    /// What happened to the user with this id.
    History(Uuid),
    /// Refusals to enroll a device.
    TroubleshootingEvents,
    /// Who waits for a seat of the product with this id.
    WaitingList(Uuid),
    /// Managed devices.
    ManagedDevices,
    /// Managed devices of the user with this id.
    ManagedDevicesOf(Uuid),
    /// Devices of the directory.
    DirectoryDevices,
    /// Devices of the directory that the user with this id registered.
    DirectoryDevicesOf(Uuid),
    /// Applications.
    Applications,
    /// Service principals.
    ServicePrincipals,
    /// Roles that somebody has.
    RoleAssignments,
}

impl Listing {
    /// Whether it can be counted by clients only that accept an eventual answer, as what is in the directory.
    pub const fn is_of_directory(self) -> bool {
        !matches!(self, Self::ManagedDevices | Self::ManagedDevicesOf(_))
    }
}

/// Where the next page begins. It is no secret and opens nothing: every page is authorized anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    next: u64,
    check: u32,
}

impl PageToken {
    /// The token for the page that begins at a place of the list.
    pub fn new(tenant: Uuid, listing: Listing, next: u64) -> Self {
        Self {
            next,
            check: checksum(tenant, listing, next),
        }
    }

    /// The place at which the page begins; an error if the token was made for another list.
    pub fn start(self, tenant: Uuid, listing: Listing) -> Result<u64, GraphError> {
        if checksum(tenant, listing, self.next) == self.check {
            Ok(self.next)
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
            next: u64::from_be_bytes(*next),
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
fn checksum(tenant: Uuid, listing: Listing, next: u64) -> u32 {
    let (kind, of) = match listing {
        Listing::Users => (0, Uuid::nil()),
        Listing::DeletedUsers => (1, Uuid::nil()),
        Listing::Groups => (2, Uuid::nil()),
        Listing::DeletedGroups => (3, Uuid::nil()),
        Listing::Audits => (4, Uuid::nil()),
        Listing::Changes => (5, Uuid::nil()),
        Listing::History(user) => (6, user),
        Listing::WaitingList(sku_id) => (7, sku_id),
        Listing::TroubleshootingEvents => (8, Uuid::nil()),
        Listing::ManagedDevices => (10, Uuid::nil()),
        Listing::ManagedDevicesOf(user) => (11, user),
        Listing::DirectoryDevices => (12, Uuid::nil()),
        Listing::DirectoryDevicesOf(user) => (13, user),
        Listing::Applications => (14, Uuid::nil()),
        Listing::ServicePrincipals => (15, Uuid::nil()),
        Listing::RoleAssignments => (9, Uuid::nil()),
        Listing::Related(relation, of) => (16 + relation as u8, of),
    };
    tenant
        .as_bytes()
        .iter()
        .chain(of.as_bytes())
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
        let text = PageToken::new(tenant, Listing::Users, 300).text();
        let token = PageToken::parse(&text).unwrap();
        assert_eq!(token.start(tenant, Listing::Users), Ok(300));
        for other in [
            Listing::DeletedUsers,
            Listing::Groups,
            Listing::Related(Relation::Members, tenant),
        ] {
            assert!(token.start(tenant, other).is_err());
        }
        assert!(token.start(Uuid::from_u128(8), Listing::Users).is_err());
        for wrong in ["", "forged", "AAAAAAAAAAAA", "ü", &text[1..]] {
            assert!(PageToken::parse(wrong).is_err(), "{wrong}");
        }
    }
}
