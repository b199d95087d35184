//! Refusals to enroll a device: noted without waiting, and written in batches by a thread of their own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use uuid::Uuid;
use zetel_domain::{
    access::{Action, Caller},
    time::DAY_SECONDS,
};
use zetel_store::{EnrollmentFailure, sql::DatabaseError};

use crate::{
    engine::{Engine, Parts, block},
    error::EngineError,
    slot::Slot,
    writer::Workshop,
};

/// Refusals that may wait before more are lost.
const QUEUE: usize = 8_192;
/// Refusals written together at most.
const BATCH: usize = 512;

/// What waits for the thread.
enum Job {
    /// A refusal of the tenant with this key.
    Keep(i64, Box<EnrollmentFailure>),
    /// Somebody wants to know when everything before is written.
    Tell(Sender<()>),
}

/// The way to the thread, which writes what waits and ends when this is dropped.
pub(crate) struct Recorder {
    jobs: Option<Sender<Job>>,
    lost: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    pub fn start(workshop: &Arc<Workshop>) -> Result<Self, EngineError> {
        let (jobs, waiting) = bounded(QUEUE);
        let lost = Arc::<AtomicU64>::default();
        let (workshop, also_lost) = (Arc::clone(workshop), Arc::clone(&lost));
        let thread = thread::Builder::new()
            .name("failure-recorder".to_owned())
            .spawn(move || record(&workshop, &waiting, &also_lost))
            .map_err(|error| {
                EngineError::Unavailable(format!("no thread for refusals: {error}"))
            })?;
        Ok(Self {
            jobs: Some(jobs),
            lost,
            thread: Some(thread),
        })
    }

    fn note(&self, key: i64, failure: EnrollmentFailure) {
        let job = Job::Keep(key, Box::new(failure));
        let taken = self.jobs.as_ref().map(|jobs| jobs.try_send(job));
        if !matches!(taken, Some(Ok(()))) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything that was noted before is written.
    fn settle(&self) {
        let (tell, told) = bounded(1);
        let asked = self.jobs.as_ref().map(|jobs| jobs.send(Job::Tell(tell)));
        if matches!(asked, Some(Ok(()))) {
            // Without an answer the thread has ended, and there is nothing to wait for.
            let _ = told.recv();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn record(workshop: &Workshop, waiting: &Receiver<Job>, lost: &AtomicU64) {
    while let Ok(first) = waiting.recv() {
        let mut failures = Vec::new();
        let mut curious = Vec::new();
        let more = waiting.try_iter().take(BATCH - 1);
        for job in std::iter::once(first).chain(more) {
            match job {
                Job::Keep(key, failure) => failures.push((key, *failure)),
                Job::Tell(tell) => curious.push(tell),
            }
        }
        keep(workshop, &failures);
        for tell in curious {
            // Whoever stopped waiting needs no answer.
            let _ = tell.send(());
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(
                lost,
                "refusals to enroll devices came faster than they could be kept; some are not in the list of \
                 troubleshooting events"
            );
        }
    }
}

/// Writes refusals together; if that fails, each alone, since one may be to blame.
fn keep(workshop: &Workshop, failures: &[(i64, EnrollmentFailure)]) {
    if failures.is_empty() {
        return;
    }
    let now = (workshop.clock)();
    let write = |failures: &[_]| workshop.store.keep_failures(failures, now);
    if write(failures).is_ok() {
        return;
    }
    let errors: Vec<DatabaseError> = failures
        .chunks(1)
        .filter_map(|failure| write(failure).err())
        .collect();
    if let Some(error) = errors.first() {
        let lost = errors.len();
        tracing::error!(%error, lost, "refusals to enroll devices could not be kept");
    }
}

impl Engine {
    /// Keeps a refusal to enroll a device, soon. Never waits: of a flood some are lost.
    pub fn note_failure(
        &self,
        tenant: Uuid,
        failure: EnrollmentFailure,
    ) -> Result<(), EngineError> {
        let key = self.parts.snapshot(tenant)?.head().key;
        self.parts.recorder.note(key, failure);
        Ok(())
    }

    /// The refusals that are kept of a tenant, the newest first; also what this process noted a moment ago. Blocks.
    pub fn failures(
        &self,
        tenant: Uuid,
        caller: &Caller,
    ) -> Result<Vec<EnrollmentFailure>, EngineError> {
        let state = self.read(tenant, caller, Action::ReadDevices, None)?;
        let key = state.head().key;
        block(|| {
            self.parts.recorder.settle();
            Ok(self.store().failures(key, self.now())?)
        })
    }
}

impl Parts {
    /// Lets go old refusals of a tenant, once a day: new ones do so as well, but there may be none.
    pub fn prune_failures(&self, slot: &Slot) {
        let now = (self.workshop.clock)();
        let head = slot.snapshot().head();
        if head.generation == 0 || !slot.is_prune_due(now, DAY_SECONDS) {
            return;
        }
        if let Err(error) = self.workshop.store.prune_failures(head.key, now) {
            tracing::warn!(%error, tenant = %head.tenant_id, "old refusals could not be removed now");
        }
    }
}
