//! Refusals to enroll a device: nothing else says what they should be, but their ids must be ids.

use super::finding::{Advice, Finder};
use crate::{
    schema,
    sql::{DatabaseError, Statement, View},
};

const COUNT_MALFORMED: Statement = Statement::new(
    "count malformed enrollment failures",
    "SELECT count(*) FROM enrollment_failure \
     WHERE length(id) <> 16 OR length(user_id) <> 16 OR length(device_id) <> 16",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[COUNT_MALFORMED];

/// Rows whose ids are none.
pub fn examine(view: &mut View<'_>, finder: &mut Finder<'_>) -> Result<(), DatabaseError> {
    let rows = view.query(&COUNT_MALFORMED, &[])?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    if count > 0 {
        let table = &schema::enrollment_failure::TABLE;
        let text = format!("{count} rows of `{}` have an id that is none", table.name);
        finder.find(table, text, Advice::Refusal);
    }
    Ok(())
}
