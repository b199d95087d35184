//! The engine: tenants in memory, and the doors to them.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};
use uuid::Uuid;
use zetel_domain::{
    Command, Context, Plan, Preview, Rejection, Tenant, Timestamp,
    access::{Action, Caller, authorize, authorize_command},
    directory::Profile,
    preview,
};
use zetel_store::{Head, Store};

use crate::{
    clock::Clock,
    error::EngineError,
    failures::Recorder,
    follower::Follower,
    ids::Ids,
    recall::{self, Order},
    slot::{Brought, Slot, Snapshot},
    writer::{Answer, Applied, Submission, Workshop},
};

/// Commands that one caller queues before it looks at the first answer.
const AT_ONCE: usize = 1_024;

/// How the engine behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seconds after which a tenant that nobody needs leaves memory.
    pub idle_seconds: i64,
    /// Whether to watch for changes by other processes and to do what is due.
    pub background: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            idle_seconds: 3_600,
            background: true,
        }
    }
}

/// Tenants of one database. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) parts: Arc<Parts>,
    /// Ends the background threads with the last clone.
    _follower: Option<Arc<Follower>>,
}

pub(crate) struct Parts {
    pub workshop: Arc<Workshop>,
    pub slots: RwLock<HashMap<Uuid, Arc<Slot>>>,
    /// Held while a tenant is being loaded, so that it is loaded once.
    loading: Mutex<()>,
    ids: Mutex<Ids>,
    pub options: Options,
    pub recorder: Recorder,
}

/// What a command would do.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Everything that would happen.
    pub plan: Plan,
    /// The refusal by which the guard would stop it without the token that is in there, if it would.
    pub guarded: Option<Rejection>,
    /// The state that it was planned on.
    pub before: Snapshot,
    /// The state that would follow; its generation is that of the state before.
    pub after: Snapshot,
}

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineMetrics {
    /// Tenants in memory.
    pub tenants: usize,
    /// Commands that wait for a writer.
    pub waiting: usize,
    /// Transactions that appended something.
    pub batches: u64,
    /// Generations appended.
    pub changes: u64,
    /// Batches decided again because another node was faster.
    pub conflicts: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    batches: AtomicU64,
    changes: AtomicU64,
    conflicts: AtomicU64,
}

impl Counters {
    pub fn count_batch(&self, changes: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.changes.fetch_add(changes as u64, Ordering::Relaxed);
    }

    pub fn count_conflict(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// Opens the tenants of a store.
    pub fn new(store: Store, clock: Clock, options: Options) -> Result<Self, EngineError> {
        let workshop = Arc::new(Workshop {
            store,
            clock,
            counters: Arc::default(),
        });
        let recorder = Recorder::start(&workshop)?;
        let parts = Arc::new(Parts {
            workshop,
            slots: RwLock::default(),
            loading: Mutex::default(),
            ids: Mutex::default(),
            options,
            recorder,
        });
        let follower = if options.background {
            Some(Arc::new(Follower::start(&parts)?))
        } else {
            None
        };
        Ok(Self {
            parts,
            _follower: follower,
        })
    }

    /// The time, as the engine's clock tells it.
    pub fn now(&self) -> Timestamp {
        (self.parts.workshop.clock)()
    }

    /// The store behind the engine.
    pub fn store(&self) -> &Store {
        &self.parts.workshop.store
    }

    /// Ids of all tenants, loaded or not.
    pub fn tenant_ids(&self) -> Result<Vec<Uuid>, EngineError> {
        Ok(self
            .store()
            .heads()?
            .iter()
            .map(|head| head.tenant_id)
            .collect())
    }

    /// Counters since the start.
    pub fn metrics(&self) -> EngineMetrics {
        let slots = self.parts.slots.read();
        let counters = &self.parts.workshop.counters;
        EngineMetrics {
            tenants: slots.len(),
            waiting: slots.values().map(|slot| slot.waiting()).sum(),
            batches: counters.batches.load(Ordering::Relaxed),
            changes: counters.changes.load(Ordering::Relaxed),
            conflicts: counters.conflicts.load(Ordering::Relaxed),
        }
    }

    /// The newest durable state, if the caller may do this, on that user or on nobody in particular.
    pub fn read(
        &self,
        tenant: Uuid,
        caller: &Caller,
        action: Action,
        target: Option<Uuid>,
    ) -> Result<Snapshot, EngineError> {
        let snapshot = self.parts.snapshot(tenant)?;
        authorize(&snapshot, caller, action, target)?;
        Ok(snapshot)
    }

    /// What a command would do, and the state that would follow, whether or not the guard stops it. Nothing is changed.
    pub fn plan(
        &self,
        tenant: Uuid,
        caller: &Caller,
        command: &Command,
    ) -> Result<(Plan, Snapshot), EngineError> {
        let planned = self.preview(tenant, caller, command)?;
        Ok((planned.plan, planned.after))
    }

    /// What a command would do, on which state, and whether the guard would stop it. Nothing is changed.
    pub fn preview(
        &self,
        tenant: Uuid,
        caller: &Caller,
        command: &Command,
    ) -> Result<Planned, EngineError> {
        let mut before = self.parts.snapshot(tenant)?;
        let mut command = Cow::Borrowed(command);
        if recall::rests_on_journal(&command) {
            authorize(&before, caller, Action::RevertChanges, None)?;
            before = self.parts.newest(tenant)?;
            let head = before.head();
            let asked = command.to_mut();
            block(|| recall::complete(self.store(), head.key, asked, head.generation))?;
        }
        authorize_command(&before, caller, &command)?;
        let mut ids = Ids::default();
        let mut context = Context {
            now: self.now(),
            new_id: &mut || ids.next(),
            is_system: matches!(caller, Caller::System(_)),
            actor: caller.to_string(),
            confirmation: None,
        };
        let Preview { plan, guarded } =
            preview(&before, &command, &mut context).map_err(EngineError::Rejected)?;
        let mut after = before.clone_tenant();
        plan.events.iter().for_each(|event| after.apply(event));
        Ok(Planned {
            plan,
            guarded,
            after: Snapshot::new(before.head(), after),
            before,
        })
    }

    /// Carries out a command. Its effects are durable and visible when this returns.
    pub async fn submit(
        &self,
        tenant: Uuid,
        submission: Submission,
    ) -> Result<Applied, EngineError> {
        let answer = self.parts.queue(tenant, submission)?;
        answer.await.unwrap_or_else(|_| {
            Err(EngineError::Unavailable(
                "the tenant's writer ended".to_owned(),
            ))
        })
    }

    /// Carries out a command from a thread that may block.
    pub fn submit_blocking(
        &self,
        tenant: Uuid,
        submission: Submission,
    ) -> Result<Applied, EngineError> {
        let answer = self.parts.queue(tenant, submission)?;
        answer.blocking_recv().unwrap_or_else(|_| {
            Err(EngineError::Unavailable(
                "the tenant's writer ended".to_owned(),
            ))
        })
    }

    /// Carries out commands in their order, from a thread that may block; many share a commit. Tells the first error,
    /// after all of them were tried.
    pub fn submit_all_blocking(
        &self,
        tenant: Uuid,
        submissions: impl IntoIterator<Item = Submission>,
    ) -> Result<(), EngineError> {
        let mut first_error = Ok(());
        let mut submissions = submissions.into_iter().peekable();
        while submissions.peek().is_some() {
            let answers = submissions
                .by_ref()
                .take(AT_ONCE)
                .map(|submission| self.parts.queue(tenant, submission))
                .collect::<Result<Vec<_>, _>>()?;
            for answer in answers {
                let done = answer.blocking_recv().unwrap_or_else(|_| {
                    Err(EngineError::Unavailable(
                        "the tenant's writer ended".to_owned(),
                    ))
                });
                first_error = first_error.and(done.map(|_| ()));
            }
        }
        first_error
    }

    /// Does what is due in the tenants that are in memory, and lets go those that nobody needed for long. The
    /// background does it by itself; without it, this is the way. Blocks.
    pub fn keep_house(&self) {
        self.parts.keep_house();
    }

    /// Begins a tenant, with this id or a new one. Blocks.
    pub fn create_tenant(
        &self,
        id: Option<Uuid>,
        profile: Profile,
        domain: String,
    ) -> Result<Uuid, EngineError> {
        let id = id.unwrap_or_else(|| self.parts.ids.lock().next());
        {
            let _loading = self.parts.loading.lock();
            let is_known = self.parts.slots.read().contains_key(&id);
            if !is_known && self.store().head(id)?.is_none() {
                let slot = Slot::new(Head::new(id), Tenant::default(), self.now());
                self.parts.slots.write().insert(id, Arc::new(slot));
            }
        }
        let command = Command::CreateTenant {
            id: Some(id),
            profile,
            domain,
        };
        let result = self.submit_blocking(id, Submission::of_system("setup", command));
        if result.is_err() {
            self.parts
                .forget_if(id, |slot| slot.snapshot().generation() == 0);
        }
        result.map(|_| id)
    }
}

impl Parts {
    /// The tenant in memory, loaded if it is not.
    pub fn slot(&self, tenant: Uuid) -> Result<Arc<Slot>, EngineError> {
        if let Some(slot) = self.slots.read().get(&tenant) {
            slot.touch((self.workshop.clock)());
            return Ok(Arc::clone(slot));
        }
        block(|| self.load(tenant))
    }

    fn load(&self, tenant: Uuid) -> Result<Arc<Slot>, EngineError> {
        let _loading = self.loading.lock();
        if let Some(slot) = self.slots.read().get(&tenant) {
            return Ok(Arc::clone(slot));
        }
        let (head, state) = self
            .workshop
            .store
            .load(tenant)?
            .ok_or(EngineError::TenantNotFound)?;
        let slot = Arc::new(Slot::new(head, state, (self.workshop.clock)()));
        self.slots.write().insert(tenant, Arc::clone(&slot));
        Ok(slot)
    }

    /// The newest durable state. A tenant that is about to be created does not exist yet.
    pub fn snapshot(&self, tenant: Uuid) -> Result<Snapshot, EngineError> {
        let snapshot = self.slot(tenant)?.snapshot();
        if snapshot.generation() == 0 {
            return Err(EngineError::TenantNotFound);
        }
        Ok(snapshot)
    }

    /// The newest durable state, also if another node made it a moment ago.
    pub fn newest(&self, tenant: Uuid) -> Result<Snapshot, EngineError> {
        let slot = self.slot(tenant)?;
        block(|| slot.catch_up_if_behind(&self.workshop.store))?;
        self.snapshot(tenant)
    }

    pub fn queue(&self, tenant: Uuid, submission: Submission) -> Result<Answer, EngineError> {
        let slot = self.slot(tenant)?;
        let mut order = block(|| Order::new(&self.workshop.store, &slot, submission))?;
        loop {
            match self.slot(tenant)?.submit(&self.workshop, order)? {
                Brought::Queued(answer) => return Ok(answer),
                Brought::Closed(back) => {
                    order = *back;
                    // Whoever closes a slot holds this until it is gone.
                    block(|| drop(self.loading.lock()));
                }
            }
        }
    }

    /// Lets a tenant leave memory if it is as `condition` says. What is queued is carried out first.
    pub fn forget_if(&self, tenant: Uuid, condition: impl Fn(&Slot) -> bool) {
        block(|| {
            let _loading = self.loading.lock();
            let slot = self.slots.read().get(&tenant).cloned();
            if let Some(slot) = slot.filter(|slot| condition(slot)) {
                slot.close();
                self.slots.write().remove(&tenant);
            }
        });
    }
}

impl Drop for Parts {
    /// Ends the writers: each holds its slot, and the slot its writer.
    fn drop(&mut self) {
        for slot in self.slots.get_mut().values() {
            slot.close();
        }
    }
}

/// Runs something that blocks; on a worker of an async runtime, the runtime is told.
pub(crate) fn block<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(work)
        }
        _ => work(),
    }
}
