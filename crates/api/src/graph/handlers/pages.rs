//! Pages of lists, and their counts.

use zetel_domain::Tenant;
use zetel_query::Ordering;

use super::sorting::Sort;
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    paging::{Key, Listing, PageToken},
    query::{DEFAULT_PAGE, without_skip_token},
    reply::Reply,
};

/// Bytes to make room for per object; a page of default properties of users takes less.
const BYTES_PER_OBJECT: usize = 512;

/// A list that is answered by pages.
pub(super) struct Pages<'c, 'r> {
    call: &'c Call<'r>,
    tenant: &'c Tenant,
    listing: Listing,
    /// Where this page begins.
    pub start: u64,
}

impl<'c, 'r> Pages<'c, 'r> {
    /// The page of a list that a request asks for.
    pub fn new(
        call: &'c Call<'r>,
        tenant: &'c Tenant,
        listing: Listing,
    ) -> Result<Self, GraphError> {
        let start = match &call.options.page {
            Some(token) => token.start(tenant.id(), listing)?,
            None => 0,
        };
        Ok(Self {
            call,
            tenant,
            listing,
            start,
        })
    }

    /// The page of a list in the order of `$orderby`, and that order.
    pub fn sorted(
        call: &'c Call<'r>,
        tenant: &'c Tenant,
        listing: Listing,
        ordering: Ordering,
    ) -> Result<(Self, Sort), GraphError> {
        let mut sort = Sort::new(ordering);
        if let Some(token) = &call.options.page {
            sort.after = Some(token.start_after(tenant.id(), listing, &sort.name())?);
        }
        let pages = Self {
            call,
            tenant,
            listing,
            start: 0,
        };
        Ok((pages, sort))
    }

    /// How many objects fit.
    pub fn length(&self) -> usize {
        usize::from(self.call.options.top.unwrap_or(DEFAULT_PAGE))
    }

    /// Writes the page: the objects from its start on, as many as fit, and the link to the next page.
    pub fn write<T>(
        &self,
        context: &[&str],
        count: impl FnOnce() -> u32,
        mut objects: impl Iterator<Item = T>,
        place: impl Fn(&T) -> u64,
        write: impl FnMut(&mut Vec<u8>, T),
    ) -> Reply {
        self.body(context, count, objects.by_ref(), write, |objects| {
            let next = objects.next()?;
            Some(PageToken::new(self.tenant.id(), self.listing, place(&next)))
        })
    }

    /// Writes a page of a list in an order: its objects, and one more if there are more.
    pub fn write_sorted<T>(
        &self,
        context: &[&str],
        count: impl FnOnce() -> u32,
        (sort, objects): (&Sort, Vec<T>),
        position: impl Fn(&T) -> (Key, u64),
        write: impl FnMut(&mut Vec<u8>, T),
    ) -> Reply {
        let last = objects.get(self.length() - 1).map(position);
        let token = last
            .filter(|_| objects.len() > self.length())
            .map(|last| PageToken::after(self.tenant.id(), self.listing, &sort.name(), last));
        self.body(context, count, objects.into_iter(), write, |_| token)
    }

    fn body<T, I: Iterator<Item = T>>(
        &self,
        context: &[&str],
        count: impl FnOnce() -> u32,
        mut objects: I,
        mut write: impl FnMut(&mut Vec<u8>, T),
        token: impl FnOnce(&mut I) -> Option<PageToken>,
    ) -> Reply {
        let call = self.call;
        let length = self.length();
        let mut out = Vec::with_capacity(BYTES_PER_OBJECT * (length + 1));
        json::object(&mut out, |out| {
            call.write_context(out, context);
            // Only the first page is counted, and what is in the directory only for clients that accept an eventual
            // answer (licensing.md 7.2, 7.4).
            let is_countable = call.is_eventual() || !self.listing.is_of_directory();
            if call.options.count && is_countable && call.options.page.is_none() {
                json::key(out, "@odata.count");
                json::count(out, count());
            }
            json::key(out, "value");
            json::array(out, objects.by_ref().take(length), |out, object| {
                json::object(out, |out| write(out, object));
            });
            if let Some(token) = token(&mut objects) {
                self.write_next_link(out, &token);
            }
        });
        Reply::json(out)
    }

    /// The link to the next page: on the client's own host, with the client's own options.
    pub(super) fn write_next_link(&self, out: &mut Vec<u8>, token: &PageToken) {
        json::key(out, "@odata.nextLink");
        out.push(b'"');
        self.call.origin.write(out);
        let path = match self.listing {
            Listing::Users => "/v1.0/users",
            Listing::DeletedUsers => "/v1.0/directory/deletedItems/microsoft.graph.user",
            Listing::Groups => "/v1.0/groups",
            Listing::DeletedGroups => "/v1.0/directory/deletedItems/microsoft.graph.group",
            Listing::Related(..)
            | Listing::Audits
            | Listing::Changes
            | Listing::History(_)
            | Listing::TroubleshootingEvents
            | Listing::WaitingList(_)
            | Listing::ManagedDevices
            | Listing::ManagedDevicesOf(_)
            | Listing::DirectoryDevices
            | Listing::DirectoryDevicesOf(_)
            | Listing::Applications
            | Listing::ServicePrincipals
            | Listing::RoleAssignments => self.call.path,
        };
        json::escaped(out, path.as_bytes());
        out.push(b'?');
        for pair in without_skip_token(self.call.query) {
            json::escaped(out, pair.as_bytes());
            out.push(b'&');
        }
        out.extend_from_slice(b"$skiptoken=");
        out.extend_from_slice(token.text().as_bytes());
        out.push(b'"');
    }
}

/// How many there are; asked with `ConsistencyLevel: eventual` (licensing.md 7.2).
pub(super) fn count(call: &Call<'_>, count: impl FnOnce() -> u32) -> Result<Reply, GraphError> {
    if call.is_eventual() {
        Ok(Reply::count(count()))
    } else {
        Err(GraphError::refused("$count is not currently supported."))
    }
}

/// How many items an iterator has.
pub(super) fn number_of(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
