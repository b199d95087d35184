//! Reads a CSV file row by row, as people's tools write it: with or without a byte order mark, with either line end,
//! with commas, semicolons or tabs, with headers in any letter case.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, StringRecord};

use crate::error::CliError;

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

/// A file of rows.
pub struct Sheet {
    reader: csv::Reader<Box<dyn Read + Send>>,
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
        let file = File::open(path).map_err(|error| CliError::usage(format!("Could not open `{name}`: {error}")))?;
        let length_bytes = file.metadata().ok().map(|metadata| metadata.len());
        Ok(Self { length_bytes, ..Self::read(Box::new(file), columns, &name)? })
    }

    /// Reads the header of any source.
    pub fn read(source: Box<dyn Read + Send>, columns: &[Column], name: &str) -> Result<Self, CliError> {
        let mut source = BufReader::with_capacity(1 << 16, source);
        let start = source.fill_buf().map_err(|error| CliError::usage(format!("Could not read `{name}`: {error}")))?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(CliError::usage(format!("`{name}` is written in UTF-16")).hint("Save it as `CSV UTF-8`"));
        }
        let delimiter = delimiter(start);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(Box::new(source) as Box<dyn Read + Send>);
        let header = reader
            .byte_headers()
            .map_err(|error| CliError::usage(format!("Could not read the header of `{name}`: {error}")))?;
        let headers: Vec<String> = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let positions = bind(&headers, columns, name)?;
        let is_bound = |at: usize| positions.contains(&Some(at));
        let ignored = (0..headers.len()).filter(|at| !is_bound(*at)).map(|at| headers[at].clone()).collect();
        Ok(Self { reader, positions, width: headers.len(), ignored, length_bytes: None })
    }

    /// The next row; `None` at the end. An error of the disk ends the run.
    pub fn next_row(&mut self) -> Result<Option<Row>, CliError> {
        let mut record = ByteRecord::new();
        let more = self
            .reader
            .read_byte_record(&mut record)
            .map_err(|error| CliError::usage(format!("Could not read on in the input: {error}")))?;
        if !more {
            return Ok(None);
        }
        let (line, offset) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
        let problem = self.problem(&record);
        let text = StringRecord::from_byte_record_lossy(record);
        let cell = |at: &Option<usize>| at.and_then(|at| text.get(at)).unwrap_or_default().trim().to_owned();
        let fields = Fields(self.positions.iter().map(cell).collect());
        Ok(Some(Row { line, offset, fields, problem }))
    }

    fn problem(&self, record: &ByteRecord) -> Option<String> {
        let lines = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        if lines > 0 {
            return Some(format!("a quoted cell runs over {} lines; a closing quote is missing", lines + 1));
        }
        if record.len() != self.width {
            return Some(format!("{} cells where the header has {}", record.len(), self.width));
        }
        let is_text = std::str::from_utf8(record.as_slice()).is_ok();
        (!is_text).then(|| "not UTF-8; save the file as `CSV UTF-8`".to_owned())
    }
}

/// The separator, by the header line: spreadsheets write a semicolon where the comma is the decimal sign.
fn delimiter(start: &[u8]) -> u8 {
    let header = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if header.contains(&b',') {
        return b',';
    }
    [b';', b'\t'].into_iter().find(|candidate| header.contains(candidate)).unwrap_or(b',')
}

fn bind(headers: &[String], columns: &[Column], name: &str) -> Result<Vec<Option<usize>>, CliError> {
    let mut positions = Vec::new();
    for column in columns {
        let names: Vec<String> = std::iter::once(&column.name).chain(column.aliases).map(|name| plain(name)).collect();
        let mut found = (0..headers.len()).filter(|at| names.contains(&plain(&headers[*at])));
        let position = found.next();
        if let Some(second) = found.next() {
            return Err(CliError::usage(format!("`{name}` has two columns for `{}`: the second is `{}`", column.name, headers[second])));
        }
        if column.required && position.is_none() {
            let needed: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
            return Err(CliError::usage(format!("`{name}` has no column `{}`", column.name))
                .hint(format!("The first line names the columns; known are {}", needed.join(", "))));
        }
        positions.push(position);
    }
    Ok(positions)
}

/// A header without letter case, blanks, hyphens and underscores.
fn plain(header: &str) -> String {
    header.chars().filter(|letter| !matches!(letter, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Column, Row, Sheet};
    use crate::error::CliError;

    const COLUMNS: &[Column] = &[
        Column { name: "user", aliases: &["upn"], required: true },
        Column { name: "disabled plans", aliases: &[], required: false },
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
        rows.iter().map(|row| (row.line, row.fields.get(0).to_owned(), row.fields.get(1).to_owned())).collect()
    }

    #[test]
    fn byte_order_mark_line_ends_and_headers_as_people_write_them() {
        let expected = [(2, "ann".to_owned(), "A;B".to_owned()), (3, "ben".to_owned(), String::new())];
        assert_eq!(cells(b"\xef\xbb\xbfUPN,Disabled_Plans\r\n ann ,A;B\r\nben,\r\n"), expected);
        assert_eq!(cells(b"Disabled plans;USER\n\"A;B\";ann\n;ben\n"), expected);
        assert_eq!(cells(b"user\tdisabledplans\nann\tA;B\nben\t"), expected);
    }

    #[test]
    fn bad_rows_keep_their_line_and_the_others_go_on() {
        let rows = read(b"user,disabled plans\nann\nben,x\n\n\xe9va,y\n,\n").unwrap_or_else(|error| panic!("{}", error.message));
        let seen: Vec<(u64, Option<&str>)> = rows.iter().map(|row| (row.line, row.problem.as_deref())).collect();
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
    fn a_quote_that_is_never_closed_is_seen() {
        let rows = read(b"user,disabled plans\nann,\"A\nben,B\n").unwrap_or_else(|error| panic!("{}", error.message));
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].problem.as_deref(), Some("a quoted cell runs over 3 lines; a closing quote is missing"));
    }

    #[test]
    fn a_header_that_cannot_be_used_is_refused() {
        let message = |text: &[u8]| read(text).err().map(|error| error.message).unwrap_or_default();
        assert_eq!(message(b"name\nann\n"), "`users.csv` has no column `user`");
        assert_eq!(message(b"user,UPN\n"), "`users.csv` has two columns for `user`: the second is `UPN`");
        assert_eq!(message(b""), "`users.csv` has no column `user`");
        assert_eq!(message(b"\xff\xfeu\0"), "`users.csv` is written in UTF-16");
    }

    #[test]
    fn columns_without_a_meaning_are_named() {
        let sheet = Sheet::read(Box::new(Cursor::new(b"user,Shoe size\n".to_vec())), COLUMNS, "x");
        assert_eq!(sheet.map(|sheet| sheet.ignored).unwrap_or_default(), ["Shoe size"]);
    }
}
