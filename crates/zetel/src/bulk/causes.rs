//! Counts results by cause: one line per cause at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Outcome;
use super::results::RowResult;
use crate::output::Record;

/// Causes that are told apart; what comes later is counted together.
const LIMIT: usize = 200;

/// One cause and how often it occurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// How many rows.
    pub rows: u64,
    /// What became of them.
    pub outcome: Outcome,
    /// Error code; empty on success.
    pub error_code: String,
    /// What the server said, with `USER` for the row's user; empty on success.
    #[serde(rename = "cause")]
    pub text: String,
    /// Line of the first such row.
    pub first_line: u64,
    /// User of the first such row.
    pub first_user: String,
}

impl Record for Cause {
    const COLUMNS: &'static [&'static str] = &[
        "rows",
        "outcome",
        "errorCode",
        "cause",
        "firstLine",
        "firstUser",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.rows.to_string(),
            self.outcome.word().to_owned(),
            self.error_code.clone(),
            self.text.clone(),
            self.first_line.to_string(),
            self.first_user.clone(),
        ]
    }
}

/// The counts of a run.
#[derive(Debug, Default)]
pub struct Causes {
    counts: BTreeMap<(Outcome, String, String), Cause>,
}

impl Causes {
    /// Counts one result.
    pub fn count(&mut self, result: &RowResult) {
        let mut cause = result.message.clone();
        if !result.user.is_empty() {
            cause = cause.replace(&result.user, "USER");
        }
        let mut key = (result.outcome, result.code.clone(), cause);
        if self.counts.len() >= LIMIT && !self.counts.contains_key(&key) {
            key = (result.outcome, String::new(), "other causes".to_owned());
        }
        let (outcome, code, text) = key.clone();
        let cause = self.counts.entry(key).or_insert_with(|| Cause {
            rows: 0,
            outcome,
            error_code: code,
            text,
            first_line: result.line,
            first_user: result.user.clone(),
        });
        cause.rows += 1;
        if result.line < cause.first_line {
            cause.first_line = result.line;
            cause.first_user.clone_from(&result.user);
        }
    }

    /// Rows that failed.
    pub fn failures(&self) -> u64 {
        self.counts
            .values()
            .filter(|cause| cause.outcome.is_failure())
            .map(|cause| cause.rows)
            .sum()
    }

    /// All causes, the frequent ones of each outcome first.
    pub fn list(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self.counts.into_values().collect();
        causes.sort_by_key(|cause| (cause.outcome, u64::MAX - cause.rows, cause.first_line));
        causes
    }
}

#[cfg(test)]
mod tests {
    use super::{Causes, LIMIT, Outcome, RowResult};

    fn failed(line: u64, user: &str, message: &str) -> RowResult {
        RowResult {
            line,
            offset: 0,
            user: user.to_owned(),
            product: "EMS".to_owned(),
            outcome: Outcome::Failed,
            code: "Request_ResourceNotFound".to_owned(),
            message: message.to_owned(),
            row: line,
        }
    }

    #[test]
    fn one_cause_for_many_users() {
        let mut causes = Causes::default();
        causes.count(&failed(7, "ben", "Resource 'ben' does not exist"));
        causes.count(&failed(3, "ann", "Resource 'ann' does not exist"));
        assert_eq!(causes.failures(), 2);
        let list = causes.list();
        assert_eq!(list.len(), 1);
        assert_eq!(
            (
                list[0].rows,
                list[0].first_line,
                list[0].first_user.as_str()
            ),
            (2, 3, "ann")
        );
        assert_eq!(list[0].text, "Resource 'USER' does not exist");
    }

    #[test]
    fn causes_are_bounded() {
        let mut causes = Causes::default();
        for line in 0..LIMIT as u64 * 3 {
            causes.count(&failed(line, "", &format!("cause {line}")));
        }
        assert_eq!(causes.failures(), LIMIT as u64 * 3);
        assert_eq!(causes.list().len(), LIMIT + 1);
    }
}
