//! What can go wrong between the program and its database.

/// A failure of the database or of its content. Names the object, never a stored value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The text names neither a folder nor a `PostgreSQL` URL.
    #[error("`{0}` is not a database; give a data folder or a URL that starts with postgres://")]
    Target(String),
    /// The database cannot be reached or opened.
    #[error("cannot open the database {target}: {reason}")]
    Open {
        /// The database, without a password.
        target: String,
        /// What the system or the server said.
        reason: String,
    },
    /// The engine refused a statement.
    #[error("the database refused `{statement}`: {reason}")]
    Statement {
        /// Name of the statement.
        statement: String,
        /// What the engine said.
        reason: String,
    },
    /// A row with the same key exists.
    #[error("`{statement}` would store the same key twice: {constraint}")]
    Unique {
        /// Name of the statement.
        statement: String,
        /// The constraint or the columns, as the engine names them.
        constraint: String,
    },
    /// Another writer is in the way; the transaction was rolled back and may be run again.
    #[error("`{statement}` had to give way to another writer; try again")]
    Busy {
        /// Name of the statement.
        statement: String,
    },
    /// The connection was lost before the commit was asked for: nothing was changed. The next use connects again.
    #[error(
        "the connection to the database was lost during `{statement}`; nothing was changed, try again"
    )]
    Disconnected {
        /// Name of the statement.
        statement: String,
    },
    /// The connection or the disk failed while committing: the change may be stored or not.
    /// Read the database again before deciding what to do; never just repeat the change.
    #[error(
        "it is unknown whether the last change was stored ({reason}); read it again before repeating it"
    )]
    CommitUnknown {
        /// What failed.
        reason: String,
    },
    /// A column of a result holds something else than the program expects.
    #[error("column `{column}` of `{statement}` should be {expected} but is {found}")]
    Column {
        /// Name of the statement.
        statement: String,
        /// Name of the column, or its position when it has none.
        column: String,
        /// What was asked for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// Values given to a statement or a bulk write do not fit it.
    #[error("the values for `{statement}` do not fit: {reason}")]
    Values {
        /// Name of the statement or table.
        statement: String,
        /// What does not fit.
        reason: String,
    },
    /// The stored content contradicts itself. For callers that decode rows.
    #[error("the database is damaged: {0}; run `zetel doctor`")]
    Damaged(String),
    /// The database was written by a newer version.
    #[error(
        "the database has schema version {database}, this program knows up to {program}; install the newer program"
    )]
    Newer {
        /// Highest migration in the database.
        database: i64,
        /// Highest migration that the program knows.
        program: i64,
    },
    /// A migration that ran differs from the one in the program.
    #[error(
        "migration {number} ({name}) of the database is not the one of this program; use the program that created the database, or a backup"
    )]
    MigrationChanged {
        /// Number of the migration.
        number: i64,
        /// Name of the migration in the database.
        name: String,
    },
}
