//! What became of an assignment.

use minicbor::{Decode, Encode};

use crate::product::ProductOrdinal;

/// Why an assignment could not be applied (licensing.md 1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Violation {
    /// No seat is left.
    #[n(0)]
    Count,
    /// A plan excludes one that the user has from elsewhere.
    #[n(1)]
    MutuallyExclusive,
    /// A plan lacks one that it needs, or another plan would lack the one that goes.
    #[n(2)]
    Dependency,
    /// The product may not be used where the user is.
    #[n(3)]
    ProhibitedInUsageLocation,
    /// A mail address of the user belongs to somebody else too.
    #[n(4)]
    Uniqueness,
    /// Another product of the same group could not be applied.
    #[n(5)]
    Other,
}

impl Violation {
    /// All violations.
    pub const ALL: [Self; 6] = [
        Self::Count,
        Self::MutuallyExclusive,
        Self::Dependency,
        Self::ProhibitedInUsageLocation,
        Self::Uniqueness,
        Self::Other,
    ];

    /// Graph's word for `licenseAssignmentState.error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "CountViolation",
            Self::MutuallyExclusive => "MutuallyExclusiveViolation",
            Self::Dependency => "DependencyViolation",
            Self::ProhibitedInUsageLocation => "ProhibitedInUsageLocationViolation",
            Self::Uniqueness => "UniquenessViolation",
            Self::Other => "Other",
        }
    }

    /// Reads Graph's word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|violation| violation.as_str() == text)
    }
}

/// How a product of a group was decided for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Verdict {
    /// The member has it.
    #[n(0)]
    Active,
    /// The member has another product instead, since no seat of the intended one is left.
    #[n(1)]
    Fallback(#[n(0)] ProductOrdinal),
    /// The member does not have it.
    #[n(2)]
    Failed(#[n(0)] Violation),
}

impl Verdict {
    /// Comes before all verdicts.
    pub(crate) const FIRST: Self = Self::Active;
    /// Comes after all verdicts.
    pub(crate) const LAST: Self = Self::Failed(Violation::Other);

    /// The product that the member has by this verdict on a product.
    pub const fn given(self, intended: ProductOrdinal) -> Option<ProductOrdinal> {
        match self {
            Self::Active => Some(intended),
            Self::Fallback(instead) => Some(instead),
            Self::Failed(_) => None,
        }
    }

    /// Why the intended product could not be applied.
    pub const fn violation(self) -> Option<Violation> {
        match self {
            Self::Active => None,
            Self::Fallback(_) => Some(Violation::Count),
            Self::Failed(violation) => Some(violation),
        }
    }
}

/// The state of one assignment of one user, as Graph shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenseState {
    /// Applied.
    Active,
    /// Applied, but the last change to it failed.
    ActiveWithError(Violation),
    /// Recorded, not applied.
    Error(Violation),
}

impl LicenseState {
    /// Whether the user has the product by it.
    pub const fn is_applied(self) -> bool {
        !matches!(self, Self::Error(_))
    }

    /// What is wrong.
    pub const fn violation(self) -> Option<Violation> {
        match self {
            Self::Active => None,
            Self::ActiveWithError(violation) | Self::Error(violation) => Some(violation),
        }
    }

    /// Graph's word for `licenseAssignmentState.state`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::ActiveWithError(_) => "ActiveWithError",
            Self::Error(_) => "Error",
        }
    }
}
