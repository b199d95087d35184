//! Credentials: of whom they are, and whether they can be what they should be. What is sealed or hashed cannot be
//! verified here.

use uuid::Uuid;
use zetel_domain::Tenant;

use super::finding::{Advice, Finder};
use crate::{
    schema,
    sql::{DatabaseError, Statement, Table, Value, View},
};

/// Tables with rows of tenants, and what finds those of unknown ones.
const OF_TENANTS: [(&Table, Statement); 7] = [
    (
        &schema::user_password::TABLE,
        Statement::new(
            "find passwords of no tenant",
            "SELECT DISTINCT tenant_id FROM user_password WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::application_secret::TABLE,
        Statement::new(
            "find secrets of no tenant",
            "SELECT DISTINCT tenant_id FROM application_secret WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::application_certificate::TABLE,
        Statement::new(
            "find certificates of no tenant",
            "SELECT DISTINCT tenant_id FROM application_certificate \
             WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::refresh_token::TABLE,
        Statement::new(
            "find refresh tokens of no tenant",
            "SELECT DISTINCT tenant_id FROM refresh_token WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::authorization_code::TABLE,
        Statement::new(
            "find authorization codes of no tenant",
            "SELECT DISTINCT tenant_id FROM authorization_code \
             WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::device_code::TABLE,
        Statement::new(
            "find device codes of no tenant",
            "SELECT DISTINCT tenant_id FROM device_code \
             WHERE tenant_id IS NOT NULL AND tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
    (
        &schema::used_assertion::TABLE,
        Statement::new(
            "find assertions of no tenant",
            "SELECT DISTINCT tenant_id FROM used_assertion WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant_head)",
        ),
    ),
];

/// Tables with rows of a tenant's users, and what lists these.
const OF_USERS: [(&Table, Statement); 4] = [
    (
        &schema::user_password::TABLE,
        Statement::new(
            "list users with password",
            "SELECT user_id FROM user_password WHERE tenant_id = $1 ORDER BY user_id",
        ),
    ),
    (
        &schema::refresh_token::TABLE,
        Statement::new(
            "list users with refresh token",
            "SELECT DISTINCT user_id FROM refresh_token WHERE tenant_id = $1 ORDER BY user_id",
        ),
    ),
    (
        &schema::authorization_code::TABLE,
        Statement::new(
            "list users with authorization code",
            "SELECT DISTINCT user_id FROM authorization_code WHERE tenant_id = $1 ORDER BY user_id",
        ),
    ),
    (
        &schema::device_code::TABLE,
        Statement::new(
            "list users with device code",
            "SELECT DISTINCT user_id FROM device_code WHERE tenant_id = $1 AND user_id IS NOT NULL ORDER BY user_id",
        ),
    ),
];

/// Tables with rows of a tenant's applications, and what lists these. Tokens may be for clients that every tenant
/// knows, so they are not among them.
const OF_APPLICATIONS: [(&Table, Statement); 2] = [
    (
        &schema::application_secret::TABLE,
        Statement::new(
            "list applications with secret",
            "SELECT DISTINCT client_id FROM application_secret WHERE tenant_id = $1 ORDER BY client_id",
        ),
    ),
    (
        &schema::application_certificate::TABLE,
        Statement::new(
            "list applications with certificate",
            "SELECT DISTINCT client_id FROM application_certificate WHERE tenant_id = $1 ORDER BY client_id",
        ),
    ),
];

/// What every row of a table must be, and what counts those that are not.
const FORMS: [(&Table, &str, Statement); 8] = [
    (
        &schema::signing_key::TABLE,
        "are not a sealed key, or retired before they were made",
        Statement::new(
            "count malformed signing keys",
            "SELECT count(*) FROM signing_key WHERE length(sealed_private_key) < 28 OR retired_at < created_at",
        ),
    ),
    (
        &schema::user_password::TABLE,
        "are not an Argon2id hash",
        Statement::new(
            "count malformed passwords",
            "SELECT count(*) FROM user_password WHERE hash NOT LIKE '$argon2id$%' OR must_change NOT IN (0, 1)",
        ),
    ),
    (
        &schema::application_secret::TABLE,
        "have no id or digest, or expire before they were made",
        Statement::new(
            "count malformed secrets",
            "SELECT count(*) FROM application_secret WHERE length(digest) <> 32 OR length(key_id) <> 16 OR expires_at < created_at",
        ),
    ),
    (
        &schema::application_certificate::TABLE,
        "have no id or thumbprints, or end before they begin",
        Statement::new(
            "count malformed certificates",
            "SELECT count(*) FROM application_certificate \
             WHERE length(sha1) <> 20 OR length(sha256) <> 32 OR length(key_id) <> 16 OR not_after < not_before",
        ),
    ),
    (
        &schema::refresh_token::TABLE,
        "are not a digest of a client's token",
        Statement::new(
            "count malformed refresh tokens",
            "SELECT count(*) FROM refresh_token WHERE length(digest) <> 32 OR length(client_id) <> 16",
        ),
    ),
    (
        &schema::authorization_code::TABLE,
        "are not a digest of a client's code, or neither redeemed nor not",
        Statement::new(
            "count malformed authorization codes",
            "SELECT count(*) FROM authorization_code \
             WHERE length(digest) <> 32 OR length(client_id) <> 16 OR redeemed NOT IN (0, 1)",
        ),
    ),
    (
        &schema::device_code::TABLE,
        "are not a digest of a client's code, or approved by nobody",
        Statement::new(
            "count malformed device codes",
            "SELECT count(*) FROM device_code \
             WHERE length(digest) <> 32 OR length(client_id) <> 16 OR state NOT IN (0, 1, 2) \
             OR (state = 1 AND (tenant_id IS NULL OR user_id IS NULL))",
        ),
    ),
    (
        &schema::used_assertion::TABLE,
        "are not digests of a client's assertion",
        Statement::new(
            "count malformed assertions",
            "SELECT count(*) FROM used_assertion \
             WHERE length(jti_digest) <> 32 OR length(assertion_digest) <> 32 OR length(client_id) <> 16",
        ),
    ),
];

/// The statements of this module.
pub fn statements() -> impl Iterator<Item = Statement> {
    let of_whom = OF_TENANTS.iter().chain(&OF_USERS).chain(&OF_APPLICATIONS);
    let forms = FORMS.iter().map(|(_, _, statement)| *statement);
    of_whom.map(|(_, statement)| *statement).chain(forms)
}

/// Rows of unknown tenants, and rows of the wrong form.
pub fn examine_all(view: &mut View<'_>, finder: &mut Finder<'_>) -> Result<(), DatabaseError> {
    for (table, statement) in &OF_TENANTS {
        for row in view.query(statement, &[])? {
            let id = row.uuid(0).unwrap_or_default();
            let text = format!(
                "`{}` has rows of a tenant that does not exist: {id}",
                table.name
            );
            finder.find(table, text, Advice::Stray);
        }
    }
    for (table, wrong, statement) in &FORMS {
        let rows = view.query(statement, &[])?;
        let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if count > 0 {
            let text = format!("{count} rows of `{}` {wrong}", table.name);
            finder.find(table, text, Advice::Credential);
        }
    }
    Ok(())
}

/// Rows of users and applications that the tenant does not have.
pub fn examine_tenant(
    view: &mut View<'_>,
    tenant: &Tenant,
    finder: &mut Finder<'_>,
) -> Result<(), DatabaseError> {
    let id: Value = tenant.id().into();
    let mut examine =
        |table: &Table, statement: &Statement, what: &str, exists: &dyn Fn(Uuid) -> bool| {
            let mut unknown = Vec::new();
            view.for_each(statement, std::slice::from_ref(&id), |row| {
                let id = row.uuid(0).unwrap_or_default();
                if !exists(id) {
                    unknown.push(id);
                }
                Ok(())
            })?;
            for id in unknown {
                let text = format!(
                    "`{}` has a row of {what} that does not exist: {id}",
                    table.name
                );
                finder.find(table, text, Advice::Stray);
            }
            Ok(())
        };
    for (table, statement) in &OF_USERS {
        examine(table, statement, "a user", &|id| {
            tenant.users().find_id(id).is_some()
        })?;
    }
    for (table, statement) in &OF_APPLICATIONS {
        examine(table, statement, "an application", &|id| {
            tenant.find_application(id).is_some()
        })?;
    }
    Ok(())
}
