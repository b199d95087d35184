//! Users: their properties, their place in memory, and the rules for creating and changing them.

mod columns;
mod index;
mod validate;

pub mod property;
pub mod record;

pub use columns::{UserHead, UserState, UserView, Users};
pub use index::{ByName, Direction, folded};
pub use property::{Properties, PropertyValue, UserProperty};
pub use record::Record;
pub use validate::{
    check_required, check_value, has_control_characters, is_principal_name, principal_name_domain,
};

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::location::Location;

/// The place of a user in its tenant's columns; given once, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct UserOrdinal(#[n(0)] pub u32);

/// Member of the organization or guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum UserType {
    /// An ordinary user.
    #[default]
    #[n(0)]
    Member,
    /// Invited from elsewhere.
    #[n(1)]
    Guest,
}

impl UserType {
    /// Graph's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Guest => "Guest",
        }
    }

    /// Reads Graph's word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Guest]
            .into_iter()
            .find(|user_type| user_type.as_str().eq_ignore_ascii_case(text))
    }
}

/// How a caller names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// By object id.
    Id(Uuid),
    /// By user principal name, in any case.
    PrincipalName(String),
}

impl UserKey {
    /// Reads an object id, or else takes the text as a user principal name.
    pub fn parse(text: &str) -> Self {
        Uuid::try_parse(text).map_or_else(|_| Self::PrincipalName(text.to_owned()), Self::Id)
    }
}

/// A user to be created.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The object id, where the caller decides it (a deterministic demo, an import); otherwise a new one.
    pub id: Option<Uuid>,
    /// Graph's `accountEnabled`.
    pub account_enabled: bool,
    /// Graph's `userType`.
    pub user_type: UserType,
    /// Graph's `usageLocation`.
    pub usage_location: Option<Location>,
    /// All other properties; display name, mail nickname and user principal name are required.
    pub properties: Properties,
}

/// What to change of a user. Absent means unchanged, `None` inside means cleared.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// Graph's `accountEnabled`.
    pub account_enabled: Option<bool>,
    /// Graph's `userType`.
    pub user_type: Option<UserType>,
    /// Graph's `usageLocation`.
    pub usage_location: Option<Option<Location>>,
    /// All other properties.
    pub properties: std::collections::BTreeMap<UserProperty, Option<PropertyValue>>,
}
