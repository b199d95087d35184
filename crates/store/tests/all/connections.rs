//! What happens when a server drops its connections, and what files a database is.

use std::os::unix::fs::PermissionsExt;
use std::str::FromStr;
use std::time::Duration;

use zetel_store::sql::{Change, Database, DatabaseError, Statement, Target, Transaction};
use zetel_testkit::Postgres;

use crate::support::{COUNT, INSERT, Place, expected, listed, thing, things};

const MYSELF: Statement = Statement::new("my connection", "SELECT pg_backend_pid()");
const END_ALL: Statement = Statement::new(
    "end connections",
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()",
);
const END_ONE: Statement = Statement::new(
    "end connection",
    "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 5000)",
);

fn server() -> Place {
    Place::Server(Postgres::shared().database())
}

fn end_myself(transaction: &mut Transaction<'_>, other: &Database) -> Result<(), DatabaseError> {
    let myself = transaction.query(&MYSELF, &[])?[0].int(0)?;
    other.query(&END_ONE, &[myself.into()]).map(|_| ())
}

#[test]
fn the_next_use_connects_again() {
    let place = server();
    let (database, other) = (place.open(), place.open());
    database.execute(&INSERT, &thing("a", 1)).unwrap();
    assert_eq!(listed(&database).len(), 1);
    other.query(&END_ALL, &[]).unwrap();
    assert_eq!(listed(&database).len(), 1);
    database.execute(&INSERT, &thing("b", 2)).unwrap();
    assert_eq!(listed(&database), expected(&[("a", 1), ("b", 2)]));
}

#[test]
fn a_connection_lost_in_a_transaction_undoes_it() {
    let place = server();
    let (database, other) = (place.open(), place.open());
    let result = database.transaction(|transaction| {
        transaction.execute(&INSERT, &thing("a", 1))?;
        end_myself(transaction, &other)?;
        transaction.execute(&INSERT, &thing("b", 1))
    });
    assert!(
        matches!(result, Err(DatabaseError::Disconnected { .. })),
        "{result:?}"
    );
    assert_eq!(listed(&database), []);
}

#[test]
fn a_connection_lost_in_a_copy_undoes_it() {
    let place = server();
    let (database, other) = (place.open(), place.open());
    let names: Vec<String> = (0..20_000).map(|number| format!("n{number:05}")).collect();
    let rows = things(
        &names
            .iter()
            .map(|name| (name.as_str(), 1))
            .collect::<Vec<_>>(),
    );
    let result = database.transaction(|transaction| {
        end_myself(transaction, &other)?;
        transaction.insert_new(&rows)
    });
    assert!(
        matches!(result, Err(DatabaseError::Disconnected { .. })),
        "{result:?}"
    );
    assert_eq!(database.query(&COUNT, &[]).unwrap()[0].int(0), Ok(0));
}

#[test]
fn a_connection_lost_in_a_commit_is_said() {
    let place = server();
    let (database, other) = (place.open(), place.open());
    let result = database.transaction(|transaction| {
        transaction.execute(&INSERT, &thing("a", 1))?;
        end_myself(transaction, &other)
    });
    assert!(
        matches!(result, Err(DatabaseError::CommitUnknown { .. })),
        "{result:?}"
    );
    database.execute(&INSERT, &thing("a", 1)).unwrap();
}

#[test]
fn a_listener_that_was_cut_off_says_that_anything_may_have_changed() {
    let place = server();
    let (database, other) = (place.open(), place.open());
    let mut changes = database.changes();
    changes.listen().unwrap();
    other.query(&END_ALL, &[]).unwrap();
    assert!(matches!(
        changes.wait(Duration::from_secs(30)),
        Err(DatabaseError::Disconnected { .. })
    ));
    assert_eq!(changes.wait(Duration::from_secs(30)), Ok(Change::Any));
    other
        .transaction(|transaction| transaction.notify(3))
        .unwrap();
    assert_eq!(
        changes.wait(Duration::from_secs(30)),
        Ok(Change::Tenants(vec![3]))
    );
}

#[test]
fn a_server_that_does_not_answer_is_named_without_its_password() {
    let target = Target::from_str("postgres://zetel:s3cret@/zetel?host=/nonexistent").unwrap();
    let error = Database::open(&target).unwrap_err().to_string();
    assert!(
        error.contains("cannot open the database postgres://zetel:***@/zetel"),
        "{error}"
    );
}

#[test]
fn the_file_is_private_and_alone_after_closing() {
    let folder = zetel_testkit::folder();
    let data = folder.path().join("new/data");
    let database = Database::open(&Target::Sqlite(data.clone())).unwrap();
    let mode = |name: &str| {
        std::fs::metadata(data.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("zetel.db"), mode("zetel.db-wal")), (0o600, 0o600));
    drop(database);
    let files: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["zetel.db"]);
}

#[test]
fn a_log_that_grows_is_moved_into_the_file() {
    let place = Place::Folder(zetel_testkit::folder());
    let Target::Sqlite(folder) = place.target() else {
        panic!("a folder")
    };
    let database = place.open();
    let size = || std::fs::metadata(folder.join("zetel.db")).unwrap().len();
    let before = size();
    let mut number = 0;
    // Each round leaves far more in the log than a checkpoint waits for; the thread needs a moment to see it.
    while size() == before {
        let names: Vec<String> = (0..2_000)
            .map(|row| format!("{number:06} {row:06} {}", "x".repeat(2000)))
            .collect();
        let rows = things(
            &names
                .iter()
                .map(|name| (name.as_str(), 1))
                .collect::<Vec<_>>(),
        );
        database
            .transaction(|transaction| transaction.upsert(&rows))
            .unwrap();
        number += 1;
        assert!(number < 200, "no checkpoint happened");
    }
}
