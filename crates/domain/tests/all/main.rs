//! Tests of the domain as a whole: commands in, what can be observed out.

mod access;
mod access_groups;
mod adoption;
mod assignment;
mod explain;
mod explain_promises;
mod group_machine;
mod group_office;
mod group_scripts;
mod group_world;
mod groups;
mod invariants;
mod machine;
mod model;
mod office;
mod pain;
mod picture;
mod seats;
mod state_machine;
mod steps;
mod subscriptions;
mod undo;
mod users;
mod world;
