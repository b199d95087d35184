//! The same change by set-based SQL in the same database: one row per member, one rule asked, seats counted, one durable
//! transaction. It leaves out most of what the real change does, and so is a rival that is hard to beat.

use std::time::Instant;

use uuid::Uuid;
use zetel_store::{Store, sql::Statement};

use super::Office;
use crate::{error::BenchError, population};

const CREATE: Statement = Statement::new(
    "create rival",
    "CREATE TABLE IF NOT EXISTS bench_state (user_ordinal BIGINT NOT NULL, product BIGINT NOT NULL, \
     group_ordinal BIGINT NOT NULL, state TEXT NOT NULL, changed_at BIGINT NOT NULL, \
     PRIMARY KEY (user_ordinal, product, group_ordinal))",
);
const DROP: Statement = Statement::new("drop rival", "DROP TABLE bench_state");
const LICENSE: Statement = Statement::new(
    "license by rival",
    "INSERT INTO bench_state (user_ordinal, product, group_ordinal, state, changed_at) \
     SELECT m.user_ordinal, 0, m.group_ordinal, 'Active', $1 FROM membership m \
     JOIN directory_user u ON u.tenant_key = m.tenant_key AND u.ordinal = m.user_ordinal AND u.deleted_at IS NULL \
     WHERE m.tenant_key = $2 AND m.group_ordinal = $3 AND NOT EXISTS (SELECT 1 FROM license l \
     WHERE l.tenant_key = m.tenant_key AND l.user_ordinal = m.user_ordinal AND l.product = $4)",
);
const COUNT: Statement = Statement::new(
    "count seats by rival",
    "SELECT count(DISTINCT user_ordinal) FROM bench_state WHERE product = 0",
);
const EMPTY: Statement = Statement::new("empty rival", "DELETE FROM bench_state");
const JOURNAL: Statement = Statement::new(
    "size of a generation",
    "SELECT length(body) FROM generation WHERE tenant_key = $1 AND generation = $2",
);
/// A product that nobody has, so that the rule lets everybody pass.
const NOBODYS: i64 = 9_999;

/// The database, and a table of the rival's own in it.
pub struct Rival {
    store: Store,
}

impl Rival {
    /// Makes the table.
    pub fn new(store: &Store) -> Result<Self, BenchError> {
        store.database().execute(&CREATE, &[])?;
        Ok(Self {
            store: store.clone(),
        })
    }

    /// Removes the table.
    pub fn clear(&self) -> Result<(), BenchError> {
        self.store.database().execute(&DROP, &[])?;
        Ok(())
    }

    /// Licenses a group; seconds until that is durable.
    pub fn license(&self, office: &Office, group: Uuid) -> Result<f64, BenchError> {
        let state = population::snapshot(&office.engine, office.tenant)?;
        let ordinal = state.find_group(group).map_or(0, |(ordinal, _)| ordinal.0);
        let key = state.head().key;
        let begun = Instant::now();
        self.store.database().transaction(|transaction| {
            transaction.execute(
                &LICENSE,
                &[1_i64.into(), key.into(), ordinal.into(), NOBODYS.into()],
            )?;
            transaction.query(&COUNT, &[]).map(drop)
        })?;
        let taken = begun.elapsed().as_secs_f64();
        self.store.database().execute(&EMPTY, &[])?;
        Ok(taken)
    }

    /// Bytes of a generation in the journal.
    pub fn journal_bytes(&self, tenant: Uuid, generation: u64) -> Result<u64, BenchError> {
        let head = self.store.head(tenant)?;
        let key = head.map_or(0, |head| head.key);
        let generation = i64::try_from(generation).unwrap_or(i64::MAX);
        let rows = self
            .store
            .database()
            .query(&JOURNAL, &[key.into(), generation.into()])?;
        let bytes = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(bytes.unsigned_abs())
    }
}
