//! The rules: tenant state, commands, events, decide and apply. Pure: no I/O, clock, randomness or threads.

pub mod access;
pub mod application;
pub mod assignment;
pub mod catalog;
pub mod codec;
pub mod command;
pub mod decide;
pub mod delta;
pub mod device;
pub mod directory;
pub mod event;
pub mod explain;
pub mod group;
pub mod impact;
pub mod location;
pub mod policy;
pub mod product;
pub mod rejection;
pub mod state;
pub mod subscription;
pub mod tenant;
pub mod time;
pub mod user;

mod apply;
mod builder;

pub use builder::TenantBuilder;
pub use command::Command;
pub use decide::{Context, Outcome, Plan, Preview, decide, preview};
pub use event::Event;
pub use rejection::Rejection;
pub use tenant::Tenant;
pub use time::Timestamp;
