//! The tables of facts against the state that the journal gives, row by row.

use std::cmp::Ordering;

use zetel_domain::Tenant;

use super::finding::{Advice, Finder, key_words, shown};
use crate::{
    facts::{Chunks, rows_of},
    schema::{FACTS, OfTenant},
    sql::{DatabaseError, RowRef, Rows, Table, ValueRef, View},
};

/// Compares every table of facts with a state.
pub fn compare(
    view: &mut View<'_>,
    key: i64,
    tenant: &Tenant,
    finder: &mut Finder<'_>,
) -> Result<(), DatabaseError> {
    for facts in &FACTS {
        let result = compare_table(view, key, facts, tenant, finder);
        finder.damage(facts.table, result)?;
    }
    Ok(())
}

/// Both sides come in key order, so that neither is held whole.
fn compare_table(
    view: &mut View<'_>,
    key: i64,
    facts: &OfTenant,
    tenant: &Tenant,
    finder: &mut Finder<'_>,
) -> Result<(), DatabaseError> {
    let table = facts.table;
    let mut expected = Cursor::new(table, rows_of(table, key, tenant))?;
    view.for_each(&facts.load, &[key.into()], |row| {
        let cells: Vec<ValueRef<'_>> = (0..table.columns.len())
            .map(|column| row_cell(&row, column))
            .collect::<Result<_, _>>()?;
        loop {
            match expected.compare(&cells) {
                Some(Ordering::Less) => {
                    expected.find_missing(finder);
                    expected.advance()?;
                }
                Some(Ordering::Equal) => {
                    expected.compare_cells(&cells, finder);
                    return expected.advance();
                }
                Some(Ordering::Greater) | None => {
                    let key = key_words(table, |column| cells[column]);
                    let text = format!(
                        "`{}` has a row {key} that the journal does not know",
                        table.name
                    );
                    finder.find(table, text, Advice::Fact);
                    return Ok(());
                }
            }
        }
    })?;
    while !expected.is_at_end() {
        expected.find_missing(finder);
        expected.advance()?;
    }
    Ok(())
}

fn row_cell<'r>(row: &RowRef<'r>, column: usize) -> Result<ValueRef<'r>, DatabaseError> {
    row.value(column)
}

/// The rows that a state means, one after the other.
struct Cursor<'t> {
    table: &'static Table,
    chunks: Chunks<'t>,
    rows: Rows,
    row: usize,
}

impl<'t> Cursor<'t> {
    fn new(table: &'static Table, chunks: Chunks<'t>) -> Result<Self, DatabaseError> {
        let mut cursor = Self {
            table,
            chunks,
            rows: Rows::new(table),
            row: 0,
        };
        cursor.fill()?;
        Ok(cursor)
    }

    fn fill(&mut self) -> Result<(), DatabaseError> {
        while self.row >= self.rows.len()
            && let Some(rows) = self.chunks.next()
        {
            self.rows = rows?;
            self.row = 0;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), DatabaseError> {
        self.row += 1;
        self.fill()
    }

    fn is_at_end(&self) -> bool {
        self.row >= self.rows.len()
    }

    fn cell(&self, column: usize) -> ValueRef<'_> {
        self.rows.cell(self.row, column)
    }

    /// The expected row's key against a stored one's; nothing at the end.
    fn compare(&self, stored: &[ValueRef<'_>]) -> Option<Ordering> {
        if self.is_at_end() {
            return None;
        }
        let keys = (0..self.table.key).map(|column| self.cell(column));
        Some(keys.cmp(stored.iter().copied().take(self.table.key)))
    }

    fn compare_cells(&self, stored: &[ValueRef<'_>], finder: &mut Finder<'_>) {
        let table = self.table;
        for (column, (found, declared)) in stored.iter().zip(table.columns).enumerate() {
            let expected = self.cell(column);
            if *found != expected {
                let key = key_words(table, |column| self.cell(column));
                let text = format!(
                    "`{}` of `{}`, row {key}, is {}, but the journal says {}",
                    declared.name,
                    table.name,
                    shown(table, column, *found),
                    shown(table, column, expected)
                );
                finder.find(table, text, Advice::Fact);
            }
        }
    }

    fn find_missing(&self, finder: &mut Finder<'_>) {
        let key = key_words(self.table, |column| self.cell(column));
        let text = format!("`{}` lacks the row {key}", self.table.name);
        finder.find(self.table, text, Advice::Fact);
    }
}
