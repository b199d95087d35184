//! All SQL of this crate: statements as named constants, and rows as values. The schema is the store's migration 2.

mod credentials;
mod grants;
mod keys;

pub use credentials::PASSWORD_TABLE;
pub(crate) use credentials::*;
pub(crate) use grants::*;
pub(crate) use keys::*;

use zetel_store::sql::Statement;

/// Every statement of this crate, for the test that prepares each on both engines.
pub fn statements() -> Vec<Statement> {
    [KEY_STATEMENTS, CREDENTIAL_STATEMENTS, GRANT_STATEMENTS].concat()
}
