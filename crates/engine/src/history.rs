//! What happened to a tenant, and its state at a time in the past.

use std::sync::Arc;

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Rejection, Tenant, Timestamp,
    access::{Action, Caller},
    command::RestoreScope,
    decide::as_of,
    event::UserSet,
    user::UserOrdinal,
};
use zetel_store::Change;

use crate::{
    engine::{Engine, block},
    error::EngineError,
    recall::events_since,
};

impl Engine {
    /// Changes before a generation, or the newest ones, newest first, at most `limit`. Blocks.
    pub fn changes(
        &self,
        tenant: Uuid,
        caller: &Caller,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Change>, EngineError> {
        let state = self.read(tenant, caller, Action::ReadHistory, None)?;
        let key = state.head().key;
        Ok(block(|| self.store().changes_before(key, before, limit))?)
    }

    /// One change; nothing if there is no such generation. Blocks.
    pub fn change(
        &self,
        tenant: Uuid,
        caller: &Caller,
        generation: u64,
    ) -> Result<Option<Change>, EngineError> {
        let state = self.read(tenant, caller, Action::ReadHistory, None)?;
        let key = state.head().key;
        Ok(block(|| self.store().change(key, generation))?)
    }

    /// All changes that concern a user, live or in the recycle bin, the oldest first. Each has only those of its events
    /// that concern the user, and they name nobody else. Blocks.
    pub fn history_of(
        &self,
        tenant: Uuid,
        caller: &Caller,
        user: Uuid,
    ) -> Result<Vec<Change>, EngineError> {
        let state = self.read(tenant, caller, Action::ReadHistory, Some(user))?;
        let unknown = || Rejection::UserNotFound {
            key: user.to_string(),
        };
        let found = state.users().find_id(user).map(|view| view.ordinal);
        let ordinal = found.ok_or_else(|| EngineError::Rejected(unknown()))?;
        let (store, key) = (self.store(), state.head().key);
        block(|| {
            let mut history = Vec::new();
            for generation in store.generations_of(key, ordinal)? {
                if let Some(change) = store.change(key, generation)? {
                    history.push(change_of(change, ordinal));
                }
            }
            Ok(history)
        })
    }

    /// The tenant with its licenses and memberships as they were at a time; see [`as_of`]. Blocks.
    pub fn as_of(
        &self,
        tenant: Uuid,
        caller: &Caller,
        at: Timestamp,
    ) -> Result<Tenant, EngineError> {
        let state = self.read(tenant, caller, Action::ReadHistory, None)?;
        let head = state.head();
        let (events, _) = block(|| events_since(self.store(), head.key, at, head.generation))?;
        Ok(as_of(&state, &events))
    }

    /// The command that undoes a change, if there is such a generation. The engine adds what the journal says of it when
    /// it plans or carries out the command.
    pub fn undo_command(&self, tenant: Uuid, generation: u64) -> Result<Command, EngineError> {
        let state = self.parts.newest(tenant)?;
        if !(1..=state.generation()).contains(&generation) {
            return Err(EngineError::Rejected(Rejection::NothingToUndo {
                generation,
            }));
        }
        Ok(Command::Undo {
            generation,
            events: Arc::default(),
            earlier: Arc::default(),
        })
    }

    /// The command that puts licenses back as they were at a time. The engine adds what happened since when it plans or
    /// carries out the command.
    pub fn restore_command(at: Timestamp, scope: RestoreScope) -> Command {
        Command::RestoreLicenses {
            at,
            events: Arc::default(),
            scope,
        }
    }
}

/// A change with the events that concern a user, as if they concerned nobody else.
fn change_of(mut change: Change, user: UserOrdinal) -> Change {
    change
        .events
        .retain(|event| event.users().is_some_and(|users| users.contains(user)));
    for event in &mut change.events {
        if let Event::AssignmentsChanged { users, .. }
        | Event::MembersAdded { users, .. }
        | Event::MembersRemoved { users, .. }
        | Event::Decided { users, .. } = event
        {
            *users = UserSet::One(user);
        }
    }
    change
}
