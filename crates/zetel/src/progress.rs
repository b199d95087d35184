//! Progress of long work, on standard error, for people only.

use std::io::{self, IsTerminal};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};

/// A progress line; shows nothing when standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
    rows: AtomicU64,
    failed: AtomicU64,
}

impl Progress {
    /// A progress that is shown if `is_wanted` and somebody can see it.
    pub fn new(is_wanted: bool) -> Self {
        let target = if is_wanted && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bar: ProgressBar::with_draw_target(None, target),
            rows: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// Begins; with the length of the input the line shows the share done.
    pub fn start(&self, length_bytes: Option<u64>) {
        let template = if length_bytes.is_some() {
            "{wide_bar} {percent:>3} %  {msg}  {eta}"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        if let Some(length) = length_bytes {
            self.bar.set_length(length);
        }
    }

    /// One row more, which began at this byte of the input.
    pub fn advance(&self, offset: u64, is_failure: bool) {
        let rows = self.rows.fetch_add(1, Ordering::Relaxed) + 1;
        let failed = self
            .failed
            .fetch_add(u64::from(is_failure), Ordering::Relaxed)
            + u64::from(is_failure);
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(self.bar.position().max(offset));
        self.bar.set_message(format!(
            "{} rows, {} failed",
            HumanCount(rows),
            HumanCount(failed)
        ));
    }

    /// So many things are done, of so many.
    pub fn show(&self, done: u64, of: u64, things: &'static str) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_message(things);
    }

    /// Removes the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
