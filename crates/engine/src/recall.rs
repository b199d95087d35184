//! Commands that rest on the journal: what they need of it is read here and nowhere else, so that no caller can make it
//! up, and it is always what the state that the command is decided on came from.

use std::{borrow::Cow, ops::RangeInclusive, sync::Arc};

use zetel_domain::{
    Command, Event, Rejection, Timestamp,
    access::{Action, authorize},
    decide::Earlier,
    user::UserOrdinal,
};
use zetel_store::{Change, Store};

use crate::{
    error::EngineError,
    slot::{Slot, Snapshot},
    writer::Submission,
};

/// Changes read from the journal at once.
const PAGE: u32 = 1_000;

/// A submission with what its command needs of the journal.
pub(crate) struct Order {
    pub submission: Submission,
    /// The generation up to which the journal was read for it; 0 if it needs nothing of it.
    pub read_to: u64,
}

impl Order {
    /// A command that rests on the state alone.
    pub const fn plain(submission: Submission) -> Self {
        Self {
            submission,
            read_to: 0,
        }
    }

    /// Reads what the command needs.
    pub fn new(
        store: &Store,
        slot: &Slot,
        mut submission: Submission,
    ) -> Result<Self, EngineError> {
        if !rests_on_journal(&submission.command) {
            return Ok(Self::plain(submission));
        }
        let state = slot.snapshot();
        authorize(&state, &submission.caller, Action::RevertChanges, None)?;
        let read_to = complete(store, state.head().key, &mut submission.command, u64::MAX)?;
        Ok(Self {
            submission,
            read_to,
        })
    }

    /// The command as it must be decided on a state with more changes that are not stored yet: what was read for it may
    /// be less than what happened.
    pub fn command_on<'o>(
        &'o self,
        store: &Store,
        base: &Snapshot,
        pending: &[Change],
    ) -> Result<Cow<'o, Command>, EngineError> {
        let command = &self.submission.command;
        let Command::RestoreLicenses { at, events, scope } = command else {
            return Ok(Cow::Borrowed(command));
        };
        if base.generation() <= self.read_to && pending.is_empty() {
            return Ok(Cow::Borrowed(command));
        }
        let mut events = events.as_ref().clone();
        let missing = self.read_to + 1..=base.generation();
        each_change(store, base.head().key, missing, |change| {
            add(&mut events, *at, change.at, change.events);
        })?;
        for change in pending {
            add(&mut events, *at, change.at, change.events.clone());
        }
        Ok(Cow::Owned(Command::RestoreLicenses {
            at: *at,
            events: Arc::new(events),
            scope: scope.clone(),
        }))
    }
}

/// Whether a command needs something of the journal.
pub(crate) const fn rests_on_journal(command: &Command) -> bool {
    matches!(
        command,
        Command::Undo { .. } | Command::RestoreLicenses { .. }
    )
}

/// Reads what a command needs of the journal up to a generation. Returns the generation that the state must have at
/// least for the command to be right.
pub(crate) fn complete(
    store: &Store,
    key: i64,
    command: &mut Command,
    up_to: u64,
) -> Result<u64, EngineError> {
    match command {
        Command::Undo {
            generation,
            events,
            earlier,
        } => {
            let generation = *generation;
            let found = if generation <= up_to {
                store.change(key, generation)?
            } else {
                None
            };
            let nothing = || EngineError::Rejected(Rejection::NothingToUndo { generation });
            let change = found.ok_or_else(nothing)?;
            *earlier = Arc::new(earlier_values(store, key, &change)?);
            *events = Arc::new(change.events);
            Ok(generation)
        }
        Command::RestoreLicenses { at, events, .. } => {
            let (since, read_to) = events_since(store, key, *at, up_to)?;
            *events = Arc::new(since);
            Ok(read_to)
        }
        _ => Ok(0),
    }
}

/// For each user whose values a change changed: the last event before it that tells them.
fn earlier_values(store: &Store, key: i64, change: &Change) -> Result<Earlier, EngineError> {
    let mut earlier = Earlier::new();
    for event in &change.events {
        let Event::UserUpdated { user, .. } = event else {
            continue;
        };
        let generations = store.generations_of(key, *user)?;
        let before = generations.iter().rev();
        for generation in before.filter(|generation| **generation < change.generation) {
            let events = store.change(key, *generation)?.map(|found| found.events);
            let mut events = events.unwrap_or_default().into_iter();
            if let Some(told) = events.rfind(|event| tells_values(event, *user)) {
                earlier.insert(*user, told);
                break;
            }
        }
    }
    Ok(earlier)
}

/// Whether an event tells all values of a user.
fn tells_values(event: &Event, of: UserOrdinal) -> bool {
    match event {
        Event::UserCreated { user, .. } | Event::UserUpdated { user, .. } => *user == of,
        _ => false,
    }
}

/// What happened after a time, up to a generation, in order; and the last generation that was read.
pub(crate) fn events_since(
    store: &Store,
    key: i64,
    at: Timestamp,
    up_to: u64,
) -> Result<(Vec<Event>, u64), EngineError> {
    let mut events = Vec::new();
    let mut read_to = store.generation_at(key, at)?;
    each_change(store, key, read_to + 1..=up_to, |change| {
        read_to = change.generation;
        add(&mut events, at, change.at, change.events);
    })?;
    Ok((events, read_to))
}

/// Adds a change to those after a time. One that is not after it makes everything so far belong to that time, too: where
/// clocks of nodes differ, the highest generation that is not after a time is the last one that had happened at it.
fn add(events: &mut Vec<Event>, at: Timestamp, changed: Timestamp, more: Vec<Event>) {
    if changed <= at {
        events.clear();
    } else {
        events.extend(more);
    }
}

/// Reads some generations, as far as there are any, in order.
pub(crate) fn each_change(
    store: &Store,
    key: i64,
    generations: RangeInclusive<u64>,
    mut visit: impl FnMut(Change),
) -> Result<(), EngineError> {
    let (mut next, last) = generations.into_inner();
    while next <= last {
        let count =
            u32::try_from(last - next).map_or(PAGE, |more| more.saturating_add(1).min(PAGE));
        let page = store.journal(key, next - 1, count)?;
        let Some(read) = page.last().map(|change| change.generation) else {
            break;
        };
        page.into_iter().for_each(&mut visit);
        next = read + 1;
    }
    Ok(())
}
