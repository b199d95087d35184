//! What was touched since a client last asked: from memory, or from the journal after a restart.

use uuid::Uuid;
use zetel_domain::{
    access::{Action, Caller},
    delta::{Judged, Touched},
};
use zetel_store::{Head, Store};

use crate::{
    engine::{Engine, block},
    error::EngineError,
    recall::each_change,
    recent::{Known, Span},
    slot::{Slot, Snapshot},
};

/// A generation as clients keep it: with the beginning of its hash, so that one of another history, such as that which a
/// backup took the place of, is known for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The generation.
    pub generation: u64,
    /// The beginning of its hash.
    pub check: u64,
}

impl Mark {
    /// The mark of a head.
    pub(crate) fn of(head: &Head) -> Self {
        Self::new(head.generation, head.hash)
    }

    fn new(generation: u64, hash: [u8; 32]) -> Self {
        let check = hash.first_chunk().copied().unwrap_or_default();
        Self {
            generation,
            check: u64::from_be_bytes(check),
        }
    }
}

/// What is known of the changes after a mark.
#[derive(Clone, Debug)]
pub enum Feed {
    /// They touched this. It may name more than they did, and never less.
    Touched(Touched),
    /// The journal must be read for it: [`Engine::recall_delta`].
    Unread,
    /// The mark is none of this tenant's history.
    Foreign,
}

impl Snapshot {
    /// The mark of this state.
    pub fn mark(&self) -> Mark {
        Mark::of(&self.head())
    }
}

impl Engine {
    /// The newest state, if the caller may do this, and what was touched between a mark and that state, as far as memory
    /// tells. Does not block.
    pub fn delta(
        &self,
        tenant: Uuid,
        caller: &Caller,
        action: Action,
        since: Mark,
    ) -> Result<(Snapshot, Feed), EngineError> {
        // The state before the record: what is in the state is in the record then.
        let state = self.read(tenant, caller, action, None)?;
        let known = self.parts.slot(tenant)?.recent().since(since);
        Ok((state, known.into()))
    }

    /// The same, reading what is missing from the journal, once for all who ask. Blocks.
    pub fn recall_delta(
        &self,
        tenant: Uuid,
        caller: &Caller,
        action: Action,
        since: Mark,
    ) -> Result<(Snapshot, Feed), EngineError> {
        let state = self.read(tenant, caller, action, None)?;
        block(|| {
            let slot = self.parts.slot(tenant)?;
            if since.generation > slot.snapshot().generation() {
                // Another node may have made it a moment ago.
                slot.catch_up_if_behind(self.store())?;
            }
            let is_ours = since.generation <= slot.snapshot().generation()
                && mark_at(self.store(), state.head().key, since.generation)? == since;
            if !is_ours {
                return Ok((state, Feed::Foreign));
            }
            let feed = slot.recall(self.store(), since)?;
            Ok((state, feed))
        })
    }
}

impl From<Known> for Feed {
    fn from(known: Known) -> Self {
        match known {
            Known::Unread => Self::Unread,
            Known::Foreign => Self::Foreign,
            Known::Spans(spans) => {
                let mut touched = Touched::default();
                for span in spans {
                    touched.merge(&span.touched);
                }
                Self::Touched(touched)
            }
        }
    }
}

fn mark_at(store: &Store, key: i64, generation: u64) -> Result<Mark, EngineError> {
    Ok(Mark::new(generation, store.hash(key, generation)?))
}

impl Slot {
    /// What was touched after a mark of this history. The record reaches back to it afterwards.
    fn recall(&self, store: &Store, since: Mark) -> Result<Feed, EngineError> {
        // One reads, and the others find what it read.
        let _reading = self.reading();
        let begins = self.recent().begins();
        if since.generation < begins.generation {
            let span = self.read_span(store, since, begins)?;
            self.recent_mut().put_before(since, span);
        }
        let known = {
            let mut recent = self.recent_mut();
            recent.confirm(since);
            recent.since(since)
        };
        Ok(known.into())
    }

    /// What the generations between two marks touched, by the journal.
    fn read_span(&self, store: &Store, after: Mark, last: Mark) -> Result<Span, EngineError> {
        let now = self.snapshot();
        let mut touched = Touched::default();
        let mut at = now.created();
        let generations = after.generation + 1..=last.generation;
        each_change(store, now.head().key, generations, |change| {
            at = at.max(change.at);
            for event in &change.events {
                touched.note(event, Judged::Later(&now));
            }
        })?;
        Ok(Span::new(last.generation, Some(last.check), at, touched))
    }
}
