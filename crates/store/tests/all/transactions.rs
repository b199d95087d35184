//! All or nothing, and nothing is seen before it is committed.

use std::sync::Barrier;

use zetel_store::sql::{Database, DatabaseError, Statement};

use crate::support::{COUNT, INSERT, expected, in_both, listed, on_both, thing, things};

const BROKEN: Statement = Statement::new("broken", "SELECT nothing FROM nowhere");

#[test]
fn an_error_undoes_everything() {
    on_both(|database| {
        let result = database.transaction(|transaction| {
            transaction.execute(&INSERT, &thing("a", 1))?;
            transaction.upsert(&things(&[("b", 2)]))?;
            Err::<(), _>(DatabaseError::Damaged("as the test wants it".to_owned()))
        });
        assert_eq!(
            result,
            Err(DatabaseError::Damaged("as the test wants it".to_owned()))
        );
        assert_eq!(listed(database), []);
        // The connection is as good as new.
        database.execute(&INSERT, &thing("c", 3)).unwrap();
        assert_eq!(listed(database), expected(&[("c", 3)]));
    });
}

#[test]
fn an_error_that_was_swallowed_undoes_everything_too() {
    on_both(|database| {
        let result = database.transaction(|transaction| {
            transaction.execute(&INSERT, &thing("a", 1))?;
            let _ = transaction.query(&BROKEN, &[]);
            Ok(())
        });
        assert!(
            matches!(result, Err(DatabaseError::Statement { statement, .. }) if statement == "broken")
        );
        assert_eq!(listed(database), []);
    });
}

#[test]
fn a_panic_undoes_everything() {
    on_both(|database| {
        let worker = database.clone();
        let panicked = std::thread::spawn(move || {
            let _: Result<(), _> = worker.transaction(|transaction| {
                transaction.execute(&INSERT, &thing("a", 1))?;
                panic!("as the test wants it")
            });
        });
        assert!(panicked.join().is_err());
        assert_eq!(listed(database), []);
        database.execute(&INSERT, &thing("b", 2)).unwrap();
    });
}

#[test]
fn readers_see_committed_data_only() {
    on_both(|database| {
        database
            .transaction(|transaction| {
                transaction.execute(&INSERT, &thing("a", 1))?;
                assert_eq!(transaction.query(&COUNT, &[])?[0].int(0)?, 1);
                assert_eq!(listed(database), []);
                Ok(())
            })
            .unwrap();
        assert_eq!(listed(database), expected(&[("a", 1)]));
    });
}

#[test]
fn readers_and_writers_at_the_same_time() {
    const PAIR: Statement = Statement::new("count pairs", "SELECT count(*) FROM thing");
    on_both(|database| {
        let start = Barrier::new(7);
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    for number in 0..50 {
                        let [left, right] =
                            ["left", "right"].map(|side| format!("{writer} {number:02} {side}"));
                        database
                            .transaction(|transaction| {
                                transaction.execute(&INSERT, &thing(&left, 1))?;
                                transaction.execute(&INSERT, &thing(&right, 1))
                            })
                            .unwrap();
                    }
                });
            }
            for _ in 0..5 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..50 {
                        assert_eq!(
                            database.query(&PAIR, &[]).unwrap()[0].int(0).unwrap() % 2,
                            0
                        );
                    }
                });
            }
        });
        assert_eq!(listed(database).len(), 200);
    });
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    in_both(|place| {
        let store = |database: Database| database.execute(&INSERT, &thing("a", 1)).unwrap();
        store(place.open());
        assert_eq!(listed(&place.open()), expected(&[("a", 1)]));
    });
}

#[test]
fn reading_ends_at_the_first_error() {
    const NAMES: Statement = Statement::new("names", "SELECT name FROM thing ORDER BY name");
    on_both(|database| {
        database
            .transaction(|transaction| transaction.upsert(&things(&[("a", 1), ("b", 2), ("c", 3)])))
            .unwrap();
        let mut seen = 0;
        let result = database.for_each(&COUNT, &[], |row| row.text(0).map(|_| ()));
        assert!(matches!(result, Err(DatabaseError::Column { .. })));
        let result = database.for_each(&NAMES, &[], |row| {
            seen += 1;
            if row.text(0)? == "b" {
                Err(DatabaseError::Damaged("b".to_owned()))
            } else {
                Ok(())
            }
        });
        assert_eq!(
            (result, seen),
            (Err(DatabaseError::Damaged("b".to_owned())), 2)
        );
        assert_eq!(listed(database).len(), 3);
    });
}
