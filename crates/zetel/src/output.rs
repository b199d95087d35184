//! Data on standard output: a table for people, JSON or CSV for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;

/// The form in which a command prints its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, for people.
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a header line.
    Csv,
}

/// One line of a listing.
pub trait Record: Serialize {
    /// Column names, as in JSON.
    const COLUMNS: &'static [&'static str];

    /// The cells in the order of [`Record::COLUMNS`].
    fn cells(&self) -> Vec<String>;

    /// The cells of a table, where a long one may be cut short.
    fn table_cells(&self) -> Vec<String> {
        self.cells()
    }
}

/// Writes records one by one. JSON and CSV leave at once; a table needs all widths, so it leaves at the end. Nothing
/// leaves before the first record or the end, so that a command that fails at its start prints no data.
pub struct Listing<W: Write> {
    columns: &'static [&'static str],
    is_begun: bool,
    sink: Sink<W>,
}

enum Sink<W: Write> {
    Table { out: W, table: Table },
    Json(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Listing<W> {
    /// A listing of `R` in the given form.
    pub fn start<R: Record>(out: W, format: Format) -> Self {
        let sink = match format {
            Format::Table => Sink::Table {
                out,
                table: plain_table(R::COLUMNS.iter().map(|name| spaced(name))),
            },
            Format::Json => Sink::Json(out),
            Format::Csv => Sink::Csv(Box::new(csv::Writer::from_writer(out))),
        };
        Self {
            columns: R::COLUMNS,
            is_begun: false,
            sink,
        }
    }

    /// Adds one record.
    pub fn push<R: Record>(&mut self, record: &R) -> io::Result<()> {
        let is_first = !self.is_begun;
        self.begin()?;
        match &mut self.sink {
            Sink::Table { table, .. } => {
                table.add_row(record.table_cells());
            }
            Sink::Json(out) => {
                write!(out, "{}", if is_first { "\n " } else { ",\n " })?;
                serde_json::to_writer(out, record)?;
            }
            Sink::Csv(writer) => writer.write_record(record.cells()).map_err(io_error)?,
        }
        Ok(())
    }

    /// Ends the listing and flushes it.
    pub fn finish(mut self) -> io::Result<()> {
        let is_empty = !self.is_begun;
        self.begin()?;
        match self.sink {
            Sink::Table { mut out, table } => {
                write_table(&mut out, &table)?;
                out.flush()
            }
            Sink::Json(mut out) => {
                writeln!(out, "{}", if is_empty { "]" } else { "\n]" })?;
                out.flush()
            }
            Sink::Csv(mut writer) => writer.flush(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Ok(());
        }
        match &mut self.sink {
            Sink::Table { .. } => Ok(()),
            Sink::Json(out) => write!(out, "["),
            Sink::Csv(writer) => writer.write_record(self.columns).map_err(io_error),
        }
    }
}

/// The cause of a failed write, which decides whether it is an error at all.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes a whole listing.
pub fn list<R: Record>(out: impl Write, format: Format, records: &[R]) -> io::Result<()> {
    let mut listing = Listing::start::<R>(out, format);
    for record in records {
        listing.push(record)?;
    }
    listing.finish()
}

/// Writes one JSON document, indented.
pub fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    out.flush()
}

/// Standard output, buffered; the only way to it.
pub fn stdout() -> io::BufWriter<io::StdoutLock<'static>> {
    io::BufWriter::new(io::stdout().lock())
}

/// A JSON value as a cell; null is empty.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A line for people on standard error.
pub fn note(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn plain_table(columns: impl Iterator<Item = String>) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn write_table(out: &mut impl Write, table: &Table) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// `usedBefore` as a table heading: `USED BEFORE`.
fn spaced(name: &str) -> String {
    let mut heading = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            heading.push(' ');
        }
        heading.extend(letter.to_uppercase());
    }
    heading
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::{Format, Record, list};

    #[derive(Serialize)]
    struct Seat {
        product: &'static str,
        #[serde(rename = "usedBefore")]
        used_before: u32,
    }

    impl Record for Seat {
        const COLUMNS: &'static [&'static str] = &["product", "usedBefore"];
        fn cells(&self) -> Vec<String> {
            vec![self.product.to_owned(), self.used_before.to_string()]
        }
    }

    fn shown(format: Format, seats: &[Seat]) -> String {
        let mut out = Vec::new();
        list(&mut out, format, seats).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_listing_in_three_forms() {
        let seats = [
            Seat {
                product: "EMS",
                used_before: 7,
            },
            Seat {
                product: "A, B",
                used_before: 12,
            },
        ];
        assert_eq!(
            shown(Format::Table, &seats),
            "PRODUCT  USED BEFORE\nEMS      7\nA, B     12\n"
        );
        assert_eq!(
            shown(Format::Csv, &seats),
            "product,usedBefore\nEMS,7\n\"A, B\",12\n"
        );
        assert_eq!(
            shown(Format::Json, &seats),
            "[\n {\"product\":\"EMS\",\"usedBefore\":7},\n {\"product\":\"A, B\",\"usedBefore\":12}\n]\n"
        );
    }

    #[test]
    fn an_empty_listing_is_still_valid() {
        assert_eq!(shown(Format::Json, &[]), "[]\n");
        assert_eq!(shown(Format::Csv, &[]), "product,usedBefore\n");
    }
}
