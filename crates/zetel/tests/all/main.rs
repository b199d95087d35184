//! Tests of the program as people run it: exit code, standard output, standard error.

mod admin;
mod bulk;
mod catalog;
mod connection;
mod database;
mod demo;
mod devices;
mod groups;
mod layering;
mod licenses;
mod purchases;
mod served;
mod server;
mod stub;
mod stub_devices;
mod support;
mod tls;
#[cfg(feature = "otlp")]
mod traces;
mod users;
