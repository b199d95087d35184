//! `PostgreSQL` 15 and later, through the blocking driver.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::BorrowToSql;
use postgres::{Client, Config, NoTls, Notification};

use super::changes::{Change, Source, Stop};
use super::connection::{Connection, Pool, Visit};
use super::database::Parts;
use super::dialect::{BulkTexts, Dialect, Operation};
use super::{DatabaseError, RowRef, Rows, Statement, Target, Value};

mod bulk;
mod codec;

/// Connections that read, and as many that write: one per tenant that writes at this moment.
const CONNECTIONS: usize = 4;
/// The channel of all nodes of one database.
const CHANNEL: &str = "zetel_change";

/// Prepares to connect to the server that a URL names.
pub(super) fn open(target: &Target, url: &str) -> Result<Parts, DatabaseError> {
    let mut config = Config::from_str(url).map_err(|error| DatabaseError::Open {
        target: target.to_string(),
        reason: reason(&error),
    })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    if !url.contains("keepalives_idle") {
        // A server that vanished is noticed in a minute instead of two hours.
        config.keepalives_idle(Duration::from_secs(30));
    }
    if config.get_application_name().is_none() {
        config.application_name("zetel");
    }
    let server = Arc::new(Server {
        target: target.clone(),
        config,
    });
    let pool = || {
        let server = Arc::clone(&server);
        Pool::new(CONNECTIONS, move || {
            let client = server.connect()?;
            Ok(Box::new(Postgres {
                client,
                prepared: HashMap::new(),
                texts: BulkTexts::new(Dialect::Postgres),
                broken: false,
            }))
        })
    };
    let (readers, writers) = (pool(), Arc::new(pool()));
    Ok(Parts {
        target: target.clone(),
        dialect: Dialect::Postgres,
        readers,
        writers,
        changes: Box::new(move |_| {
            Box::new(Listener {
                server: Arc::clone(&server),
                client: None,
                missed: false,
            })
        }),
        _background: None,
    })
}

struct Server {
    target: Target,
    config: Config,
}

impl Server {
    fn connect(&self) -> Result<Client, DatabaseError> {
        let fail = |error| DatabaseError::Open {
            target: self.target.to_string(),
            reason: reason(&error),
        };
        let mut client = self.config.connect(NoTls).map_err(fail)?;
        client
            .batch_execute("SET client_min_messages = warning")
            .map_err(fail)?;
        Ok(client)
    }
}

struct Postgres {
    client: Client,
    prepared: HashMap<String, postgres::Statement>,
    texts: BulkTexts,
    broken: bool,
}

impl Postgres {
    fn statement(&mut self, name: &str, text: &str) -> Result<postgres::Statement, DatabaseError> {
        if let Some(prepared) = self.prepared.get(text) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(text);
        let prepared = self.check(name, prepared)?;
        self.prepared.insert(text.to_owned(), prepared.clone());
        Ok(prepared)
    }

    fn bound(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<postgres::Statement, DatabaseError> {
        let prepared = self.statement(statement.name, statement.text)?;
        let count = prepared.params().len();
        if count == values.len() {
            return Ok(prepared);
        }
        let reason = format!("{} values for {count} parameters", values.len());
        Err(DatabaseError::Values {
            statement: statement.name.to_owned(),
            reason,
        })
    }

    /// Runs a prepared statement; how many rows it returned or changed.
    fn run<P: BorrowToSql>(
        &mut self,
        name: &'static str,
        prepared: &postgres::Statement,
        parameters: impl ExactSizeIterator<Item = P>,
        visit: Visit<'_>,
    ) -> Result<u64, DatabaseError> {
        let error = match self.client.query_raw(prepared, parameters) {
            Err(error) => error,
            Ok(mut rows) => loop {
                match rows.next() {
                    Ok(Some(row)) => visit(RowRef::new(name, &row))?,
                    Ok(None) => return Ok(rows.rows_affected().unwrap_or_default()),
                    Err(error) => break error,
                }
            },
        };
        self.check(name, Err(error))
    }

    /// Translates an error, and remembers whether the connection is lost with it.
    fn check<T>(
        &mut self,
        name: &str,
        result: Result<T, postgres::Error>,
    ) -> Result<T, DatabaseError> {
        result.map_err(|error| {
            let error = failure(name, &error);
            self.broken |= matches!(error, DatabaseError::Disconnected { .. });
            error
        })
    }
}

impl Connection for Postgres {
    fn prepare(&mut self, statement: &Statement) -> Result<(), DatabaseError> {
        self.statement(statement.name, statement.text).map(|_| ())
    }

    fn for_each(
        &mut self,
        statement: &Statement,
        values: &[Value],
        visit: Visit<'_>,
    ) -> Result<(), DatabaseError> {
        let prepared = self.bound(statement, values)?;
        self.run(
            statement.name,
            &prepared,
            values.iter().map(Value::as_ref),
            visit,
        )
        .map(|_| ())
    }

    fn execute(&mut self, statement: &Statement, values: &[Value]) -> Result<u64, DatabaseError> {
        let prepared = self.bound(statement, values)?;
        self.run(
            statement.name,
            &prepared,
            values.iter().map(Value::as_ref),
            &mut |_| Ok(()),
        )
    }

    fn explain(
        &mut self,
        statement: &Statement,
        values: &[Value],
    ) -> Result<String, DatabaseError> {
        let text = format!("{}{}", Dialect::Postgres.explain(), statement.text);
        let prepared = self.client.prepare(&text);
        let prepared = self.check(statement.name, prepared)?;
        let values: Vec<_> = values.iter().map(Value::as_ref).collect();
        let parameters: Vec<_> = values.iter().map(|value| value as _).collect();
        let rows = self.client.query(&prepared, &parameters);
        let rows = self.check(statement.name, rows)?;
        rows.iter()
            .map(|row| Ok(format!("{}\n", RowRef::new(statement.name, row).text(0)?)))
            .collect()
    }

    fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        let result = self.client.batch_execute(text);
        self.check("migration", result)
    }

    fn write(&mut self, operation: Operation, rows: &Rows) -> Result<u64, DatabaseError> {
        let name = rows.table().name;
        let order = rows.order(operation != Operation::Insert);
        if operation == Operation::Insert && order.len() >= bulk::COPY_FROM {
            return match bulk::copy(&mut self.client, rows, &order) {
                Ok(count) => Ok(count),
                Err(error) => match error.downcast::<postgres::Error>() {
                    Ok(error) => self.check(name, Err(error)),
                    Err(error) => Err(rows.misfit(error.to_string())),
                },
            };
        }
        let text = self.texts.get(operation, rows.table());
        let prepared = self.statement(name, &text)?;
        let mut changed = 0;
        for chunk in order.chunks(bulk::CHUNK) {
            let arrays = (0..rows.width()).map(|column| bulk::Array::new(rows, column, chunk));
            changed += self.run(name, &prepared, arrays, &mut |_| Ok(()))?;
        }
        Ok(changed)
    }

    fn notify(&mut self, tenant: i64) -> Result<(), DatabaseError> {
        // As text, because only literals may follow NOTIFY; an integer cannot break out of it.
        let result = self
            .client
            .batch_execute(&format!("NOTIFY {CHANNEL}, '{tenant}'"));
        self.check("notify", result)
    }

    fn begin(&mut self) -> Result<(), DatabaseError> {
        let result = self.client.batch_execute("BEGIN");
        self.check("begin", result)
    }

    fn begin_view(&mut self) -> Result<(), DatabaseError> {
        let result = self
            .client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        self.check("begin view", result)
    }

    fn commit(&mut self) -> Result<(), DatabaseError> {
        let result = self.client.batch_execute("COMMIT");
        self.check("commit", result).map_err(|error| match error {
            DatabaseError::Disconnected { .. } => DatabaseError::CommitUnknown {
                reason: "the connection was lost while committing".to_owned(),
            },
            refused => refused,
        })
    }

    fn rollback(&mut self) -> Result<(), DatabaseError> {
        let result = self.client.batch_execute("ROLLBACK");
        self.broken |= result.is_err();
        self.check("rollback", result)
    }

    fn is_broken(&self) -> bool {
        self.broken || self.client.is_closed()
    }
}

/// The driver's reason in words. The server's DETAIL is left out: it repeats stored values.
fn reason(error: &postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(refused), _) => format!("{} ({})", refused.message(), refused.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

fn failure(name: &str, error: &postgres::Error) -> DatabaseError {
    let statement = name.to_owned();
    let lost = error.is_closed()
        || error
            .source()
            .is_some_and(<dyn std::error::Error>::is::<io::Error>);
    let Some(refused) = error.as_db_error() else {
        return if lost {
            DatabaseError::Disconnected { statement }
        } else {
            DatabaseError::Statement {
                statement,
                reason: reason(error),
            }
        };
    };
    let code = refused.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        let constraint = refused.constraint().unwrap_or("unnamed").to_owned();
        return DatabaseError::Unique {
            statement,
            constraint,
        };
    }
    if [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
    {
        return DatabaseError::Busy { statement };
    }
    // 08 is a lost connection, 57P0 a server that goes down.
    if code.code().starts_with("08") || code.code().starts_with("57P0") {
        return DatabaseError::Disconnected { statement };
    }
    DatabaseError::Statement {
        statement,
        reason: reason(error),
    }
}

/// The one connection that listens.
struct Listener {
    server: Arc<Server>,
    client: Option<Client>,
    /// Whether a connection was lost, so that changes may have gone unheard.
    missed: bool,
}

impl Source for Listener {
    fn listen(&mut self) -> Result<(), DatabaseError> {
        if self.client.is_none() {
            let mut client = self.server.connect()?;
            let listening = client.batch_execute(&format!("LISTEN {CHANNEL}"));
            listening.map_err(|error| failure("listen", &error))?;
            self.client = Some(client);
        }
        Ok(())
    }

    fn poll(&mut self, step: Duration, _stopper: &Stop) -> Result<Option<Change>, DatabaseError> {
        if std::mem::take(&mut self.missed) {
            return Ok(Some(Change::Any));
        }
        let Some(client) = &mut self.client else {
            return Ok(None);
        };
        let heard = match hear(client, step) {
            // A server that goes away quietly ends the stream of notifications without an error.
            Ok(heard) if heard.is_empty() && client.is_closed() => {
                Err(DatabaseError::Disconnected {
                    statement: "listen".to_owned(),
                })
            }
            Ok(heard) => Ok(heard),
            Err(error) => Err(failure("listen", &error)),
        };
        let heard = heard.inspect_err(|_| {
            self.client = None;
            self.missed = true;
        })?;
        let mut tenants: Vec<i64> = heard
            .iter()
            .filter_map(|heard| heard.payload().parse().ok())
            .collect();
        tenants.sort_unstable();
        tenants.dedup();
        Ok(if tenants.is_empty() {
            None
        } else {
            Some(Change::Tenants(tenants))
        })
    }
}

/// Waits at most `step` for notifications; all that have arrived.
fn hear(client: &mut Client, step: Duration) -> Result<Vec<Notification>, postgres::Error> {
    let mut notifications = client.notifications();
    let mut heard: Vec<_> = notifications
        .timeout_iter(step)
        .next()?
        .into_iter()
        .collect();
    if !heard.is_empty() {
        let mut arrived = notifications.iter();
        while let Some(notification) = arrived.next()? {
            heard.push(notification);
        }
    }
    Ok(heard)
}
