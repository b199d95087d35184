//! The schema moves forward only, and never under a program that does not know it.

use zetel_store::migrations::{ALL, Migration};
use zetel_store::sql::{Database, DatabaseError, Statement};

use crate::support::{PLAY, in_both};

const APPLIED: Statement = Statement::new(
    "applied",
    "SELECT number, name FROM schema_migration ORDER BY number",
);

#[test]
fn numbers_are_dense_and_names_are_those_of_the_files() {
    for (number, migration) in (1..).zip(ALL) {
        assert_eq!(migration.number, number);
        let file = format!(
            "{}/migrations/{:04}_{}.sql",
            env!("CARGO_MANIFEST_DIR"),
            migration.number,
            migration.name
        );
        assert_eq!(std::fs::read_to_string(&file).expect(&file), migration.text);
    }
}

#[test]
fn each_migration_runs_once() {
    in_both(|place| {
        for _ in 0..2 {
            let database = Database::open(&place.target()).unwrap();
            assert_eq!(database.query(&APPLIED, &[]).unwrap().len(), ALL.len());
        }
        let rows = place.open().query(&APPLIED, &[]).unwrap();
        assert_eq!(rows.len(), ALL.len() + 1);
        assert_eq!(rows[ALL.len()].text(1), Ok("play"));
    });
}

#[test]
fn a_newer_database_is_refused() {
    in_both(|place| {
        drop(place.open());
        let error = Database::open(&place.target()).unwrap_err();
        let known = PLAY.number - 1;
        assert_eq!(
            error,
            DatabaseError::Newer {
                database: known + 1,
                program: known
            }
        );
    });
}

#[test]
fn a_changed_migration_is_refused() {
    in_both(|place| {
        drop(place.open());
        let changed = Migration {
            text: "CREATE TABLE other (id {int} PRIMARY KEY) {table};",
            ..PLAY
        };
        let error = Database::open_with(&place.target(), &[ALL, &[changed]].concat()).unwrap_err();
        assert_eq!(
            error,
            DatabaseError::MigrationChanged {
                number: PLAY.number,
                name: "play".to_owned()
            }
        );
    });
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    in_both(|place| {
        let failing = Migration {
            text: "CREATE TABLE half (id {int} PRIMARY KEY) {table}; SELECT nonsense;",
            ..PLAY
        };
        Database::open_with(&place.target(), &[ALL, &[failing]].concat()).unwrap_err();
        let unknown = Migration {
            text: "CREATE TABLE half (id {real}) {table};",
            ..PLAY
        };
        let error = Database::open_with(&place.target(), &[ALL, &[unknown]].concat()).unwrap_err();
        assert!(error.to_string().contains("{real}"), "{error}");
        let repaired = Migration {
            text: "CREATE TABLE half (id {int} PRIMARY KEY) {table};",
            ..PLAY
        };
        Database::open_with(&place.target(), &[ALL, &[repaired]].concat()).unwrap();
    });
}

#[test]
fn processes_that_start_together_migrate_once() {
    in_both(|place| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| place.open());
            }
        });
        assert_eq!(
            place.open().query(&APPLIED, &[]).unwrap().len(),
            ALL.len() + 1
        );
    });
}
