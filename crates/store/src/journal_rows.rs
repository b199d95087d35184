//! The journal's rows: writing them, finding them by user, and erasing personal details.

use std::ops::RangeInclusive;

use roaring::RoaringBitmap;

use crate::{
    journal::{self, Change, Unreadable},
    schema,
    sql::{DatabaseError, Row, Rows, Statement, Transaction, Value},
    store::from_generation,
};

/// Generations whose users are noted together. A row per user and generation would make every small change write one
/// more page at a random place; a block costs two or three bytes per change, at the end of its table.
pub const BLOCK: u64 = 1_024;

const LOAD_BLOCKS: Statement = schema::of_tenant::generation_block().load;
const READ_BODIES: Statement = Statement::new(
    "read events of generations",
    "SELECT generation, body FROM generation WHERE tenant_key = $1 AND generation >= $2 AND generation <= $3 \
     ORDER BY generation",
);
const READ_DETAILS: Statement = Statement::new(
    "read details of generations",
    "SELECT d.generation, g.body, d.body AS details FROM generation_detail d JOIN generation g \
     ON g.tenant_key = d.tenant_key AND g.generation = d.generation \
     WHERE d.tenant_key = $1 AND d.generation >= $2 AND d.generation <= $3 ORDER BY d.generation",
);
const REPLACE_DETAIL: Statement = Statement::new(
    "replace details of generation",
    "UPDATE generation_detail SET body = $1 WHERE tenant_key = $2 AND generation = $3",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[READ_BODIES, READ_DETAILS, REPLACE_DETAIL];

/// The block of a generation.
pub const fn block_of(generation: u64) -> u64 {
    generation.saturating_sub(1) / BLOCK
}

/// The generations of a block.
const fn generations_in(block: u64) -> RangeInclusive<u64> {
    block * BLOCK + 1..=(block + 1) * BLOCK
}

/// Writes the rows of a batch.
pub fn write(
    transaction: &mut Transaction<'_>,
    key: i64,
    changes: &[Change],
    stored: &[journal::Stored],
) -> Result<(), DatabaseError> {
    let mut generations = Rows::new(&schema::generation::TABLE);
    let mut details = Rows::new(&schema::generation_detail::TABLE);
    for (change, stored) in changes.iter().zip(stored) {
        let generation = from_generation(change.generation);
        generations.push(&[
            key.into(),
            generation.into(),
            change.at.0.into(),
            change.actor.as_str().into(),
            change.command.as_str().into(),
            (&change.request_id).into(),
            stored.body.as_slice().into(),
            (&stored.hash).into(),
        ])?;
        if let Some(body) = &stored.details {
            details.push(&[key.into(), generation.into(), body.as_slice().into()])?;
        }
    }
    transaction.insert_new(&generations)?;
    transaction.insert_new(&details)?;
    match (changes.first(), changes.last()) {
        (Some(first), Some(last)) => {
            write_blocks(transaction, key, first.generation, last.generation)
        }
        _ => Ok(()),
    }
}

/// Notes the users of the blocks that a batch filled.
fn write_blocks(
    transaction: &mut Transaction<'_>,
    key: i64,
    first: u64,
    last: u64,
) -> Result<(), DatabaseError> {
    let mut blocks = Rows::new(&schema::generation_block::TABLE);
    for block in block_of(first)..block_of(last + 1) {
        let bodies = transaction.query(&READ_BODIES, &range(key, &generations_in(block)))?;
        let mut users = RoaringBitmap::new();
        for row in &bodies {
            add_users_in(row, &mut users)?;
        }
        blocks.push(&[
            key.into(),
            from_generation(block).into(),
            to_bytes(&users).as_slice().into(),
        ])?;
    }
    transaction.insert_new(&blocks)
}

/// A set of users as it is stored.
pub fn to_bytes(users: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(users.serialized_size());
    // Writing to memory cannot fail.
    let _ = users.serialize_into(&mut bytes);
    bytes
}

fn from_bytes(bytes: &[u8]) -> Result<RoaringBitmap, DatabaseError> {
    RoaringBitmap::deserialize_from(bytes).map_err(|_| {
        DatabaseError::Damaged("the users of a block of generations cannot be read".to_owned())
    })
}

fn range(key: i64, generations: &RangeInclusive<u64>) -> [Value; 3] {
    let bound = |generation: &u64| Value::from(from_generation(*generation));
    [
        key.into(),
        bound(generations.start()),
        bound(generations.end()),
    ]
}

fn add_users_in(row: &Row, users: &mut RoaringBitmap) -> Result<(), DatabaseError> {
    journal::add_users_in_body(row.bytes(1)?, users).map_err(|Unreadable| {
        let generation = row.int(0).unwrap_or_default();
        DatabaseError::Damaged(format!(
            "generation {generation}: its events cannot be read"
        ))
    })
}

/// Runs a statement that only reads.
type Query<'q> = dyn FnMut(&Statement, &[Value]) -> Result<Vec<Row>, DatabaseError> + 'q;

/// The runs of generations among which those that concern some users are.
fn candidates(
    query: &mut Query<'_>,
    key: i64,
    users: &RoaringBitmap,
) -> Result<Vec<RangeInclusive<u64>>, DatabaseError> {
    let mut runs = Vec::new();
    let mut next = 0;
    for row in query(&LOAD_BLOCKS, &[key.into()])? {
        let block = u64::try_from(row.int(1)?).unwrap_or(0);
        next = block + 1;
        if !from_bytes(row.bytes(2)?)?.is_disjoint(users) {
            runs.push(generations_in(block));
        }
    }
    runs.push(*generations_in(next).start()..=i64::MAX.unsigned_abs());
    Ok(runs)
}

/// The generations that concern a user, in order.
pub fn generations_of(
    query: &mut Query<'_>,
    key: i64,
    user: u32,
) -> Result<Vec<u64>, DatabaseError> {
    let mut found = Vec::new();
    for run in candidates(query, key, &RoaringBitmap::from([user]))? {
        for row in query(&READ_BODIES, &range(key, &run))? {
            let mut users = RoaringBitmap::new();
            add_users_in(&row, &mut users)?;
            if users.contains(user) {
                found.push(u64::try_from(row.int(0)?).unwrap_or(0));
            }
        }
    }
    Ok(found)
}

/// Erases what the journal knows of purged users.
pub fn erase(
    transaction: &mut Transaction<'_>,
    key: i64,
    purged: &RoaringBitmap,
) -> Result<(), DatabaseError> {
    let mut query = |statement: &Statement, values: &[Value]| transaction.query(statement, values);
    let runs = candidates(&mut query, key, purged)?;
    for run in runs {
        for row in transaction.query(&READ_DETAILS, &range(key, &run))? {
            let generation = row.int(0)?;
            let erased = journal::erase(row.bytes(1)?, row.bytes(2)?, &|user| {
                purged.contains(user.0)
            })
            .map_err(|Unreadable| {
                DatabaseError::Damaged(format!(
                    "generation {generation}: its personal details cannot be read to erase them"
                ))
            })?;
            if let Some(body) = erased {
                transaction.execute(
                    &REPLACE_DETAIL,
                    &[body.into(), key.into(), generation.into()],
                )?;
            }
        }
    }
    Ok(())
}
