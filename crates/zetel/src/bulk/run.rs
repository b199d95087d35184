//! Reader, workers and collector of a run.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Outcome;
use super::causes::{Cause, Causes};
use super::results::{Results, RowResult, row_id};
use super::sheet::{Column, Fields, Row, Sheet};
use super::wave::grouped;
use crate::cli::client::BulkArgs;
use crate::error::CliError;
use crate::fingerprint::fingerprint;
use crate::output;
use crate::progress::Progress;

/// Rows that wait for one worker at most.
const QUEUE_LENGTH: usize = 16;
/// Results that are written and synced together at most.
const BATCH_LENGTH: usize = 1024;

/// A row that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Short name of the kind, such as `UnknownName`.
    pub code: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// What became of a row that was tried.
#[derive(Debug)]
pub struct RowReport {
    /// What became of it.
    pub outcome: Outcome,
    /// Error code; empty on success.
    pub code: String,
    /// Message; empty on success.
    pub message: String,
    /// Set when no later row can succeed: the run ends with this.
    pub stop: Option<CliError>,
}

/// What a run does with each row. The first known column is the user.
pub trait Job: Sync {
    /// A row as understood.
    type Item: Send;

    /// The known columns.
    fn columns(&self) -> &'static [Column];
    /// The row's product, for the results.
    fn product(&self, fields: &Fields) -> String;
    /// Understands a row.
    fn parse(&self, fields: &Fields) -> Result<Self::Item, BadRow>;
    /// Everything that the row asks for, in one text; rows with the same text ask for the same.
    fn request(&self, user: &str, item: &Self::Item) -> String;
    /// Whether nothing is changed. The results of a plan go to a file of their own, anew each time.
    fn is_plan(&self) -> bool {
        false
    }
    /// How many rows may be gathered, so that those that ask for the same are done together; 1: none.
    fn wave_length(&self) -> usize {
        1
    }
    /// Does it.
    fn perform(&self, user: &str, item: &Self::Item) -> RowReport;
    /// Does the same for several users, with a report for each of them in their order.
    fn perform_together(&self, users: &[&str], item: &Self::Item) -> Vec<RowReport> {
        users.iter().map(|user| self.perform(user, item)).collect()
    }
}

/// What became of a run.
pub struct Report {
    /// Results by cause.
    pub causes: Vec<Cause>,
    /// Rows that failed.
    pub failures: u64,
    /// Rows that an earlier run had done.
    pub skipped: u64,
    /// Where the results are.
    pub results: PathBuf,
    /// Why the run ended before the end of the file.
    pub stopped: Option<CliError>,
}

/// A row on its way to a worker.
struct Task<T> {
    line: u64,
    offset: u64,
    user: String,
    product: String,
    row: u64,
    item: T,
}

/// Whether rows are still to be begun, and if not, why.
#[derive(Default)]
struct Stop {
    flag: AtomicBool,
    reason: Mutex<Option<CliError>>,
}

impl Stop {
    fn is_set(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }

    /// The first reason is kept.
    fn set(&self, reason: Option<CliError>) {
        let mut kept = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = reason;
        }
        self.flag.store(true, Ordering::Release);
    }

    fn into_reason(self) -> Option<CliError> {
        self.reason
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Works through the file of `args`.
pub fn run<J: Job>(job: &J, args: &BulkArgs, progress: &Progress) -> Result<Report, CliError> {
    let input = args
        .from
        .as_deref()
        .ok_or_else(|| CliError::usage("No `--from FILE`"))?;
    let mut sheet = Sheet::open(input, job.columns())?;
    let path = results_path(
        args,
        input,
        if job.is_plan() {
            ".plan.csv"
        } else {
            ".results.csv"
        },
    )?;
    let (mut results, done) = if args.resume {
        Results::resume(&path)?
    } else if job.is_plan() && args.results.is_none() {
        (Results::replace(&path)?, HashSet::new())
    } else {
        (Results::create(&path)?, HashSet::new())
    };
    if !sheet.ignored.is_empty() {
        output::note(&format!(
            "Columns without a meaning here, not read: {}",
            sheet.ignored.join(", ")
        ));
    }
    progress.start(sheet.length_bytes);
    let crew = Crew {
        job,
        stop: Stop::default(),
        stop_on_error: args.stop_on_error,
    };
    let mut causes = Causes::default();
    let skipped = thread::scope(|scope| {
        let (report, reported) = sync_channel(BATCH_LENGTH);
        let mut queues = Vec::new();
        let workers = if job.wave_length() > 1 {
            1
        } else {
            args.concurrency.max(1)
        };
        for _ in 0..workers {
            let (queue, tasks) = sync_channel(QUEUE_LENGTH);
            let (crew, report) = (&crew, report.clone());
            scope.spawn(move || crew.work(&tasks, &report));
            queues.push(queue);
        }
        let (crew, causes) = (&crew, &mut causes);
        scope.spawn(move || crew.collect(&reported, &mut results, causes, progress));
        crew.feed(&mut sheet, &queues, &report, &done)
    });
    progress.finish();
    Ok(Report {
        skipped,
        failures: causes.failures(),
        causes: causes.list(),
        results: path,
        stopped: crew.stop.into_reason(),
    })
}

/// What the threads of a run share.
struct Crew<'a, J> {
    job: &'a J,
    stop: Stop,
    stop_on_error: bool,
}

impl<J: Job> Crew<'_, J> {
    /// Hands the rows to the workers, all rows of one user to the same one. Returns how many rows were done before.
    fn feed(
        &self,
        sheet: &mut Sheet,
        queues: &[SyncSender<Task<J::Item>>],
        report: &SyncSender<RowResult>,
        done: &HashSet<u64>,
    ) -> u64 {
        let mut skipped = 0;
        while !self.stop.is_set() {
            let row = match sheet.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    self.stop.set(Some(error));
                    break;
                }
            };
            let (task, parsed) = self.understand(row);
            match parsed {
                Err(bad) => {
                    let outcome = if self.job.is_plan() {
                        Outcome::WouldFail
                    } else {
                        Outcome::Failed
                    };
                    self.report(report, task, outcome, bad.code.to_owned(), bad.message);
                }
                Ok(_) if done.contains(&task.row) => skipped += 1,
                Ok(item) => {
                    let worker = fingerprint(&[&task.user.to_lowercase()]) % queues.len() as u64;
                    let queue = usize::try_from(worker)
                        .ok()
                        .and_then(|worker| queues.get(worker));
                    if let Some(queue) = queue {
                        // A worker takes tasks as long as its queue exists, so the row arrives.
                        let _ = queue.send(task.with(item));
                    }
                }
            }
        }
        skipped
    }

    fn understand(&self, row: Row) -> (Task<()>, Result<J::Item, BadRow>) {
        let user = row.fields.get(0).to_owned();
        let bad = |message: String| BadRow {
            code: "BadRow",
            message,
        };
        let parsed = match row.problem {
            Some(problem) => Err(bad(problem)),
            None if user.is_empty() => Err(bad("no user".to_owned())),
            None => self.job.parse(&row.fields),
        };
        let request = parsed
            .as_ref()
            .map_or_else(|_| String::new(), |item| self.job.request(&user, item));
        let product = self.job.product(&row.fields);
        let (line, offset) = (row.line, row.offset);
        let row = row_id(line, &request);
        (
            Task {
                line,
                offset,
                user,
                product,
                row,
                item: (),
            },
            parsed,
        )
    }

    fn work(&self, tasks: &Receiver<Task<J::Item>>, report: &SyncSender<RowResult>) {
        let length = self.job.wave_length();
        loop {
            let wave: Vec<Task<J::Item>> = tasks.iter().take(length).collect();
            if wave.is_empty() {
                return;
            }
            let alike =
                |task: &Task<J::Item>| (task.user.to_lowercase(), self.job.request("", &task.item));
            for group in grouped(wave, alike) {
                self.perform(group, report);
            }
        }
    }

    /// Does rows that ask for the same. Rows that were queued but not begun are left for another run.
    fn perform(&self, tasks: Vec<Task<J::Item>>, report: &SyncSender<RowResult>) {
        let Some(first) = tasks.first().filter(|_| !self.stop.is_set()) else {
            return;
        };
        let users: Vec<&str> = tasks.iter().map(|task| task.user.as_str()).collect();
        let reports = self.job.perform_together(&users, &first.item);
        for (task, done) in tasks.into_iter().zip(reports) {
            if done.stop.is_some() {
                self.stop.set(done.stop);
            }
            self.report(report, task, done.outcome, done.code, done.message);
        }
    }

    fn report<T>(
        &self,
        report: &SyncSender<RowResult>,
        task: Task<T>,
        outcome: Outcome,
        code: String,
        message: String,
    ) {
        if outcome.is_failure() && self.stop_on_error {
            self.stop.set(None);
        }
        let Task {
            line,
            offset,
            user,
            product,
            row,
            ..
        } = task;
        // The collector lives until the last sender is gone.
        let _ = report.send(RowResult {
            line,
            offset,
            user,
            product,
            outcome,
            code,
            message,
            row,
        });
    }

    /// Notes results. What waits is written together, so that the disk never slows the workers down by more than
    /// their number.
    fn collect(
        &self,
        reported: &Receiver<RowResult>,
        results: &mut Results,
        causes: &mut Causes,
        progress: &Progress,
    ) {
        let mut batch = Vec::new();
        let mut is_writable = true;
        while let Ok(first) = reported.recv() {
            batch.push(first);
            batch.extend(reported.try_iter().take(BATCH_LENGTH - 1));
            if is_writable && let Err(error) = results.append(&batch) {
                is_writable = false;
                self.stop.set(Some(error));
            }
            for result in batch.drain(..) {
                causes.count(&result);
                progress.advance(result.offset, result.outcome.is_failure());
            }
        }
    }
}

impl Task<()> {
    fn with<T>(self, item: T) -> Task<T> {
        let Self {
            line,
            offset,
            user,
            product,
            row,
            ..
        } = self;
        Task {
            line,
            offset,
            user,
            product,
            row,
            item,
        }
    }
}

fn results_path(args: &BulkArgs, input: &Path, suffix: &str) -> Result<PathBuf, CliError> {
    if let Some(path) = &args.results {
        return Ok(path.clone());
    }
    if input == Path::new("-") {
        return Err(CliError::usage(
            "Rows from standard input need `--results FILE`",
        ));
    }
    let mut name = input.as_os_str().to_owned();
    name.push(suffix);
    Ok(PathBuf::from(name))
}
