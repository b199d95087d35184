//! What an engine must be able to do, and the pool that lends its connections.

use parking_lot::{Condvar, Mutex};

use super::dialect::Operation;
use super::{DatabaseError, RowRef, Rows, Statement, Value};

/// Called for each row of a result.
pub(super) type Visit<'v> = &'v mut dyn FnMut(RowRef<'_>) -> Result<(), DatabaseError>;

/// One connection to a database. Statements are prepared once per connection.
pub(super) trait Connection: Send {
    /// Prepares the statement without running it.
    fn prepare(&mut self, statement: &Statement) -> Result<(), DatabaseError>;
    /// Runs a statement and shows its rows one after the other.
    fn for_each(
        &mut self,
        statement: &Statement,
        values: &[Value],
        visit: Visit<'_>,
    ) -> Result<(), DatabaseError>;
    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, statement: &Statement, values: &[Value]) -> Result<u64, DatabaseError>;
    /// How the engine would run a statement, a line per step.
    fn explain(&mut self, statement: &Statement, values: &[Value])
    -> Result<String, DatabaseError>;
    /// Runs a text of several statements.
    fn batch(&mut self, text: &str) -> Result<(), DatabaseError>;
    /// Writes or deletes rows in bulk; how many rows changed.
    fn write(&mut self, operation: Operation, rows: &Rows) -> Result<u64, DatabaseError>;
    /// Tells other processes, on commit, that a tenant changed.
    fn notify(&mut self, tenant: i64) -> Result<(), DatabaseError>;
    /// Begins a transaction that may write.
    fn begin(&mut self) -> Result<(), DatabaseError>;
    /// Begins a transaction that only reads and sees one state of the database, whatever others commit.
    fn begin_view(&mut self) -> Result<(), DatabaseError>;
    /// Makes the transaction durable; [`DatabaseError::CommitUnknown`] when nobody can say whether it is.
    fn commit(&mut self) -> Result<(), DatabaseError>;
    /// Ends the transaction without effect.
    fn rollback(&mut self) -> Result<(), DatabaseError>;
    /// Whether the connection cannot be used any more.
    fn is_broken(&self) -> bool;
}

type Open = dyn Fn() -> Result<Box<dyn Connection>, DatabaseError> + Send + Sync;

/// At most `limit` connections, opened when needed and then kept.
pub(super) struct Pool {
    open: Box<Open>,
    limit: usize,
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    idle: Vec<Box<dyn Connection>>,
    /// Idle connections and those that are lent.
    existing: usize,
}

impl Pool {
    pub(super) fn new(
        limit: usize,
        open: impl Fn() -> Result<Box<dyn Connection>, DatabaseError> + Send + Sync + 'static,
    ) -> Self {
        let state = Mutex::new(State {
            idle: Vec::new(),
            existing: 0,
        });
        Self {
            open: Box::new(open),
            limit,
            state,
            returned: Condvar::new(),
        }
    }

    /// Waits for a connection on which `first` succeeds. A connection that was kept and turns out to be lost is
    /// replaced; so `first` must be something that may be tried again.
    pub(super) fn start<T>(
        &self,
        mut first: impl FnMut(&mut dyn Connection) -> Result<T, DatabaseError>,
    ) -> Result<(Lease<'_>, T), DatabaseError> {
        loop {
            let (mut lease, fresh) = self.take()?;
            match first(&mut *lease.connection) {
                Ok(value) => return Ok((lease, value)),
                Err(DatabaseError::Disconnected { .. }) if !fresh => {}
                Err(error) => {
                    lease.give_back();
                    return Err(error);
                }
            }
        }
    }

    /// Runs `work`, which may be tried again, on a connection.
    pub(super) fn with<T>(
        &self,
        work: impl FnMut(&mut dyn Connection) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let (lease, value) = self.start(work)?;
        lease.give_back();
        Ok(value)
    }

    /// Runs `work`, only if a connection is idle at this moment.
    pub(super) fn with_idle<T>(&self, work: impl FnOnce(&mut dyn Connection) -> T) -> Option<T> {
        let connection = self.state.lock().idle.pop()?;
        let mut lease = Lease {
            connection,
            place: Place { pool: self },
        };
        let value = work(&mut *lease.connection);
        lease.give_back();
        Some(value)
    }

    /// A connection, and whether it was opened just now.
    fn take(&self) -> Result<(Lease<'_>, bool), DatabaseError> {
        let mut state = self.state.lock();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok((
                    Lease {
                        connection,
                        place: Place { pool: self },
                    },
                    false,
                ));
            }
            if state.existing < self.limit {
                state.existing += 1;
                break;
            }
            self.returned.wait(&mut state);
        }
        drop(state);
        let place = Place { pool: self };
        Ok((
            Lease {
                connection: (self.open)()?,
                place,
            },
            true,
        ))
    }
}

/// A lent connection. Dropped without [`Lease::give_back`], as in a panic, it is closed and another may be opened.
pub(super) struct Lease<'p> {
    pub(super) connection: Box<dyn Connection>,
    place: Place<'p>,
}

/// The right to one of a pool's connections.
struct Place<'p> {
    pool: &'p Pool,
}

impl Lease<'_> {
    /// Lets others use the connection, unless it is broken.
    pub(super) fn give_back(self) {
        if self.connection.is_broken() {
            return;
        }
        let mut state = self.place.pool.state.lock();
        state.idle.push(self.connection);
        // Makes up for the place, which is given back below.
        state.existing += 1;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.pool.state.lock().existing -= 1;
        self.pool.returned.notify_one();
    }
}
