//! A tenant in memory: the published state, and catching up with other nodes.

use std::{
    collections::BTreeSet,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;
use zetel_domain::{
    Event, Tenant, Timestamp,
    delta::{Judged, Touched},
};
use zetel_store::{Head, Store};

use crate::{
    error::EngineError,
    recall::Order,
    recent::{Recent, Span},
    writer::{Answer, Workshop, Writer},
};

/// Changes read from the journal at once when catching up.
const CATCH_UP: u32 = 1_000;

/// A durable state of a tenant, as of one generation. It stays as it is however long it is held.
#[derive(Clone, Debug)]
pub struct Snapshot(Arc<Published>);

#[derive(Debug)]
struct Published {
    head: Head,
    tenant: Tenant,
}

impl Snapshot {
    pub(crate) fn new(head: Head, tenant: Tenant) -> Self {
        Self(Arc::new(Published { head, tenant }))
    }

    /// The generation of the state.
    pub fn generation(&self) -> u64 {
        self.0.head.generation
    }

    /// Where the tenant's journal ended.
    pub fn head(&self) -> Head {
        self.0.head
    }
}

impl Deref for Snapshot {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.0.tenant
    }
}

/// A loaded tenant.
pub(crate) struct Slot {
    published: ArcSwap<Published>,
    /// Held while a newer state is put in place.
    publishing: Mutex<()>,
    /// What the newest generations touched; never behind the published state.
    recent: RwLock<Recent>,
    /// Held while the journal is read for it.
    reading: Mutex<()>,
    door: Mutex<Door>,
    last_used: AtomicI64,
    /// Subscriptions whose deletion the guard holds back, as was reported.
    held: Mutex<BTreeSet<Uuid>>,
    /// When old refusals were last removed, or the tenant was loaded.
    pruned: AtomicI64,
}

/// The way to the writer.
enum Door {
    /// Nobody has written yet.
    Unused,
    Open(Writer),
    /// The tenant leaves memory: whoever wants to write must load it again.
    Closed,
}

/// What became of a command that was brought to a slot.
pub(crate) enum Brought {
    Queued(Answer),
    /// The slot is closed; here is the command again.
    Closed(Box<Order>),
}

impl Slot {
    pub fn new(head: Head, tenant: Tenant, now: Timestamp) -> Self {
        Self {
            published: ArcSwap::from_pointee(Published { head, tenant }),
            publishing: Mutex::new(()),
            recent: RwLock::new(Recent::new(&head)),
            reading: Mutex::new(()),
            door: Mutex::new(Door::Unused),
            last_used: AtomicI64::new(now.0),
            held: Mutex::default(),
            pruned: AtomicI64::new(now.0),
        }
    }

    /// The newest durable state that this node knows.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.published.load_full())
    }

    /// Notes that somebody needed the tenant.
    pub fn touch(&self, now: Timestamp) {
        self.last_used.store(now.0, Ordering::Relaxed);
    }

    /// When somebody last needed it.
    pub fn last_used(&self) -> Timestamp {
        Timestamp(self.last_used.load(Ordering::Relaxed))
    }

    /// Notes which subscriptions the guard holds back. Returns those that it did not hold back when this was last asked.
    pub fn note_held(&self, held: BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        let mut known = self.held.lock();
        let new = held.difference(&known).copied().collect();
        *known = held;
        new
    }

    /// Whether old refusals are to be removed, as they are after so many seconds; if so, they are not due again.
    pub fn is_prune_due(&self, now: Timestamp, seconds: i64) -> bool {
        let is_due = now.0 - self.pruned.load(Ordering::Relaxed) >= seconds;
        if is_due {
            self.pruned.store(now.0, Ordering::Relaxed);
        }
        is_due
    }

    /// Queues a command. Starts the writer if there is none.
    pub fn submit(
        self: &Arc<Self>,
        workshop: &Arc<Workshop>,
        order: Order,
    ) -> Result<Brought, EngineError> {
        let mut door = self.door.lock();
        if matches!(*door, Door::Unused) {
            *door = Door::Open(Writer::start(Arc::clone(self), Arc::clone(workshop))?);
        }
        match &*door {
            Door::Open(writer) => Ok(Brought::Queued(writer.submit(order)?)),
            Door::Unused | Door::Closed => Ok(Brought::Closed(Box::new(order))),
        }
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        match &*self.door.lock() {
            Door::Open(writer) => writer.waiting(),
            Door::Unused | Door::Closed => 0,
        }
    }

    /// Carries out what is queued, and takes nothing more.
    pub fn close(&self) {
        let door = std::mem::replace(&mut *self.door.lock(), Door::Closed);
        // Without the lock: this waits for the writer, who may take a while.
        drop(door);
    }

    /// What the newest generations touched.
    pub fn recent(&self) -> RwLockReadGuard<'_, Recent> {
        self.recent.read()
    }

    /// The same, to change it.
    pub fn recent_mut(&self) -> RwLockWriteGuard<'_, Recent> {
        self.recent.write()
    }

    /// The right to read the journal for the record.
    pub fn reading(&self) -> MutexGuard<'_, ()> {
        self.reading.lock()
    }

    /// Puts a durable state in place, unless a newer one is there, with what the generations up to it touched, from a
    /// published one on.
    pub fn publish(&self, snapshot: &Snapshot, spans: Vec<Span>) {
        let _guard = self.publishing.lock();
        self.recent.write().add(spans);
        if snapshot.generation() > self.published.load().head.generation {
            self.published.store(Arc::clone(&snapshot.0));
        }
    }

    /// Looks whether other nodes appended anything, and if so, catches up. Returns whether they did.
    pub fn catch_up_if_behind(&self, store: &Store) -> Result<bool, EngineError> {
        let known = self.snapshot().head();
        let stored = if known.generation == 0 {
            store.head(known.tenant_id)?
        } else {
            store.head_by_key(known.key)?
        };
        match stored {
            Some(stored) if stored.generation > known.generation => self.catch_up(store),
            _ => Ok(false),
        }
    }

    /// Reads and applies what other nodes appended. Returns whether there was anything.
    pub fn catch_up(&self, store: &Store) -> Result<bool, EngineError> {
        let mut behind = false;
        loop {
            let base = self.snapshot();
            let mut head = base.head();
            if head.generation == 0 {
                let Some(found) = store.head(head.tenant_id)? else {
                    return Ok(behind);
                };
                head.key = found.key;
            }
            let changes = store.journal(head.key, head.generation, CATCH_UP)?;
            let Some(last) = changes.last() else {
                return Ok(behind);
            };
            behind = true;
            let mut tenant = base.clone_tenant();
            let mut spans = Vec::with_capacity(changes.len());
            for change in &changes {
                spans.push(Span::of(change, apply(&mut tenant, &change.events)));
            }
            head.generation = last.generation;
            head.hash = store.hash(head.key, last.generation)?;
            Span::end_at(&mut spans, &head);
            self.publish(&Snapshot::new(head, tenant), spans);
        }
    }
}

impl Snapshot {
    /// A copy to change; it shares what does not change.
    pub(crate) fn clone_tenant(&self) -> Tenant {
        self.0.tenant.clone()
    }
}

/// Applies events, and tells what they touch.
pub(crate) fn apply(tenant: &mut Tenant, events: &[Event]) -> Touched {
    let mut touched = Touched::default();
    for event in events {
        touched.note(event, Judged::Before(tenant));
        tenant.apply(event);
    }
    touched
}
