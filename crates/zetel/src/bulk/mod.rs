//! Many changes from a file: streamed, many at once, with a true result for every row.
//!
//! A reader hands rows to workers, each user always to the same one, so that the rows of one user are done in the
//! order of the file. The workers hand results to a collector, which writes them to the results file and counts
//! causes. Nothing holds more than a few rows per worker, or a wave of rows that are done together, whatever the size
//! of the file.

mod causes;
mod results;
mod run;
mod sheet;
mod wave;

pub use run::{BadRow, Job, Report, RowReport, run};
pub use sheet::{Column, Fields};

use serde::Serialize;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done.
    Ok,
    /// It was as asked for already.
    Unchanged,
    /// Not done.
    Failed,
    /// A plan: nothing stands in the way.
    WouldPass,
    /// A plan: it would fail.
    WouldFail,
}

impl Outcome {
    /// The word in results files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::WouldPass => "would-pass",
            Self::WouldFail => "would-fail",
        }
    }

    /// Whether a run counts this as a failure.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::WouldFail)
    }
}
