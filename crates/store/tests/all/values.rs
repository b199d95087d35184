//! Values come back as they went in, in the same order on both engines.

use uuid::Uuid;
use zetel_store::sql::{DatabaseError, Rows, Statement, Value, ValueRef};

use crate::support::{INSERT, LIST, THINGS, listed, on_both, thing};

const TEXTS: [&str; 6] = [
    "",
    " ",
    "ASCII",
    "Übergrößenträger",
    "👩‍🏫🏳️‍🌈",
    "quote ' \" \\ $1 {int}",
];
const INTEGERS: [i64; 5] = [i64::MIN, -1, 0, 1, i64::MAX];

fn contents() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        vec![0],
        (0..=255).collect(),
        vec![0xff; 100_000],
        Uuid::max().as_bytes().to_vec(),
    ]
}

#[test]
fn parameters_round_trip() {
    on_both(|database| {
        let mut tenant = 0;
        for text in TEXTS {
            for integer in INTEGERS {
                for content in contents() {
                    tenant += 1;
                    let values = [
                        tenant.into(),
                        text.into(),
                        integer.into(),
                        text.into(),
                        Value::Bytes(content),
                    ];
                    assert_eq!(database.execute(&INSERT, &values).unwrap(), 1);
                    let rows = database.query(&LIST, &[tenant.into()]).unwrap();
                    let read: Vec<_> = (0..5)
                        .map(|column| rows[0].value(column).unwrap().to_value())
                        .collect();
                    assert!(read == values, "{text:?} {integer}");
                }
            }
        }
    });
}

#[test]
fn bulk_rows_round_trip_by_statement_and_by_copy() {
    on_both(|database| {
        // The second number is beyond the limit from which PostgreSQL copies.
        for (tenant, count) in [(1, 30), (2, 2000)] {
            let contents = contents();
            let mut rows = Rows::new(THINGS);
            let mut cells = Vec::new();
            for number in 0..count {
                let name = format!("{number:04}{}", TEXTS[number % TEXTS.len()]);
                let note = (number % 3 > 0).then(|| TEXTS[number % TEXTS.len()]);
                let content = (number % 4 > 0).then(|| contents[number % 3].as_slice());
                let amount = (number % 5 > 0).then(|| INTEGERS[number % INTEGERS.len()]);
                let cell = [
                    tenant.into(),
                    (&name).into(),
                    amount.into(),
                    note.into(),
                    content.into(),
                ];
                rows.push(&cell).unwrap();
                cells.push(cell.map(ValueRef::to_value));
            }
            database
                .transaction(|transaction| transaction.insert_new(&rows))
                .unwrap();
            let read = database.query(&LIST, &[tenant.into()]).unwrap();
            assert_eq!(read.len(), count);
            for (row, cell) in read.iter().zip(&cells) {
                let values = [0, 1, 2, 3, 4].map(|column| row.value(column).unwrap().to_value());
                assert!(values == *cell, "row {:?}", row.text(1));
            }
        }
    });
}

#[test]
fn typed_access_names_column_and_statement() {
    on_both(|database| {
        database
            .execute(
                &INSERT,
                &[
                    1.into(),
                    "a".into(),
                    Value::Null,
                    Value::Null,
                    vec![1].into(),
                ],
            )
            .unwrap();
        let rows = database.query(&LIST, &[1.into()]).unwrap();
        assert_eq!(rows[0].optional_int(2), Ok(None));
        assert_eq!(rows[0].optional_text(3), Ok(None));
        assert_eq!(rows[0].optional_bytes(4), Ok(Some(&[1][..])));
        assert_eq!(rows[0].boolean(0), Ok(true));
        let error = rows[0].text(2).unwrap_err().to_string();
        assert_eq!(
            error,
            "column `amount` of `list things` should be text but is null"
        );
        let error = rows[0].uuid(4).unwrap_err().to_string();
        assert!(
            error.contains("`content` of `list things` should be a GUID"),
            "{error}"
        );
        assert!(
            rows[0]
                .int(5)
                .unwrap_err()
                .to_string()
                .contains("column `5`")
        );

        let mut streamed = None;
        database
            .for_each(&LIST, &[1.into()], |row| {
                streamed = Some(row.text(2).unwrap_err());
                Ok(())
            })
            .unwrap();
        assert_eq!(streamed, Some(rows[0].text(2).unwrap_err()));
    });
}

#[test]
fn guids_are_sixteen_bytes() {
    on_both(|database| {
        let id = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
        database
            .execute(
                &INSERT,
                &[
                    1.into(),
                    "a".into(),
                    true.into(),
                    None::<&str>.into(),
                    id.into(),
                ],
            )
            .unwrap();
        let rows = database.query(&LIST, &[1.into()]).unwrap();
        assert_eq!(rows[0].uuid(4), Ok(id));
        assert_eq!(rows[0].optional_uuid(4), Ok(Some(id)));
        assert_eq!(rows[0].bytes(4).unwrap(), id.as_bytes());
    });
}

#[test]
fn text_is_ordered_by_its_bytes() {
    const AFTER: Statement = Statement::new(
        "things after",
        "SELECT name FROM thing WHERE tenant = 1 AND name > $1 ORDER BY name",
    );
    on_both(|database| {
        for name in ["b", "B", "a", "é", "Z", "_", "😀", "～"] {
            database.execute(&INSERT, &thing(name, 0)).unwrap();
        }
        let names: Vec<String> = listed(database).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["B", "Z", "_", "a", "b", "é", "～", "😀"]);
        let after = database.query(&AFTER, &["Z".into()]).unwrap();
        assert_eq!(after[0].text(0), Ok("_"));
        assert_eq!(after.len(), 6);
    });
}

#[test]
fn parameters_may_be_used_in_any_order_and_twice() {
    const SWAPPED: Statement = Statement::new(
        "swapped",
        "SELECT name FROM thing WHERE name = $2 AND tenant = $1 AND amount >= $1",
    );
    on_both(|database| {
        database.execute(&INSERT, &thing("a", 1)).unwrap();
        assert_eq!(
            database
                .query(&SWAPPED, &[1.into(), "a".into()])
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn values_that_do_not_fit_are_refused_by_both() {
    on_both(|database| {
        let refused = |values: &[Value]| database.execute(&INSERT, values).unwrap_err();
        assert!(matches!(refused(&[1.into()]), DatabaseError::Values { .. }));
        refused(&[
            "text".into(),
            "a".into(),
            Value::Null,
            Value::Null,
            Value::Null,
        ]);
        refused(&[
            1.into(),
            "a".into(),
            Value::Null,
            vec![1].into(),
            Value::Null,
        ]);
        refused(&[
            1.into(),
            "nul \0".into(),
            Value::Null,
            Value::Null,
            Value::Null,
        ]);
        refused(&[1.into(), Value::Null, Value::Null, Value::Null, Value::Null]);
        assert_eq!(listed(database), []);
    });
}

#[test]
fn errors_never_repeat_values() {
    on_both(|database| {
        database.execute(&INSERT, &thing("s3cret", 1)).unwrap();
        let error = database.execute(&INSERT, &thing("s3cret", 2)).unwrap_err();
        assert!(matches!(error, DatabaseError::Unique { .. }), "{error:?}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
        assert!(!format!("{:?}", thing("s3cret", 1)).contains("s3cret"));
    });
}
