//! Rows of passwords, client secrets, certificates and used assertions.

use uuid::Uuid;
use zetel_store::sql::{Column, Database, DatabaseError, Row, Rows, Statement, Table, Transaction};

use crate::{Certificate, CertificateCredential, PasswordHash, SecretCredential};

/// The table of passwords, for bulk creation of users.
pub static PASSWORD_TABLE: Table = Table {
    name: "user_password",
    columns: &[
        Column::bytes("tenant_id"),
        Column::bytes("user_id"),
        Column::text("hash"),
        Column::int("must_change"),
        Column::int("changed_at"),
    ],
    key: 2,
};

const PUT_PASSWORD: Statement = Statement::new(
    "set password",
    "INSERT INTO user_password (tenant_id, user_id, hash, must_change, changed_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (tenant_id, user_id) DO UPDATE \
     SET hash = excluded.hash, must_change = excluded.must_change, changed_at = excluded.changed_at",
);
const FIND_PASSWORD: Statement = Statement::new(
    "find password",
    "SELECT hash, must_change FROM user_password WHERE tenant_id = $1 AND user_id = $2",
);
const DELETE_PASSWORD: Statement = Statement::new(
    "delete password",
    "DELETE FROM user_password WHERE tenant_id = $1 AND user_id = $2",
);
const INSERT_SECRET: Statement = Statement::new(
    "add client secret",
    "INSERT INTO application_secret \
     (tenant_id, client_id, key_id, digest, hint, display_name, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const LIST_SECRETS: Statement = Statement::new(
    "list client secrets",
    "SELECT key_id, hint, display_name, created_at, expires_at, digest FROM application_secret \
     WHERE tenant_id = $1 AND client_id = $2 ORDER BY created_at, key_id",
);
const DELETE_SECRET: Statement = Statement::new(
    "delete client secret",
    "DELETE FROM application_secret WHERE tenant_id = $1 AND client_id = $2 AND key_id = $3",
);
const DELETE_SECRETS: Statement = Statement::new(
    "delete client secrets",
    "DELETE FROM application_secret WHERE tenant_id = $1 AND client_id = $2",
);
const INSERT_CERTIFICATE: Statement = Statement::new(
    "add client certificate",
    "INSERT INTO application_certificate \
     (tenant_id, client_id, key_id, sha1, sha256, subject, public_key, not_before, not_after, display_name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const LIST_CERTIFICATES: Statement = Statement::new(
    "list client certificates",
    "SELECT key_id, display_name, created_at, sha1, sha256, subject, public_key, not_before, not_after \
     FROM application_certificate WHERE tenant_id = $1 AND client_id = $2 ORDER BY created_at, key_id",
);
const DELETE_CERTIFICATE: Statement = Statement::new(
    "delete client certificate",
    "DELETE FROM application_certificate WHERE tenant_id = $1 AND client_id = $2 AND key_id = $3",
);
const DELETE_CERTIFICATES: Statement = Statement::new(
    "delete client certificates",
    "DELETE FROM application_certificate WHERE tenant_id = $1 AND client_id = $2",
);
const INSERT_ASSERTION: Statement = Statement::new(
    "note client assertion",
    "INSERT INTO used_assertion (tenant_id, client_id, jti_digest, assertion_digest, expires_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, client_id, jti_digest) DO NOTHING",
);
const FIND_ASSERTION: Statement = Statement::new(
    "find client assertion",
    "SELECT assertion_digest FROM used_assertion WHERE tenant_id = $1 AND client_id = $2 AND jti_digest = $3",
);

pub(super) const CREDENTIAL_STATEMENTS: &[Statement] = &[
    PUT_PASSWORD,
    FIND_PASSWORD,
    DELETE_PASSWORD,
    INSERT_SECRET,
    LIST_SECRETS,
    DELETE_SECRET,
    DELETE_SECRETS,
    INSERT_CERTIFICATE,
    LIST_CERTIFICATES,
    DELETE_CERTIFICATE,
    DELETE_CERTIFICATES,
    INSERT_ASSERTION,
    FIND_ASSERTION,
];

pub(crate) fn put_password(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
    hash: &PasswordHash,
    must_change: bool,
    now: i64,
) -> Result<(), DatabaseError> {
    let values = [
        tenant_id.into(),
        user_id.into(),
        hash.stored().into(),
        must_change.into(),
        now.into(),
    ];
    transaction.execute(&PUT_PASSWORD, &values).map(drop)
}

/// Appends a password to the rows of [`PASSWORD_TABLE`].
pub(crate) fn push_password(
    rows: &mut Rows,
    tenant_id: Uuid,
    user_id: Uuid,
    hash: &PasswordHash,
    must_change: bool,
    now: i64,
) -> Result<(), DatabaseError> {
    let stored = hash.stored();
    rows.push(&[
        (&tenant_id).into(),
        (&user_id).into(),
        stored.into(),
        must_change.into(),
        now.into(),
    ])
}

/// A user's password hash, and whether the user must change it.
pub(crate) fn find_password(
    database: &Database,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<Option<(PasswordHash, bool)>, DatabaseError> {
    let rows = database.query(&FIND_PASSWORD, &[tenant_id.into(), user_id.into()])?;
    rows.first()
        .map(|row| Ok((PasswordHash::from_stored(row.text(0)?), row.boolean(1)?)))
        .transpose()
}

pub(crate) fn delete_password_row(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<(), DatabaseError> {
    transaction
        .execute(&DELETE_PASSWORD, &[tenant_id.into(), user_id.into()])
        .map(drop)
}

pub(crate) fn insert_secret(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    secret: &SecretCredential,
    digest: &[u8; 32],
) -> Result<(), DatabaseError> {
    let values = [
        tenant_id.into(),
        client_id.into(),
        secret.key_id.into(),
        digest.into(),
        (&secret.hint).into(),
        (&secret.display_name).into(),
        secret.created_at.into(),
        secret.expires_at.into(),
    ];
    transaction.execute(&INSERT_SECRET, &values).map(drop)
}

/// The secrets of an application with their digests, oldest first.
pub(crate) fn secrets(
    database: &Database,
    tenant_id: Uuid,
    client_id: Uuid,
) -> Result<Vec<(SecretCredential, Vec<u8>)>, DatabaseError> {
    let read = |row: &Row| {
        let secret = SecretCredential {
            key_id: row.uuid(0)?,
            hint: row.text(1)?.to_owned(),
            display_name: row.text(2)?.to_owned(),
            created_at: row.int(3)?,
            expires_at: row.int(4)?,
        };
        Ok((secret, row.bytes(5)?.to_vec()))
    };
    database
        .query(&LIST_SECRETS, &[tenant_id.into(), client_id.into()])?
        .iter()
        .map(read)
        .collect()
}

pub(crate) fn insert_certificate(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    credential: &CertificateCredential,
) -> Result<(), DatabaseError> {
    let certificate = &credential.certificate;
    let values = [
        tenant_id.into(),
        client_id.into(),
        credential.key_id.into(),
        certificate.sha1.into(),
        certificate.sha256.into(),
        (&certificate.subject).into(),
        (&certificate.public_key).into(),
        certificate.not_before.into(),
        certificate.not_after.into(),
        (&credential.display_name).into(),
        credential.created_at.into(),
    ];
    transaction.execute(&INSERT_CERTIFICATE, &values).map(drop)
}

/// The certificates of an application, oldest first.
pub(crate) fn certificates(
    database: &Database,
    tenant_id: Uuid,
    client_id: Uuid,
) -> Result<Vec<CertificateCredential>, DatabaseError> {
    let damaged =
        |_| DatabaseError::Damaged("a certificate thumbprint has another length".to_owned());
    let read = |row: &Row| {
        Ok(CertificateCredential {
            key_id: row.uuid(0)?,
            display_name: row.text(1)?.to_owned(),
            created_at: row.int(2)?,
            certificate: Certificate {
                sha1: row.bytes(3)?.try_into().map_err(damaged)?,
                sha256: row.bytes(4)?.try_into().map_err(damaged)?,
                subject: row.text(5)?.to_owned(),
                public_key: row.bytes(6)?.to_vec(),
                not_before: row.int(7)?,
                not_after: row.int(8)?,
            },
        })
    };
    database
        .query(&LIST_CERTIFICATES, &[tenant_id.into(), client_id.into()])?
        .iter()
        .map(read)
        .collect()
}

/// Removes one secret or certificate; whether there was one.
pub(crate) fn delete_credential(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    key_id: Uuid,
) -> Result<bool, DatabaseError> {
    let values = [tenant_id.into(), client_id.into(), key_id.into()];
    let secrets = transaction.execute(&DELETE_SECRET, &values)?;
    Ok(secrets + transaction.execute(&DELETE_CERTIFICATE, &values)? > 0)
}

pub(crate) fn delete_credentials(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
) -> Result<(), DatabaseError> {
    let values = [tenant_id.into(), client_id.into()];
    transaction.execute(&DELETE_SECRETS, &values)?;
    transaction.execute(&DELETE_CERTIFICATES, &values).map(drop)
}

/// Notes an assertion as used. The digest of the assertion that used its `jti` first, if that was not this call.
pub(crate) fn note_assertion(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    jti_digest: &[u8; 32],
    assertion_digest: &[u8; 32],
    expires_at: i64,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let key = [tenant_id.into(), client_id.into(), jti_digest.into()];
    let rows = transaction.query(&FIND_ASSERTION, &key)?;
    if let Some(row) = rows.first() {
        return Ok(Some(row.bytes(0)?.to_vec()));
    }
    let [tenant, client, jti] = key;
    let added = transaction.execute(
        &INSERT_ASSERTION,
        &[
            tenant.clone(),
            client.clone(),
            jti.clone(),
            assertion_digest.into(),
            expires_at.into(),
        ],
    )?;
    if added == 1 {
        return Ok(None);
    }
    // Another node was faster.
    let rows = transaction.query(&FIND_ASSERTION, &[tenant, client, jti])?;
    rows.first()
        .map(|row| Ok(row.bytes(0)?.to_vec()))
        .transpose()
}
