//! The enrollment gate: may this device enroll, and what of those that did (docs/reference/enrollment-gate.md).
//!
//! It lies beside Graph, on the same address and with the same tokens. A check reads memory only.

mod answer;
mod authorize;
mod check;
mod check_in;
mod decision;
mod device;
mod failure;
mod members;
mod query;
mod question;
mod refusal;
mod registration;

pub(crate) use authorize::authorize;
pub(crate) use check::check;
pub(crate) use check_in::check_in;
pub use decision::SignDecisions;
pub(crate) use device::{delete, get, retire};
pub(crate) use registration::register;
