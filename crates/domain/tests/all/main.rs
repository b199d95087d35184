//! Tests of the domain as a whole: commands in, what can be observed out.

mod access;
mod adoption;
mod assignment;
mod machine;
mod model;
mod office;
mod picture;
mod seats;
mod state_machine;
mod subscriptions;
mod users;
mod world;
