//! Tests of the engine on real databases.

mod child;
mod support;

// The domain's reference model, and what it needs.
mod group_world;
#[path = "../../../domain/tests/all/model/mod.rs"]
mod model;
#[expect(dead_code, reason = "the domain's own tests use the rest")]
#[path = "../../../domain/tests/all/picture.rs"]
mod picture;

mod also;
mod authorization;
mod basics;
mod crash;
mod fate;
mod fleet;
mod history;
mod housekeeping;
mod mass;
mod nodes;
mod simulator;
