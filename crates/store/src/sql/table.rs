//! Bulk writes: a declared table, and rows for it in columns.

use std::cmp::Ordering;

use super::{DatabaseError, ValueRef};

/// Kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit integer: `{int}` in a migration.
    Int,
    /// UTF-8 text, ordered by its bytes: `{text}` in a migration.
    Text,
    /// Bytes, also GUIDs: `{bytes}` in a migration.
    Bytes,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in SQL.
    pub name: &'static str,
    /// Kind of its values.
    pub kind: Kind,
    /// Whether `NULL` may be stored.
    pub nullable: bool,
}

impl Column {
    /// A column of integers that are never `NULL`.
    pub const fn int(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Int,
            nullable: false,
        }
    }

    /// A column of text that is never `NULL`.
    pub const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Text,
            nullable: false,
        }
    }

    /// A column of bytes that are never `NULL`.
    pub const fn bytes(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Bytes,
            nullable: false,
        }
    }

    /// The same column, where `NULL` is allowed.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            nullable: true,
            ..self
        }
    }
}

/// A table that is written in bulk.
#[derive(Debug)]
pub struct Table {
    /// Name in SQL.
    pub name: &'static str,
    /// All columns, those of the primary key first and in its order.
    pub columns: &'static [Column],
    /// How many leading columns are the primary key; at least one.
    pub key: usize,
}

/// Rows, or keys of rows, of one [`Table`], held as columns.
///
/// They may be pushed in any order; ascending key order is the fastest. They are written in key order, so that
/// two writers never wait for each other in a circle.
#[derive(Debug)]
pub struct Rows {
    table: &'static Table,
    columns: Vec<Packed>,
    length: usize,
    ascending: bool,
}

#[derive(Debug)]
enum Cells {
    Int(Vec<i64>),
    Text { text: String, ends: Vec<usize> },
    Bytes { bytes: Vec<u8>, ends: Vec<usize> },
}

#[derive(Debug)]
struct Packed {
    cells: Cells,
    /// Whether a row's cell is `NULL`; shorter than the rows when none of the rest is.
    null: Vec<bool>,
}

impl Packed {
    fn new(kind: Kind) -> Self {
        let cells = match kind {
            Kind::Int => Cells::Int(Vec::new()),
            Kind::Text => Cells::Text {
                text: String::new(),
                ends: Vec::new(),
            },
            Kind::Bytes => Cells::Bytes {
                bytes: Vec::new(),
                ends: Vec::new(),
            },
        };
        Self {
            cells,
            null: Vec::new(),
        }
    }

    /// Appends a cell that [`fits`] the column.
    fn push(&mut self, row: usize, value: ValueRef<'_>) {
        if value == ValueRef::Null {
            self.null.resize(row, false);
            self.null.push(true);
        }
        match &mut self.cells {
            Cells::Int(values) => values.push(if let ValueRef::Int(value) = value {
                value
            } else {
                0
            }),
            Cells::Text { text, ends } => {
                text.push_str(if let ValueRef::Text(value) = value {
                    value
                } else {
                    ""
                });
                ends.push(text.len());
            }
            Cells::Bytes { bytes, ends } => {
                bytes.extend_from_slice(if let ValueRef::Bytes(value) = value {
                    value
                } else {
                    &[]
                });
                ends.push(bytes.len());
            }
        }
    }

    fn get(&self, row: usize) -> ValueRef<'_> {
        if self.null.get(row).copied().unwrap_or(false) {
            return ValueRef::Null;
        }
        let start = |ends: &[usize]| if row == 0 { 0 } else { ends[row - 1] };
        match &self.cells {
            Cells::Int(values) => ValueRef::Int(values[row]),
            Cells::Text { text, ends } => ValueRef::Text(&text[start(ends)..ends[row]]),
            Cells::Bytes { bytes, ends } => ValueRef::Bytes(&bytes[start(ends)..ends[row]]),
        }
    }
}

fn fits(column: &Column, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => column.nullable,
        ValueRef::Int(_) => column.kind == Kind::Int,
        ValueRef::Text(_) => column.kind == Kind::Text && value.storable(),
        ValueRef::Bytes(_) => column.kind == Kind::Bytes,
    }
}

impl Rows {
    /// No rows yet; each will have all columns of the table. For `upsert` and `insert_new`.
    pub fn new(table: &'static Table) -> Self {
        Self::with_width(table, table.columns.len())
    }

    /// No keys yet; each will have the table's key columns only. For `delete`.
    pub fn keys(table: &'static Table) -> Self {
        Self::with_width(table, table.key)
    }

    fn with_width(table: &'static Table, width: usize) -> Self {
        let columns = table
            .columns
            .iter()
            .take(width)
            .map(|column| Packed::new(column.kind))
            .collect();
        Self {
            table,
            columns,
            length: 0,
            ascending: true,
        }
    }

    /// Appends a row. Fails when the number of cells, their kinds, a `NULL` or a NUL character do not fit the table.
    pub fn push(&mut self, cells: &[ValueRef<'_>]) -> Result<(), DatabaseError> {
        if cells.len() != self.columns.len() {
            let reason = format!(
                "a row has {} cells instead of {}",
                cells.len(),
                self.columns.len()
            );
            return Err(self.misfit(reason));
        }
        for (column, value) in self.table.columns.iter().zip(cells) {
            if !fits(column, *value) {
                return Err(self.misfit(format!(
                    "column {} cannot hold {} like this",
                    column.name,
                    value.kind()
                )));
            }
        }
        for (column, value) in self.columns.iter_mut().zip(cells) {
            column.push(self.length, *value);
        }
        self.length += 1;
        if self.ascending && self.length > 1 {
            self.ascending = self.compare(self.length - 2, self.length - 1) == Ordering::Less;
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The table that the rows belong to.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Shows every cell, row by row.
    pub(crate) fn for_each_cell(&self, mut visit: impl FnMut(ValueRef<'_>)) {
        for row in 0..self.length {
            for column in &self.columns {
                visit(column.get(row));
            }
        }
    }

    /// Number of columns of each row.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The cell of a row, both counted from 0.
    pub(crate) fn cell(&self, row: usize, column: usize) -> ValueRef<'_> {
        self.columns[column].get(row)
    }

    /// The positions of the rows in key order. With `distinct`, of rows with the same key only the last one.
    pub(super) fn order(&self, distinct: bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.length).collect();
        if !self.ascending {
            order.sort_by(|left, right| self.compare(*left, *right));
            if distinct {
                order.dedup_by(|later, kept| {
                    let same = self.compare(*later, *kept) == Ordering::Equal;
                    if same {
                        *kept = *later;
                    }
                    same
                });
            }
        }
        order
    }

    fn compare(&self, left: usize, right: usize) -> Ordering {
        let mut columns = self.columns.iter().take(self.table.key);
        columns
            .find_map(|column| {
                Some(column.get(left).cmp(&column.get(right))).filter(|order| order.is_ne())
            })
            .unwrap_or(Ordering::Equal)
    }

    pub(super) fn misfit(&self, reason: String) -> DatabaseError {
        DatabaseError::Values {
            statement: format!("table {}", self.table.name),
            reason,
        }
    }
}
