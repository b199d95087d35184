//! Changes of the journal as Graph's audit records (`directoryAudit`).
//!
//! A change that concerns a million users has a million records. They are never all made: a change is a few entries,
//! each a set of users, and a record is written when a page shows it.

mod activity;
mod devices;
mod entries;
mod filter;
mod license;
mod modified;
mod record;
mod story;
mod target;

pub(crate) use entries::{Entries, parse_id};
pub(crate) use filter::AuditFilter;
pub(crate) use story::{story, summary};

/// Graph's name of the application that applies licenses of groups (licensing.md 3.13).
pub(crate) const LICENSING_APPLICATION: &str = "Microsoft Entra ID Group-Based Licensing";
