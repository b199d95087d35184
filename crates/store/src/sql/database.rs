//! The database as the rest of the program sees it.

use std::sync::Arc;

use super::changes::{Changes, Source};
use super::connection::{Connection, Pool};
use super::dialect::{Dialect, Operation};
use super::{DatabaseError, Row, RowRef, Rows, Statement, Target, Value, postgres, sqlite};
use crate::migrations::{self, Migration};

/// A database: `SQLite` in a data folder, or `PostgreSQL`. Cheap to clone.
///
/// Every method blocks; call it on a thread that is not a worker of an async runtime.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Parts>,
}

/// What an engine makes of a target.
pub(super) struct Parts {
    pub(super) target: Target,
    pub(super) dialect: Dialect,
    pub(super) readers: Pool,
    pub(super) writers: Arc<Pool>,
    pub(super) changes: Box<dyn Fn(Arc<Pool>) -> Box<dyn Source> + Send + Sync>,
    /// Ends with the database; the last field, so that the connections are closed by then.
    pub(super) _background: Option<sqlite::Checkpointer>,
}

impl Database {
    /// Opens a database, creates it when it is a folder without one, and migrates it to this program's schema.
    pub fn open(target: &Target) -> Result<Self, DatabaseError> {
        Self::open_with(target, migrations::ALL)
    }

    /// Opens a database with other migrations than the program's own. For tests of migrations.
    pub fn open_with(target: &Target, migrations: &[Migration]) -> Result<Self, DatabaseError> {
        let parts = match target {
            Target::Sqlite(folder) => sqlite::open(target, folder)?,
            Target::Postgres(url) => postgres::open(target, url)?,
        };
        let database = Self {
            inner: Arc::new(parts),
        };
        database.transaction(|transaction| {
            migrations::run(transaction, database.inner.dialect, migrations)
        })?;
        Ok(database)
    }

    /// Where the database is.
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// All rows of a statement that only reads. Sees what is committed.
    pub fn query(
        &self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        collect(|visit| self.for_each(statement, values, visit))
    }

    /// Shows the rows of a statement that only reads one after the other, without a copy of any.
    /// `visit` must not use this database; its first error ends the reading.
    pub fn for_each(
        &self,
        statement: &Statement,
        values: &[Value],
        mut visit: impl FnMut(RowRef<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        let mut visited = false;
        let mut lost = None;
        self.inner.readers.with(|connection| {
            let result = connection.for_each(statement, values, &mut |row| {
                visited = true;
                visit(row)
            });
            match result {
                // A second attempt would show the same rows again.
                Err(error) if visited => {
                    lost = Some(error);
                    Ok(())
                }
                other => other,
            }
        })?;
        lost.map_or(Ok(()), Err)
    }

    /// Runs one statement in a transaction of its own; how many rows it changed.
    pub fn execute(&self, statement: &Statement, values: &[Value]) -> Result<u64, DatabaseError> {
        self.transaction(|transaction| transaction.execute(statement, values))
    }

    /// Runs `work` and makes what it wrote durable, all or nothing. An error of `work`, or of any statement in it,
    /// undoes everything. `SQLite` has one writer at a time: `work` must not begin another transaction.
    pub fn transaction<T>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let (mut lease, ()) = self.inner.writers.start(|connection| connection.begin())?;
        let mut transaction = Transaction {
            connection: &mut *lease.connection,
            failed: None,
        };
        let result = work(&mut transaction);
        // A statement's error counts also when `work` swallowed it: PostgreSQL would undo everything without a word.
        let result = match transaction.failed.take() {
            Some(error) => result.and(Err(error)),
            None => result,
        };
        let result = match result {
            Ok(value) => lease.connection.commit().map(|()| value),
            Err(error) => {
                // The first error is the one to report. A connection that cannot even roll back is broken.
                let _ = lease.connection.rollback();
                Err(error)
            }
        };
        lease.give_back();
        result
    }

    /// Runs `work` on one state of the database, whatever others commit meanwhile. `work` must not use this database
    /// in another way: connections are few.
    pub fn view<T>(
        &self,
        work: impl FnOnce(&mut View<'_>) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let (mut lease, ()) = self
            .inner
            .readers
            .start(|connection| connection.begin_view())?;
        let result = work(&mut View {
            connection: &mut *lease.connection,
        });
        // A connection that cannot even roll back is broken, and nothing was written.
        let _ = lease.connection.rollback();
        lease.give_back();
        result
    }

    /// Prepares a statement without running it, to check its text against the schema.
    pub fn prepare(&self, statement: &Statement) -> Result<(), DatabaseError> {
        self.inner
            .readers
            .with(|connection| connection.prepare(statement))
    }

    /// How the engine would run a statement, one step per line, in its own words. For tests of indexes.
    pub fn explain(
        &self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<String, DatabaseError> {
        self.inner
            .readers
            .with(|connection| connection.explain(statement, values))
    }

    /// Something to wait on for changes that another process commits.
    pub fn changes(&self) -> Changes {
        Changes::new((self.inner.changes)(Arc::clone(&self.inner.writers)))
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "database {}", self.inner.target)
    }
}

/// One state of the database, for reading. See [`Database::view`].
pub struct View<'v> {
    connection: &'v mut dyn Connection,
}

impl View<'_> {
    /// All rows of a statement.
    pub fn query(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        collect(|visit| self.for_each(statement, values, visit))
    }

    /// Shows the rows of a statement one after the other, without a copy of any; the first error of `visit` ends it.
    pub fn for_each(
        &mut self,
        statement: &Statement,
        values: &[Value],
        mut visit: impl FnMut(RowRef<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        self.connection.for_each(statement, values, &mut visit)
    }
}

/// A transaction that writes. See [`Database::transaction`].
pub struct Transaction<'t> {
    connection: &'t mut dyn Connection,
    failed: Option<DatabaseError>,
}

impl Transaction<'_> {
    /// All rows of a statement. Sees what the transaction wrote.
    pub fn query(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        collect(|visit| self.for_each(statement, values, visit))
    }

    /// Shows the rows of a statement one after the other. See [`Database::for_each`].
    pub fn for_each(
        &mut self,
        statement: &Statement,
        values: &[Value],
        mut visit: impl FnMut(RowRef<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        let result = self.connection.for_each(statement, values, &mut visit);
        self.note(result)
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<u64, DatabaseError> {
        let result = self.connection.execute(statement, values);
        self.note(result)
    }

    /// Inserts rows, and replaces those whose key exists. Of rows with the same key the last one counts.
    pub fn upsert(&mut self, rows: &Rows) -> Result<(), DatabaseError> {
        self.write(Operation::Upsert, rows).map(|_| ())
    }

    /// Inserts rows none of which exists; [`DatabaseError::Unique`] when one does. The fastest way to many rows.
    pub fn insert_new(&mut self, rows: &Rows) -> Result<(), DatabaseError> {
        self.write(Operation::Insert, rows).map(|_| ())
    }

    /// Deletes the rows with these keys (from [`Rows::keys`]); how many existed.
    pub fn delete(&mut self, keys: &Rows) -> Result<u64, DatabaseError> {
        self.write(Operation::Delete, keys)
    }

    /// Tells other processes, when the transaction commits, that the tenant with this key changed. Once per batch.
    pub fn notify(&mut self, tenant: i64) -> Result<(), DatabaseError> {
        let result = self.connection.notify(tenant);
        self.note(result)
    }

    /// Runs a text of several statements without parameters.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        let result = self.connection.batch(text);
        self.note(result)
    }

    fn write(&mut self, operation: Operation, rows: &Rows) -> Result<u64, DatabaseError> {
        let table = rows.table();
        let width = if operation == Operation::Delete {
            table.key
        } else {
            table.columns.len()
        };
        let result = if rows.width() != width {
            Err(rows.misfit(format!(
                "this takes rows of {width} columns, not of {}",
                rows.width()
            )))
        } else if rows.is_empty() {
            Ok(0)
        } else {
            self.connection.write(operation, rows)
        };
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        if let Err(error) = &result {
            self.failed.get_or_insert_with(|| error.clone());
        }
        result
    }
}

/// Owned rows of what `read` shows, with one list of column names for all.
fn collect(
    read: impl FnOnce(
        &mut dyn FnMut(RowRef<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError>,
) -> Result<Vec<Row>, DatabaseError> {
    let mut names = None;
    let mut rows = Vec::new();
    read(&mut |row| {
        let names = names.get_or_insert_with(|| row.names());
        rows.push(row.to_row(names)?);
        Ok(())
    })?;
    Ok(rows)
}
