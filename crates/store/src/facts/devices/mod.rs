//! Devices and how they are managed: rows as images of the state, how they are read, and which of them a batch writes.

pub mod image;
pub mod read;
pub mod settings;
pub mod write;
