//! `zetel demo`: Contoso, a tenant to try things with.

mod build;
mod device_models;
mod device_refusals;
mod device_stories;
mod devices;
mod draw;
mod groups;
mod people;
mod print;
mod products;

pub use build::{ADMINISTRATOR, DOMAIN, TimeMachine, build, delete_last};
pub use print::{Access, print, write_variables};
