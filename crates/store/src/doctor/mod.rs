//! Whether a database is what its journal says: chain of hashes, replay against tables, indexes, counters, orphans.

mod counters;
mod devices;
mod facts;
mod failures;
mod finding;
mod identity;
mod journal;
mod verify;

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::catalog::Catalog;

pub use finding::Finding;
use finding::{Advice, Finder};
pub use verify::{Verified, VerifyError};

use crate::{
    journal::Hash,
    schema,
    sql::{DatabaseError, Statement, View},
    store::{Head, Store, all_heads, parse_catalog, to_hash},
};

const READ_CATALOGS: Statement = Statement::new(
    "read catalogs",
    "SELECT digest, body FROM catalog ORDER BY digest",
);

/// The statements of this module.
pub fn statements() -> impl Iterator<Item = Statement> {
    [READ_CATALOGS]
        .into_iter()
        .chain(journal::STATEMENTS.iter().copied())
        .chain(failures::STATEMENTS.iter().copied())
        .chain(identity::statements())
}

/// What was examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// Tenants.
    pub tenants: u64,
    /// Generations of their journals.
    pub generations: u64,
    /// Users, also deleted and purged ones.
    pub users: u64,
    /// What is wrong; 0 in a sound database.
    pub findings: u64,
}

impl Store {
    /// Compares the database with its journal and shows everything that is wrong. Other processes may go on writing.
    ///
    /// Holds one tenant at a time in memory, some 300 bytes per user. Of one table of one tenant, only the first
    /// findings are shown one by one. An error means that the database could not be read, not that it is damaged.
    pub fn examine(&self, report: &mut dyn FnMut(Finding)) -> Result<Examined, DatabaseError> {
        let mut finder = Finder::new(report);
        let mut examined = self
            .database()
            .view(|view| examine_all(view, &mut finder))?;
        examined.findings = finder.total();
        Ok(examined)
    }
}

type Catalogs = BTreeMap<Hash, Arc<Catalog>>;

fn examine_all(view: &mut View<'_>, finder: &mut Finder<'_>) -> Result<Examined, DatabaseError> {
    let mut examined = Examined::default();
    let catalogs = examine_catalogs(view, finder)?;
    let heads = all_heads(view);
    let heads = finder.damage(&schema::tenant_head::TABLE, heads)?;
    for head in heads.unwrap_or_default() {
        finder.begin(Some(head.tenant_id));
        examine_tenant(view, &head, &catalogs, finder, &mut examined)?;
        finder.end();
    }
    for of_tenant in schema::of_tenants() {
        for row in view.query(&of_tenant.strays, &[])? {
            let text = format!(
                "{} rows of `{}` have the tenant_key {}, which no tenant has",
                row.int(1)?,
                of_tenant.table.name,
                row.int(0)?
            );
            finder.find(of_tenant.table, text, Advice::Stray);
        }
    }
    failures::examine(view, finder)?;
    identity::examine_all(view, finder)?;
    finder.end();
    Ok(examined)
}

/// All sound catalogs.
fn examine_catalogs(
    view: &mut View<'_>,
    finder: &mut Finder<'_>,
) -> Result<Catalogs, DatabaseError> {
    let mut catalogs = Catalogs::new();
    view.for_each(&READ_CATALOGS, &[], |row| {
        let (digest, text) = (row.bytes(0)?, row.text(1)?);
        match to_hash(digest).and_then(|hash| Ok((hash, parse_catalog(&hash, text)?))) {
            Ok((hash, catalog)) => {
                catalogs.insert(hash, Arc::new(catalog));
            }
            Err(error) => {
                let text = format!(
                    "the catalog {}: {}",
                    finding::hexadecimal(digest),
                    finding::words(&error)
                );
                finder.find(&schema::catalog::TABLE, text, Advice::Catalog);
            }
        }
        Ok(())
    })?;
    Ok(catalogs)
}

fn examine_tenant(
    view: &mut View<'_>,
    head: &Head,
    catalogs: &Catalogs,
    finder: &mut Finder<'_>,
    examined: &mut Examined,
) -> Result<(), DatabaseError> {
    examined.tenants += 1;
    let replayed = journal::replay(view, head, catalogs, finder)?;
    examined.generations += replayed.chain.generations;
    journal::examine_head(head, &replayed, finder);
    if !replayed.chain.is_whole {
        let text = "its tables cannot be compared with a journal that cannot be read".to_owned();
        finder.find(&schema::generation::TABLE, text, Advice::Journal);
        return Ok(());
    }
    examined.users += u64::from(replayed.tenant.users().len());
    counters::examine(&replayed.tenant, finder);
    devices::examine(&replayed.tenant, finder);
    facts::compare(view, head.key, &replayed.tenant, finder)?;
    identity::examine_tenant(view, &replayed.tenant, finder)
}

/// A tenant's name in a finding.
fn tenant_name(tenant: Option<Uuid>) -> String {
    tenant.map_or_else(|| "database".to_owned(), |id| format!("tenant {id}"))
}
