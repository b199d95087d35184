//! A client of Microsoft Graph: any server that speaks it, ours or another.

pub mod assignment;
pub mod connection;
pub mod devices;
pub mod failure;
pub mod graph;
pub mod groups;
pub mod hint;
pub mod model;
pub mod products;
pub mod token;
pub mod transport;

pub use failure::Failure;
pub use graph::{Graph, Request};
