//! Tests of the engine on real databases.

mod child;
mod support;

mod also;
mod authorization;
mod basics;
mod crash;
mod fate;
mod housekeeping;
mod nodes;
mod simulator;
