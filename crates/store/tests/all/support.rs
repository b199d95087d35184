//! A database of each engine, with a table to play with.

use std::path::PathBuf;

use zetel_store::migrations::{ALL, Migration};
use zetel_store::sql::{Column, Database, Row, Rows, Statement, Table, Target, Value, ValueRef};
use zetel_testkit::{Postgres, TestDatabase};

/// The tables of these tests, added to the program's own schema.
pub const PLAY: Migration = Migration {
    number: ALL[ALL.len() - 1].number + 1,
    name: "play",
    text: "CREATE TABLE thing (
               tenant {int} NOT NULL,
               name {text} NOT NULL,
               amount {int},
               note {text},
               content {bytes},
               PRIMARY KEY (tenant, name)
           ) {table};
           CREATE TABLE link (
               tenant {int} NOT NULL,
               id {bytes} NOT NULL,
               PRIMARY KEY (tenant, id)
           ) {table};",
};

pub const THING: Table = Table {
    name: "thing",
    columns: &[
        Column::int("tenant"),
        Column::text("name"),
        Column::int("amount").optional(),
        Column::text("note").optional(),
        Column::bytes("content").optional(),
    ],
    key: 2,
};

pub static THINGS: &Table = &THING;
pub static LINKS: &Table = &Table {
    name: "link",
    columns: &[Column::int("tenant"), Column::bytes("id")],
    key: 2,
};

pub const INSERT: Statement = Statement::new(
    "insert thing",
    "INSERT INTO thing (tenant, name, amount, note, content) VALUES ($1, $2, $3, $4, $5)",
);
pub const LIST: Statement = Statement::new(
    "list things",
    "SELECT tenant, name, amount, note, content FROM thing WHERE tenant = $1 ORDER BY tenant, name",
);
pub const COUNT: Statement = Statement::new("count things", "SELECT count(*) FROM thing");

pub enum Place {
    Folder(tempfile::TempDir),
    Server(TestDatabase),
}

impl Place {
    pub fn target(&self) -> Target {
        match self {
            Self::Folder(folder) => Target::Sqlite(PathBuf::from(folder.path())),
            Self::Server(database) => Target::Postgres(database.url().to_owned()),
        }
    }

    /// Opens the place as one more process would.
    pub fn open(&self) -> Database {
        Database::open_with(&self.target(), &[ALL, &[PLAY]].concat()).unwrap()
    }
}

/// Runs a test in an empty place of each engine.
pub fn in_both(test: impl Fn(&Place)) {
    for place in [
        Place::Folder(zetel_testkit::folder()),
        Place::Server(Postgres::shared().database()),
    ] {
        eprintln!("in {}", place.target());
        test(&place);
    }
}

/// Runs a test on a database of each engine.
pub fn on_both(test: impl Fn(&Database)) {
    in_both(|place| test(&place.open()));
}

/// The values of a thing with a name and an amount.
pub fn thing(name: &str, amount: i64) -> [Value; 5] {
    [
        1.into(),
        name.into(),
        amount.into(),
        Value::Null,
        Value::Null,
    ]
}

/// Rows of things with these names and amounts.
pub fn things(named: &[(&str, i64)]) -> Rows {
    let mut rows = Rows::new(THINGS);
    for (name, amount) in named {
        rows.push(&[
            1.into(),
            (*name).into(),
            (*amount).into(),
            ValueRef::Null,
            ValueRef::Null,
        ])
        .unwrap();
    }
    rows
}

/// Names and amounts of the things of tenant 1, by name.
pub fn listed(database: &Database) -> Vec<(String, i64)> {
    let pair = |row: &Row| (row.text(1).unwrap().to_owned(), row.int(2).unwrap());
    database
        .query(&LIST, &[1.into()])
        .unwrap()
        .iter()
        .map(pair)
        .collect()
}

/// What [`listed`] should return.
pub fn expected(named: &[(&str, i64)]) -> Vec<(String, i64)> {
    named
        .iter()
        .map(|(name, amount)| ((*name).to_owned(), *amount))
        .collect()
}
