//! Reading the journal: changes in either direction, verified against the chain of hashes.

use zetel_domain::{Timestamp, user::UserOrdinal};

use crate::{
    journal::{Change, Hash, Record},
    journal_rows,
    sql::{DatabaseError, Row, Statement, Value, View},
    store::{Store, from_generation, to_generation, to_hash},
};

const READ_JOURNAL: Statement = Statement::new(
    "read journal",
    "SELECT g.generation, g.at, g.actor, g.command, g.request_id, g.body, g.hash, d.body AS details \
     FROM generation g LEFT JOIN generation_detail d ON d.tenant_key = g.tenant_key AND d.generation = g.generation \
     WHERE g.tenant_key = $1 AND g.generation > $2 ORDER BY g.generation LIMIT $3",
);
const READ_JOURNAL_BACKWARDS: Statement = Statement::new(
    "read journal backwards",
    "SELECT g.generation, g.at, g.actor, g.command, g.request_id, g.body, g.hash, d.body AS details \
     FROM generation g LEFT JOIN generation_detail d ON d.tenant_key = g.tenant_key AND d.generation = g.generation \
     WHERE g.tenant_key = $1 AND g.generation < $2 ORDER BY g.generation DESC LIMIT $3",
);
const READ_HASH: Statement = Statement::new(
    "read hash",
    "SELECT hash FROM generation WHERE tenant_key = $1 AND generation = $2",
);
const READ_END: Statement = Statement::new(
    "read end of journal",
    "SELECT generation FROM tenant_head WHERE tenant_key = $1",
);
// Walks backwards along the primary key, past what happened since: whoever asks reads all that anyway, to invert it. An
// index by time would cost every append, and clocks of nodes may differ, so that times do not always ascend.
const FIND_GENERATION_AT: Statement = Statement::new(
    "find generation at time",
    "SELECT generation FROM generation WHERE tenant_key = $1 AND at <= $2 ORDER BY generation DESC LIMIT 1",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[
    READ_JOURNAL,
    READ_JOURNAL_BACKWARDS,
    READ_HASH,
    READ_END,
    FIND_GENERATION_AT,
];

/// Above every generation.
const BEYOND: u64 = i64::MAX.unsigned_abs();

impl Store {
    /// Changes after a generation, at most `limit`, each verified against the chain of hashes.
    pub fn journal(&self, key: i64, after: u64, limit: u32) -> Result<Vec<Change>, DatabaseError> {
        let previous = self.hash(key, after)?;
        let mut records = Vec::new();
        let values = [key.into(), from_generation(after).into(), limit.into()];
        self.database().for_each(&READ_JOURNAL, &values, |row| {
            records.push(Record::read(&row)?);
            Ok(())
        })?;
        self.verified(after, previous, records)
    }

    /// One change, verified against the hash before it; nothing if there is none yet.
    pub fn change(&self, key: i64, generation: u64) -> Result<Option<Change>, DatabaseError> {
        let page = self.changes_before(key, Some(generation.saturating_add(1)), 1)?;
        Ok(page
            .into_iter()
            .find(|change| change.generation == generation))
    }

    /// The newest changes, or those before a generation, newest first, at most `limit`; each verified against the chain
    /// of hashes.
    pub fn changes_before(
        &self,
        key: i64,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Change>, DatabaseError> {
        let before = before.unwrap_or(BEYOND);
        let (after, previous, mut records) = self.database().view(|view| {
            let newest = end(view, key)?.min(before.saturating_sub(1));
            let mut records = Vec::new();
            let mut expected = newest;
            let bound = from_generation(newest.saturating_add(1));
            let values = [key.into(), bound.into(), limit.into()];
            view.for_each(&READ_JOURNAL_BACKWARDS, &values, |row| {
                let record = Record::read(&row)?;
                if record.change.generation != expected {
                    return Err(missing(expected));
                }
                expected = expected.saturating_sub(1);
                records.push(record);
                Ok(())
            })?;
            let hash = hash_of(expected, key, |values| view.query(&READ_HASH, values))?;
            Ok((expected, hash, records))
        })?;
        records.reverse();
        let mut changes = self.verified(after, previous, records)?;
        changes.reverse();
        Ok(changes)
    }

    /// Decodes consecutive changes that follow a generation with a hash.
    fn verified(
        &self,
        after: u64,
        mut previous: Hash,
        records: Vec<Record>,
    ) -> Result<Vec<Change>, DatabaseError> {
        let mut changes = Vec::with_capacity(records.len());
        for (expected, record) in (after + 1..).zip(records) {
            let generation = record.change.generation;
            if generation != expected {
                return Err(missing(expected));
            }
            let stored = record.hash;
            let (change, hash) = record.decode(&previous, &|digest| self.catalog(digest))?;
            if hash != stored {
                return Err(DatabaseError::Damaged(format!(
                    "generation {generation} of the journal was changed"
                )));
            }
            previous = hash;
            changes.push(change);
        }
        Ok(changes)
    }

    /// The hash of a generation; zeros before the first.
    pub fn hash(&self, key: i64, generation: u64) -> Result<Hash, DatabaseError> {
        hash_of(generation, key, |values| {
            self.database().query(&READ_HASH, values)
        })
    }

    /// The last generation that had happened at a time; 0 if none had. Where clocks of nodes differed, so that a later
    /// generation has an earlier time, the highest one that is not after the time.
    pub fn generation_at(&self, key: i64, time: Timestamp) -> Result<u64, DatabaseError> {
        let rows = self
            .database()
            .query(&FIND_GENERATION_AT, &[key.into(), time.0.into()])?;
        rows.first().map_or(Ok(0), |row| to_generation(row.int(0)?))
    }

    /// Generations that concern a user, in order.
    pub fn generations_of(&self, key: i64, user: UserOrdinal) -> Result<Vec<u64>, DatabaseError> {
        let mut query =
            |statement: &Statement, values: &[Value]| self.database().query(statement, values);
        journal_rows::generations_of(&mut query, key, user.0)
    }
}

fn missing(generation: u64) -> DatabaseError {
    DatabaseError::Damaged(format!(
        "generation {generation} is missing from the journal"
    ))
}

/// The hash of a generation; zeros before the first.
fn hash_of(
    generation: u64,
    key: i64,
    query: impl FnOnce(&[Value]) -> Result<Vec<Row>, DatabaseError>,
) -> Result<Hash, DatabaseError> {
    if generation == 0 {
        return Ok([0; 32]);
    }
    let rows = query(&[key.into(), from_generation(generation).into()])?;
    to_hash(rows.first().ok_or_else(|| missing(generation))?.bytes(0)?)
}

/// The last generation of a tenant, by its head; 0 if there is no such tenant.
fn end(view: &mut View<'_>, key: i64) -> Result<u64, DatabaseError> {
    let rows = view.query(&READ_END, &[key.into()])?;
    rows.first().map_or(Ok(0), |row| to_generation(row.int(0)?))
}

/// Shows the whole journal of a tenant in this view, as it is stored.
pub fn each_record(
    view: &mut View<'_>,
    key: i64,
    mut visit: impl FnMut(Record) -> Result<(), DatabaseError>,
) -> Result<(), DatabaseError> {
    let values = [key.into(), Value::Int(-1), Value::Int(i64::MAX)];
    view.for_each(&READ_JOURNAL, &values, |row| visit(Record::read(&row)?))
}
