//! Rows of refresh tokens, authorization codes and device codes.

use uuid::Uuid;
use zetel_store::sql::{Database, DatabaseError, Row, Statement, Transaction};

const INSERT_REFRESH: Statement = Statement::new(
    "add refresh token",
    "INSERT INTO refresh_token (tenant_id, digest, user_id, client_id, scope, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);
const FIND_REFRESH: Statement = Statement::new(
    "find refresh token",
    "SELECT user_id, client_id, scope, expires_at FROM refresh_token WHERE tenant_id = $1 AND digest = $2",
);
const EXTEND_REFRESH: Statement = Statement::new(
    "extend refresh token",
    "UPDATE refresh_token SET expires_at = $3 WHERE tenant_id = $1 AND digest = $2",
);
const DELETE_REFRESH: Statement = Statement::new(
    "forget refresh token",
    "DELETE FROM refresh_token WHERE tenant_id = $1 AND digest = $2",
);
const DELETE_USER_REFRESH: Statement = Statement::new(
    "revoke refresh tokens of user",
    "DELETE FROM refresh_token WHERE tenant_id = $1 AND user_id = $2",
);
const DELETE_USER_CODES: Statement = Statement::new(
    "revoke authorization codes of user",
    "DELETE FROM authorization_code WHERE tenant_id = $1 AND user_id = $2",
);
const DELETE_USER_DEVICES: Statement = Statement::new(
    "revoke device codes of user",
    "DELETE FROM device_code WHERE tenant_id = $1 AND user_id = $2",
);
const INSERT_CODE: Statement = Statement::new(
    "add authorization code",
    "INSERT INTO authorization_code \
     (tenant_id, digest, user_id, client_id, redirect_uri, challenge, challenge_method, scope, nonce, expires_at, redeemed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
);
const FIND_CODE: Statement = Statement::new(
    "find authorization code",
    "SELECT user_id, client_id, redirect_uri, challenge, challenge_method, scope, nonce, expires_at, redeemed \
     FROM authorization_code WHERE tenant_id = $1 AND digest = $2",
);
const REDEEM_CODE: Statement = Statement::new(
    "redeem authorization code",
    "UPDATE authorization_code SET redeemed = 1 WHERE tenant_id = $1 AND digest = $2 AND redeemed = 0",
);
const INSERT_DEVICE: Statement = Statement::new(
    "add device code",
    "INSERT INTO device_code (digest, user_code, tenant_id, client_id, scope, state, expires_at) \
     VALUES ($1, $2, $3, $4, $5, 0, $6)",
);
const FIND_DEVICE: Statement = Statement::new(
    "find device code",
    "SELECT digest, user_code, tenant_id, user_id, client_id, scope, state, expires_at FROM device_code \
     WHERE digest = $1",
);
const FIND_USER_CODE: Statement = Statement::new(
    "find user code",
    "SELECT digest, user_code, tenant_id, user_id, client_id, scope, state, expires_at FROM device_code \
     WHERE user_code = $1",
);
const APPROVE_DEVICE: Statement = Statement::new(
    "approve device code",
    "UPDATE device_code SET state = 1, tenant_id = $2, user_id = $3 WHERE digest = $1 AND state = 0",
);
const DECLINE_DEVICE: Statement = Statement::new(
    "decline device code",
    "UPDATE device_code SET state = 2 WHERE digest = $1 AND state = 0",
);
const DELETE_DEVICE: Statement = Statement::new(
    "delete device code",
    "DELETE FROM device_code WHERE digest = $1",
);
const PURGE_REFRESH: Statement = Statement::new(
    "purge refresh tokens",
    "DELETE FROM refresh_token WHERE expires_at <= $1",
);
const PURGE_CODES: Statement = Statement::new(
    "purge authorization codes",
    "DELETE FROM authorization_code WHERE expires_at <= $1",
);
const PURGE_DEVICES: Statement = Statement::new(
    "purge device codes",
    "DELETE FROM device_code WHERE expires_at <= $1",
);
const PURGE_ASSERTIONS: Statement = Statement::new(
    "purge client assertions",
    "DELETE FROM used_assertion WHERE expires_at <= $1",
);

pub(super) const GRANT_STATEMENTS: &[Statement] = &[
    INSERT_REFRESH,
    FIND_REFRESH,
    EXTEND_REFRESH,
    DELETE_REFRESH,
    DELETE_USER_REFRESH,
    DELETE_USER_CODES,
    DELETE_USER_DEVICES,
    INSERT_CODE,
    FIND_CODE,
    REDEEM_CODE,
    INSERT_DEVICE,
    FIND_DEVICE,
    FIND_USER_CODE,
    APPROVE_DEVICE,
    DECLINE_DEVICE,
    DELETE_DEVICE,
    PURGE_REFRESH,
    PURGE_CODES,
    PURGE_DEVICES,
    PURGE_ASSERTIONS,
];

/// A stored refresh token.
pub(crate) struct RefreshRow {
    pub user_id: Uuid,
    pub client_id: Uuid,
    pub scope: String,
    pub expires_at: i64,
}

/// A stored authorization code.
pub(crate) struct CodeRow {
    pub user_id: Uuid,
    pub client_id: Uuid,
    pub redirect_uri: String,
    pub challenge: Option<String>,
    pub challenge_method: Option<String>,
    pub scope: String,
    pub nonce: Option<String>,
    pub expires_at: i64,
    pub redeemed: bool,
}

/// What a user did with a device code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceState {
    Waiting,
    Approved,
    Declined,
}

/// A stored device code.
pub(crate) struct DeviceRow {
    pub digest: Vec<u8>,
    pub user_code: String,
    pub tenant_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub client_id: Uuid,
    pub scope: String,
    pub state: DeviceState,
    pub expires_at: i64,
}

pub(crate) fn insert_refresh(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
    row: &RefreshRow,
) -> Result<(), DatabaseError> {
    let values = [
        tenant_id.into(),
        digest.into(),
        row.user_id.into(),
        row.client_id.into(),
        (&row.scope).into(),
        row.expires_at.into(),
    ];
    database.execute(&INSERT_REFRESH, &values).map(drop)
}

pub(crate) fn find_refresh(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
) -> Result<Option<RefreshRow>, DatabaseError> {
    let read = |row: &Row| {
        Ok(RefreshRow {
            user_id: row.uuid(0)?,
            client_id: row.uuid(1)?,
            scope: row.text(2)?.to_owned(),
            expires_at: row.int(3)?,
        })
    };
    database
        .query(&FIND_REFRESH, &[tenant_id.into(), digest.into()])?
        .first()
        .map(read)
        .transpose()
}

/// Deletes a refresh token, if it is there.
pub(crate) fn delete_refresh(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
) -> Result<(), DatabaseError> {
    database
        .execute(&DELETE_REFRESH, &[tenant_id.into(), digest.into()])
        .map(|_| ())
}

pub(crate) fn extend_refresh(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
    expires_at: i64,
) -> Result<(), DatabaseError> {
    database
        .execute(
            &EXTEND_REFRESH,
            &[tenant_id.into(), digest.into(), expires_at.into()],
        )
        .map(drop)
}

/// Ends a user's sessions: refresh tokens, and codes that could still become some.
pub(crate) fn delete_user_grants(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<(), DatabaseError> {
    let values = [tenant_id.into(), user_id.into()];
    transaction.execute(&DELETE_USER_REFRESH, &values)?;
    transaction.execute(&DELETE_USER_CODES, &values)?;
    transaction.execute(&DELETE_USER_DEVICES, &values).map(drop)
}

pub(crate) fn insert_code(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
    row: &CodeRow,
) -> Result<(), DatabaseError> {
    let values = [
        tenant_id.into(),
        digest.into(),
        row.user_id.into(),
        row.client_id.into(),
        (&row.redirect_uri).into(),
        row.challenge.as_deref().into(),
        row.challenge_method.as_deref().into(),
        (&row.scope).into(),
        row.nonce.as_deref().into(),
        row.expires_at.into(),
    ];
    database.execute(&INSERT_CODE, &values).map(drop)
}

pub(crate) fn find_code(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
) -> Result<Option<CodeRow>, DatabaseError> {
    let read = |row: &Row| {
        Ok(CodeRow {
            user_id: row.uuid(0)?,
            client_id: row.uuid(1)?,
            redirect_uri: row.text(2)?.to_owned(),
            challenge: row.optional_text(3)?.map(str::to_owned),
            challenge_method: row.optional_text(4)?.map(str::to_owned),
            scope: row.text(5)?.to_owned(),
            nonce: row.optional_text(6)?.map(str::to_owned),
            expires_at: row.int(7)?,
            redeemed: row.boolean(8)?,
        })
    };
    database
        .query(&FIND_CODE, &[tenant_id.into(), digest.into()])?
        .first()
        .map(read)
        .transpose()
}

/// Marks a code as redeemed; whether this call was the first to do so.
pub(crate) fn redeem_code(
    database: &Database,
    tenant_id: Uuid,
    digest: &[u8; 32],
) -> Result<bool, DatabaseError> {
    Ok(database.execute(&REDEEM_CODE, &[tenant_id.into(), digest.into()])? == 1)
}

pub(crate) fn insert_device(database: &Database, row: &DeviceRow) -> Result<(), DatabaseError> {
    let values = [
        (&row.digest).into(),
        (&row.user_code).into(),
        row.tenant_id.into(),
        row.client_id.into(),
        (&row.scope).into(),
        row.expires_at.into(),
    ];
    database.execute(&INSERT_DEVICE, &values).map(drop)
}

pub(crate) fn find_device(
    database: &Database,
    digest: &[u8; 32],
) -> Result<Option<DeviceRow>, DatabaseError> {
    database
        .query(&FIND_DEVICE, &[digest.into()])?
        .first()
        .map(read_device)
        .transpose()
}

pub(crate) fn find_user_code(
    database: &Database,
    user_code: &str,
) -> Result<Option<DeviceRow>, DatabaseError> {
    database
        .query(&FIND_USER_CODE, &[user_code.into()])?
        .first()
        .map(read_device)
        .transpose()
}

fn read_device(row: &Row) -> Result<DeviceRow, DatabaseError> {
    Ok(DeviceRow {
        digest: row.bytes(0)?.to_vec(),
        user_code: row.text(1)?.to_owned(),
        tenant_id: row.optional_uuid(2)?,
        user_id: row.optional_uuid(3)?,
        client_id: row.uuid(4)?,
        scope: row.text(5)?.to_owned(),
        state: match row.int(6)? {
            0 => DeviceState::Waiting,
            1 => DeviceState::Approved,
            2 => DeviceState::Declined,
            other => {
                return Err(DatabaseError::Damaged(format!(
                    "a device code has the unknown state {other}"
                )));
            }
        },
        expires_at: row.int(7)?,
    })
}

/// Approves a waiting code for a user; whether it was waiting.
pub(crate) fn approve_device(
    database: &Database,
    digest: &[u8],
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<bool, DatabaseError> {
    Ok(database.execute(
        &APPROVE_DEVICE,
        &[digest.into(), tenant_id.into(), user_id.into()],
    )? == 1)
}

/// Declines a waiting code; whether it was waiting.
pub(crate) fn decline_device(database: &Database, digest: &[u8]) -> Result<bool, DatabaseError> {
    Ok(database.execute(&DECLINE_DEVICE, &[digest.into()])? == 1)
}

/// Deletes a code; whether this call did it.
pub(crate) fn delete_device(database: &Database, digest: &[u8]) -> Result<bool, DatabaseError> {
    Ok(database.execute(&DELETE_DEVICE, &[digest.into()])? == 1)
}

/// Deletes whatever expired at `now` or before.
pub(crate) fn purge_expired(
    transaction: &mut Transaction<'_>,
    now: i64,
) -> Result<(), DatabaseError> {
    for statement in [
        &PURGE_REFRESH,
        &PURGE_CODES,
        &PURGE_DEVICES,
        &PURGE_ASSERTIONS,
    ] {
        transaction.execute(statement, &[now.into()])?;
    }
    Ok(())
}
