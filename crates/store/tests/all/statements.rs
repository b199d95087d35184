//! Every statement of the store fits the schema on both engines.

use zetel_store::sql::Statement;
use zetel_store::statements;

use crate::support::{LIST, on_both};

#[test]
fn every_statement_prepares() {
    assert!(!statements().is_empty());
    on_both(|database| {
        for statement in statements() {
            database
                .prepare(&statement)
                .unwrap_or_else(|error| panic!("{error}\n{}", statement.text));
        }
        let missing = Statement::new("missing", "SELECT no_such_column FROM schema_migration");
        assert!(
            database
                .prepare(&missing)
                .unwrap_err()
                .to_string()
                .contains("`missing`")
        );
    });
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = statements()
        .iter()
        .map(|statement| statement.name)
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_plan_names_its_table() {
    on_both(|database| {
        let plan = database.explain(&LIST, &[1.into()]).unwrap();
        assert!(plan.contains("thing"), "{plan}");
    });
}
