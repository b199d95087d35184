//! A tenant's licensing policy: which semantics, which guard (product.md, "Two semantics, one switch").

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{codec, time::Timestamp};

/// Whose rules group licensing follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Semantics {
    /// Microsoft Entra's, exactly.
    #[default]
    #[n(0)]
    Entra,
    /// Entra's, changed by the switches that are on.
    #[n(1)]
    Extended,
}

/// Products of which the next is given where no seat of the one before is left.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct FallbackChain(#[cbor(n(0), with = "codec::guids")] pub Vec<Uuid>);

/// How a tenant assigns licenses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Policy {
    /// Whose rules; the switches below count only under [`Semantics::Extended`].
    #[n(0)]
    pub semantics: Semantics,
    /// Members of groups in a licensed group are licensed too.
    #[n(1)]
    pub nested_groups: bool,
    /// Each product of a group is decided on its own.
    #[n(2)]
    pub partial_success: bool,
    /// What failed is tried again as soon as it can succeed, in a fixed order.
    #[n(3)]
    pub automatic_reprocessing: bool,
    /// Scarce seats go to groups of higher priority first.
    #[n(4)]
    pub priority: bool,
    /// Products instead of others.
    #[n(5)]
    pub fallback: Vec<FallbackChain>,
    /// Days before a removal takes effect; 0 for at once.
    #[n(6)]
    pub grace_days: u16,
    /// Nobody can assign products to users directly.
    #[n(7)]
    pub no_direct_assignments: bool,
    /// Plans that a new catalog adds to a product are off in assignments that exist.
    #[n(8)]
    pub new_plans_off: bool,
    /// Role-assignable groups can have licenses (licensing.md 2.3), whatever the semantics.
    #[n(9)]
    pub license_role_assignable_groups: bool,
    /// What stops changes that take services from many.
    #[n(10)]
    pub guard: Guard,
}

/// What stops changes that take services from many people at once, whatever the semantics.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Guard {
    /// Whether it is on.
    #[n(0)]
    pub enabled: bool,
    /// More users than so many must not lose a service by one change.
    #[n(1)]
    pub max_users: u32,
    /// More holders of a product than so many percent must not lose it by one change …
    #[n(2)]
    pub max_percent: u32,
    /// … where they are more than so many.
    #[n(3)]
    pub min_users_for_percent: u32,
    /// Whether somebody else must approve what the guard stopped.
    #[n(4)]
    pub second_approver: bool,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            enabled: true,
            max_users: 50,
            max_percent: 10,
            min_users_for_percent: 5,
            second_approver: false,
        }
    }
}

/// Somebody's approval of a change that the guard stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The token of the change's plan.
    pub token: String,
    /// Who approved it.
    pub approver: String,
    /// When.
    pub at: Timestamp,
}

impl Approval {
    /// Whether the approval still counts: for a day.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.at.plus_days(1)
    }
}

impl Policy {
    /// Whether the switches count.
    pub fn is_extended(&self) -> bool {
        self.semantics == Semantics::Extended
    }

    /// Whether members of groups in a group are licensed too.
    pub fn nests(&self) -> bool {
        self.is_extended() && self.nested_groups
    }

    /// Whether each product of a group is decided on its own.
    pub fn is_partial(&self) -> bool {
        self.is_extended() && self.partial_success
    }

    /// Whether what failed is tried again by itself.
    pub fn is_automatic(&self) -> bool {
        self.is_extended() && self.automatic_reprocessing
    }

    /// Whether scarce seats follow the priority of groups.
    pub fn has_priority(&self) -> bool {
        self.is_extended() && self.priority
    }

    /// Days before a removal takes effect; 0 for at once.
    pub fn grace_days(&self) -> u16 {
        if self.is_extended() {
            self.grace_days
        } else {
            0
        }
    }

    /// Whether products cannot be assigned to users directly.
    pub fn refuses_direct(&self) -> bool {
        self.is_extended() && self.no_direct_assignments
    }

    /// Whether new plans are off in assignments that exist.
    pub fn switches_new_plans_off(&self) -> bool {
        self.is_extended() && self.new_plans_off
    }

    /// The products to try instead of one, in their order.
    pub fn fallbacks(&self, sku_id: Uuid) -> &[Uuid] {
        if !self.is_extended() {
            return &[];
        }
        self.fallback
            .iter()
            .find_map(|chain| {
                let place = chain.0.iter().position(|link| *link == sku_id)?;
                chain.0.get(place + 1..)
            })
            .unwrap_or_default()
    }
}
