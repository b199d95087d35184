//! Lists of users: live ones, or those in the recycle bin.

use zetel_domain::{
    Tenant,
    state::Bits,
    user::{self, UserOrdinal, UserProperty, UserState, UserView},
};
use zetel_engine::Snapshot;
use zetel_query::{Condition, Reach};

use super::{
    expanded::Expanded,
    pages::{Pages, count, number_of},
    related::On,
    sorting::{Sort, ordering},
};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{Query, UserTest, deleted_principal_name},
    paging::{Key, Listing},
    relations::Object,
    render::{license::LicenseBook, strip::Strip, user::UserRow},
    reply::Reply,
    schema::UserSelection,
};

/// One page of live users, or of those whom a request chooses.
pub(super) fn live_page(call: &Call<'_>, tenant: &Snapshot) -> Result<Reply, GraphError> {
    let choice = Choice::of_live(call, tenant, &Query::of(call, false)?)?;
    page(call, Listing::Users, &choice)
}

/// One page of users in the recycle bin.
pub(super) fn deleted_page(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    let choice = Choice::of_deleted(tenant, &Query::of(call, false)?)?;
    page(call, Listing::DeletedUsers, &choice)
}

/// How many live users there are, or how many of them a request chooses.
pub(super) fn live_count(call: &Call<'_>, tenant: &Snapshot) -> Result<Reply, GraphError> {
    let choice = Choice::of_live(call, tenant, &Query::of(call, true)?)?;
    count(call, || choice.count())
}

/// How many users are in the recycle bin.
pub(super) fn deleted_count(call: &Call<'_>, tenant: &Tenant) -> Result<Reply, GraphError> {
    let choice = Choice::of_deleted(tenant, &Query::of(call, true)?)?;
    count(call, || choice.count())
}

fn page(call: &Call<'_>, listing: Listing, choice: &Choice<'_>) -> Result<Reply, GraphError> {
    let tenant = choice.tenant;
    let selection = UserSelection::parse(call.options.select.as_deref())?;
    let ordering = ordering::<UserTest>(call)?;
    let expanded = Expanded::parse(call, tenant, On::User)?;
    let mut strip = Strip::new();
    let book = LicenseBook::new(&call.graph.texts);
    let write = |out: &mut Vec<u8>, user: UserView<'_>| {
        let row = UserRow {
            tenant,
            user,
            book: &book,
        };
        row.write(out, &selection, &mut strip);
        if let Some(expanded) = &expanded {
            expanded.write(out, &Object::User(user), &mut strip);
        }
    };
    let context = Expanded::context(expanded.as_ref(), &selection.context);
    let context = ["users", &context];
    let total = || choice.count();
    if let Some(ordering) = ordering {
        let (pages, sort) = Pages::sorted(call, tenant, listing, ordering)?;
        let users = choice.sorted(&sort, pages.length() + 1);
        let position = |user: &UserView<'_>| position(&sort, user);
        return Ok(pages.write_sorted(&context, total, (&sort, users), position, write));
    }
    let pages = Pages::new(call, tenant, listing)?;
    let start = UserOrdinal(u32::try_from(pages.start).unwrap_or(u32::MAX));
    Ok(pages.write(
        &context,
        total,
        choice.users_from(start),
        |user| user.ordinal.0.into(),
        write,
    ))
}

/// The place of a user in a list in an order.
fn position(sort: &Sort, user: &UserView<'_>) -> (Key, u64) {
    let key = match sort.ordering.property.name {
        "createdDateTime" => Key::Time(user.head.created.0),
        "deletedDateTime" => user
            .head
            .deleted
            .map_or(Key::Null, |deleted| Key::Time(deleted.0)),
        "userPrincipalName" if user.head.deleted.is_some() => {
            Key::of_text(&deleted_principal_name(user))
        }
        name => {
            let property = UserProperty::parse(name);
            Key::of_text(property.map_or("", |property| user.record.text(property)))
        }
    };
    (key, user.ordinal.0.into())
}

/// The users whom a request chooses.
struct Choice<'a> {
    tenant: &'a Tenant,
    state: UserState,
    condition: Option<Condition<UserTest>>,
    /// Live users outside of whom nobody fits, where sets tell.
    candidates: Option<Bits>,
    /// Whether all of the candidates fit.
    is_exact: bool,
}

impl<'a> Choice<'a> {
    fn of_live(call: &Call<'_>, tenant: &'a Snapshot, query: &Query) -> Result<Self, GraphError> {
        let mut choice = Self::of_state(tenant, UserState::Live, query)?;
        if let Some(condition) = &choice.condition {
            let live = tenant.users().live();
            let find = || condition.reach(live, &|test| test.reach(tenant));
            let recent = &call.graph.recent_sets;
            (choice.candidates, choice.is_exact) =
                match recent.get(tenant, tenant.generation(), &call.options, find) {
                    Reach::Exactly(set) => (Some(set), true),
                    Reach::Within(set) => (Some(set), false),
                    Reach::Unknown => (Some(live.clone()), false),
                };
        }
        Ok(choice)
    }

    /// No set knows deleted users.
    fn of_deleted(tenant: &'a Tenant, query: &Query) -> Result<Self, GraphError> {
        Self::of_state(tenant, UserState::Deleted, query)
    }

    fn of_state(tenant: &'a Tenant, state: UserState, query: &Query) -> Result<Self, GraphError> {
        Ok(Self {
            tenant,
            state,
            condition: query.condition()?,
            candidates: None,
            is_exact: false,
        })
    }

    fn fits(&self, user: &UserView<'_>) -> bool {
        let holds = |condition: &Condition<UserTest>| {
            condition.holds(&|test| test.holds(self.tenant, user))
        };
        self.is_exact || self.condition.as_ref().is_none_or(holds)
    }

    /// The users from a place on.
    fn users_from(&self, start: UserOrdinal) -> impl Iterator<Item = UserView<'a>> {
        let users = self.tenant.users();
        let chosen = self.candidates.as_ref();
        let chosen = chosen.map(|candidates| candidates.iter_from(start.0));
        let chosen = chosen.into_iter().flatten();
        let all = self.candidates.is_none().then(|| users.iter_from(start));
        let state = self.state;
        chosen
            .filter_map(|ordinal| users.view(UserOrdinal(ordinal)))
            .chain(all.into_iter().flatten())
            .filter(move |user| user.head.state() == state)
            .filter(|user| self.fits(user))
    }

    /// The first users of a page in an order.
    fn sorted(&self, sort: &Sort, limit: usize) -> Vec<UserView<'a>> {
        self.by_name(sort, limit).unwrap_or_else(|| {
            let users = self.users_from(UserOrdinal(0));
            sort.first(users, |user| position(sort, user), limit)
        })
    }

    /// The same from an index of names, if there is one. If sets do not tell who fits, users are asked in the order of
    /// their names until there are enough.
    fn by_name(&self, sort: &Sort, limit: usize) -> Option<Vec<UserView<'a>>> {
        let users = self.tenant.users();
        let property = UserProperty::parse(sort.ordering.property.name)?;
        let names = users
            .by_name(property)
            .filter(|_| self.state == UserState::Live)?;
        let beyond = match &sort.after {
            None => None,
            Some((Key::Text(text), place)) => {
                Some((text.as_str(), UserOrdinal(u32::try_from(*place).ok()?)))
            }
            Some(_) => return None,
        };
        let among = self.candidates.as_ref().unwrap_or(users.live());
        if self.is_exact || self.condition.is_none() {
            let direction = if sort.is_descending() {
                user::Direction::Descending
            } else {
                user::Direction::Ascending
            };
            let page = names.page(among, direction, beyond, limit);
            let page = page.into_iter().filter_map(|user| users.view(user));
            return Some(fetched(page.collect()));
        }
        let up = (!sort.is_descending()).then(|| names.ascending(beyond));
        let down = sort.is_descending().then(|| names.descending(beyond));
        let walked = up.into_iter().flatten().chain(down.into_iter().flatten());
        let fitting = walked
            .filter(|user| among.contains(user.0))
            .filter_map(|user| users.view(user))
            .filter(|user| self.fits(user));
        Some(fitting.take(limit).collect())
    }

    /// How many there are.
    fn count(&self) -> u32 {
        match &self.candidates {
            Some(candidates) if self.is_exact => candidates.len(),
            None if self.state == UserState::Live => self.tenant.users().live_count(),
            _ => number_of(self.users_from(UserOrdinal(0))),
        }
    }
}

/// Users from all over the memory, on their way into the cache: a look at each record in a short loop waits for many of
/// them at once, where writing them would wait for one after the other.
fn fetched(users: Vec<UserView<'_>>) -> Vec<UserView<'_>> {
    let ends = users.iter().map(|user| {
        let bytes = user.record.bytes();
        let ends = [bytes.first(), bytes.get(64), bytes.get(128), bytes.last()];
        let ends: u8 = ends.into_iter().flatten().fold(0, |all, byte| all ^ byte);
        let holding = user.holdings.first().map_or(0, |holding| holding.at().0);
        i64::from(ends) ^ holding
    });
    std::hint::black_box(ends.fold(0, |all, end| all ^ end));
    users
}
