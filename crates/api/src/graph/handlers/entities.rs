//! Lists and single entities of the types that are few.

use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    reply::Reply,
    schema::{Entity, Selection},
};

/// All entities of a set.
pub(super) fn list<'a, E: Entity>(
    call: &Call<'_>,
    set: &str,
    rows: impl Iterator<Item = E::Row<'a>>,
) -> Result<Reply, GraphError> {
    let selection = Selection::<E>::parse(call.options.select.as_deref())?;
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &[set, &selection.context]);
        json::key(out, "value");
        json::array(out, rows, |out, row| {
            json::object(out, |out| selection.write(out, &row));
        });
    });
    Ok(Reply::json(out))
}

/// One entity of a set.
pub(super) fn single<E: Entity>(
    call: &Call<'_>,
    set: &str,
    row: &E::Row<'_>,
) -> Result<Reply, GraphError> {
    let selection = Selection::<E>::parse(call.options.select.as_deref())?;
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &[set, &selection.context, "/$entity"]);
        selection.write(out, row);
    });
    Ok(Reply::json(out))
}
