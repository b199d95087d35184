//! Groups: who is in them, which licenses they give, and what became of these licenses for each member.

mod columns;
pub mod rule;

pub use columns::{Group, GroupState, Groups};

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{product::ProductOrdinal, time::Timestamp};

/// The place of a group in its tenant; given once, never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct GroupOrdinal(#[n(0)] pub u32);

/// A user's membership of the first level in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: GroupOrdinal,
    /// When the user joined, packed.
    pub(crate) joined: u32,
    /// When the group's licenses were last decided for this user alone, packed; 0 if never.
    pub(crate) decided: u32,
}

impl Membership {
    /// A membership with its times.
    pub fn new(group: GroupOrdinal, joined: Timestamp, decided: Option<Timestamp>) -> Self {
        Self {
            group,
            joined: joined.to_column(),
            decided: decided.map_or(0, Timestamp::to_column),
        }
    }

    /// When the user joined.
    pub const fn joined(&self) -> Timestamp {
        Timestamp::from_column(self.joined)
    }

    /// When the group's licenses were last decided for this user alone, if ever.
    pub const fn decided(&self) -> Option<Timestamp> {
        match self.decided {
            0 => None,
            at => Some(Timestamp::from_column(at)),
        }
    }
}

/// What a group is, besides its members and licenses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own"
)]
pub struct GroupDefinition {
    /// Graph's `displayName`.
    #[n(0)]
    pub display_name: String,
    /// Graph's `description`.
    #[n(1)]
    pub description: Option<String>,
    /// Graph's `mailNickname`, unique in the tenant.
    #[n(2)]
    pub mail_nickname: String,
    /// Graph's `mail`.
    #[n(3)]
    pub mail: Option<String>,
    /// Graph's `mailEnabled`.
    #[n(4)]
    pub mail_enabled: bool,
    /// Graph's `securityEnabled`; without it a group cannot have licenses.
    #[n(5)]
    pub security_enabled: bool,
    /// Whether `groupTypes` has `Unified`: a Microsoft 365 group.
    #[n(6)]
    pub unified: bool,
    /// Graph's `isAssignableToRole`; set at creation only.
    #[n(7)]
    pub role_assignable: bool,
    /// Graph's `visibility`.
    #[n(8)]
    pub visibility: Option<String>,
    /// Graph's `membershipRule`. With a rule the group is dynamic.
    #[n(9)]
    pub rule: Option<String>,
    /// Graph's `membershipRuleProcessingState` is `Paused`: members stay as they are.
    #[n(10)]
    pub rule_paused: bool,
    /// Groups of higher priority get scarce seats first, where the tenant's policy says so.
    #[n(11)]
    pub priority: u32,
    /// Further properties by Graph's names, each as JSON.
    #[n(12)]
    pub other: BTreeMap<String, String>,
}

impl GroupDefinition {
    /// Whether members follow from a rule.
    pub const fn is_dynamic(&self) -> bool {
        self.rule.is_some()
    }
}

/// A product that a group gives to its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupLicense {
    /// The product.
    pub product: ProductOrdinal,
    /// Plans switched off, as bits.
    pub disabled: u128,
    /// When it was last changed.
    pub at: Timestamp,
}

/// A product of a group without its time, as events name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GroupGrant {
    /// The product.
    #[n(0)]
    pub product: ProductOrdinal,
    /// Plans switched off, as bits.
    #[cbor(n(1), with = "crate::codec::mask")]
    pub disabled: u128,
}

/// A group to be created.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// The object id, where the caller decides it; otherwise a new one.
    pub id: Option<Uuid>,
    /// What it is.
    pub definition: GroupDefinition,
    /// Object ids of users and groups who are members from the start.
    pub members: Vec<Uuid>,
    /// Object ids of users who own it.
    pub owners: Vec<Uuid>,
}

/// What to change of a group. Absent means unchanged, `None` inside means cleared.
#[derive(Clone, Debug, Default)]
pub struct GroupPatch {
    /// Graph's `displayName`.
    pub display_name: Option<String>,
    /// Graph's `description`.
    pub description: Option<Option<String>>,
    /// Graph's `mailNickname`.
    pub mail_nickname: Option<String>,
    /// Graph's `mail`; only the system may set it.
    pub mail: Option<Option<String>>,
    /// Graph's `mailEnabled`.
    pub mail_enabled: Option<bool>,
    /// Graph's `securityEnabled`.
    pub security_enabled: Option<bool>,
    /// Whether `groupTypes` shall have `Unified`.
    pub unified: Option<bool>,
    /// Graph's `visibility`.
    pub visibility: Option<Option<String>>,
    /// Graph's `membershipRule`; cleared, the group keeps its members and takes them by hand from then on.
    pub rule: Option<Option<String>>,
    /// Whether `membershipRuleProcessingState` shall be `Paused`.
    pub rule_paused: Option<bool>,
    /// Who gets scarce seats first, where the tenant's policy says so.
    pub priority: Option<u32>,
    /// Further properties by Graph's names, each as JSON.
    pub other: BTreeMap<String, Option<String>>,
    /// Object ids of users and groups to be added, all or none.
    pub add_members: Vec<Uuid>,
    /// Object ids of users to be added as owners.
    pub add_owners: Vec<Uuid>,
}
