//! Pages of users: live ones, or those in the recycle bin.

use zetel_domain::{
    Tenant,
    user::{UserOrdinal, UserState, UserView},
};

use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    paging::{Listing, PageToken},
    query::{DEFAULT_PAGE, without_skip_token},
    render::{license::LicenseBook, strip::Strip, user::UserRow},
    reply::Reply,
    schema::UserSelection,
};

/// Bytes to make room for per user; a page of default properties takes less.
const BYTES_PER_USER: usize = 512;

impl Listing {
    const fn path(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::DeletedUsers => "directory/deletedItems/microsoft.graph.user",
        }
    }

    const fn state(self) -> UserState {
        match self {
            Self::Users => UserState::Live,
            Self::DeletedUsers => UserState::Deleted,
        }
    }

    fn contains(self, user: &UserView<'_>) -> bool {
        user.head.state() == self.state()
    }

    fn count(self, tenant: &Tenant) -> u32 {
        match self {
            Self::Users => tenant.users().live_count(),
            Self::DeletedUsers => {
                let deleted = tenant.users().iter().filter(|user| self.contains(user));
                u32::try_from(deleted.count()).unwrap_or(u32::MAX)
            }
        }
    }
}

/// One page of a list.
pub(super) fn page(
    call: &Call<'_>,
    tenant: &Tenant,
    listing: Listing,
) -> Result<Reply, GraphError> {
    let selection = UserSelection::parse(call.options.select.as_deref())?;
    let start = match call.options.page {
        Some(token) => token.start(tenant.id(), listing)?,
        None => UserOrdinal(0),
    };
    let length = usize::from(call.options.top.unwrap_or(DEFAULT_PAGE));
    let mut out = Vec::with_capacity(BYTES_PER_USER * (length + 1));
    json::object(&mut out, |out| {
        call.write_context(out, &["users", &selection.context]);
        // Only the first page is counted, and only for clients that accept an eventual answer (licensing.md 7.2, 7.4).
        if call.options.count && call.is_eventual() && call.options.page.is_none() {
            json::key(out, "@odata.count");
            json::count(out, listing.count(tenant));
        }
        json::key(out, "value");
        let mut users = tenant
            .users()
            .iter_from(start)
            .filter(|user| listing.contains(user));
        let mut strip = Strip::new();
        let book = LicenseBook::new(&call.graph.texts);
        json::array(out, users.by_ref().take(length), |out, user| {
            let row = UserRow {
                tenant,
                user,
                book: &book,
            };
            json::object(out, |out| row.write(out, &selection, &mut strip));
        });
        if let Some(next) = users.next() {
            let token = PageToken::new(tenant.id(), listing, next.ordinal);
            write_next_link(call, out, listing, token);
        }
    });
    Ok(Reply::json(out))
}

/// The link to the next page: on the client's own host, with the client's own options.
fn write_next_link(call: &Call<'_>, out: &mut Vec<u8>, listing: Listing, token: PageToken) {
    json::key(out, "@odata.nextLink");
    out.push(b'"');
    call.origin.write(out);
    out.extend_from_slice(b"/v1.0/");
    out.extend_from_slice(listing.path().as_bytes());
    out.push(b'?');
    for pair in without_skip_token(call.query) {
        json::escaped(out, pair.as_bytes());
        out.push(b'&');
    }
    out.extend_from_slice(b"$skiptoken=");
    out.extend_from_slice(token.text().as_bytes());
    out.push(b'"');
}

/// How many there are; asked with `ConsistencyLevel: eventual` (licensing.md 7.2).
pub(super) fn count(
    call: &Call<'_>,
    tenant: &Tenant,
    listing: Listing,
) -> Result<Reply, GraphError> {
    if call.is_eventual() {
        Ok(Reply::count(listing.count(tenant)))
    } else {
        Err(GraphError::refused("$count is not currently supported."))
    }
}
