//! Lists of users: live ones, or those in the recycle bin.

use zetel_domain::{
    Tenant,
    state::Bits,
    user::{UserOrdinal, UserState, UserView},
};

use super::pages::{Pages, count, number_of};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{self, Condition, UserTest},
    paging::Listing,
    render::{license::LicenseBook, strip::Strip, user::UserRow},
    reply::Reply,
    schema::UserSelection,
};

/// One page of live users, or of those whom a `$filter` chooses.
pub(super) fn live_page(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    let filter = UserFilter::parse(call, tenant, call.options.count)?;
    let of_state = |user: &UserView<'_>| user.head.state() == UserState::Live;
    match filter {
        None => page(call, tenant, Listing::Users, |start| {
            tenant.users().iter_from(start).filter(of_state)
        }),
        Some(filter) => page(call, tenant, Listing::Users, |start| {
            filter.users_from(tenant, start)
        }),
    }
}

/// One page of users in the recycle bin.
pub(super) fn deleted_page(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    page(call, tenant, Listing::DeletedUsers, |start| {
        deleted_from(tenant, start)
    })
}

/// How many live users there are, or how many of them a `$filter` chooses.
pub(super) fn live_count(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    let filter = UserFilter::parse(call, tenant, true)?;
    count(call, || match filter {
        None => tenant.users().live_count(),
        Some(filter) => number_of(filter.users_from(tenant, UserOrdinal(0))),
    })
}

/// How many users are in the recycle bin.
pub(super) fn deleted_count(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    count(call, || number_of(deleted_from(tenant, UserOrdinal(0))))
}

fn deleted_from(tenant: &Tenant, start: UserOrdinal) -> impl Iterator<Item = UserView<'_>> {
    let is_deleted = |user: &UserView<'_>| user.head.state() == UserState::Deleted;
    tenant.users().iter_from(start).filter(is_deleted)
}

fn page<'a, I: Iterator<Item = UserView<'a>>>(
    call: &Call<'_>,
    tenant: &'a Tenant,
    listing: Listing,
    users_from: impl Fn(UserOrdinal) -> I,
) -> Result<Reply, GraphError> {
    let selection = UserSelection::parse(call.options.select.as_deref())?;
    let pages = Pages::new(call, tenant, listing)?;
    let mut strip = Strip::new();
    let book = LicenseBook::new(&call.graph.texts);
    let total = || match (listing, &call.options.filter) {
        (Listing::Users, None) => tenant.users().live_count(),
        _ => number_of(users_from(UserOrdinal(0))),
    };
    let start = UserOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    Ok(pages.write(
        &["users", &selection.context],
        total,
        users_from(start),
        |user| user.ordinal.0.into(),
        |out, user| {
            let row = UserRow {
                tenant,
                user,
                book: &book,
            };
            row.write(out, &selection, &mut strip);
        },
    ))
}

/// A `$filter` on users.
struct UserFilter {
    condition: Condition<UserTest>,
    /// Users outside of whom nobody fits, where an index tells.
    candidates: Option<Bits>,
}

impl UserFilter {
    fn parse(
        call: &Call<'_>,
        tenant: &Tenant,
        asks_for_count: bool,
    ) -> Result<Option<Self>, GraphError> {
        let Some(text) = call.options.filter.as_deref() else {
            return Ok(None);
        };
        let condition: Condition<UserTest> =
            filter::parse(text, call.is_eventual() && asks_for_count)?;
        let candidates = condition.candidates(&|test| test.candidates(tenant));
        Ok(Some(Self {
            condition,
            candidates,
        }))
    }

    /// The live users who fit, from a place on.
    fn users_from<'a>(
        &'a self,
        tenant: &'a Tenant,
        start: UserOrdinal,
    ) -> impl Iterator<Item = UserView<'a>> {
        let users = tenant.users();
        let chosen = self.candidates.as_ref();
        let chosen = chosen.map(|candidates| candidates.iter_from(start.0));
        let all = chosen.is_none().then(|| users.live().iter_from(start.0));
        chosen
            .into_iter()
            .flatten()
            .chain(all.into_iter().flatten())
            .filter_map(|ordinal| users.view(UserOrdinal(ordinal)))
            .filter(UserView::is_live)
            .filter(|user| self.condition.holds(&|test| test.holds(tenant, user)))
    }
}
