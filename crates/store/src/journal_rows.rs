//! The journal's rows: writing them, their indexes by user, and erasing personal details.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;

use crate::{
    journal::{self, Change},
    schema,
    sql::{DatabaseError, Rows, Statement, Transaction},
    store::from_generation,
};

/// A change that concerns more users than this is found through the index of ranges.
const SINGLE_USERS: u64 = 16;

/// Finds the generations that may concern a user, in order.
pub const FIND_GENERATIONS: Statement = Statement::new(
    "find generations of user",
    "SELECT generation FROM generation_user WHERE tenant_key = $1 AND user_ordinal = $2 \
     UNION SELECT generation FROM generation_bulk WHERE tenant_key = $1 AND first_user <= $2 AND last_user >= $2 \
     ORDER BY generation",
);
const READ_DETAIL: Statement = Statement::new(
    "read details of generation",
    "SELECT g.body, d.body AS details FROM generation g JOIN generation_detail d \
     ON d.tenant_key = g.tenant_key AND d.generation = g.generation WHERE g.tenant_key = $1 AND g.generation = $2",
);
const REPLACE_DETAIL: Statement = Statement::new(
    "replace details of generation",
    "UPDATE generation_detail SET body = $1 WHERE tenant_key = $2 AND generation = $3",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[FIND_GENERATIONS, READ_DETAIL, REPLACE_DETAIL];

/// The users whom a change concerns, as the indexes of the journal hold them.
pub enum Concerned {
    /// Each has a row.
    Few(RoaringBitmap),
    /// One row has the range.
    Many {
        /// The lowest ordinal.
        first: u32,
        /// The highest ordinal.
        last: u32,
    },
}

impl Concerned {
    /// The users whom a change concerns.
    pub fn by(change: &Change) -> Self {
        let mut users = RoaringBitmap::new();
        for set in journal::users_of(change) {
            users.extend(set.iter().map(|user| user.0));
        }
        match (users.min(), users.max()) {
            (Some(first), Some(last)) if users.len() > SINGLE_USERS => Self::Many { first, last },
            _ => Self::Few(users),
        }
    }
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
    let mut users = Rows::new(&schema::generation_user::TABLE);
    let mut bulk = Rows::new(&schema::generation_bulk::TABLE);
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
        match Concerned::by(change) {
            Concerned::Few(few) => {
                for user in &few {
                    users.push(&[key.into(), user.into(), generation.into()])?;
                }
            }
            Concerned::Many { first, last } => {
                bulk.push(&[key.into(), generation.into(), first.into(), last.into()])?;
            }
        }
    }
    transaction.insert_new(&generations)?;
    transaction.insert_new(&details)?;
    transaction.insert_new(&users)?;
    transaction.insert_new(&bulk)
}

/// Erases what the journal knows of purged users.
pub fn erase(
    transaction: &mut Transaction<'_>,
    key: i64,
    purged: &RoaringBitmap,
) -> Result<(), DatabaseError> {
    let mut generations = BTreeSet::new();
    for user in purged {
        for row in transaction.query(&FIND_GENERATIONS, &[key.into(), user.into()])? {
            generations.insert(row.int(0)?);
        }
    }
    for generation in generations {
        let Some(row) = transaction
            .query(&READ_DETAIL, &[key.into(), generation.into()])?
            .into_iter()
            .next()
        else {
            continue;
        };
        let erased = journal::erase(row.bytes(0)?, row.bytes(1)?, &|user| {
            purged.contains(user.0)
        })
        .map_err(|journal::Unreadable| {
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
    Ok(())
}
