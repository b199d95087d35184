//! What an explanation consists of. Names are looked up when it is put into words.

use uuid::Uuid;

use crate::{
    assignment::{LicenseSource, Violation},
    group::GroupOrdinal,
    location::Location,
    product::ProductOrdinal,
    subscription::Status,
    time::Timestamp,
    user::UserOrdinal,
};

/// What is to be explained of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Everything that is meant for the user.
    All,
    /// A product.
    Product(ProductOrdinal),
    /// A service plan by its id, from whatever product.
    Plan(Uuid),
}

/// Why a user has what it has, and why it has not what it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whose.
    pub user: UserOrdinal,
    /// What was asked.
    pub question: Question,
    /// When the user was deleted, if it is in the recycle bin. It holds no seat; what is told of it comes back with it.
    pub deleted: Option<Timestamp>,
    /// Whether the user has the plan that was asked for.
    pub plan: Option<PlanAnswer>,
    /// Products that are meant for the user and belong to the question, in their order; the one that was asked for even
    /// if it is not meant for the user.
    pub products: Vec<ProductAnswer>,
    /// What stands in the way.
    pub problems: Vec<Problem>,
}

/// What became of a plan over all products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanAnswer {
    /// Graph's `servicePlanId`.
    pub plan: Uuid,
    /// Whether it is on.
    pub status: PlanStatus,
    /// Owned products that have the plan, whether they are meant for the user or not.
    pub offered_by: Vec<ProductOrdinal>,
}

/// Whether a user has a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductVerdict {
    /// With all plans.
    Full,
    /// Without some of the plans.
    Partial,
    /// Something means the user to have it, and the user has it not.
    Missing,
    /// Nothing means the user to have it.
    NotMeant,
}

impl ProductVerdict {
    /// A word for JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Missing => "missing",
            Self::NotMeant => "notMeant",
        }
    }
}

/// A product, and what of it the user has through what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductAnswer {
    /// The product.
    pub product: ProductOrdinal,
    /// Whether the user has it.
    pub verdict: ProductVerdict,
    /// The state of what was bought of it.
    pub status: Status,
    /// All assignments to the user, direct ones first.
    pub sources: Vec<SourceAnswer>,
    /// Its plans in their order; only the one that was asked for, where the question is a plan.
    pub plans: Vec<ProductPlan>,
}

impl ProductAnswer {
    /// The sources through which a plan is on, or would be on if they were applied.
    pub fn sources_of(&self, plan: &ProductPlan) -> impl Iterator<Item = &SourceAnswer> {
        let (bit, is_on) = (plan.bit, plan.status == PlanStatus::On);
        self.sources.iter().filter(move |answer| {
            answer.source.disabled & bit == 0 && (!is_on || answer.source.state.is_applied())
        })
    }
}

/// A plan of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductPlan {
    /// Graph's `servicePlanId`.
    pub plan: Uuid,
    /// Its bit in masks of disabled plans.
    pub bit: u128,
    /// Whether the user has it through this product.
    pub status: PlanStatus,
}

/// Whether a plan is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanStatus {
    /// Nothing means the user to have a product with it.
    NotMeant,
    /// Every assignment switches it off.
    SwitchedOff,
    /// It would be on through an assignment that could not be applied.
    Blocked,
    /// It is on.
    On,
}

impl PlanStatus {
    /// A word for JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotMeant => "notMeant",
            Self::SwitchedOff => "switchedOff",
            Self::Blocked => "blocked",
            Self::On => "on",
        }
    }
}

/// An assignment, and how the user comes to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAnswer {
    /// The assignment and what became of it.
    pub source: LicenseSource,
    /// How the user is in the group; empty for an assignment to the user, and where the user has left the group.
    pub paths: Vec<Path>,
    /// When it goes, if it was taken away and its grace period runs.
    pub ends: Option<Timestamp>,
    /// Place in [`Explanation::problems`] of what stands in its way.
    pub problem: Option<usize>,
}

impl SourceAnswer {
    /// How the user comes to it.
    pub const fn kind(&self) -> SourceKind {
        use crate::assignment::LicenseState::ActiveWithError;
        match self.source {
            LicenseSource {
                is_ending: true, ..
            } => SourceKind::Ending,
            LicenseSource {
                instead_of: Some(product),
                ..
            } => SourceKind::Fallback(product),
            LicenseSource {
                state: ActiveWithError(_),
                ..
            } => SourceKind::Kept,
            LicenseSource { group: Some(_), .. } => SourceKind::Group,
            _ => SourceKind::Direct,
        }
    }
}

/// How a user comes to an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// It is assigned to the user.
    Direct,
    /// A group gives it.
    Group,
    /// A group gave it, gives it no longer or otherwise, and it could not be taken away.
    Kept,
    /// It was taken away and goes when the grace period is over.
    Ending,
    /// A group gives it in the place of this product, of which no seat is left.
    Fallback(ProductOrdinal),
}

impl SourceKind {
    /// A word for JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
            Self::Kept => "kept",
            Self::Ending => "ending",
            Self::Fallback(_) => "fallback",
        }
    }
}

/// How a user is in a group: the group of which it is a member, a group of which that is a member, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The groups, the one that has licenses last.
    pub groups: Vec<GroupOrdinal>,
    /// When the user joined the first of them.
    pub joined: Timestamp,
}

/// Something that keeps a user from having what it is meant to have, or that keeps what should go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The product that it is about.
    pub product: ProductOrdinal,
    /// The group that gives or gave it, if one does.
    pub group: Option<GroupOrdinal>,
    /// The error that is recorded, if one is.
    pub violation: Option<Violation>,
    /// Whether something is kept that should go.
    pub is_kept: bool,
    /// What exactly stands in the way.
    pub cause: Cause,
    /// Products of the same group that wait for this one (licensing.md 3.3: all of a group or none).
    pub siblings: Vec<ProductOrdinal>,
    /// Whether processing the user again heals it now.
    pub heals: bool,
    /// What can be done, the cheapest first.
    pub remedies: Vec<Remedy>,
}

/// What exactly stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No seat was left.
    NoSeat {
        /// The product.
        product: ProductOrdinal,
        /// Seats that can be assigned.
        bought: u32,
        /// Seats that are taken.
        used: u32,
        /// The user's place among those who wait, where seats are given by themselves.
        waiting: Option<Waiting>,
    },
    /// Two plans that exclude each other.
    Excluded {
        /// The plan of the product that could not be applied.
        plan: Uuid,
        /// The plan that it excludes.
        other_plan: Uuid,
        /// Where that one comes from.
        other: Side,
    },
    /// A plan lacks one that it needs.
    Lacks {
        /// The plan.
        plan: Uuid,
        /// Any of these would do.
        requires: Vec<Uuid>,
        /// A product of the same group that would give one of them and cannot be applied either.
        sibling: Option<Sibling>,
    },
    /// Another plan needs what should go.
    NeededBy {
        /// The plan that would lack something.
        plan: Uuid,
        /// Where that plan comes from.
        other: Side,
        /// The plan that should go.
        needs: Uuid,
    },
    /// The product or a plan of it may not be used where the user is.
    Location {
        /// Where.
        location: Location,
        /// Whether that is the organization's default, since the user has no usage location.
        is_default: bool,
        /// The product.
        product: ProductOrdinal,
        /// The plan, if not the whole product.
        plan: Option<Uuid>,
    },
    /// A mail address of the user belongs to somebody else too.
    Address {
        /// The address.
        address: String,
        /// To whom.
        owner: UserOrdinal,
    },
    /// Another product of the same group could not be applied.
    Sibling(Sibling),
    /// What stood in the way when it was decided is gone.
    Past(Violation),
    /// The seats of the product cannot be used: nothing of what was bought is active.
    Inactive {
        /// The best state of what was bought.
        status: Status,
    },
    /// Every assignment of a product switches the plan off.
    SwitchedOff {
        /// The plan.
        plan: Uuid,
    },
    /// Only the members of a group itself are licensed, and the user is in it through another group.
    OnlyNested {
        /// How the user is in it.
        path: Path,
    },
    /// Nothing means the user to have it.
    NotMeant,
}

/// A place among those who wait for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many come before.
    pub before: u32,
    /// How many wait in all.
    pub total: u32,
}

/// A product from somewhere else that has to do with a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The product.
    pub product: ProductOrdinal,
    /// The group that gives it; none if it is assigned to the user.
    pub group: Option<GroupOrdinal>,
}

/// A product of the same group that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// The product.
    pub product: ProductOrdinal,
    /// Why, if anything stands in its way by itself.
    pub cause: Option<Box<Cause>>,
}

/// Something that can be done about a problem, with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What to do.
    pub action: Action,
    /// Seats that must be bought for it.
    pub seats_needed: u32,
    /// Users whose licenses it changes.
    pub people_affected: u32,
    /// Whether it heals the problem alone, so that nothing else is needed.
    pub suffices: bool,
    /// Whether the user then goes without what was meant for it.
    pub gives_up: bool,
    /// Whether the user must be processed again afterwards.
    pub needs_reprocessing: bool,
}

/// What can be done about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Process the user again; it succeeds now.
    ReprocessUser,
    /// Give the user a usage location where the product is allowed.
    SetUsageLocation {
        /// The user's location now, if it has one.
        now: Option<Location>,
    },
    /// Take a mail address from one of the two users who have it.
    FixAddress {
        /// The address.
        address: String,
        /// The other user.
        owner: UserOrdinal,
    },
    /// Switch a plan on.
    SwitchPlanOn {
        /// In which product.
        product: ProductOrdinal,
        /// The plan.
        plan: Uuid,
        /// Of which group; none for the assignment to the user.
        group: Option<GroupOrdinal>,
    },
    /// Switch plans off.
    SwitchPlanOff {
        /// In which product.
        product: ProductOrdinal,
        /// The plan, and those of the same license that need it.
        plans: Vec<Uuid>,
        /// Of which group; none for the assignment to the user.
        group: Option<GroupOrdinal>,
    },
    /// Assign a product to the user.
    AssignDirect {
        /// The product.
        product: ProductOrdinal,
    },
    /// Make the user a member of a group that gives the product.
    AddToGroup {
        /// The group.
        group: GroupOrdinal,
    },
    /// Take the assignment to the user away.
    RemoveDirect {
        /// Of which product.
        product: ProductOrdinal,
    },
    /// Take the user out of a group.
    RemoveFromGroup {
        /// The group.
        group: GroupOrdinal,
    },
    /// Take a product from others who have it.
    FreeSeats {
        /// The product.
        product: ProductOrdinal,
        /// From how many.
        count: u32,
    },
    /// Renew what expired or was cancelled.
    Renew {
        /// The product.
        product: ProductOrdinal,
    },
    /// Buy seats.
    BuySeats {
        /// Of which product.
        product: ProductOrdinal,
        /// How many.
        count: u32,
    },
    /// Let licenses nest: members of groups in a licensed group are licensed too.
    EnableNestedGroups,
    /// Let each product of a group be decided on its own, so that the others are not held up.
    EnablePartialSuccess,
    /// Let what failed be tried again by itself, such as when a seat is free.
    EnableAutomaticReprocessing,
}

impl Action {
    /// A word for JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ReprocessUser => "reprocessUser",
            Self::SetUsageLocation { .. } => "setUsageLocation",
            Self::FixAddress { .. } => "fixAddress",
            Self::SwitchPlanOn { .. } => "switchPlanOn",
            Self::SwitchPlanOff { .. } => "switchPlanOff",
            Self::AssignDirect { .. } => "assignDirect",
            Self::AddToGroup { .. } => "addToGroup",
            Self::RemoveDirect { .. } => "removeDirect",
            Self::RemoveFromGroup { .. } => "removeFromGroup",
            Self::FreeSeats { .. } => "freeSeats",
            Self::Renew { .. } => "renew",
            Self::BuySeats { .. } => "buySeats",
            Self::EnableNestedGroups => "enableNestedGroups",
            Self::EnablePartialSuccess => "enablePartialSuccess",
            Self::EnableAutomaticReprocessing => "enableAutomaticReprocessing",
        }
    }
}

impl Cause {
    /// A word for JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NoSeat { .. } => "noSeat",
            Self::Excluded { .. } => "excluded",
            Self::Lacks { .. } => "lacks",
            Self::NeededBy { .. } => "neededBy",
            Self::Location { .. } => "location",
            Self::Address { .. } => "address",
            Self::Sibling(_) => "sibling",
            Self::Past(_) => "past",
            Self::Inactive { .. } => "inactive",
            Self::SwitchedOff { .. } => "switchedOff",
            Self::OnlyNested { .. } => "onlyNested",
            Self::NotMeant => "notMeant",
        }
    }
}
