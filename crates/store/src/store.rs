//! Tenants in the database: finding, loading, appending.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::digest;
use parking_lot::Mutex;
use uuid::Uuid;
use zetel_domain::{Event, Tenant, catalog::Catalog};

use crate::{
    credentials,
    facts::{self, Touched},
    failures,
    journal::{self, Change, Hash},
    journal_rows,
    sql::{Database, DatabaseError, Row, Statement, Target, Transaction, Value, View},
};

const LIST_TENANTS: Statement = Statement::new(
    "list tenants",
    "SELECT tenant_key, tenant_id, generation, hash FROM tenant_head ORDER BY tenant_key",
);
const FIND_TENANT: Statement = Statement::new(
    "find tenant",
    "SELECT tenant_key, tenant_id, generation, hash FROM tenant_head WHERE tenant_id = $1",
);
const READ_HEAD: Statement = Statement::new(
    "read head of tenant",
    "SELECT tenant_key, tenant_id, generation, hash FROM tenant_head WHERE tenant_key = $1",
);
const FIND_DOMAIN: Statement = Statement::new(
    "find tenant of domain",
    "SELECT h.tenant_id FROM domain d JOIN tenant_head h ON h.tenant_key = d.tenant_key \
     WHERE d.name = $1 ORDER BY d.name, d.tenant_key LIMIT 1",
);
const NEXT_KEY: Statement = Statement::new(
    "next tenant key",
    "SELECT COALESCE(MAX(tenant_key), 0) + 1 FROM tenant_head",
);
const INSERT_HEAD: Statement = Statement::new(
    "insert head of tenant",
    "INSERT INTO tenant_head (tenant_key, tenant_id, generation, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
);
const SWAP_HEAD: Statement = Statement::new(
    "swap head of tenant",
    "UPDATE tenant_head SET generation = $1, hash = $2 WHERE tenant_key = $3 AND generation = $4 AND hash = $5",
);
const FIND_CATALOG: Statement =
    Statement::new("find catalog", "SELECT body FROM catalog WHERE digest = $1");
const INSERT_CATALOG: Statement = Statement::new(
    "insert catalog",
    "INSERT INTO catalog (digest, body) VALUES ($1, $2) ON CONFLICT DO NOTHING",
);
/// The statements of this module.
pub(crate) const STATEMENTS: &[Statement] = &[
    LIST_TENANTS,
    FIND_TENANT,
    READ_HEAD,
    FIND_DOMAIN,
    NEXT_KEY,
    INSERT_HEAD,
    SWAP_HEAD,
    FIND_CATALOG,
    INSERT_CATALOG,
];

/// Where a tenant's journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The tenant's key in every table.
    pub key: i64,
    /// The tenant's id.
    pub tenant_id: Uuid,
    /// The last generation.
    pub generation: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of a tenant that does not exist yet.
    pub const fn new(tenant_id: Uuid) -> Self {
        Self {
            key: 0,
            tenant_id,
            generation: 0,
            hash: [0; 32],
        }
    }

    fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            key: row.int(0)?,
            tenant_id: row.uuid(1)?,
            generation: to_generation(row.int(2)?)?,
            hash: to_hash(row.bytes(3)?)?,
        })
    }
}

pub(crate) fn to_generation(value: i64) -> Result<u64, DatabaseError> {
    u64::try_from(value).map_err(|_| DatabaseError::Damaged(format!("{value} is not a generation")))
}

pub(crate) fn from_generation(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn to_hash(bytes: &[u8]) -> Result<Hash, DatabaseError> {
    bytes
        .try_into()
        .map_err(|_| DatabaseError::Damaged("a hash has 32 bytes".to_owned()))
}

/// Changes to be appended together, durably and atomically.
pub struct Batch<'a> {
    /// Where the journal must end for the batch to be right.
    pub head: Head,
    /// The changes, in order, with the generations that follow.
    pub changes: &'a [Change],
    /// The state before the batch.
    pub before: &'a Tenant,
    /// The state after it.
    pub after: &'a Tenant,
}

/// Why a batch was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: read the journal from the batch's head, apply it, decide again.
    #[error("another node has changed the tenant meanwhile")]
    Conflict,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Tenants in a database. Cheap to clone; every method blocks.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    /// Catalogs by digest: tenants that follow the same one share it.
    catalogs: Arc<Mutex<BTreeMap<Hash, Arc<Catalog>>>>,
}

impl Store {
    /// Opens a database, creates it if need be, and brings its schema up to date.
    pub fn open(target: &Target) -> Result<Self, DatabaseError> {
        Ok(Self {
            database: Database::open(target)?,
            catalogs: Arc::default(),
        })
    }

    /// The database itself, for what is not a tenant's state.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The heads of all tenants.
    pub fn heads(&self) -> Result<Vec<Head>, DatabaseError> {
        self.database
            .query(&LIST_TENANTS, &[])?
            .iter()
            .map(Head::from_row)
            .collect()
    }

    /// The head of a tenant, if it exists.
    pub fn head(&self, tenant_id: Uuid) -> Result<Option<Head>, DatabaseError> {
        self.database
            .query(&FIND_TENANT, &[tenant_id.into()])?
            .first()
            .map(Head::from_row)
            .transpose()
    }

    /// The tenant that a domain, in lower case, belongs to.
    pub fn tenant_of_domain(&self, name: &str) -> Result<Option<Uuid>, DatabaseError> {
        let rows = self.database.query(&FIND_DOMAIN, &[name.into()])?;
        rows.first().map(|row| row.uuid(0)).transpose()
    }

    /// A tenant as its facts say, with the head that they belong to.
    pub fn load(&self, tenant_id: Uuid) -> Result<Option<(Head, Tenant)>, DatabaseError> {
        self.database.view(|view| {
            let Some(head) = find_head(view, tenant_id)? else {
                return Ok(None);
            };
            Ok(Some((head, self.load_in(view, &head)?)))
        })
    }

    /// The tenant with this head, as its facts say in this view.
    pub(crate) fn load_in(
        &self,
        view: &mut View<'_>,
        head: &Head,
    ) -> Result<Tenant, DatabaseError> {
        let loaded = facts::load(view, head.key, |view, digest| {
            self.catalog_in(digest, |values| view.query(&FIND_CATALOG, values))
        })?;
        loaded.ok_or_else(|| {
            DatabaseError::Damaged(format!(
                "the tenant {} has a journal but no facts",
                head.tenant_id
            ))
        })
    }

    /// The catalog with a digest.
    pub fn catalog(&self, digest: &[u8]) -> Result<Arc<Catalog>, DatabaseError> {
        self.catalog_in(digest, |values| self.database.query(&FIND_CATALOG, values))
    }

    fn catalog_in(
        &self,
        digest: &[u8],
        find: impl FnOnce(&[Value]) -> Result<Vec<Row>, DatabaseError>,
    ) -> Result<Arc<Catalog>, DatabaseError> {
        let digest = to_hash(digest)?;
        if let Some(known) = self.catalogs.lock().get(&digest) {
            return Ok(Arc::clone(known));
        }
        let rows = find(&[digest.into()])?;
        let missing =
            || DatabaseError::Damaged("a catalog that a tenant follows is missing".to_owned());
        let catalog = parse_catalog(&digest, rows.first().ok_or_else(missing)?.text(0)?)?;
        Ok(self.remember(digest, Arc::new(catalog)))
    }

    fn remember(&self, digest: Hash, catalog: Arc<Catalog>) -> Arc<Catalog> {
        Arc::clone(self.catalogs.lock().entry(digest).or_insert(catalog))
    }

    /// Appends a batch: journal, facts and what `also` writes, in one transaction that is durable when this returns.
    pub fn append(
        &self,
        batch: &Batch<'_>,
        also: impl FnOnce(&mut Transaction<'_>) -> Result<(), DatabaseError>,
    ) -> Result<Head, AppendError> {
        let mut hash = batch.head.hash;
        let mut stored = Vec::with_capacity(batch.changes.len());
        for change in batch.changes {
            let encoded = journal::encode(change, &hash)?;
            hash = encoded.hash;
            stored.push(encoded);
        }
        let generation = batch
            .changes
            .last()
            .map_or(batch.head.generation, |change| change.generation);
        let mut next = Head {
            generation,
            hash,
            tenant_id: batch.after.id(),
            ..batch.head
        };
        let swapped = self.database.transaction(|transaction| {
            let Some(key) = swap_head(transaction, &batch.head, &next)? else {
                return Ok(None);
            };
            journal_rows::write(transaction, key, batch.changes, &stored)?;
            let mut touched = Touched::default();
            for event in batch.changes.iter().flat_map(|change| &change.events) {
                touched.add(event, batch.before);
            }
            self.write_catalogs(transaction, batch.changes)?;
            facts::write(transaction, key, &touched, batch.before, batch.after)?;
            if !touched.purged_users.is_empty() {
                journal_rows::erase(transaction, key, &touched.purged_users)?;
                failures::erase(transaction, key, &touched, batch.after)?;
            }
            also(transaction)?;
            // After `also`, which may have stored what is to be forgotten.
            credentials::forget(transaction, &touched, batch.after)?;
            transaction.notify(key)?;
            Ok(Some(key))
        })?;
        next.key = swapped.ok_or(AppendError::Conflict)?;
        Ok(next)
    }

    fn write_catalogs(
        &self,
        transaction: &mut Transaction<'_>,
        changes: &[Change],
    ) -> Result<(), DatabaseError> {
        for event in changes.iter().flat_map(|change| &change.events) {
            let Event::CatalogAdopted { digest, catalog } = event else {
                continue;
            };
            let Some(catalog) = catalog.get() else {
                continue;
            };
            let text = catalog.to_text();
            if catalog_digest(&text) != *digest {
                return Err(DatabaseError::Values {
                    statement: INSERT_CATALOG.name.to_owned(),
                    reason: "the digest is not that of the catalog's text".to_owned(),
                });
            }
            transaction.execute(&INSERT_CATALOG, &[digest.into(), text.into()])?;
            self.remember(*digest, Arc::clone(catalog));
        }
        Ok(())
    }

    /// The head of a tenant by its key.
    pub fn head_by_key(&self, key: i64) -> Result<Option<Head>, DatabaseError> {
        self.database
            .query(&READ_HEAD, &[key.into()])?
            .first()
            .map(Head::from_row)
            .transpose()
    }
}

/// The heads of all tenants in this view.
pub(crate) fn all_heads(view: &mut View<'_>) -> Result<Vec<Head>, DatabaseError> {
    let rows = view.query(&LIST_TENANTS, &[])?;
    rows.iter().map(Head::from_row).collect()
}

pub(crate) fn find_head(
    view: &mut View<'_>,
    tenant_id: Uuid,
) -> Result<Option<Head>, DatabaseError> {
    let rows = view.query(&FIND_TENANT, &[tenant_id.into()])?;
    rows.first().map(Head::from_row).transpose()
}

/// The catalog in a text, if it is the text with this digest.
pub(crate) fn parse_catalog(digest: &Hash, text: &str) -> Result<Catalog, DatabaseError> {
    if catalog_digest(text) != *digest {
        return Err(DatabaseError::Damaged(
            "the text of a catalog was changed".to_owned(),
        ));
    }
    Catalog::parse(&[("catalog", text)])
        .map_err(|error| DatabaseError::Damaged(format!("a catalog cannot be read ({error})")))
}

/// SHA-256 of a catalog's text.
pub fn catalog_digest(text: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    hash
}

/// SHA-256 over all facts of a tenant: equal for equal states, whichever node or engine computed them.
pub fn state_hash(tenant: &Tenant) -> Result<Hash, DatabaseError> {
    let mut context = digest::Context::new(&digest::SHA256);
    facts::all_rows(0, tenant, &mut |rows| {
        context.update(rows.table().name.as_bytes());
        rows.for_each_cell(|cell| cell.digest(&mut |bytes| context.update(bytes)));
        Ok(())
    })?;
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Ok(hash)
}

/// Moves the head; the tenant's key, or nothing if the head was not where the batch expects it.
fn swap_head(
    transaction: &mut Transaction<'_>,
    old: &Head,
    new: &Head,
) -> Result<Option<i64>, DatabaseError> {
    let generation: Value = from_generation(new.generation).into();
    if old.generation == 0 {
        let key = transaction
            .query(&NEXT_KEY, &[])?
            .first()
            .map_or(Ok(1), |row| row.int(0))?;
        let values = [
            key.into(),
            new.tenant_id.into(),
            generation,
            new.hash.into(),
        ];
        return Ok((transaction.execute(&INSERT_HEAD, &values)? == 1).then_some(key));
    }
    let values = [
        generation,
        new.hash.into(),
        old.key.into(),
        from_generation(old.generation).into(),
        old.hash.into(),
    ];
    Ok((transaction.execute(&SWAP_HEAD, &values)? == 1).then_some(old.key))
}
