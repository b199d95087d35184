//! Bulk writes mean the same on both engines.

use uuid::Uuid;
use zetel_store::sql::{DatabaseError, Rows, ValueRef};

use crate::support::{COUNT, LINKS, THINGS, expected, listed, on_both, things};

#[test]
fn upsert_inserts_and_replaces() {
    on_both(|database| {
        database
            .transaction(|transaction| transaction.upsert(&things(&[("a", 1), ("b", 2)])))
            .unwrap();
        database
            .transaction(|transaction| transaction.upsert(&things(&[("b", 3), ("c", 4)])))
            .unwrap();
        assert_eq!(listed(database), expected(&[("a", 1), ("b", 3), ("c", 4)]));
    });
}

#[test]
fn of_rows_with_one_key_the_last_counts() {
    on_both(|database| {
        let rows = things(&[("b", 1), ("a", 2), ("b", 3), ("b", 4), ("a", 5)]);
        database
            .transaction(|transaction| transaction.upsert(&rows))
            .unwrap();
        assert_eq!(listed(database), expected(&[("a", 5), ("b", 4)]));
    });
}

#[test]
fn a_table_of_keys_only_can_be_upserted_again() {
    on_both(|database| {
        let ids = [Uuid::max(), Uuid::nil()];
        let mut rows = Rows::new(LINKS);
        for id in &ids {
            rows.push(&[1.into(), id.into()]).unwrap();
        }
        for _ in 0..2 {
            database
                .transaction(|transaction| transaction.upsert(&rows))
                .unwrap();
        }
        assert_eq!(
            database
                .transaction(|transaction| transaction.delete(&rows))
                .unwrap(),
            2
        );
    });
}

#[test]
fn delete_counts_what_existed() {
    on_both(|database| {
        database
            .transaction(|transaction| transaction.upsert(&things(&[("a", 1), ("b", 2), ("c", 3)])))
            .unwrap();
        let mut keys = Rows::keys(THINGS);
        for name in ["c", "a", "a", "missing"] {
            keys.push(&[1.into(), name.into()]).unwrap();
        }
        keys.push(&[2.into(), "b".into()]).unwrap();
        assert_eq!(
            database
                .transaction(|transaction| transaction.delete(&keys))
                .unwrap(),
            2
        );
        assert_eq!(listed(database), expected(&[("b", 2)]));
    });
}

#[test]
fn insert_new_refuses_what_exists_and_stores_nothing() {
    on_both(|database| {
        database
            .transaction(|transaction| transaction.insert_new(&things(&[("n0700", 1)])))
            .unwrap();
        for count in [1000, 20_000] {
            let names: Vec<String> = (0..count).map(|number| format!("n{number:04}")).collect();
            let rows = things(
                &names
                    .iter()
                    .map(|name| (name.as_str(), 2))
                    .collect::<Vec<_>>(),
            );
            let error = database
                .transaction(|transaction| transaction.insert_new(&rows))
                .unwrap_err();
            assert!(matches!(error, DatabaseError::Unique { .. }), "{error:?}");
        }
        let twice = things(&[("x", 1), ("x", 1)]);
        let error = database
            .transaction(|transaction| transaction.insert_new(&twice))
            .unwrap_err();
        assert!(matches!(error, DatabaseError::Unique { .. }), "{error:?}");
        assert_eq!(listed(database), expected(&[("n0700", 1)]));
    });
}

#[test]
fn more_rows_than_one_chunk() {
    on_both(|database| {
        let names: Vec<String> = (0..25_000)
            .rev()
            .map(|number| format!("n{number:05}"))
            .collect();
        let pairs = |amount| {
            names
                .iter()
                .map(|name| (name.as_str(), amount))
                .collect::<Vec<_>>()
        };
        database
            .transaction(|transaction| transaction.insert_new(&things(&pairs(1))))
            .unwrap();
        database
            .transaction(|transaction| transaction.upsert(&things(&pairs(2))))
            .unwrap();
        let listed = listed(database);
        assert_eq!(listed.len(), 25_000);
        assert!(listed.iter().all(|(_, amount)| *amount == 2));
        let mut keys = Rows::keys(THINGS);
        for name in &names {
            keys.push(&[1.into(), name.into()]).unwrap();
        }
        assert_eq!(
            database
                .transaction(|transaction| transaction.delete(&keys))
                .unwrap(),
            25_000
        );
    });
}

#[test]
fn rows_that_do_not_fit_their_table_are_refused() {
    let mut rows = Rows::new(THINGS);
    let null = ValueRef::Null;
    for cells in [
        vec![1.into(), "a".into()],
        vec!["a".into(), "a".into(), null, null, null],
        vec![null, "a".into(), null, null, null],
        vec![1.into(), "nul \0".into(), null, null, null],
    ] {
        assert!(matches!(
            rows.push(&cells),
            Err(DatabaseError::Values { .. })
        ));
    }
    assert!(rows.is_empty());
    on_both(|database| {
        let keys = Rows::keys(THINGS);
        let error = database
            .transaction(|transaction| transaction.upsert(&keys))
            .unwrap_err();
        assert!(matches!(error, DatabaseError::Values { .. }));
        database
            .transaction(|transaction| transaction.upsert(&Rows::new(THINGS)))
            .unwrap();
        assert_eq!(database.query(&COUNT, &[]).unwrap()[0].int(0), Ok(0));
    });
}
