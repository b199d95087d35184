//! Tests of the program as people run it: exit code, standard output, standard error.

mod bulk;
mod connection;
mod licenses;
mod stub;
mod support;
mod tls;
mod users;
