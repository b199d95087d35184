use crate::harness::{Harness, on_both_engines};

on_both_engines!(every_statement_fits_the_schema);

fn every_statement_fits_the_schema(harness: &Harness) {
    let statements = zetel_identity::statements();
    assert!(statements.len() > 30);
    for statement in statements {
        harness.database.prepare(&statement).unwrap();
    }
}
