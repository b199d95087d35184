//! License assignments: what a user holds, and the rules for changing it.

mod check;
mod rules;
mod shape;

pub use check::{AssignmentRequest, ProductRequest, Resolved, check_end_state, resolve};
pub use rules::{RuleBook, RuleSet};
pub use shape::{Holding, Shape, ShapeId, Shapes, Source};
