//! Tests of the domain as a whole: commands in, what can be observed out.

mod machine;
mod model;
mod picture;
mod state_machine;
mod world;
