//! The journal: dense, chained, readable, with its indexes and personal details.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use zetel_domain::{
    Event, Tenant,
    user::{UserOrdinal, UserState},
};

use super::{
    Catalogs,
    finding::{Advice, Finder, words},
};
use crate::{
    history::each_record,
    journal::{self, Change, Hash, Record},
    journal_rows::{block_of, to_bytes},
    schema::{self, of_tenant},
    sql::{DatabaseError, Statement, View},
    store::Head,
};

const STRAY_DETAILS: Statement = Statement::new(
    "find details without generation",
    "SELECT d.generation FROM generation_detail d LEFT JOIN generation g \
     ON g.tenant_key = d.tenant_key AND g.generation = d.generation \
     WHERE d.tenant_key = $1 AND g.generation IS NULL ORDER BY d.generation",
);
const LOAD_BLOCKS: Statement = of_tenant::generation_block().load;

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[STRAY_DETAILS];

/// How far a journal was verified.
pub struct Chain {
    /// How many generations there are.
    pub generations: u64,
    /// The last one.
    pub last: u64,
    /// Its hash as stored.
    pub hash: Hash,
    /// Whether all of them could be read.
    pub is_whole: bool,
    /// Nothing after a gap: what follows it cannot be verified.
    previous: Option<Hash>,
}

impl Default for Chain {
    /// Before the first generation.
    fn default() -> Self {
        Self {
            generations: 0,
            last: 0,
            hash: [0; 32],
            is_whole: true,
            previous: Some([0; 32]),
        }
    }
}

impl Chain {
    fn find_damage(&mut self, text: String, finder: &mut Finder<'_>) {
        self.is_whole = false;
        finder.find(&schema::generation::TABLE, text, Advice::Journal);
    }

    /// Verifies the next generation; its change, if it can be read.
    pub fn step(
        &mut self,
        record: Record,
        catalogs: &Catalogs,
        finder: &mut Finder<'_>,
    ) -> Option<Change> {
        let generation = record.change.generation;
        if generation != self.last + 1 {
            let text = format!(
                "the journal jumps from generation {} to {generation}",
                self.last
            );
            self.find_damage(text, finder);
            self.previous = None;
        }
        let stored = record.hash;
        let find_catalog = |digest: &[u8]| {
            let found = <Hash>::try_from(digest)
                .ok()
                .and_then(|digest| catalogs.get(&digest).cloned());
            found.ok_or_else(|| {
                DatabaseError::Damaged(format!(
                    "generation {generation}: the catalog that it adopts is missing or was changed"
                ))
            })
        };
        let decoded = record.decode(&self.previous.unwrap_or_default(), &find_catalog);
        let change = match decoded {
            Ok((change, hash)) => {
                if self.previous.is_some() && hash != stored {
                    let text = format!(
                        "generation {generation} was changed: its row, its personal details or the row before do \
                         not match its hash"
                    );
                    finder.find(&schema::generation::TABLE, text, Advice::Journal);
                }
                Some(change)
            }
            Err(error) => {
                self.find_damage(words(&error), finder);
                None
            }
        };
        self.previous = Some(stored);
        self.generations += 1;
        self.last = generation;
        self.hash = stored;
        change
    }

    /// The head must be where the journal ends.
    pub fn examine_head(&self, head: &Head, finder: &mut Finder<'_>) {
        let mut find =
            |text: String| finder.find(&schema::tenant_head::TABLE, text, Advice::Journal);
        if head.generation != self.last {
            find(format!(
                "`tenant_head` says that the journal ends with generation {}, but it ends with {}",
                head.generation, self.last
            ));
        }
        if head.hash != self.hash {
            find(
                "the hash in `tenant_head` is not that of the journal's last generation".to_owned(),
            );
        }
    }
}

/// What the journal says.
pub struct Replayed {
    /// The state after all generations.
    pub tenant: Tenant,
    /// How far it was verified.
    pub chain: Chain,
}

/// Walks along the journal.
struct Walk<'w, 'r> {
    finder: &'w mut Finder<'r>,
    replayed: Replayed,
    /// Users whom the generations concern, by block; the last block may not be full.
    blocks: BTreeMap<u64, RoaringBitmap>,
    /// Users with details that are there, and with erased ones.
    present: RoaringBitmap,
    erased: RoaringBitmap,
}

/// Reads, verifies and applies the whole journal.
pub fn replay(
    view: &mut View<'_>,
    head: &Head,
    catalogs: &Catalogs,
    finder: &mut Finder<'_>,
) -> Result<Replayed, DatabaseError> {
    let mut walk = Walk {
        finder,
        replayed: Replayed {
            tenant: Tenant::default(),
            chain: Chain::default(),
        },
        blocks: BTreeMap::new(),
        present: RoaringBitmap::new(),
        erased: RoaringBitmap::new(),
    };
    let read = each_record(view, head.key, |record| {
        let chain = &mut walk.replayed.chain;
        if let Some(change) = chain.step(record, catalogs, walk.finder) {
            walk.take(&change);
        }
        Ok(())
    });
    if walk
        .finder
        .damage(&schema::generation::TABLE, read)?
        .is_none()
    {
        walk.replayed.chain.is_whole = false;
    }
    for row in view.query(&STRAY_DETAILS, &[head.key.into()])? {
        let text = format!(
            "personal details of generation {} are stored, which the journal does not have",
            row.int(0)?
        );
        walk.finder
            .find(&schema::generation_detail::TABLE, text, Advice::Stray);
    }
    if walk.replayed.chain.is_whole {
        walk.examine_details();
        walk.examine_blocks(view, head)?;
    }
    Ok(walk.replayed)
}

/// The head must be where the journal ends, and name its tenant.
pub fn examine_head(head: &Head, replayed: &Replayed, finder: &mut Finder<'_>) {
    replayed.chain.examine_head(head, finder);
    if replayed.chain.is_whole && head.tenant_id != replayed.tenant.id() {
        let text = format!(
            "`tenant_head` names the tenant {}, but its journal is that of {}",
            head.tenant_id,
            replayed.tenant.id()
        );
        finder.find(&schema::tenant_head::TABLE, text, Advice::Journal);
    }
}

impl Walk<'_, '_> {
    fn take(&mut self, change: &Change) {
        for event in &change.events {
            self.replayed.tenant.apply(event);
            if let (Some(personal), Some(users)) = (event.personal(), Event::users(event)) {
                let place = if personal.get().is_some() {
                    &mut self.present
                } else {
                    &mut self.erased
                };
                place.extend(users.iter().map(|user| user.0));
            }
        }
        let users = self.blocks.entry(block_of(change.generation)).or_default();
        journal::add_users_of(&change.events, users);
    }

    /// Details are erased if and only if their user was purged.
    fn examine_details(&mut self) {
        let table = &schema::generation_detail::TABLE;
        let tenant = &self.replayed.tenant;
        let is_purged = |user: &u32| {
            tenant
                .users()
                .view(UserOrdinal(*user))
                .is_some_and(|view| view.head.state() == UserState::Purged)
        };
        for user in self.present.iter().filter(is_purged) {
            let text = format!(
                "the user with ordinal {user} was purged, but the journal still has details"
            );
            self.finder.find(table, text, Advice::Program);
        }
        for user in self.erased.iter().filter(|user| !is_purged(user)) {
            let text = format!(
                "details of the user with ordinal {user} were erased from the journal, but the user was not purged"
            );
            self.finder.find(table, text, Advice::Journal);
        }
    }

    fn examine_blocks(&mut self, view: &mut View<'_>, head: &Head) -> Result<(), DatabaseError> {
        let full = block_of(self.replayed.chain.last + 1);
        let (blocks, finder) = (&mut self.blocks, &mut *self.finder);
        blocks.retain(|block, _| *block < full);
        let mut find = |block: u64| {
            let text = format!(
                "`generation_block` does not name the users whom block {block} of generations concerns"
            );
            finder.find(&schema::generation_block::TABLE, text, Advice::Index);
        };
        view.for_each(&LOAD_BLOCKS, &[head.key.into()], |row| {
            let block = u64::try_from(row.int(1)?).unwrap_or(u64::MAX);
            let expected = blocks.remove(&block);
            if expected.map(|users| to_bytes(&users)).as_deref() != Some(row.bytes(2)?) {
                find(block);
            }
            Ok(())
        })?;
        blocks.keys().copied().for_each(find);
        Ok(())
    }
}
