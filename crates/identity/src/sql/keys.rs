//! Rows of signing keys.

use zetel_store::sql::{Database, DatabaseError, Statement, Transaction};

const LIST: Statement = Statement::new(
    "list signing keys",
    "SELECT key_id, created_at, retired_at, sealed_private_key FROM signing_key ORDER BY created_at DESC, key_id",
);
const INSERT: Statement = Statement::new(
    "add signing key",
    "INSERT INTO signing_key (key_id, created_at, sealed_private_key) VALUES ($1, $2, $3)",
);
const RETIRE: Statement = Statement::new(
    "retire signing keys",
    "UPDATE signing_key SET retired_at = $1 WHERE retired_at IS NULL",
);
const DELETE: Statement = Statement::new(
    "delete retired signing keys",
    "DELETE FROM signing_key WHERE retired_at <= $1",
);

pub(super) const KEY_STATEMENTS: &[Statement] = &[LIST, INSERT, RETIRE, DELETE];

/// A stored signing key.
pub(crate) struct SigningKeyRow {
    pub key_id: String,
    pub created_at: i64,
    pub retired_at: Option<i64>,
    pub sealed_private_key: Vec<u8>,
}

/// All keys, newest first.
pub(crate) fn signing_keys(database: &Database) -> Result<Vec<SigningKeyRow>, DatabaseError> {
    let rows = database.query(&LIST, &[])?;
    rows.iter()
        .map(|row| {
            Ok(SigningKeyRow {
                key_id: row.text(0)?.to_owned(),
                created_at: row.int(1)?,
                retired_at: row.optional_int(2)?,
                sealed_private_key: row.bytes(3)?.to_vec(),
            })
        })
        .collect()
}

pub(crate) fn insert_signing_key(
    transaction: &mut Transaction<'_>,
    key_id: &str,
    now: i64,
    sealed: &[u8],
) -> Result<(), DatabaseError> {
    transaction
        .execute(&INSERT, &[key_id.into(), now.into(), sealed.into()])
        .map(drop)
}

pub(crate) fn retire_signing_keys(
    transaction: &mut Transaction<'_>,
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.execute(&RETIRE, &[now.into()]).map(drop)
}

/// Deletes the keys that were retired at `retired_until` or before.
pub(crate) fn delete_signing_keys(
    transaction: &mut Transaction<'_>,
    retired_until: i64,
) -> Result<(), DatabaseError> {
    transaction
        .execute(&DELETE, &[retired_until.into()])
        .map(drop)
}
