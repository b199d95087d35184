//! The writer of a tenant: takes what is waiting, decides in memory, appends once, publishes, replies.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use uuid::Uuid;
use zetel_domain::{
    Command, Context, Outcome, Tenant, Timestamp,
    access::{Caller, authorize_command},
    decide,
};
use zetel_store::{
    AppendError, Batch, Change, Head, Store,
    sql::{DatabaseError, Transaction},
};

use crate::{
    clock::Clock,
    engine::Counters,
    error::EngineError,
    ids::Ids,
    recall::Order,
    recent::Span,
    slot::{Slot, Snapshot, apply},
};

/// Commands that may wait for a tenant before new ones are refused.
const QUEUE: usize = 8_192;
/// Commands decided and appended together at most.
const BATCH: usize = 1_024;
/// How often a batch is decided again because other nodes were faster.
const ATTEMPTS: usize = 1_000;
/// How often a batch is tried that the database could not take at that moment.
const BUSY_ATTEMPTS: usize = 3;

/// Writes more rows (password hashes, for example) in the transaction of the command.
pub type Also =
    Box<dyn Fn(&mut Transaction<'_>, &Applied) -> Result<(), DatabaseError> + Send + Sync>;

/// A command on its way to a tenant.
pub struct Submission {
    /// Who gives it.
    pub caller: Caller,
    /// What it is.
    pub command: Command,
    /// The request that carries it, for the audit trail.
    pub request_id: Uuid,
    /// The token of the plan that the caller has seen, where it confirms what the guard would stop.
    pub confirmation: Option<String>,
    /// What else to write with it.
    pub also: Option<Also>,
}

impl Submission {
    /// A command of the system itself.
    pub fn of_system(name: &'static str, command: Command) -> Self {
        Self {
            caller: Caller::System(name),
            command,
            request_id: Uuid::nil(),
            confirmation: None,
            also: None,
        }
    }
}

/// A command that was carried out.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What to tell the caller.
    pub outcome: Outcome,
    /// The durable state that it led to.
    pub after: Snapshot,
    /// The tenant.
    pub tenant_id: Uuid,
}

type Reply = oneshot::Sender<Result<Applied, EngineError>>;

/// Where the answer to a command will be.
pub(crate) type Answer = oneshot::Receiver<Result<Applied, EngineError>>;

struct Job {
    order: Order,
    reply: Reply,
}

/// The way to a tenant's writer thread, which ends when this is dropped.
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    /// Waits for what is queued to be carried out.
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// What a writer thread works with.
pub(crate) struct Workshop {
    pub store: Store,
    pub clock: Clock,
    pub counters: Arc<Counters>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(slot: Arc<Slot>, workshop: Arc<Workshop>) -> Result<Self, EngineError> {
        let (jobs, waiting) = bounded(QUEUE);
        let thread = thread::Builder::new()
            .name("tenant-writer".to_owned())
            .spawn(move || {
                Bench {
                    slot,
                    workshop,
                    ids: Ids::default(),
                }
                .work(&waiting);
            })
            .map_err(|error| {
                EngineError::Unavailable(format!("no thread for the tenant's writer: {error}"))
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Queues a command.
    pub fn submit(&self, order: Order) -> Result<Answer, EngineError> {
        let (reply, answer) = oneshot::channel();
        let ended = || EngineError::Unavailable("the tenant's writer ended".to_owned());
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        match jobs.try_send(Job { order, reply }) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(EngineError::Overloaded),
            Err(TrySendError::Disconnected(_)) => Err(ended()),
        }
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, Sender::len)
    }
}

struct Bench {
    slot: Arc<Slot>,
    workshop: Arc<Workshop>,
    ids: Ids,
}

/// Why a whole batch was not carried out.
struct Failure {
    error: EngineError,
    /// Whether one of several commands may be the reason, so that the others are worth a try alone.
    may_be_one: bool,
}

impl Failure {
    fn of_all(error: impl Into<EngineError>) -> Self {
        Self {
            error: error.into(),
            may_be_one: false,
        }
    }
}

/// A batch decided on one state.
struct Decided {
    results: Vec<Result<Outcome, EngineError>>,
    changes: Vec<Change>,
    /// What each change touches.
    spans: Vec<Span>,
    after: Tenant,
}

impl Bench {
    fn work(mut self, waiting: &Receiver<Job>) {
        while let Ok(first) = waiting.recv() {
            let mut jobs = vec![first];
            jobs.extend(waiting.try_iter().take(BATCH - 1));
            let results = self.process(&jobs);
            for (job, result) in jobs.into_iter().zip(results) {
                // A caller that stopped waiting loses the answer, not the change.
                let _ = job.reply.send(result);
            }
        }
    }

    /// Carries out a batch; if it cannot be stored because of one command, each alone.
    fn process(&mut self, jobs: &[Job]) -> Vec<Result<Applied, EngineError>> {
        // A command that meets a defect must not take the writer with it, and all who wait for it. Nothing half done
        // remains: what is published is complete.
        let carried_out = panic::catch_unwind(AssertUnwindSafe(|| self.carry_out(jobs)));
        let defect = |_| {
            Err(Failure {
                error: EngineError::Unavailable(
                    "the command met a defect of the program".to_owned(),
                ),
                may_be_one: true,
            })
        };
        match carried_out.unwrap_or_else(defect) {
            Ok(results) => results,
            Err(failure) if failure.may_be_one && jobs.len() > 1 => jobs
                .iter()
                .flat_map(|job| self.process(std::slice::from_ref(job)))
                .collect(),
            Err(failure) => {
                tracing::error!(error = %failure.error, "a batch could not be carried out");
                jobs.iter().map(|_| Err(failure.error.clone())).collect()
            }
        }
    }

    /// Nobody is answered before the batch is durable: even a refusal may rest on a command before it in the batch.
    fn carry_out(&mut self, jobs: &[Job]) -> Result<Vec<Result<Applied, EngineError>>, Failure> {
        let mut busy = 0;
        for _ in 0..ATTEMPTS {
            let base = self.base(jobs).map_err(Failure::of_all)?;
            let mut decided = self.decide(&base, jobs);
            if decided.changes.is_empty() && !decided.writes_more(jobs) {
                // Nothing is swapped that would prove that the state is the newest one.
                let caught_up = self.slot.catch_up_if_behind(&self.workshop.store);
                if caught_up.map_err(Failure::of_all)? {
                    continue;
                }
                return Ok(answer(decided.results, &base));
            }
            let stored = match self.append(&base, &decided, jobs) {
                Ok(head) => Some(head),
                Err(AppendError::Conflict) => {
                    self.workshop.counters.count_conflict();
                    let caught_up = self.slot.catch_up(&self.workshop.store);
                    caught_up.map_err(Failure::of_all)?;
                    None
                }
                Err(AppendError::Database(DatabaseError::CommitUnknown { reason })) => {
                    tracing::warn!(reason, "it is unknown whether a batch was stored");
                    let settled = self.settle(&base, &decided, jobs);
                    settled.map_err(Failure::of_all)?
                }
                Err(AppendError::Database(error)) => {
                    busy += 1;
                    let is_busy = matches!(error, DatabaseError::Busy { .. });
                    if !is_busy || busy == BUSY_ATTEMPTS {
                        return Err(Failure {
                            may_be_one: concerns_content(&error),
                            error: error.into(),
                        });
                    }
                    None
                }
            };
            if let Some(head) = stored {
                self.workshop.counters.count_batch(decided.changes.len());
                Span::end_at(&mut decided.spans, &head);
                let after = Snapshot::new(head, decided.after);
                self.slot.publish(&after, decided.spans);
                return Ok(answer(decided.results, &after));
            }
        }
        Err(Failure::of_all(EngineError::Unavailable(
            "other nodes were always faster".to_owned(),
        )))
    }

    /// The newest state that this node knows, and that knows everything that was read for the commands.
    fn base(&self, jobs: &[Job]) -> Result<Snapshot, EngineError> {
        let read_to = jobs.iter().map(|job| job.order.read_to).max();
        if read_to > Some(self.slot.snapshot().generation()) {
            self.slot.catch_up(&self.workshop.store)?;
        }
        Ok(self.slot.snapshot())
    }

    fn decide(&mut self, base: &Snapshot, jobs: &[Job]) -> Decided {
        let mut decided = Decided {
            results: Vec::with_capacity(jobs.len()),
            changes: Vec::with_capacity(jobs.len()),
            spans: Vec::with_capacity(jobs.len()),
            after: base.clone_tenant(),
        };
        let now = (self.workshop.clock)();
        for job in jobs {
            let result = self.decide_one(base, &mut decided, &job.order, now);
            decided.results.push(result);
        }
        decided
    }

    /// Decides a command on what the commands before it lead to.
    fn decide_one(
        &mut self,
        base: &Snapshot,
        decided: &mut Decided,
        order: &Order,
        now: Timestamp,
    ) -> Result<Outcome, EngineError> {
        let command = order.command_on(&self.workshop.store, base, &decided.changes)?;
        let submission = &order.submission;
        let caller = &submission.caller;
        authorize_command(&decided.after, caller, &command)?;
        let ids = &mut self.ids;
        let mut context = Context {
            now,
            new_id: &mut || ids.next(),
            is_system: matches!(caller, Caller::System(_)),
            actor: caller.to_string(),
            confirmation: submission.confirmation.clone(),
        };
        let plan = decide(&decided.after, &command, &mut context).map_err(EngineError::Rejected)?;
        if !plan.events.is_empty() {
            let touched = apply(&mut decided.after, &plan.events);
            let change = Change {
                generation: base.generation() + 1 + decided.changes.len() as u64,
                at: now,
                actor: context.actor,
                command: command.name().to_owned(),
                request_id: submission.request_id,
                events: plan.events,
            };
            decided.spans.push(Span::of(&change, touched));
            decided.changes.push(change);
        }
        Ok(plan.outcome)
    }

    fn append(
        &self,
        base: &Snapshot,
        decided: &Decided,
        jobs: &[Job],
    ) -> Result<Head, AppendError> {
        let batch = Batch {
            head: base.head(),
            changes: &decided.changes,
            before: base,
            after: &decided.after,
        };
        self.workshop.store.append(&batch, |transaction| {
            let mut after = None;
            for (job, result) in jobs.iter().zip(&decided.results) {
                if let (Some(also), Ok(outcome)) = (&job.order.submission.also, result) {
                    let after: &Snapshot = after
                        .get_or_insert_with(|| Snapshot::new(base.head(), decided.after.clone()));
                    let applied = Applied {
                        outcome: outcome.clone(),
                        after: after.clone(),
                        tenant_id: decided.after.id(),
                    };
                    also(transaction, &applied)?;
                }
            }
            Ok(())
        })
    }

    /// After a commit whose result is unknown: the head if the batch is stored in the end, nothing if it is not and
    /// never will be. What the database shows is not enough, since it may still be at work on the commit; but to
    /// append the same batch again waits for that, and then either succeeds or meets the batch itself.
    fn settle(
        &self,
        base: &Snapshot,
        decided: &Decided,
        jobs: &[Job],
    ) -> Result<Option<Head>, EngineError> {
        for _ in 0..BUSY_ATTEMPTS {
            if let Some(head) = self.find_fate(base, decided)? {
                return Ok(Some(head));
            }
            match self.append(base, decided, jobs) {
                Ok(head) => return Ok(Some(head)),
                Err(AppendError::Conflict) => {
                    let fate = self.find_fate(base, decided)?;
                    if fate.is_none() {
                        self.slot.catch_up(&self.workshop.store)?;
                    }
                    return Ok(fate);
                }
                Err(AppendError::Database(DatabaseError::CommitUnknown { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Unavailable(
            "the database loses its connection again and again; whether the last changes were stored is unknown"
                .to_owned(),
        ))
    }

    /// The head after the batch, if the journal has it where it belongs.
    fn find_fate(&self, base: &Snapshot, decided: &Decided) -> Result<Option<Head>, EngineError> {
        let store = &self.workshop.store;
        let Some(first) = decided.changes.first() else {
            return Ok(None);
        };
        let Some(found) = store.head(decided.after.id())? else {
            return Ok(None);
        };
        if found.generation < first.generation {
            return Ok(None);
        }
        let stored = store.journal(
            found.key,
            base.generation(),
            u32::try_from(decided.changes.len()).unwrap_or(1),
        )?;
        let is_ours = stored.iter().zip(&decided.changes).all(|(stored, ours)| {
            (stored.at, stored.request_id, &stored.actor, &stored.events)
                == (ours.at, ours.request_id, &ours.actor, &ours.events)
        });
        if !is_ours || stored.len() != decided.changes.len() {
            return Ok(None);
        }
        let last = decided.changes.last().unwrap_or(first).generation;
        Ok(Some(Head {
            generation: last,
            hash: store.hash(found.key, last)?,
            ..found
        }))
    }
}

impl Decided {
    /// Whether a command that changes nothing has rows to write nevertheless.
    fn writes_more(&self, jobs: &[Job]) -> bool {
        let mut both = jobs.iter().zip(&self.results);
        both.any(|(job, result)| job.order.submission.also.is_some() && result.is_ok())
    }
}

/// Whether the database refused what it was given, not that it could not work.
const fn concerns_content(error: &DatabaseError) -> bool {
    matches!(
        error,
        DatabaseError::Statement { .. }
            | DatabaseError::Unique { .. }
            | DatabaseError::Values { .. }
            | DatabaseError::Column { .. }
            | DatabaseError::Damaged(_)
    )
}

fn answer(
    results: Vec<Result<Outcome, EngineError>>,
    after: &Snapshot,
) -> Vec<Result<Applied, EngineError>> {
    let applied = |outcome| Applied {
        outcome,
        after: after.clone(),
        tenant_id: after.id(),
    };
    results
        .into_iter()
        .map(|result| result.map(applied))
        .collect()
}
