//! Refusals to enroll a device: kept beside the journal, for a while.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{EnrollmentType, Platform},
    user::UserOrdinal,
};

use crate::{
    facts::Touched,
    schema,
    sql::{DatabaseError, Row, Rows, Statement, Transaction, ValueRef},
    store::Store,
};

/// Days for which a refusal is kept.
pub const FAILURE_DAYS: i64 = 30;
/// Refusals that are kept of a tenant at most.
pub const MAX_FAILURES: u32 = 10_000;

const LIST: Statement = Statement::new(
    "list enrollment failures",
    "SELECT id, at, user_id, user_named, people, device_id, serial, platform, os_version, enrollment_type, \
     failure_category, reason_codes, reason FROM enrollment_failure WHERE tenant_key = $1 AND at > $2 \
     ORDER BY tenant_key DESC, at DESC, id DESC LIMIT $3",
);
const FIND_SURPLUS: Statement = Statement::new(
    "find first enrollment failure too many",
    "SELECT at, id FROM enrollment_failure WHERE tenant_key = $1 \
     ORDER BY tenant_key DESC, at DESC, id DESC LIMIT 1 OFFSET $2",
);
const PRUNE_OLD: Statement = Statement::new(
    "prune old enrollment failures",
    "DELETE FROM enrollment_failure WHERE tenant_key = $1 AND at <= $2",
);
const PRUNE_SURPLUS: Statement = Statement::new(
    "prune surplus enrollment failures",
    "DELETE FROM enrollment_failure WHERE tenant_key = $1 AND at <= $2 AND (at < $2 OR id <= $3)",
);
const ERASE: Statement = Statement::new(
    "erase enrollment failures of user",
    "DELETE FROM enrollment_failure WHERE tenant_key = $1 AND people LIKE $2",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[LIST, FIND_SURPLUS, PRUNE_OLD, PRUNE_SURPLUS, ERASE];

/// A refusal to enroll a device. Texts are empty where nothing was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollmentFailure {
    /// The id of the request that was refused.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// The user, if there is such a user.
    pub user: Option<Uuid>,
    /// The user as the request named it.
    pub user_named: String,
    /// All users whom the text names.
    pub people: Vec<Uuid>,
    /// The id that the MDM server gave the device.
    pub device: Option<Uuid>,
    /// Its serial number.
    pub serial: String,
    /// What runs on it.
    pub platform: Platform,
    /// Which version of it.
    pub os_version: String,
    /// How it was to enroll.
    pub enrollment_type: EnrollmentType,
    /// Graph's `failureCategory`.
    pub category: String,
    /// The codes of all reasons, in their order.
    pub codes: Vec<String>,
    /// The reasons in English.
    pub reason: String,
}

impl EnrollmentFailure {
    fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        let id = |column| match row.value(column)? {
            ValueRef::Null => Ok(None),
            _ => row.uuid(column).map(Some),
        };
        let text = |column| row.text(column).map(str::to_owned);
        let people = split(row.text(4)?).filter_map(|id| Uuid::try_parse(id).ok());
        Ok(Self {
            id: row.uuid(0)?,
            at: Timestamp(row.int(1)?),
            user: id(2)?,
            user_named: text(3)?,
            people: people.collect(),
            device: id(5)?,
            serial: text(6)?,
            platform: Platform::parse(row.text(7)?).unwrap_or_default(),
            os_version: text(8)?,
            enrollment_type: EnrollmentType::parse(row.text(9)?).unwrap_or_default(),
            category: text(10)?,
            codes: split(row.text(11)?).map(str::to_owned).collect(),
            reason: text(12)?,
        })
    }

    fn add_to(&self, rows: &mut Rows, key: i64) -> Result<(), DatabaseError> {
        let (user, device) = (self.user, self.device);
        let bytes = |id: &Option<Uuid>| id.map(|id| *id.as_bytes());
        let (user, device) = (bytes(&user), bytes(&device));
        let people: Vec<String> = self.people.iter().map(Uuid::to_string).collect();
        rows.push(&[
            ValueRef::Int(key),
            ValueRef::Bytes(self.id.as_bytes()),
            ValueRef::Int(self.at.0),
            user.as_ref()
                .map_or(ValueRef::Null, |id| ValueRef::Bytes(id)),
            ValueRef::Text(&self.user_named),
            ValueRef::Text(&people.join(",")),
            device
                .as_ref()
                .map_or(ValueRef::Null, |id| ValueRef::Bytes(id)),
            ValueRef::Text(&self.serial),
            ValueRef::Text(self.platform.as_str()),
            ValueRef::Text(&self.os_version),
            ValueRef::Text(self.enrollment_type.as_str()),
            ValueRef::Text(&self.category),
            ValueRef::Text(&self.codes.join(",")),
            ValueRef::Text(&self.reason),
        ])
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

/// Refusals that came before this are not kept.
fn kept_since(now: Timestamp) -> Timestamp {
    now.plus_days(-FAILURE_DAYS)
}

impl Store {
    /// Keeps refusals, each of the tenant with a key, and lets go what is too old or too much of these tenants.
    pub fn keep_failures(
        &self,
        failures: &[(i64, EnrollmentFailure)],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        self.database().transaction(|transaction| {
            let mut rows = Rows::new(&schema::enrollment_failure::TABLE);
            for (key, failure) in failures {
                failure.add_to(&mut rows, *key)?;
            }
            transaction.upsert(&rows)?;
            let keys: BTreeSet<i64> = failures.iter().map(|(key, _)| *key).collect();
            keys.into_iter()
                .try_for_each(|key| prune(transaction, key, now))
        })
    }

    /// Lets go the refusals of a tenant that are too old or too much.
    pub fn prune_failures(&self, key: i64, now: Timestamp) -> Result<(), DatabaseError> {
        self.database()
            .transaction(|transaction| prune(transaction, key, now))
    }

    /// The refusals of a tenant that are kept, the newest first.
    pub fn failures(
        &self,
        key: i64,
        now: Timestamp,
    ) -> Result<Vec<EnrollmentFailure>, DatabaseError> {
        let values = [key.into(), kept_since(now).0.into(), MAX_FAILURES.into()];
        let rows = self.database().query(&LIST, &values)?;
        rows.iter().map(EnrollmentFailure::from_row).collect()
    }
}

fn prune(transaction: &mut Transaction<'_>, key: i64, now: Timestamp) -> Result<(), DatabaseError> {
    transaction.execute(&PRUNE_OLD, &[key.into(), kept_since(now).0.into()])?;
    let surplus = transaction.query(&FIND_SURPLUS, &[key.into(), MAX_FAILURES.into()])?;
    if let Some(first) = surplus.first() {
        let values = [key.into(), first.int(0)?.into(), first.uuid(1)?.into()];
        transaction.execute(&PRUNE_SURPLUS, &values)?;
    }
    Ok(())
}

/// Erases the refusals that name users whom a batch purged.
pub fn erase(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    for user in &touched.purged_users {
        let Some(user) = after.users().view(UserOrdinal(user)) else {
            continue;
        };
        let named = format!("%{}%", user.id);
        transaction.execute(&ERASE, &[key.into(), named.into()])?;
    }
    Ok(())
}
