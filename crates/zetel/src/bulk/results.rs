//! The results file: one line per row that was tried, appended and synced as results come in.
//!
//! A line holds no line break, so a run that is killed in the middle of a write leaves at most one line without an
//! end. Continuing cuts that line off and tries its row again.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Outcome;
use crate::error::CliError;
use crate::exit::Exit;
use crate::fingerprint::fingerprint;

const HEADER: [&str; 7] = [
    "line",
    "user",
    "product",
    "outcome",
    "errorCode",
    "message",
    "row",
];

/// The result of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowResult {
    /// Line of the input.
    pub line: u64,
    /// Byte of the input, for the progress.
    pub offset: u64,
    /// The user, as the row has it.
    pub user: String,
    /// The product, as the row has it.
    pub product: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Error code; empty on success.
    pub code: String,
    /// Message; empty on success.
    pub message: String,
    /// Identity of line and request, see [`row_id`].
    pub row: u64,
}

/// The identity of a row: the same line of the input asks for the same change. A row that was edited between two runs
/// is another row, and is tried.
pub fn row_id(line: u64, request: &str) -> u64 {
    fingerprint(&[&line.to_string(), request])
}

/// A results file that is open for appending.
pub struct Results {
    file: File,
    path: PathBuf,
}

impl Results {
    /// Creates the file; it must not exist.
    pub fn create(path: &Path) -> Result<Self, CliError> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(path)
            .map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    CliError::usage(format!("`{}` exists already", path.display())).hint(
                        "Continue that run with `--resume`, or name another file with `--results`",
                    )
                }
                _ => CliError::usage(format!("Could not create `{}`: {error}", path.display())),
            })?;
        let mut results = Self {
            file,
            path: path.to_owned(),
        };
        results.lock()?;
        results.write(&line_of(HEADER))?;
        Ok(results)
    }

    /// Begins the file anew, whatever it held.
    pub fn replace(path: &Path) -> Result<Self, CliError> {
        let problem = |error: io::Error| {
            CliError::usage(format!("Could not create `{}`: {error}", path.display()))
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map_err(problem)?;
        let mut results = Self {
            file,
            path: path.to_owned(),
        };
        results.lock()?;
        results.file.set_len(0).map_err(problem)?;
        results.write(&line_of(HEADER))?;
        Ok(results)
    }

    /// Opens the file of an earlier run and tells the rows that succeeded in it. Without such a file it begins one.
    pub fn resume(path: &Path) -> Result<(Self, HashSet<u64>), CliError> {
        let problem = |error: io::Error| {
            CliError::usage(format!("Could not read `{}`: {error}", path.display()))
        };
        let file = match OpenOptions::new().read(true).append(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Self::create(path)?, HashSet::new()));
            }
            Err(error) => return Err(problem(error)),
        };
        let mut results = Self {
            file,
            path: path.to_owned(),
        };
        results.lock()?;
        let length = complete_length(&mut results.file).map_err(problem)?;
        results.file.set_len(length).map_err(problem)?;
        if length == 0 {
            results.write(&line_of(HEADER))?;
            return Ok((results, HashSet::new()));
        }
        results.file.seek(SeekFrom::Start(0)).map_err(problem)?;
        let done = succeeded(&results.file)
            .ok_or_else(|| CliError::usage(format!("`{}` is no results file", path.display())))?;
        Ok((results, done))
    }

    /// Appends results; when it returns they survive a power cut.
    pub fn append(&mut self, results: &[RowResult]) -> Result<(), CliError> {
        let lines: Vec<u8> = results.iter().flat_map(encode).collect();
        self.write(&lines)
    }

    /// Two runs must not write to one file.
    fn lock(&self) -> Result<(), CliError> {
        self.file.try_lock().map_err(|_| {
            CliError::usage(format!(
                "Another run is writing to `{}`",
                self.path.display()
            ))
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.file.write_all(bytes).and_then(|()| self.file.sync_data()).map_err(|error| {
            CliError::new(Exit::Failed, format!("Could not write to `{}`: {error}", self.path.display()))
                .hint("Rows under way may have been done without being noted; continue with `--resume`")
        })
    }
}

fn encode(result: &RowResult) -> Vec<u8> {
    let (line, row) = (result.line.to_string(), format!("{:016x}", result.row));
    line_of([
        &line,
        &result.user,
        &result.product,
        result.outcome.word(),
        &result.code,
        &result.message,
        &row,
    ])
}

/// One line of CSV; line breaks in a cell become blanks.
fn line_of(cells: [&str; 7]) -> Vec<u8> {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            let flat = cell.replace(|letter: char| letter.is_control(), " ");
            if flat.contains([',', '"']) {
                format!("\"{}\"", flat.replace('"', "\"\""))
            } else {
                flat
            }
        })
        .collect();
    (cells.join(",") + "\n").into_bytes()
}

/// The length of the file up to its last line end.
fn complete_length(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        file.seek(SeekFrom::Start(start))?;
        let part = &mut block[..usize::try_from(end - start).unwrap_or(4096)];
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// The rows whose last result is a success; `None` when the header is another.
fn succeeded(file: &File) -> Option<HashSet<u64>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(BufReader::new(file));
    let mut record = csv::ByteRecord::new();
    let is_header =
        reader.read_byte_record(&mut record).ok()? && record.iter().eq(HEADER.map(str::as_bytes));
    if !is_header {
        return None;
    }
    let mut done = HashSet::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        // A damaged line says nothing: its row is tried again.
        let Some((outcome, row)) = outcome_and_row(&record) else {
            continue;
        };
        if outcome == Outcome::Ok.word().as_bytes()
            || outcome == Outcome::Unchanged.word().as_bytes()
        {
            done.insert(row);
        } else {
            done.remove(&row);
        }
    }
    Some(done)
}

fn outcome_and_row(record: &csv::ByteRecord) -> Option<(&[u8], u64)> {
    let row = std::str::from_utf8(record.get(6)?).ok()?;
    (record.len() == HEADER.len() && row.len() == 16).then_some(())?;
    Some((record.get(3)?, u64::from_str_radix(row, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;

    use super::{Outcome, Results, RowResult, row_id};

    fn result(line: u64, outcome: Outcome) -> RowResult {
        RowResult {
            line,
            offset: 0,
            user: "o'hara, \"ann\"@contoso.com".to_owned(),
            product: "EMS".to_owned(),
            outcome,
            code: String::new(),
            message: "two\r\nlines".to_owned(),
            row: row_id(line, "EMS"),
        }
    }

    fn rows(lines: &[u64]) -> HashSet<u64> {
        lines.iter().map(|line| row_id(*line, "EMS")).collect()
    }

    #[test]
    fn what_succeeded_is_known_again_and_the_last_result_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        let mut results =
            Results::create(&path).unwrap_or_else(|error| panic!("{}", error.message));
        let first = [
            result(2, Outcome::Ok),
            result(3, Outcome::Failed),
            result(4, Outcome::Unchanged),
            result(5, Outcome::Failed),
        ];
        results.append(&first).unwrap();
        results.append(&[result(3, Outcome::Ok)]).unwrap();
        drop(results);
        let (_, done) = Results::resume(&path).unwrap_or_else(|error| panic!("{}", error.message));
        assert_eq!(done, rows(&[2, 3, 4]));
    }

    #[test]
    fn cut_at_any_byte_the_file_resumes_without_a_false_success() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        let mut results =
            Results::create(&path).unwrap_or_else(|error| panic!("{}", error.message));
        results
            .append(&[result(2, Outcome::Ok), result(3, Outcome::Ok)])
            .unwrap();
        drop(results);
        let whole = fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let (mut results, done) =
                Results::resume(&path).unwrap_or_else(|error| panic!("{}", error.message));
            let lines = whole[..length].split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(
                done,
                rows(&[2, 3][..lines.saturating_sub(1)]),
                "cut at {length}"
            );
            results.append(&[result(4, Outcome::Ok)]).unwrap();
            drop(results);
            let (_, done) =
                Results::resume(&path).unwrap_or_else(|error| panic!("{}", error.message));
            assert!(done.contains(&row_id(4, "EMS")), "cut at {length}");
        }
    }

    #[test]
    fn an_existing_file_is_never_written_over_and_never_shared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        let first = Results::create(&path).unwrap_or_else(|error| panic!("{}", error.message));
        let again = Results::create(&path)
            .err()
            .map(|error| error.message)
            .unwrap_or_default();
        assert!(again.ends_with("exists already"), "{again}");
        let second = Results::resume(&path)
            .err()
            .map(|error| error.message)
            .unwrap_or_default();
        assert!(second.starts_with("Another run is writing"), "{second}");
        drop(first);
        fs::write(&path, "user,product\nann,EMS\n").unwrap();
        let foreign = Results::resume(&path)
            .err()
            .map(|error| error.message)
            .unwrap_or_default();
        assert!(foreign.ends_with("is no results file"), "{foreign}");
    }

    #[test]
    fn an_edited_row_is_another_row() {
        assert_ne!(row_id(2, "EMS"), row_id(2, "E5"));
        assert_ne!(row_id(2, "EMS"), row_id(3, "EMS"));
    }
}
