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
    journal::{Change, Hash, Record},
    journal_rows::Concerned,
    schema::{self, of_tenant},
    sql::{DatabaseError, Statement, View},
    store::{Head, each_record},
};

const STRAY_DETAILS: Statement = Statement::new(
    "find details without generation",
    "SELECT d.generation FROM generation_detail d LEFT JOIN generation g \
     ON g.tenant_key = d.tenant_key AND g.generation = d.generation \
     WHERE d.tenant_key = $1 AND g.generation IS NULL ORDER BY d.generation",
);
const LOAD_GENERATION_USER: Statement = of_tenant::generation_user().load;
const LOAD_GENERATION_BULK: Statement = of_tenant::generation_bulk().load;

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[STRAY_DETAILS];

/// What the journal says.
pub struct Replayed {
    /// The state after all generations.
    pub tenant: Tenant,
    /// How many there are.
    pub generations: u64,
    /// The last one.
    pub last: u64,
    /// Its hash as stored.
    pub hash: Hash,
    /// Whether all of them could be read.
    pub is_whole: bool,
}

/// Walks along the journal.
struct Walk<'w, 'r> {
    catalogs: &'w Catalogs,
    finder: &'w mut Finder<'r>,
    replayed: Replayed,
    /// Nothing after a gap: what follows it cannot be verified.
    previous: Option<Hash>,
    /// Per generation, a sum over the users whom it concerns; what the index holds is subtracted again.
    users: BTreeMap<u64, u64>,
    bulk: BTreeMap<u64, (u32, u32)>,
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
        catalogs,
        finder,
        replayed: Replayed {
            tenant: Tenant::default(),
            generations: 0,
            last: 0,
            hash: [0; 32],
            is_whole: true,
        },
        previous: Some([0; 32]),
        users: BTreeMap::new(),
        bulk: BTreeMap::new(),
        present: RoaringBitmap::new(),
        erased: RoaringBitmap::new(),
    };
    let read = each_record(view, head.key, |record| {
        walk.step(record);
        Ok(())
    });
    if walk
        .finder
        .damage(&schema::generation::TABLE, read)?
        .is_none()
    {
        walk.replayed.is_whole = false;
    }
    for row in view.query(&STRAY_DETAILS, &[head.key.into()])? {
        let text = format!(
            "personal details of generation {} are stored, which the journal does not have",
            row.int(0)?
        );
        walk.finder
            .find(&schema::generation_detail::TABLE, text, Advice::Stray);
    }
    if walk.replayed.is_whole {
        walk.examine_details();
        walk.examine_users(view, head)?;
        walk.examine_bulk(view, head)?;
    }
    Ok(walk.replayed)
}

/// The head must be where the journal ends.
pub fn examine_head(head: &Head, replayed: &Replayed, finder: &mut Finder<'_>) {
    let mut find = |text: String| finder.find(&schema::tenant_head::TABLE, text, Advice::Journal);
    if head.generation != replayed.last {
        find(format!(
            "`tenant_head` says that the journal ends with generation {}, but it ends with {}",
            head.generation, replayed.last
        ));
    }
    if head.hash != replayed.hash {
        find("the hash in `tenant_head` is not that of the journal's last generation".to_owned());
    }
    if replayed.is_whole && head.tenant_id != replayed.tenant.id() {
        find(format!(
            "`tenant_head` names the tenant {}, but its journal is that of {}",
            head.tenant_id,
            replayed.tenant.id()
        ));
    }
}

impl Walk<'_, '_> {
    fn find_damage(&mut self, text: String) {
        self.replayed.is_whole = false;
        self.finder
            .find(&schema::generation::TABLE, text, Advice::Journal);
    }

    fn step(&mut self, record: Record) {
        let generation = record.change.generation;
        let expected = self.replayed.last + 1;
        if generation != expected {
            self.find_damage(format!(
                "the journal jumps from generation {} to {generation}",
                self.replayed.last
            ));
            self.previous = None;
        }
        let stored = record.hash;
        let catalogs = self.catalogs;
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
        match record.decode(&self.previous.unwrap_or_default(), &find_catalog) {
            Ok((change, hash)) => {
                if self.previous.is_some() && hash != stored {
                    let text = format!(
                        "generation {generation} was changed: its row, its personal details or the row before do \
                         not match its hash"
                    );
                    self.finder
                        .find(&schema::generation::TABLE, text, Advice::Journal);
                }
                self.take(&change);
            }
            Err(error) => self.find_damage(words(&error)),
        }
        self.previous = Some(stored);
        self.replayed.generations += 1;
        self.replayed.last = generation;
        self.replayed.hash = stored;
    }

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
        match Concerned::by(change) {
            Concerned::Few(users) => {
                let sum = users.iter().map(mix).fold(0, u64::wrapping_add);
                if sum != 0 {
                    self.users.insert(change.generation, sum);
                }
            }
            Concerned::Many { first, last } => {
                self.bulk.insert(change.generation, (first, last));
            }
        }
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

    fn examine_users(&mut self, view: &mut View<'_>, head: &Head) -> Result<(), DatabaseError> {
        let users = &mut self.users;
        view.for_each(&LOAD_GENERATION_USER, &[head.key.into()], |row| {
            let generation = u64::try_from(row.int(2)?).unwrap_or(0);
            let user = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
            let sum = users.entry(generation).or_insert(0);
            *sum = sum.wrapping_sub(mix(user));
            if *sum == 0 {
                users.remove(&generation);
            }
            Ok(())
        })?;
        for generation in std::mem::take(&mut self.users).into_keys() {
            let text = format!(
                "`generation_user` does not name the users whom generation {generation} concerns"
            );
            self.finder
                .find(&schema::generation_user::TABLE, text, Advice::Index);
        }
        Ok(())
    }

    fn examine_bulk(&mut self, view: &mut View<'_>, head: &Head) -> Result<(), DatabaseError> {
        let (bulk, finder) = (&mut self.bulk, &mut *self.finder);
        let mut find = |generation: u64| {
            let text = format!(
                "`generation_bulk` does not have the range of the users whom generation {generation} concerns"
            );
            finder.find(&schema::generation_bulk::TABLE, text, Advice::Index);
        };
        view.for_each(&LOAD_GENERATION_BULK, &[head.key.into()], |row| {
            let generation = u64::try_from(row.int(1)?).unwrap_or(0);
            let expected = bulk.remove(&generation);
            let expected = expected.map(|(first, last)| (i64::from(first), i64::from(last)));
            if expected != Some((row.int(2)?, row.int(3)?)) {
                find(generation);
            }
            Ok(())
        })?;
        bulk.keys().copied().for_each(find);
        Ok(())
    }
}

/// Spreads an ordinal over 64 bits, so that sums of different sets differ (the finalizer of `splitmix64`).
const fn mix(user: u32) -> u64 {
    let mut bits = (user as u64)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
