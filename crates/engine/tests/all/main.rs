//! Tests of the engine on real databases.

mod basics;
