//! `SQLite`: one file, one writer, checkpoints on a thread of their own.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef as SqliteValue};
use rusqlite::{CachedStatement, ErrorCode, ffi};

use super::changes::{Change, Source, Stop};
use super::connection::{Connection, Pool, Visit};
use super::database::Parts;
use super::dialect::{BulkTexts, Dialect, Operation};
use super::row::Cells;
use super::target::FILE;
use super::{DatabaseError, RowRef, Rows, Statement, Target, Value, ValueRef};

mod backup;
mod checkpoint;
pub use backup::back_up;
pub(super) use checkpoint::Checkpointer;

/// Readers are for cold data only; more would not be faster.
const READERS: usize = 3;
/// How long a write of another process may hold the file before a statement gives up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Page caches, in KiB. A reader's scan needs none; the writer holds the inner pages of the tables that it touches.
const READER_CACHE: u32 = 1024;
const WRITER_CACHE: u32 = 32_768;

/// Opens `zetel.db` in a folder; makes both when missing, readable by this user alone.
pub(super) fn open(target: &Target, folder: &Path) -> Result<Parts, DatabaseError> {
    let fail = |reason: String| DatabaseError::Open {
        target: target.to_string(),
        reason,
    };
    fs::create_dir_all(folder).map_err(|error| fail(error.to_string()))?;
    let file = folder.join(FILE);
    create_private(&file).map_err(|error| fail(error.to_string()))?;
    use_log(&file).map_err(|error| fail(error.to_string()))?;

    let background = Checkpointer::start(&file).map_err(fail)?;
    let signal = background.signal();
    let opener = Opener {
        target: target.clone(),
        file,
    };
    let readers = {
        let opener = opener.clone();
        Pool::new(READERS, move || {
            opener.open(READER_CACHE, |connection| {
                connection.pragma_update(None, "query_only", true)
            })
        })
    };
    let writers = Pool::new(1, move || {
        let signal = Arc::clone(&signal);
        let wake = move |_: &mut Wal, pages: i32| {
            signal.wake(pages);
            Ok(())
        };
        // Takes the place of the automatic checkpoint, which would run inside a commit.
        opener.open(WRITER_CACHE, |connection| connection.wal_hook(Some(wake)))
    });
    Ok(Parts {
        target: target.clone(),
        dialect: Dialect::Sqlite,
        readers,
        writers: Arc::new(writers),
        changes: Box::new(|writers| {
            Box::new(DataVersion {
                writers,
                seen: None,
            })
        }),
        _background: Some(background),
    })
}

/// Opens connections to one file.
#[derive(Clone)]
struct Opener {
    target: Target,
    file: PathBuf,
}

impl Opener {
    fn open(
        &self,
        cache: u32,
        set_up: impl FnOnce(&mut rusqlite::Connection) -> rusqlite::Result<()>,
    ) -> Result<Box<dyn Connection>, DatabaseError> {
        let opened = connect(&self.file, cache)
            .and_then(|mut connection| set_up(&mut connection).map(|()| connection));
        let connection = opened.map_err(|error| DatabaseError::Open {
            target: self.target.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Box::new(Sqlite {
            connection,
            texts: BulkTexts::new(Dialect::Sqlite),
        }))
    }
}

/// Makes the file readable by this user alone; the log beside it takes over its permissions. A file that exists is
/// not even opened: closing it again would release the locks that this process has on it.
fn create_private(file: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Switches the file to a write-ahead log, which it remembers. Does so on a connection of its own, which is closed
/// again: when two processes do it at once, one of them is left with a lock that nothing else would end.
fn use_log(file: &Path) -> rusqlite::Result<()> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let mut switch = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = switch.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn connect(file: &Path, cache: u32) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -{cache};"
    ))?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

struct Sqlite {
    connection: rusqlite::Connection,
    texts: BulkTexts,
}

impl Sqlite {
    fn prepare_cached(&self, name: &str, text: &str) -> Result<CachedStatement<'_>, DatabaseError> {
        self.connection
            .prepare_cached(text)
            .map_err(|error| failure(name, error))
    }

    fn bound(
        &self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<CachedStatement<'_>, DatabaseError> {
        let mut prepared = self.prepare_cached(statement.name, statement.text)?;
        bind(&mut prepared, statement, values)?;
        Ok(prepared)
    }
}

impl Connection for Sqlite {
    fn prepare(&mut self, statement: &Statement) -> Result<(), DatabaseError> {
        self.prepare_cached(statement.name, statement.text)
            .map(|_| ())
    }

    fn for_each(
        &mut self,
        statement: &Statement,
        values: &[Value],
        visit: Visit<'_>,
    ) -> Result<(), DatabaseError> {
        let mut prepared = self.bound(statement, values)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows
            .next()
            .map_err(|error| failure(statement.name, error))?
        {
            visit(RowRef::new(statement.name, row))?;
        }
        Ok(())
    }

    fn execute(&mut self, statement: &Statement, values: &[Value]) -> Result<u64, DatabaseError> {
        let changed = self.bound(statement, values)?.raw_execute();
        changed
            .map(|count| count as u64)
            .map_err(|error| failure(statement.name, error))
    }

    fn explain(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<String, DatabaseError> {
        let text = format!("{}{}", Dialect::Sqlite.explain(), statement.text);
        let mut prepared = self
            .connection
            .prepare(&text)
            .map_err(|error| failure(statement.name, error))?;
        bind(&mut prepared, statement, values)?;
        let mut rows = prepared.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows
            .next()
            .map_err(|error| failure(statement.name, error))?
        {
            plan.push_str(RowRef::new(statement.name, row).text(3)?);
            plan.push('\n');
        }
        Ok(plan)
    }

    fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        self.connection
            .execute_batch(text)
            .map_err(|error| failure("migration", error))
    }

    fn write(&mut self, operation: Operation, rows: &Rows) -> Result<u64, DatabaseError> {
        let name = rows.table().name;
        let text = self.texts.get(operation, rows.table());
        let mut prepared = self.prepare_cached(name, &text)?;
        let mut changed = 0;
        for row in rows.order(operation != Operation::Insert) {
            for column in 0..rows.width() {
                let bound = prepared.raw_bind_parameter(column + 1, rows.cell(row, column));
                bound.map_err(|error| failure(name, error))?;
            }
            changed += prepared
                .raw_execute()
                .map_err(|error| failure(name, error))? as u64;
        }
        Ok(changed)
    }

    fn notify(&mut self, _tenant: i64) -> Result<(), DatabaseError> {
        // The file itself tells: see `DataVersion`.
        Ok(())
    }

    fn begin(&mut self) -> Result<(), DatabaseError> {
        let begun = self
            .prepare_cached("begin", "BEGIN IMMEDIATE")?
            .raw_execute();
        begun.map(|_| ()).map_err(|error| failure("begin", error))
    }

    fn begin_view(&mut self) -> Result<(), DatabaseError> {
        let begun = self.prepare_cached("begin view", "BEGIN")?.raw_execute();
        begun
            .map(|_| ())
            .map_err(|error| failure("begin view", error))
    }

    fn commit(&mut self) -> Result<(), DatabaseError> {
        let committed = self.prepare_cached("commit", "COMMIT")?.raw_execute();
        committed.map(|_| ()).map_err(|error| {
            // The log may have the change, so that the next start would find it.
            if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
                return DatabaseError::CommitUnknown {
                    reason: error.to_string(),
                };
            }
            // When this fails, the connection counts as broken.
            let _ = self.rollback();
            failure("commit", error)
        })
    }

    fn rollback(&mut self) -> Result<(), DatabaseError> {
        if self.connection.is_autocommit() {
            // Some failures, such as a full disk, have rolled back already.
            return Ok(());
        }
        self.connection
            .execute_batch("ROLLBACK")
            .map_err(|error| failure("rollback", error))
    }

    fn is_broken(&self) -> bool {
        // A transaction that could not be ended goes with its connection.
        !self.connection.is_autocommit()
    }
}

/// Binds `$n` of the text to `values[n - 1]`. `SQLite` numbers parameters in the order in which they first occur.
fn bind(
    prepared: &mut rusqlite::Statement<'_>,
    statement: &Statement,
    values: &[Value],
) -> Result<(), DatabaseError> {
    let misfit = |reason: String| DatabaseError::Values {
        statement: statement.name.to_owned(),
        reason,
    };
    let count = prepared.parameter_count();
    if count != values.len() {
        return Err(misfit(format!(
            "{} values for {count} parameters",
            values.len()
        )));
    }
    for position in 1..=count {
        let name = prepared
            .parameter_name(position)
            .and_then(|name| name.strip_prefix('$'));
        let number: usize = name
            .and_then(|number| number.parse().ok())
            .unwrap_or_default();
        let Some(value) = number
            .checked_sub(1)
            .and_then(|index| values.get(index))
            .map(Value::as_ref)
        else {
            return Err(misfit(format!("parameters must be $1 to ${count}")));
        };
        if !value.storable() {
            return Err(misfit(format!(
                "the text for ${number} has a NUL character"
            )));
        }
        prepared
            .raw_bind_parameter(position, value)
            .map_err(|error| failure(statement.name, error))?;
    }
    Ok(())
}

fn failure(statement: &str, error: rusqlite::Error) -> DatabaseError {
    let statement = statement.to_owned();
    match error {
        rusqlite::Error::SqliteFailure(code, message) => match (code.code, code.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE) => {
                let constraint = message.unwrap_or_default();
                let constraint = constraint
                    .rsplit_once(": ")
                    .map_or(&*constraint, |(_, columns)| columns)
                    .to_owned();
                DatabaseError::Unique {
                    statement,
                    constraint,
                }
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
                DatabaseError::Busy { statement }
            }
            _ => DatabaseError::Statement {
                statement,
                reason: message.unwrap_or_else(|| code.to_string()),
            },
        },
        // Its own text would repeat the whole SQL.
        rusqlite::Error::SqlInputError { msg, .. } => DatabaseError::Statement {
            statement,
            reason: msg,
        },
        other => DatabaseError::Statement {
            statement,
            reason: other.to_string(),
        },
    }
}

impl rusqlite::ToSql for ValueRef<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => SqliteValue::Null,
            Self::Int(value) => SqliteValue::Integer(*value),
            Self::Text(text) => SqliteValue::Text(text.as_bytes()),
            Self::Bytes(bytes) => SqliteValue::Blob(bytes),
        }))
    }
}

impl Cells for rusqlite::Row<'_> {
    fn cell(&self, column: usize) -> Result<ValueRef<'_>, &'static str> {
        match self.get_ref(column).map_err(|_| "missing")? {
            SqliteValue::Null => Ok(ValueRef::Null),
            SqliteValue::Integer(value) => Ok(ValueRef::Int(value)),
            SqliteValue::Text(text) => std::str::from_utf8(text)
                .map(ValueRef::Text)
                .map_err(|_| "text that is not UTF-8"),
            SqliteValue::Blob(bytes) => Ok(ValueRef::Bytes(bytes)),
            SqliteValue::Real(_) => Err("a fraction"),
        }
    }

    fn names(&self) -> Vec<String> {
        self.as_ref().column_names().map(str::to_owned).collect()
    }
}

/// Sees commits of other processes by asking the writer's connection, which does not count its own.
struct DataVersion {
    writers: Arc<Pool>,
    seen: Option<i64>,
}

const DATA_VERSION: Statement = Statement::new("data version", "PRAGMA data_version");

impl DataVersion {
    fn read(connection: &mut dyn Connection) -> Result<i64, DatabaseError> {
        let mut version = 0;
        connection.for_each(&DATA_VERSION, &[], &mut |row| {
            version = row.int(0)?;
            Ok(())
        })?;
        Ok(version)
    }
}

impl Source for DataVersion {
    fn listen(&mut self) -> Result<(), DatabaseError> {
        if self.seen.is_none() {
            self.seen = Some(self.writers.with(Self::read)?);
        }
        Ok(())
    }

    fn poll(&mut self, step: Duration, stopper: &Stop) -> Result<Option<Change>, DatabaseError> {
        // While this process writes, no other one does.
        if let Some(version) = self.writers.with_idle(Self::read).transpose()?
            && self.seen.replace(version) != Some(version)
        {
            return Ok(Some(Change::Any));
        }
        stopper.pause(step);
        Ok(None)
    }
}
