//! Everything in which the two engines' SQL differs.

use std::collections::HashMap;
use std::sync::Arc;

use super::{DatabaseError, Kind, Table};

/// What a bulk write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// Inserts rows, and replaces those whose key exists.
    Upsert,
    /// Inserts rows that do not exist.
    Insert,
    /// Deletes rows by key.
    Delete,
}

/// The SQL of one engine, where it is not the same text for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A migration's text for this engine: `{int}`, `{text}` and `{bytes}` are column types, `{table}` are the
    /// options that end a `CREATE TABLE`.
    pub(crate) fn schema(self, text: &str) -> Result<String, DatabaseError> {
        let [int, string, bytes, table] = match self {
            // STRICT, so that both engines refuse the same values.
            Self::Sqlite => ["INTEGER", "TEXT", "BLOB", "STRICT, WITHOUT ROWID"],
            // The bytes decide the order, as in SQLite, whatever locale the server was set up with.
            Self::Postgres => ["BIGINT", "TEXT COLLATE \"C\"", "BYTEA", ""],
        };
        let filled = text
            .replace("{int}", int)
            .replace("{text}", string)
            .replace("{bytes}", bytes)
            .replace("{table}", table);
        match filled.split_once('{') {
            None => Ok(filled),
            Some((_, rest)) => Err(DatabaseError::Values {
                statement: "migration".to_owned(),
                reason: format!(
                    "unknown token {{{}",
                    rest.split_inclusive('}').next().unwrap_or_default()
                ),
            }),
        }
    }

    /// What makes other processes wait until the transaction that migrates has ended.
    pub(crate) fn migration_lock(self) -> &'static str {
        match self {
            // BEGIN IMMEDIATE has the write lock already.
            Self::Sqlite => "",
            Self::Postgres => "SELECT pg_advisory_xact_lock(8387227012)",
        }
    }

    /// What turns a statement into one that tells how the engine would run it.
    pub(super) fn explain(self) -> &'static str {
        match self {
            Self::Sqlite => "EXPLAIN QUERY PLAN ",
            Self::Postgres => "EXPLAIN (COSTS OFF) ",
        }
    }

    /// The statement of a bulk write: one row per run on `SQLite`, one array per column on `PostgreSQL`.
    fn bulk(self, operation: Operation, table: &Table) -> String {
        let name = table.name;
        if operation == Operation::Delete {
            let keys = &table.columns[..table.key];
            return match self {
                Self::Sqlite => format!(
                    "DELETE FROM {name} WHERE {}",
                    list(1..=keys.len(), " AND ", |n| format!(
                        "{} = ${n}",
                        keys[n - 1].name
                    ))
                ),
                Self::Postgres => format!(
                    "DELETE FROM {name} USING {} AS k({}) WHERE {}",
                    arrays(table, table.key),
                    list(keys, ", ", |key| key.name.to_owned()),
                    list(keys, " AND ", |key| format!("{name}.{0} = k.{0}", key.name)),
                ),
            };
        }
        let columns = list(table.columns, ", ", |column| column.name.to_owned());
        let source = match self {
            Self::Sqlite => format!(
                "VALUES ({})",
                list(1..=table.columns.len(), ", ", |n| format!("${n}"))
            ),
            Self::Postgres => format!("SELECT * FROM {}", arrays(table, table.columns.len())),
        };
        let insert = format!("INSERT INTO {name} ({columns}) {source}");
        if operation == Operation::Insert {
            return insert;
        }
        let (keys, rest) = table.columns.split_at(table.key);
        let keys = list(keys, ", ", |key| key.name.to_owned());
        if rest.is_empty() {
            return format!("{insert} ON CONFLICT ({keys}) DO NOTHING");
        }
        let set = list(rest, ", ", |column| {
            format!("{0} = excluded.{0}", column.name)
        });
        format!("{insert} ON CONFLICT ({keys}) DO UPDATE SET {set}")
    }
}

/// The texts of bulk writes, each made once.
pub(super) struct BulkTexts {
    dialect: Dialect,
    texts: HashMap<(&'static str, Operation), Arc<str>>,
}

impl BulkTexts {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            texts: HashMap::new(),
        }
    }

    pub(super) fn get(&mut self, operation: Operation, table: &Table) -> Arc<str> {
        let text = self.texts.entry((table.name, operation));
        Arc::clone(text.or_insert_with(|| self.dialect.bulk(operation, table).into()))
    }
}

/// `unnest` over one array parameter per column.
fn arrays(table: &Table, width: usize) -> String {
    let parameter = |n: usize| {
        let kind = match table.columns[n - 1].kind {
            Kind::Int => "BIGINT",
            Kind::Text => "TEXT",
            Kind::Bytes => "BYTEA",
        };
        format!("${n}::{kind}[]")
    };
    format!("unnest({})", list(1..=width, ", ", parameter))
}

fn list<T>(
    items: impl IntoIterator<Item = T>,
    separator: &str,
    render: impl Fn(T) -> String,
) -> String {
    items
        .into_iter()
        .map(render)
        .collect::<Vec<_>>()
        .join(separator)
}
