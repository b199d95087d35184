//! Tests of the engine on real databases.

mod child;
mod support;

// The domain's reference model, and what it needs.
#[expect(dead_code, reason = "the domain's own tests use the rest")]
#[path = "../../../domain/tests/all/device_picture.rs"]
mod device_picture;
#[path = "../../../domain/tests/all/digest.rs"]
mod digest;
mod group_world;
#[expect(dead_code, reason = "the domain's own tests use the rest")]
#[path = "../../../domain/tests/all/model/mod.rs"]
mod model;
#[expect(dead_code, reason = "the domain's own tests use the rest")]
#[path = "../../../domain/tests/all/picture.rs"]
mod picture;

mod also;
mod authorization;
mod basics;
mod crash;
mod delta;
mod devices;
mod failures;
mod fate;
mod fleet;
mod history;
mod housekeeping;
mod mass;
mod nodes;
mod simulator;
