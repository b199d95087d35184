//! A view stays what it was, whatever others commit.

use zetel_store::sql::DatabaseError;

use crate::support::{COUNT, INSERT, in_both, on_both, thing};

#[test]
fn a_view_sees_one_moment() {
    in_both(|place| {
        let (reader, writer) = (place.open(), place.open());
        writer.execute(&INSERT, &thing("a", 1)).unwrap();
        let count = |rows: Vec<zetel_store::sql::Row>| rows[0].int(0);
        let seen = reader
            .view(|view| {
                let before = count(view.query(&COUNT, &[])?)?;
                writer.execute(&INSERT, &thing("b", 1))?;
                Ok((before, count(view.query(&COUNT, &[])?)?))
            })
            .unwrap();
        assert_eq!(seen, (1, 1));
        assert_eq!(count(reader.query(&COUNT, &[]).unwrap()), Ok(2));
    });
}

#[test]
fn a_view_does_not_write_and_is_given_back_after_an_error() {
    on_both(|database| {
        for _ in 0..10 {
            let refused = database.view(|view| view.query(&INSERT, &thing("a", 1)).map(drop));
            assert!(
                matches!(refused, Err(DatabaseError::Statement { .. })),
                "{refused:?}"
            );
        }
        assert_eq!(database.query(&COUNT, &[]).unwrap()[0].int(0), Ok(0));
    });
}
