//! Graph as clients see it: whole responses of a small tenant on a real engine.

mod access;
mod assignment;
mod audits;
mod bad_input;
mod changes;
mod device_management;
mod device_plans;
mod devices;
mod directory_objects;
mod documents;
mod filters;
mod gate;
mod group_licenses;
mod group_members;
mod groups;
mod health;
mod own;
mod paging;
mod plans;
mod queries;
mod random;
mod reading;
mod users;
mod world;
