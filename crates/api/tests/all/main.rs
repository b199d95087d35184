//! Graph as clients see it: whole responses of a small tenant on a real engine.

mod access;
mod assignment;
mod bad_input;
mod documents;
mod health;
mod paging;
mod random;
mod reading;
mod users;
mod world;
