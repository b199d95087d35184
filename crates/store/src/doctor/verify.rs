//! The chain of hashes of one tenant's journal, without its state.

use uuid::Uuid;

use super::{
    examine_catalogs,
    finding::{Finder, Finding},
    journal::Chain,
};
use crate::{
    history::each_record,
    journal::Hash,
    sql::DatabaseError,
    store::{Store, find_head},
};

/// A journal that is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many generations it has.
    pub generations: u64,
    /// SHA-256 over all of them: who noted it elsewhere can tell later that nothing was rewritten.
    pub head_hash: Hash,
}

/// Why a journal is not known to be as it was written.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It was changed, or the disk is damaged. This is the first place.
    #[error("{0}")]
    Broken(Finding),
    /// It could not be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Store {
    /// Verifies that the journal of a tenant is dense, can be read, and matches its chain of hashes up to the head.
    /// Nothing if there is no such tenant. `progress` is told how many generations are done, and of how many.
    ///
    /// Takes little memory, however long the journal; see [`Store::examine`] for whether the tables agree with it.
    pub fn verify(
        &self,
        tenant_id: Uuid,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Option<Verified>, VerifyError> {
        let mut first = None;
        let mut report = |finding: Finding| {
            first.get_or_insert(finding);
        };
        let mut finder = Finder::new(&mut report);
        let verified = self.database().view(|view| {
            let catalogs = examine_catalogs(view, &mut finder)?;
            let Some(head) = find_head(view, tenant_id)? else {
                return Ok(None);
            };
            finder.begin(Some(tenant_id));
            let mut chain = Chain::default();
            let read = each_record(view, head.key, |record| {
                chain.step(record, &catalogs, &mut finder);
                progress(chain.generations, head.generation);
                Ok(())
            });
            finder.damage(&crate::schema::generation::TABLE, read)?;
            chain.examine_head(&head, &mut finder);
            Ok(Some(Verified {
                generations: chain.generations,
                head_hash: chain.hash,
            }))
        })?;
        match first {
            Some(finding) => Err(VerifyError::Broken(finding)),
            None => Ok(verified),
        }
    }
}
