//! Page tokens: opaque to clients, checked when they come back.

use std::cmp::Ordering;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;
use zetel_query::folded;

use super::{error::GraphError, relations::Relation};

/// The form of tokens; another number when it changes.
const VERSION: u8 = 3;
/// Longer than any token that we make: a key is at most one property of 1,024 characters.
const MAXIMUM_LENGTH: usize = 8 * 1024;

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

/// The value of a property by which a list is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// There is none.
    Null,
    /// A text, in any case.
    Text(String),
    /// A point in time, in seconds since 1970.
    Time(i64),
}

impl Key {
    /// The key of a text.
    pub fn of_text(text: &str) -> Self {
        if text.is_empty() {
            Self::Null
        } else {
            Self::Text(folded(text))
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Null => 1,
            Self::Text(_) => 2,
            Self::Time(_) => 3,
        }
    }
}

impl Ord for Key {
    /// Nothing comes before everything, as in `OData`.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(own), Self::Text(other)) => own.cmp(other),
            (Self::Time(own), Self::Time(other)) => own.cmp(other),
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Position {
    /// At this place.
    At(u64),
    /// In a list with an order: after the object that had this key, at this place. It need not exist any more.
    After(Key, u64),
}

/// Where the next page begins. It is no secret and opens nothing: every page is authorized anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    position: Position,
    check: u32,
}

impl PageToken {
    /// The token for the page that begins at a place of the list.
    pub fn new(tenant: Uuid, listing: Listing, next: u64) -> Self {
        Self::of(tenant, listing, "", Position::At(next))
    }

    /// The token for the page that begins after an object of a list in an order, such as `displayName desc`.
    pub fn after(tenant: Uuid, listing: Listing, order: &str, (key, place): (Key, u64)) -> Self {
        Self::of(tenant, listing, order, Position::After(key, place))
    }

    fn of(tenant: Uuid, listing: Listing, order: &str, position: Position) -> Self {
        let check = checksum(tenant, listing, order, &position);
        Self { position, check }
    }

    /// The place at which the page begins; an error if the token was made for another list.
    pub fn start(&self, tenant: Uuid, listing: Listing) -> Result<u64, GraphError> {
        match self.position {
            Position::At(next) if self.is_for(tenant, listing, "") => Ok(next),
            _ => Err(invalid()),
        }
    }

    /// The key and place after which the page begins; an error if the token was made for another list or order.
    pub fn start_after(
        &self,
        tenant: Uuid,
        listing: Listing,
        order: &str,
    ) -> Result<(Key, u64), GraphError> {
        match &self.position {
            Position::After(key, place) if self.is_for(tenant, listing, order) => {
                Ok((key.clone(), *place))
            }
            _ => Err(invalid()),
        }
    }

    fn is_for(&self, tenant: Uuid, listing: Listing, order: &str) -> bool {
        checksum(tenant, listing, order, &self.position) == self.check
    }

    /// Reads a token.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        if text.len() > MAXIMUM_LENGTH {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        Self::from_bytes(&bytes).ok_or_else(invalid)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (check, rest) = bytes.strip_prefix(&[VERSION])?.split_first_chunk()?;
        let position = Position::from_bytes(rest)?;
        let check = u32::from_be_bytes(*check);
        Some(Self { position, check })
    }

    /// The text for a link.
    pub fn text(&self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.check.to_be_bytes());
        bytes.extend_from_slice(&self.position.to_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

impl Position {
    /// The kind, the place, and the key.
    fn to_bytes(&self) -> Vec<u8> {
        let (kind, place) = match self {
            Self::At(place) => (0, place),
            Self::After(key, place) => (key.kind(), place),
        };
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&place.to_be_bytes());
        match self {
            Self::After(Key::Text(text), _) => bytes.extend_from_slice(text.as_bytes()),
            Self::After(Key::Time(at), _) => bytes.extend_from_slice(&at.to_be_bytes()),
            Self::At(_) | Self::After(Key::Null, _) => {}
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (place, rest) = rest.split_first_chunk()?;
        let place = u64::from_be_bytes(*place);
        Some(match kind {
            0 if rest.is_empty() => Self::At(place),
            1 if rest.is_empty() => Self::After(Key::Null, place),
            2 => Self::After(Key::Text(String::from_utf8(rest.to_vec()).ok()?), place),
            3 => Self::After(Key::Time(i64::from_be_bytes(rest.try_into().ok()?)), place),
            _ => return None,
        })
    }
}

fn invalid() -> GraphError {
    GraphError::new(
        axum::http::StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request. Start again with the first page.",
    )
}

/// FNV-1a over what a token is for: it tells tokens of another tenant, list or order, and mutilated ones.
fn checksum(tenant: Uuid, listing: Listing, order: &str, position: &Position) -> u32 {
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
        .chain(&position.to_bytes())
        .chain(order.as_bytes())
        .fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert!(token.start_after(tenant, Listing::Users, "").is_err());
        for wrong in [
            "",
            "forged",
            "AAAAAAAAAAAA",
            "ü",
            &text[1..],
            &"A".repeat(9000),
        ] {
            assert!(PageToken::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_token_of_an_order_is_good_for_this_order_only(
            text in ".{0,40}",
            at in any::<i64>(),
            place in any::<u64>(),
        ) {
            let tenant = Uuid::from_u128(7);
            for key in [Key::Null, Key::of_text(&text), Key::Time(at)] {
                let position = (key.clone(), place);
                let token = PageToken::after(tenant, Listing::Users, "displayName", position);
                let read = PageToken::parse(&token.text());
                prop_assert_eq!(&read, &Ok(token));
                let read = read.unwrap();
                let start = read.start_after(tenant, Listing::Users, "displayName");
                prop_assert_eq!(start, Ok((key, place)));
                prop_assert!(read.start_after(tenant, Listing::Users, "displayName desc").is_err());
                prop_assert!(read.start_after(tenant, Listing::Groups, "displayName").is_err());
                prop_assert!(read.start(tenant, Listing::Users).is_err());
            }
        }

        #[test]
        fn nothing_breaks_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut bytes = bytes;
            bytes.insert(0, VERSION);
            let _ = PageToken::parse(&URL_SAFE_NO_PAD.encode(bytes));
        }
    }
}
