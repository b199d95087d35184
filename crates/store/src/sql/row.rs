//! Rows of a result, with typed access.

use std::sync::Arc;

use uuid::Uuid;

use super::{DatabaseError, Value, ValueRef};

/// What an engine's own row offers.
pub(super) trait Cells {
    /// The cell at `column` (from 0), or what is there instead.
    fn cell(&self, column: usize) -> Result<ValueRef<'_>, &'static str>;
    /// The names of the columns, in order.
    fn names(&self) -> Vec<String>;
}

/// A row that lives as long as the step that produced it: nothing is copied.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    statement: &'static str,
    cells: &'a dyn Cells,
}

/// A row of its own.
#[derive(Clone)]
pub struct Row {
    statement: &'static str,
    names: Arc<[String]>,
    values: Box<[Value]>,
}

impl<'a> RowRef<'a> {
    pub(super) fn new(statement: &'static str, cells: &'a dyn Cells) -> Self {
        Self { statement, cells }
    }

    pub(super) fn names(&self) -> Arc<[String]> {
        self.cells.names().into()
    }

    /// A copy whose column names are `names`, shared by all rows of a result.
    pub(super) fn to_row(self, names: &Arc<[String]>) -> Result<Row, DatabaseError> {
        let values = (0..names.len()).map(|column| self.value(column).map(ValueRef::to_value));
        Ok(Row {
            statement: self.statement,
            names: Arc::clone(names),
            values: values.collect::<Result<_, _>>()?,
        })
    }

    /// The cell at `column`, counted from 0, whatever its kind.
    pub fn value(&self, column: usize) -> Result<ValueRef<'a>, DatabaseError> {
        self.cells
            .cell(column)
            .map_err(|found| self.wrong(column, "a value", found))
    }

    fn name(&self, column: usize) -> Option<String> {
        self.cells.names().into_iter().nth(column)
    }
}

impl Row {
    /// The cell at `column`, counted from 0, whatever its kind.
    pub fn value(&self, column: usize) -> Result<ValueRef<'_>, DatabaseError> {
        let value = self.values.get(column).map(Value::as_ref);
        value.ok_or_else(|| self.wrong(column, "a value", "missing"))
    }

    fn name(&self, column: usize) -> Option<String> {
        self.names.get(column).cloned()
    }
}

// Cells may be personal details; a row prints its origin only.
impl std::fmt::Debug for Row {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "a row of {}", self.statement)
    }
}

/// Typed access, the same for both kinds of row.
macro_rules! typed_access {
    ($row:ty) => {
        impl $row {
            /// The integer at `column`, counted from 0.
            pub fn int(&self, column: usize) -> Result<i64, DatabaseError> {
                match self.value(column)? {
                    ValueRef::Int(value) => Ok(value),
                    other => Err(self.wrong(column, "a number", other.kind())),
                }
            }

            /// The 0 or 1 at `column`.
            pub fn boolean(&self, column: usize) -> Result<bool, DatabaseError> {
                match self.int(column)? {
                    0 => Ok(false),
                    1 => Ok(true),
                    _ => Err(self.wrong(column, "0 or 1", "another number")),
                }
            }

            /// The text at `column`.
            pub fn text(&self, column: usize) -> Result<&str, DatabaseError> {
                match self.value(column)? {
                    ValueRef::Text(text) => Ok(text),
                    other => Err(self.wrong(column, "text", other.kind())),
                }
            }

            /// The bytes at `column`.
            pub fn bytes(&self, column: usize) -> Result<&[u8], DatabaseError> {
                match self.value(column)? {
                    ValueRef::Bytes(bytes) => Ok(bytes),
                    other => Err(self.wrong(column, "bytes", other.kind())),
                }
            }

            /// The GUID whose 16 bytes are at `column`.
            pub fn uuid(&self, column: usize) -> Result<Uuid, DatabaseError> {
                Uuid::from_slice(self.bytes(column)?).map_err(|_| {
                    self.wrong(column, "a GUID of 16 bytes", "bytes of another length")
                })
            }

            /// The integer at `column`, or nothing for `NULL`.
            pub fn optional_int(&self, column: usize) -> Result<Option<i64>, DatabaseError> {
                self.is_null(column).and_then(|null| {
                    if null {
                        Ok(None)
                    } else {
                        self.int(column).map(Some)
                    }
                })
            }

            /// The text at `column`, or nothing for `NULL`.
            pub fn optional_text(&self, column: usize) -> Result<Option<&str>, DatabaseError> {
                self.is_null(column).and_then(|null| {
                    if null {
                        Ok(None)
                    } else {
                        self.text(column).map(Some)
                    }
                })
            }

            /// The bytes at `column`, or nothing for `NULL`.
            pub fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, DatabaseError> {
                self.is_null(column).and_then(|null| {
                    if null {
                        Ok(None)
                    } else {
                        self.bytes(column).map(Some)
                    }
                })
            }

            /// The GUID at `column`, or nothing for `NULL`.
            pub fn optional_uuid(&self, column: usize) -> Result<Option<Uuid>, DatabaseError> {
                self.is_null(column).and_then(|null| {
                    if null {
                        Ok(None)
                    } else {
                        self.uuid(column).map(Some)
                    }
                })
            }

            fn is_null(&self, column: usize) -> Result<bool, DatabaseError> {
                Ok(matches!(self.value(column)?, ValueRef::Null))
            }

            fn wrong(
                &self,
                column: usize,
                expected: &'static str,
                found: &'static str,
            ) -> DatabaseError {
                DatabaseError::Column {
                    statement: self.statement.to_owned(),
                    column: self.name(column).unwrap_or_else(|| column.to_string()),
                    expected,
                    found,
                }
            }
        }
    };
}

typed_access!(RowRef<'_>);
typed_access!(Row);
