//! The only way to a tenant: one writer thread per active tenant, readers without locks, authorization.

mod clock;
mod engine;
mod error;
mod follower;
mod ids;
mod slot;
mod writer;

pub use clock::{Clock, system_clock};
pub use engine::{Engine, EngineMetrics, Options};
pub use error::EngineError;
pub use slot::Snapshot;
pub use writer::{Also, Applied, Submission};
pub use zetel_store::sql::{DatabaseError, Transaction};
