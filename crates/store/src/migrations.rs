//! The schema, as numbered steps that only go forward.

use std::fmt::Write;

use aws_lc_rs::digest;

use crate::sql::{DatabaseError, Dialect, Statement, Transaction, Value};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place in the order, from 1 without gaps.
    pub number: i64,
    /// What it is called, as in its file name.
    pub name: &'static str,
    /// SQL for both engines, with the tokens `{int}`, `{text}`, `{bytes}` and `{table}`.
    pub text: &'static str,
}

/// All migrations, in order. The first makes the table that the runner keeps its books in.
pub const ALL: &[Migration] = &[
    Migration {
        number: 1,
        name: "foundation",
        text: include_str!("../migrations/0001_foundation.sql"),
    },
    Migration {
        number: 2,
        name: "identity",
        text: include_str!("../migrations/0002_identity.sql"),
    },
    Migration {
        number: 3,
        name: "tenant",
        text: include_str!("../migrations/0003_tenant.sql"),
    },
    Migration {
        number: 4,
        name: "devices",
        text: include_str!("../migrations/0004_devices.sql"),
    },
    Migration {
        number: 5,
        name: "enrollment_failures",
        text: include_str!("../migrations/0005_enrollment_failures.sql"),
    },
    Migration {
        number: 6,
        name: "applications",
        text: include_str!("../migrations/0006_applications.sql"),
    },
    Migration {
        number: 7,
        name: "application_owners",
        text: include_str!("../migrations/0007_application_owners.sql"),
    },
];

const APPLIED: Statement = Statement::new(
    "list migrations",
    "SELECT number, name, checksum FROM schema_migration ORDER BY number",
);
const RECORD: Statement = Statement::new(
    "record migration",
    "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
);

/// The statements of this module.
pub(crate) const STATEMENTS: &[Statement] = &[APPLIED, RECORD];

/// Brings the schema to the last of `migrations`, in the transaction given. Refuses a database that a newer program
/// migrated, and one whose migrations differ from these.
pub(crate) fn run(
    transaction: &mut Transaction<'_>,
    dialect: Dialect,
    migrations: &[Migration],
) -> Result<(), DatabaseError> {
    transaction.batch(dialect.migration_lock())?;
    if let Some(first) = migrations.first() {
        // Says IF NOT EXISTS, so that it may run before its own record can be read.
        transaction.batch(&dialect.schema(first.text)?)?;
    }
    let applied = transaction.query(&APPLIED, &[])?;
    for (index, row) in applied.iter().enumerate() {
        let Some(migration) = migrations.get(index) else {
            let program = migrations.last().map_or(0, |last| last.number);
            let database = applied.last().map_or(Ok(0), |last| last.int(0))?;
            return Err(DatabaseError::Newer { database, program });
        };
        if row.int(0)? != migration.number || row.text(2)? != checksum(migration) {
            return Err(DatabaseError::MigrationChanged {
                number: row.int(0)?,
                name: row.text(1)?.to_owned(),
            });
        }
    }
    for (index, migration) in migrations.iter().enumerate().skip(applied.len()) {
        if index > 0 {
            transaction.batch(&dialect.schema(migration.text)?)?;
        }
        let values = [
            migration.number.into(),
            migration.name.into(),
            Value::Text(checksum(migration)),
        ];
        transaction.execute(&RECORD, &values)?;
    }
    Ok(())
}

/// SHA-256 of the text, in hexadecimal.
fn checksum(migration: &Migration) -> String {
    let digest = digest::digest(&digest::SHA256, migration.text.as_bytes());
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |mut hexadecimal, byte| {
            let _ = write!(hexadecimal, "{byte:02x}");
            hexadecimal
        })
}
