//! Copies of whole databases: backup, restore, and moving between the engines.

use std::path::Path;

use crate::{
    schema::{self, Stored},
    sql::{DatabaseError, Rows, Target, Transaction, ValueRef, View, back_up_file},
    store::{Head, Store, all_heads, state_hash},
};

/// Rows, and bytes of text and content, that are handed over at once.
const ROWS: usize = 10_000;
const BYTES: usize = 8 * 1024 * 1024;

/// What to do with a target that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// Refuse.
    Never,
    /// Replace everything in it. No server may use it meanwhile.
    Everything,
}

/// What was copied and compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Tenants.
    pub tenants: u64,
    /// Rows of all tables.
    pub rows: u64,
}

/// Why a database was not copied. Except after [`CopyError::Differs`], the target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target holds something.
    #[error("{target} is not empty: `{table}` has rows")]
    NotEmpty {
        /// The target, without a password.
        target: String,
        /// The first table with rows.
        table: &'static str,
    },
    /// The target is the source.
    #[error("{0} cannot be copied onto itself")]
    Same(String),
    /// The copy is not what was copied.
    #[error("the copy differs: {0}; do not use it")]
    Differs(String),
    /// A database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Copies everything from one database to another, on whatever engines, and compares the two. The source may be in
/// use: the copy is of one moment. The target changes in one transaction, all or nothing.
pub fn copy(from: &Store, to: &Store, overwrite: Overwrite) -> Result<Copied, CopyError> {
    let (source, target) = (from.database(), to.database());
    if source.target() == target.target() {
        return Err(CopyError::Same(source.target().to_string()));
    }
    if overwrite == Overwrite::Never
        && let Some(table) = first_with_rows(to)?
    {
        return Err(CopyError::NotEmpty {
            target: target.target().to_string(),
            table,
        });
    }
    let expected = source.view(|view| {
        target.transaction(|transaction| {
            if overwrite == Overwrite::Everything {
                empty(transaction)?;
            }
            schema::ALL
                .iter()
                .try_for_each(|stored| copy_table(view, transaction, stored))
        })?;
        Picture::of(from, view)
    })?;
    let found = target.view(|view| Picture::of(to, view))?;
    compare(&expected, &found)?;
    Ok(found.copied())
}

/// Copies a database that may be in use into a folder that has none, and compares the two. The folder can be opened
/// like any data folder, and copied back.
pub fn back_up(from: &Store, folder: &Path) -> Result<Copied, CopyError> {
    let target = Target::Sqlite(folder.to_owned());
    if target.check_exists().is_ok() {
        return Err(CopyError::NotEmpty {
            target: target.to_string(),
            table: "a database",
        });
    }
    let Target::Sqlite(source) = from.database().target() else {
        return copy(from, &Store::open(&target)?, Overwrite::Never);
    };
    back_up_file(source, folder)?;
    let to = Store::open(&target)?;
    let found = to.database().view(|view| Picture::of(&to, view))?;
    found.check_ends(&to)?;
    Ok(found.copied())
}

fn first_with_rows(store: &Store) -> Result<Option<&'static str>, DatabaseError> {
    store.database().view(|view| {
        for stored in schema::ALL {
            if count(view, stored)? > 0 {
                return Ok(Some(stored.table.name));
            }
        }
        Ok(None)
    })
}

fn count(view: &mut View<'_>, stored: &Stored) -> Result<u64, DatabaseError> {
    let rows = view.query(&stored.count, &[])?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn empty(transaction: &mut Transaction<'_>) -> Result<(), DatabaseError> {
    for stored in schema::ALL {
        transaction.execute(&stored.clear, &[])?;
    }
    Ok(())
}

fn copy_table(
    view: &mut View<'_>,
    transaction: &mut Transaction<'_>,
    stored: &Stored,
) -> Result<(), DatabaseError> {
    let mut rows = Rows::new(stored.table);
    let mut bytes = 0;
    view.for_each(&stored.read, &[], |row| {
        let cells: Vec<ValueRef<'_>> = (0..stored.table.columns.len())
            .map(|column| row.value(column))
            .collect::<Result<_, _>>()?;
        rows.push(&cells)?;
        bytes += cells.iter().map(|cell| size(*cell)).sum::<usize>();
        if rows.len() >= ROWS || bytes >= BYTES {
            transaction.insert_new(&rows)?;
            rows = Rows::new(stored.table);
            bytes = 0;
        }
        Ok(())
    })?;
    transaction.insert_new(&rows)
}

const fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null | ValueRef::Int(_) => 8,
        ValueRef::Text(text) => text.len(),
        ValueRef::Bytes(bytes) => bytes.len(),
    }
}

/// What two equal databases have in common.
struct Picture {
    counts: Vec<(&'static str, u64)>,
    /// Where each journal ends, and the hash of the state that the tables say.
    tenants: Vec<(Head, [u8; 32])>,
}

impl Picture {
    fn of(store: &Store, view: &mut View<'_>) -> Result<Self, DatabaseError> {
        let mut counts = Vec::new();
        for stored in schema::ALL {
            counts.push((stored.table.name, count(view, stored)?));
        }
        let mut tenants = Vec::new();
        for head in all_heads(view)? {
            tenants.push((head, state_hash(&store.load_in(view, &head)?)?));
        }
        Ok(Self { counts, tenants })
    }

    fn copied(&self) -> Copied {
        Copied {
            tenants: self.tenants.len() as u64,
            rows: self.counts.iter().map(|(_, count)| count).sum(),
        }
    }

    /// Each journal must end as its head says.
    fn check_ends(&self, store: &Store) -> Result<(), CopyError> {
        for (head, _) in &self.tenants {
            if store.hash(head.key, head.generation)? != head.hash {
                return Err(CopyError::Differs(format!(
                    "the journal of tenant {} does not end as it should",
                    head.tenant_id
                )));
            }
        }
        Ok(())
    }
}

fn compare(expected: &Picture, found: &Picture) -> Result<(), CopyError> {
    for ((table, expected), (_, found)) in expected.counts.iter().zip(&found.counts) {
        if expected != found {
            return Err(CopyError::Differs(format!(
                "`{table}` has {found} rows instead of {expected}"
            )));
        }
    }
    let differing = expected
        .tenants
        .iter()
        .zip(&found.tenants)
        .find(|(expected, found)| expected != found);
    match differing {
        None => Ok(()),
        Some(((head, _), _)) => Err(CopyError::Differs(format!(
            "tenant {} is not what it was at generation {}",
            head.tenant_id, head.generation
        ))),
    }
}
