//! Microsoft's list as bytes: encodings, rows, lines, white space.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Why a file is not Microsoft's product list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The file has no rows at all.
    #[error(
        "the file is empty; download \"Product names and service plan identifiers for licensing\" as CSV again"
    )]
    Empty,
    /// The first row is not a header with the columns of Microsoft's list.
    #[error(
        "the first line is not the header of Microsoft's list: column {} is missing in `{found}`; \
         give the CSV file as Microsoft publishes it",
        missing.join(", ")
    )]
    Header {
        /// The columns that are missing.
        missing: Vec<&'static str>,
        /// The beginning of the first line.
        found: String,
    },
}

/// The columns of the list (June 2026), in the order of [`Row::cells`].
pub(super) const COLUMNS: [&str; 6] = [
    "Product_Display_Name",
    "String_Id",
    "GUID",
    "Service_Plan_Name",
    "Service_Plan_Id",
    "Service_Plans_Included_Friendly_Names",
];

/// A row of the list.
pub(super) struct Row {
    /// Line on which it starts, from 1.
    pub line: u64,
    /// The cells under [`COLUMNS`], as they are in the file; `None` if the row is too short.
    pub cells: [Option<String>; 6],
    /// How many cells the row has more than the header.
    pub surplus: usize,
}

/// The file as text, and the name of its encoding if it is not UTF-8. A byte order mark decides; without one a file that
/// is not UTF-8 is Windows-1252, which gives every byte a meaning.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let body = bytes.get(mark..).unwrap_or_default();
    let encoding = if encoding == UTF_8 && std::str::from_utf8(body).is_err() {
        WINDOWS_1252
    } else {
        encoding
    };
    let (text, _) = encoding.decode_without_bom_handling(body);
    (text, (encoding != UTF_8).then(|| encoding.name()))
}

/// The rows of the list below its header.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records().filter_map(Result::ok);
    let header = records.next().ok_or(ImportError::Empty)?;
    let positions = columns(&header, text)?;
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let row = |record: csv::StringRecord| Row {
        line: lines.line_of(record.position().map_or(0, csv::Position::byte)),
        cells: positions.map(|position| record.get(position).map(str::to_owned)),
        surplus: record.len().saturating_sub(header.len()),
    };
    Ok(records.map(row).collect())
}

/// Where each of [`COLUMNS`] is.
fn columns(header: &csv::StringRecord, text: &str) -> Result<[usize; 6], ImportError> {
    let found: BTreeMap<String, usize> = header
        .iter()
        .enumerate()
        .map(|(position, name)| (tidy(name).to_ascii_lowercase(), position))
        .collect();
    let position = |name: &str| found.get(&name.to_ascii_lowercase()).copied();
    let missing: Vec<&'static str> = COLUMNS
        .into_iter()
        .filter(|name| position(name).is_none())
        .collect();
    if missing.is_empty() {
        Ok(COLUMNS.map(|name| position(name).unwrap_or_default()))
    } else {
        let first_line = text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        Err(ImportError::Header {
            missing,
            found: first_line.chars().take(120).collect(),
        })
    }
}

/// Counts lines up to growing byte positions. A record's own position lies before the line ends that come before it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut target = usize::try_from(byte).unwrap_or(bytes.len()).max(self.at);
        while bytes
            .get(target)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            target += 1;
        }
        for byte in bytes.get(self.at..target).unwrap_or_default() {
            self.line += u64::from(*byte == b'\n');
        }
        self.at = target;
        self.line
    }
}

/// The text without white space at its ends, each run of white space inside as one ordinary space. No-break spaces,
/// tabs and invisible marks count as white space.
pub(super) fn tidy(text: &str) -> String {
    let blank =
        |character: char| character.is_whitespace() || matches!(character, '\u{200b}' | '\u{feff}');
    text.split(blank)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
