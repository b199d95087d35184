//! Lists of types with few objects: all are looked at, and pages begin at a position among those that fit.

use std::ops::Range;

use zetel_domain::Tenant;

use super::pages::{self, Pages};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{FilteredByText, PropertyTest, Query},
    paging::Listing,
    query::DEFAULT_PAGE,
    reply::Reply,
    schema::{Entity, Selection},
};

/// The objects that fit the request's `$filter`; whether they are to be counted only.
pub(super) fn filtered<'a, E: FilteredByText>(
    call: &Call<'_>,
    rows: impl IntoIterator<Item = E::Row<'a>>,
    is_count: bool,
) -> Result<Vec<E::Row<'a>>, GraphError> {
    let condition = Query::of(call, is_count)?.condition::<PropertyTest<E>>()?;
    let fits = |row: &E::Row<'a>| {
        condition
            .as_ref()
            .is_none_or(|condition| condition.holds(&|test| test.holds(row)))
    };
    Ok(rows.into_iter().filter(fits).collect())
}

/// Which of so many objects the page shows.
pub(super) fn shown(
    call: &Call<'_>,
    tenant: &Tenant,
    listing: Listing,
    count: usize,
) -> Result<Range<usize>, GraphError> {
    let start = Pages::new(call, tenant, listing)?.start;
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(count);
    let length = usize::from(call.options.top.unwrap_or(DEFAULT_PAGE));
    Ok(start..start.saturating_add(length).min(count))
}

/// The page that a request asks for, of objects that fit.
pub(super) fn page<E: Entity>(
    call: &Call<'_>,
    tenant: &Tenant,
    listing: Listing,
    set: &str,
    rows: &[E::Row<'_>],
) -> Result<Reply, GraphError> {
    let selection = Selection::<E>::parse(call.options.select.as_deref())?;
    let pages = Pages::new(call, tenant, listing)?;
    let start = usize::try_from(pages.start).unwrap_or(usize::MAX);
    Ok(pages.write(
        &[set, &selection.context],
        || count_of(rows.len()),
        rows.iter().enumerate().skip(start),
        |(position, _)| *position as u64,
        |out, (_, row)| selection.write(out, row),
    ))
}

/// The answer to `/$count`.
pub(super) fn count<E: FilteredByText>(
    call: &Call<'_>,
    rows: &[E::Row<'_>],
) -> Result<Reply, GraphError> {
    pages::count(call, || count_of(rows.len()))
}

fn count_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
