//! Reading the journal in a request: on a thread that may wait for the database.

use uuid::Uuid;
use zetel_domain::{Tenant, Timestamp, access::Caller};
use zetel_engine::{Applied, Change, Engine, EngineError};

use super::{call::Call, error::GraphError};

/// More changes than the engine stores together.
const STORED_TOGETHER: u64 = 1_024;
/// Changes read at once: nearly always the first is the one that is looked for.
const PAGE: u32 = 16;

impl Call<'_> {
    /// Changes before a generation, or the newest ones, newest first, at most `limit`.
    pub async fn changes(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Change>, GraphError> {
        self.recall(move |engine, tenant, caller| engine.changes(tenant, caller, before, limit))
            .await
    }

    /// One change, by its generation.
    pub async fn change(&self, generation: u64) -> Result<Option<Change>, GraphError> {
        self.recall(move |engine, tenant, caller| engine.change(tenant, caller, generation))
            .await
    }

    /// All changes that concern a user, the oldest first, each with what concerns the user.
    pub async fn history_of(&self, user: Uuid) -> Result<Vec<Change>, GraphError> {
        self.recall(move |engine, tenant, caller| engine.history_of(tenant, caller, user))
            .await
    }

    /// The tenant with its licenses and memberships as they were at a time.
    pub async fn as_of(&self, at: Timestamp) -> Result<Tenant, GraphError> {
        self.recall(move |engine, tenant, caller| engine.as_of(tenant, caller, at))
            .await
    }

    /// The change that a command of this request made, if it changed anything. The state after a command may hold
    /// others that were stored with it; the request's id tells which is its own.
    pub async fn change_made(&self, applied: &Applied) -> Result<Option<u64>, GraphError> {
        let (last, request_id) = (applied.after.generation(), self.request_id);
        let first = last.saturating_sub(STORED_TOGETHER);
        self.recall(move |engine, tenant, _| {
            let mut before = last.saturating_add(1);
            while before > first + 1 {
                let changes = engine.changes(tenant, &Caller::System("api"), Some(before), PAGE)?;
                let is_own = |change: &&Change| change.request_id == request_id;
                if let Some(own) = changes.iter().find(is_own) {
                    return Ok(Some(own.generation));
                }
                before = changes.last().map_or(0, |change| change.generation);
            }
            Ok(None)
        })
        .await
    }

    async fn recall<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Engine, Uuid, &Caller) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, GraphError> {
        self.apart(read).await.map_err(|error| self.failure(error))
    }
}
