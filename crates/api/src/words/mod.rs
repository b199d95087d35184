//! Sentences for people, in English and Dutch, from the codes and parameters that the domain gives.
//!
//! Each sentence is one message of `locales/`. Nothing here decides anything, and no sentence names a GUID: people,
//! groups, devices, products and service plans are called by their names.

mod cause;
mod devices;
mod enrollment;
mod explanation;
mod json;
mod language;
mod message;
mod names;
mod refusal;
mod remedy;

#[cfg(test)]
mod tests;

use zetel_domain::Tenant;

pub use devices::{DeviceSpeaker, device_status_text};
pub(crate) use enrollment::NAMED;
pub use enrollment::{reason_text, warning_text};
pub use explanation::explanation_text;
pub use json::explanation_json;
pub use language::Language;
pub use refusal::{advice, rejection_text, violation_text};

/// Speaks of a tenant in a language.
#[derive(Clone, Copy)]
struct Speaker<'a> {
    tenant: &'a Tenant,
    language: Language,
}
