//! Reads a CSV file row by row, as people's tools write it: with or without a byte order mark, with either line end,
//! with commas, semicolons or tabs, with headers in any letter case.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, StringRecord};

use crate::error::CliError;
use crate::exit::Exit;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// A longer line is no row of a person's file; the limit bounds memory.
const LINE_LIMIT_BYTES: u64 = 1 << 20;

/// A column that a file may have.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Other names that people use for it.
    pub aliases: &'static [&'static str],
    /// Whether the file must have it.
    pub required: bool,
}

/// A file of rows. A row is a line: a quote that is never closed spoils its own line and none after it.
pub struct Sheet {
    lines: Lines,
    delimiter: u8,
    /// For each known column its position in the file.
    positions: Vec<Option<usize>>,
    width: usize,
    /// Headers that stand for no known column.
    pub ignored: Vec<String>,
    /// Length of the file, where known.
    pub length_bytes: Option<u64>,
}

/// One row.
pub struct Row {
    /// Line of the file where it begins, from 1.
    pub line: u64,
    /// Byte of the file where it begins.
    pub offset: u64,
    /// The cells of the known columns.
    pub fields: Fields,
    /// Why the row cannot be used.
    pub problem: Option<String>,
}

/// The cells of the known columns, trimmed; empty where the file has no such column.
#[derive(Debug, Clone)]
pub struct Fields(Vec<String>);

impl Fields {
    /// The cell of the column with this position in the list of known columns.
    pub fn get(&self, column: usize) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    #[cfg(test)]
    pub fn of(cells: &[&str]) -> Self {
        Self(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }
}

impl Sheet {
    /// Opens a file, or standard input for `-`, and reads its header.
    pub fn open(path: &Path, columns: &[Column]) -> Result<Self, CliError> {
        if path == Path::new("-") {
            return Self::read(Box::new(io::stdin()), columns, "standard input");
        }
        let name = path.display().to_string();
        let file = File::open(path)
            .map_err(|error| CliError::usage(format!("Could not open `{name}`: {error}")))?;
        let length_bytes = file.metadata().ok().map(|metadata| metadata.len());
        Ok(Self {
            length_bytes,
            ..Self::read(Box::new(file), columns, &name)?
        })
    }

    /// Reads the header of any source.
    pub fn read(
        source: Box<dyn Read + Send>,
        columns: &[Column],
        name: &str,
    ) -> Result<Self, CliError> {
        let mut lines = Lines {
            source: BufReader::with_capacity(1 << 16, source),
            name: name.to_owned(),
            line: 0,
            offset: 0,
        };
        let mut header = lines.next_line()?.unwrap_or_default().bytes;
        if header.starts_with(&[0xff, 0xfe]) || header.starts_with(&[0xfe, 0xff]) {
            return Err(CliError::usage(format!("`{name}` is written in UTF-16"))
                .hint("Save it as `CSV UTF-8`"));
        }
        if header.starts_with(BYTE_ORDER_MARK) {
            header.drain(..BYTE_ORDER_MARK.len());
        }
        let delimiter = delimiter(&header);
        let cells = split(&header, delimiter);
        let headers: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let positions = bind(&headers, columns, name)?;
        let is_bound = |at: usize| positions.contains(&Some(at));
        let ignored = (0..headers.len())
            .filter(|at| !is_bound(*at))
            .map(|at| headers[at].clone())
            .collect();
        Ok(Self {
            lines,
            delimiter,
            positions,
            width: headers.len(),
            ignored,
            length_bytes: None,
        })
    }

    /// The next row; `None` at the end. Blank lines are passed over. An error of the disk ends the run.
    pub fn next_row(&mut self) -> Result<Option<Row>, CliError> {
        let line = loop {
            match self.lines.next_line()? {
                None => return Ok(None),
                Some(line) if line.bytes.trim_ascii().is_empty() => {}
                Some(line) => break line,
            }
        };
        let cells = split(&line.bytes, self.delimiter);
        let problem = self.problem(&line.bytes, cells.len());
        let cell = |at: &Option<usize>| {
            let cell = at.and_then(|at| cells.get(at));
            cell.unwrap_or_default().trim().to_owned()
        };
        let fields = Fields(self.positions.iter().map(cell).collect());
        Ok(Some(Row {
            line: line.number,
            offset: line.offset,
            fields,
            problem,
        }))
    }

    fn problem(&self, line: &[u8], width: usize) -> Option<String> {
        if line.split(|byte| *byte == b'"').count() % 2 == 0 {
            return Some("a quote is not closed on this line".to_owned());
        }
        if width != self.width {
            return Some(format!("{width} cells where the header has {}", self.width));
        }
        let is_text = std::str::from_utf8(line).is_ok();
        (!is_text).then(|| "not UTF-8; save the file as `CSV UTF-8`".to_owned())
    }
}

/// The lines of a source.
struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    name: String,
    line: u64,
    offset: u64,
}

/// One line, without its end.
#[derive(Default)]
struct Line {
    number: u64,
    offset: u64,
    bytes: Vec<u8>,
}

impl Lines {
    fn next_line(&mut self) -> Result<Option<Line>, CliError> {
        let mut bytes = Vec::new();
        let read = (&mut self.source)
            .take(LINE_LIMIT_BYTES)
            .read_until(b'\n', &mut bytes);
        let length = read.map_err(|error| {
            CliError::new(
                Exit::Failed,
                format!("Could not read on in `{}`: {error}", self.name),
            )
        })? as u64;
        if length == 0 {
            return Ok(None);
        }
        self.line += 1;
        if length == LINE_LIMIT_BYTES && !bytes.ends_with(b"\n") {
            let message = format!(
                "Line {} of `{}` is longer than a megabyte",
                self.line, self.name
            );
            return Err(CliError::new(Exit::Failed, message)
                .hint("Is it a CSV file with one row per line?"));
        }
        let end = bytes
            .iter()
            .rposition(|byte| !matches!(byte, b'\r' | b'\n'));
        bytes.truncate(end.map_or(0, |end| end + 1));
        let line = Line {
            number: self.line,
            offset: self.offset,
            bytes,
        };
        self.offset += length;
        Ok(Some(line))
    }
}

/// The cells of a line; what is not UTF-8 becomes replacement characters.
fn split(line: &[u8], delimiter: u8) -> StringRecord {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .buffer_capacity(line.len().max(1))
        .from_reader(line);
    let mut record = ByteRecord::new();
    // Bytes in memory can be read to their end; an empty line leaves the record empty.
    let _ = reader.read_byte_record(&mut record);
    StringRecord::from_byte_record_lossy(record)
}

/// The separator, by the header line: spreadsheets write a semicolon where the comma is the decimal sign.
fn delimiter(header: &[u8]) -> u8 {
    if header.contains(&b',') {
        return b',';
    }
    [b';', b'\t']
        .into_iter()
        .find(|candidate| header.contains(candidate))
        .unwrap_or(b',')
}

fn bind(
    headers: &[String],
    columns: &[Column],
    name: &str,
) -> Result<Vec<Option<usize>>, CliError> {
    let mut positions = Vec::new();
    for column in columns {
        let names: Vec<String> = std::iter::once(&column.name)
            .chain(column.aliases)
            .map(|name| plain(name))
            .collect();
        let mut found = (0..headers.len()).filter(|at| names.contains(&plain(&headers[*at])));
        let position = found.next();
        if let Some(second) = found.next() {
            return Err(CliError::usage(format!(
                "`{name}` has two columns for `{}`: the second is `{}`",
                column.name, headers[second]
            )));
        }
        if column.required && position.is_none() {
            let needed: Vec<String> = columns
                .iter()
                .map(|column| format!("`{}`", column.name))
                .collect();
            return Err(
                CliError::usage(format!("`{name}` has no column `{}`", column.name)).hint(format!(
                    "The first line names the columns; known are {}",
                    needed.join(", ")
                )),
            );
        }
        positions.push(position);
    }
    Ok(positions)
}

/// A header without letter case, blanks, hyphens and underscores.
fn plain(header: &str) -> String {
    header
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Column, Row, Sheet};
    use crate::error::CliError;

    const COLUMNS: &[Column] = &[
        Column {
            name: "user",
            aliases: &["upn"],
            required: true,
        },
        Column {
            name: "disabled plans",
            aliases: &[],
            required: false,
        },
    ];

    fn read(text: &[u8]) -> Result<Vec<Row>, CliError> {
        let mut sheet = Sheet::read(Box::new(Cursor::new(text.to_vec())), COLUMNS, "users.csv")?;
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row()? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn cells(text: &[u8]) -> Vec<(u64, String, String)> {
        let rows = read(text).unwrap_or_else(|error| panic!("{}", error.message));
        rows.iter()
            .map(|row| {
                (
                    row.line,
                    row.fields.get(0).to_owned(),
                    row.fields.get(1).to_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn byte_order_mark_line_ends_and_headers_as_people_write_them() {
        let expected = [
            (2, "ann".to_owned(), "A;B".to_owned()),
            (3, "ben".to_owned(), String::new()),
        ];
        assert_eq!(
            cells(b"\xef\xbb\xbfUPN,Disabled_Plans\r\n ann ,A;B\r\nben,\r\n"),
            expected
        );
        assert_eq!(cells(b"Disabled plans;USER\n\"A;B\";ann\n;ben\n"), expected);
        assert_eq!(cells(b"user\tdisabledplans\nann\tA;B\nben\t"), expected);
    }

    #[test]
    fn bad_rows_keep_their_line_and_the_others_go_on() {
        let rows = read(b"user,disabled plans\nann\nben,x\n\n\xe9va,y\n,\n")
            .unwrap_or_else(|error| panic!("{}", error.message));
        let seen: Vec<(u64, Option<&str>)> = rows
            .iter()
            .map(|row| (row.line, row.problem.as_deref()))
            .collect();
        assert_eq!(
            seen,
            [
                (2, Some("1 cells where the header has 2")),
                (3, None),
                (5, Some("not UTF-8; save the file as `CSV UTF-8`")),
                (6, None)
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_spoils_one_row() {
        let rows = read(b"user,disabled plans\nann,\"A\nben,\"B,\"\"C\"\n")
            .unwrap_or_else(|error| panic!("{}", error.message));
        let problem = rows[0].problem.as_deref();
        assert_eq!(problem, Some("a quote is not closed on this line"));
        assert_eq!(
            (rows[1].problem.as_deref(), rows[1].fields.get(1)),
            (None, "B,\"C")
        );
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut text = b"user\n".to_vec();
        text.resize(3 << 20, b'x');
        let message = read(&text)
            .err()
            .map(|error| error.message)
            .unwrap_or_default();
        assert_eq!(message, "Line 2 of `users.csv` is longer than a megabyte");
    }

    #[test]
    fn a_header_that_cannot_be_used_is_refused() {
        let message = |text: &[u8]| {
            read(text)
                .err()
                .map(|error| error.message)
                .unwrap_or_default()
        };
        assert_eq!(message(b"name\nann\n"), "`users.csv` has no column `user`");
        assert_eq!(
            message(b"user,UPN\n"),
            "`users.csv` has two columns for `user`: the second is `UPN`"
        );
        assert_eq!(message(b""), "`users.csv` has no column `user`");
        assert_eq!(message(b"\xff\xfeu\0"), "`users.csv` is written in UTF-16");
    }

    #[test]
    fn columns_without_a_meaning_are_named() {
        let sheet = Sheet::read(
            Box::new(Cursor::new(b"user,Shoe size\n".to_vec())),
            COLUMNS,
            "x",
        );
        assert_eq!(
            sheet.map(|sheet| sheet.ignored).unwrap_or_default(),
            ["Shoe size"]
        );
    }
}
