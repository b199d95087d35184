//! Background work: following other processes, doing what is due, letting idle tenants go.

use std::{
    sync::{Arc, Weak},
    thread::{self, JoinHandle},
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use uuid::Uuid;
use zetel_domain::{Command, Context, Outcome, Rejection, decide};
use zetel_store::sql::{Change, Changes, Stop};

use crate::{
    engine::Parts,
    error::EngineError,
    ids::Ids,
    recall::Order,
    slot::{Brought, Slot},
    writer::{Answer, Submission},
};

/// How long one wait for changes lasts.
const WAIT: Duration = Duration::from_mins(1);
/// The least time between two looks at the database, so that this node's own commits do not keep the follower busy.
const REST: Duration = Duration::from_millis(5);
/// How often it is asked what is due.
const TICK: Duration = Duration::from_secs(30);

/// The background threads; they end when this is dropped.
pub(crate) struct Follower {
    stop_changes: Stop,
    stop: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Follower {
    pub fn start(parts: &Arc<Parts>) -> Result<Self, EngineError> {
        let mut changes = parts.workshop.store.database().changes();
        changes.listen()?;
        let stop_changes = changes.stop();
        let (stop, stopped) = bounded::<()>(0);
        let (follow, keep) = (Arc::downgrade(parts), Arc::downgrade(parts));
        let also_stopped = stopped.clone();
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(work)
                .map_err(|error| {
                    EngineError::Unavailable(format!("no thread for background work: {error}"))
                })
        };
        let threads = vec![
            spawn(
                "follower",
                Box::new(move || follow_changes(&follow, changes, &stopped)),
            )?,
            spawn(
                "housekeeper",
                Box::new(move || keep_house(&keep, &also_stopped)),
            )?,
        ];
        Ok(Self {
            stop_changes,
            stop: Some(stop),
            threads,
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop_changes.stop();
        self.stop.take();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Rests for a time; false when it is over.
fn rest(stopped: &Receiver<()>, time: Duration) -> bool {
    matches!(stopped.recv_timeout(time), Err(RecvTimeoutError::Timeout))
}

fn follow_changes(parts: &Weak<Parts>, mut changes: Changes, stopped: &Receiver<()>) {
    loop {
        let concerns: Box<dyn Fn(i64) -> bool> = match changes.wait(WAIT) {
            Ok(Change::Stopped) => return,
            Ok(Change::None) => Box::new(|_| false),
            Ok(Change::Tenants(keys)) => Box::new(move |key| keys.contains(&key)),
            Ok(Change::Any) => Box::new(|_| true),
            Err(error) => {
                tracing::warn!(%error, "changes by other nodes cannot be followed now");
                if !rest(stopped, Duration::from_secs(1)) {
                    return;
                }
                continue;
            }
        };
        let Some(parts) = parts.upgrade() else { return };
        let slots: Vec<Arc<Slot>> = parts.slots.read().values().cloned().collect();
        for slot in slots {
            let head = slot.snapshot().head();
            if head.generation > 0
                && concerns(head.key)
                && let Err(error) = slot.catch_up_if_behind(&parts.workshop.store)
            {
                tracing::warn!(%error, tenant = %head.tenant_id, "a tenant cannot be brought up to date now");
            }
        }
        drop(parts);
        if !rest(stopped, REST) {
            return;
        }
    }
}

fn keep_house(parts: &Weak<Parts>, stopped: &Receiver<()>) {
    while rest(stopped, TICK) {
        let Some(parts) = parts.upgrade() else { return };
        parts.keep_house();
    }
}

impl Parts {
    /// Does what is due, lets old refusals go, and lets idle tenants go.
    pub fn keep_house(&self) {
        let slots: Vec<(Uuid, Arc<Slot>)> = {
            let slots = self.slots.read();
            slots
                .iter()
                .map(|(id, slot)| (*id, Arc::clone(slot)))
                .collect()
        };
        let ticks: Vec<Answer> = slots
            .iter()
            .filter_map(|(id, slot)| self.tick(*id, slot))
            .collect();
        for tick in ticks {
            // What failed has been logged, and is due again at the next tick.
            let _ = tick.blocking_recv();
        }
        for (_, slot) in &slots {
            self.prune_failures(slot);
        }
        let idle_seconds = self.options.idle_seconds;
        let now = (self.workshop.clock)();
        for (id, _) in slots {
            self.forget_if(id, |slot| {
                now.0 - slot.last_used().0 > idle_seconds && slot.waiting() == 0
            });
        }
    }

    /// Submits a tick if anything is due. It does not count as use of the tenant.
    fn tick(&self, tenant: Uuid, slot: &Arc<Slot>) -> Option<Answer> {
        let submission = Submission::of_system("clock", Command::Tick);
        let mut ids = Ids::default();
        let mut context = Context {
            now: (self.workshop.clock)(),
            new_id: &mut || ids.next(),
            is_system: true,
            actor: submission.caller.to_string(),
            confirmation: None,
        };
        let plan = decide(&slot.snapshot(), &submission.command, &mut context).ok()?;
        report_held(tenant, slot, &plan.outcome);
        if plan.events.is_empty() {
            return None;
        }
        match slot.submit(&self.workshop, Order::plain(submission)) {
            Ok(Brought::Queued(answer)) => Some(answer),
            Ok(Brought::Closed(_)) => None,
            Err(error) => {
                tracing::warn!(%error, %tenant, "what is due could not be done now");
                None
            }
        }
    }
}

/// Says which subscriptions the guard keeps from being deleted: of each once, not at every tick.
fn report_held(tenant: Uuid, slot: &Slot, outcome: &Outcome) {
    let held = match outcome {
        Outcome::Held(held) => held.as_slice(),
        _ => &[],
    };
    let new = slot.note_held(held.iter().map(|(id, _)| *id).collect());
    for (subscription, refusal) in held.iter().filter(|(id, _)| new.contains(id)) {
        if let Rejection::Guarded { users, .. } = refusal {
            tracing::warn!(
                %tenant, %subscription, users,
                "a subscription is due to be deleted, but the guard holds it back because users would lose services: \
                 plan a tick and confirm it, or buy seats"
            );
        }
    }
}
