//! What a change of licenses would do, computed from what the server tells and without changing anything.
//!
//! Graph has no dry run, so this foresees what can be seen from outside: usage location, seats, and what the user
//! has. Conflicts and dependencies between service plans are known to the server alone.

mod change;
mod ledger;
mod step;
mod user;

pub use change::{Addition, Change};
pub use ledger::{Ledger, SeatChange};
pub use step::{Effect, Step};
pub use user::{missing_user, plan_user};
