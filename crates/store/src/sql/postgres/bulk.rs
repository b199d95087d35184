//! Many rows at once: arrays for `unnest`, and binary COPY.

use std::error::Error;
use std::io::{self, Write};

use bytes::{BufMut, BytesMut};
use postgres::Client;
use postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::sql::{Rows, ValueRef};

/// Rows of one statement. Larger chunks were not faster, and the server holds a chunk in memory.
pub(super) const CHUNK: usize = 10_000;
/// From how many new rows COPY is faster than its additional round trips.
pub(super) const COPY_FROM: usize = 500;
/// Bytes that are handed to the driver at once.
const BUFFER: usize = 256 * 1024;

/// One column of some rows, as an array parameter.
#[derive(Debug)]
pub(super) struct Array<'r> {
    rows: &'r Rows,
    column: usize,
    chunk: &'r [usize],
}

impl<'r> Array<'r> {
    pub(super) fn new(rows: &'r Rows, column: usize, chunk: &'r [usize]) -> Self {
        Self {
            rows,
            column,
            chunk,
        }
    }
}

impl ToSql for Array<'_> {
    /// Dimensions, whether there are nulls, type of the elements, their number, lower bound, elements.
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Kind::Array(element) = kind.kind() else {
            return Err(format!("{kind} is not an array").into());
        };
        out.put_i32(1);
        out.put_i32(1);
        out.put_u32(element.oid());
        out.put_i32(self.chunk.len().try_into()?);
        out.put_i32(1);
        for row in self.chunk {
            put_cell(out, self.rows.cell(*row, self.column))?;
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(kind.kind(), Kind::Array(_))
    }

    to_sql_checked!();
}

/// A cell with its length before it, as arrays and COPY have it.
fn put_cell(out: &mut BytesMut, value: ValueRef<'_>) -> Result<(), std::num::TryFromIntError> {
    match value {
        ValueRef::Null => out.put_i32(-1),
        ValueRef::Int(value) => {
            out.put_i32(8);
            out.put_i64(value);
        }
        ValueRef::Text(text) => {
            out.put_i32(text.len().try_into()?);
            out.put_slice(text.as_bytes());
        }
        ValueRef::Bytes(bytes) => {
            out.put_i32(bytes.len().try_into()?);
            out.put_slice(bytes);
        }
    }
    Ok(())
}

/// Copies rows into their table. An error that the driver reports is inside the [`io::Error`].
pub(super) fn copy(client: &mut Client, rows: &Rows, order: &[usize]) -> io::Result<u64> {
    let table = rows.table();
    let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let text = format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary)",
        table.name,
        columns.join(", ")
    );
    let mut writer = client.copy_in(&text).map_err(io::Error::other)?;
    let mut buffer = BytesMut::with_capacity(BUFFER + BUFFER / 4);
    // Signature, flags, length of the header's extension.
    buffer.put_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    let width = i16::try_from(rows.width()).map_err(io::Error::other)?;
    for row in order {
        buffer.put_i16(width);
        for column in 0..rows.width() {
            put_cell(&mut buffer, rows.cell(*row, column)).map_err(io::Error::other)?;
        }
        if buffer.len() >= BUFFER {
            writer.write_all(&buffer)?;
            buffer.clear();
        }
    }
    buffer.put_i16(-1);
    writer.write_all(&buffer)?;
    writer.finish().map_err(io::Error::other)
}
