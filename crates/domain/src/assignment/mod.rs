//! License assignments: what a user holds, and the rules for changing it.

mod check;
mod diagnose;
mod errors;
mod plan_holders;
mod rules;
mod settle;
mod shape;
mod sources;
mod verdict;

pub use check::{
    AssignmentRequest, ProductRequest, Resolved, check_end_state, resolve, resolve_for_group,
};
pub use diagnose::{first_refusal, refusal_of};
pub use plan_holders::PlanGrant;
pub(crate) use plan_holders::PlansOff;
pub use rules::{RuleBook, RuleSet, RuleViolation};
pub use settle::{Decision, Retry, Seats, Settlement, settle, unit_order, user_order};
pub use shape::{Holding, Shape, ShapeId, Shapes, Source};
pub use sources::{EffectiveLicense, LicenseSource, Unit};
pub use verdict::{LicenseState, Verdict, Violation};
