//! The only way to a tenant: one writer thread per active tenant, readers without locks, authorization.

mod clock;
mod delta;
mod engine;
mod error;
mod failures;
mod follower;
mod history;
mod ids;
mod recall;
mod recent;
mod slot;
mod writer;

pub use clock::{Clock, system_clock};
pub use delta::{Feed, Mark};
pub use engine::{Engine, EngineMetrics, Options, Planned};
pub use error::EngineError;
pub use recent::MARK_SECONDS;
pub use slot::Snapshot;
pub use writer::{Also, Applied, Submission};
pub use zetel_store::sql::{DatabaseError, Transaction};
pub use zetel_store::{Change, EnrollmentFailure};
