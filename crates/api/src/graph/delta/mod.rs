//! Delta queries (licensing.md 7.7): all users or groups by pages, and afterwards what changed of them since the last
//! time. Beyond Graph, licenses are followed as well.
//!
//! A **round** is a first request and the links that lead on from it. It ends with a link that begins the next one. What
//! a client knows is a generation, which its tokens carry: that with which its last round began. So whatever changes
//! while a round goes on is told in the next one.

mod columns;
mod filter;
mod groups;
mod page;
mod request;
mod reset;
mod token;
mod users;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    access::Action,
    delta::{Parts, Touched, Touches},
};
use zetel_engine::{Feed, Mark, Snapshot};

use self::{
    groups::Groups,
    page::{Page, Room},
    request::{Asked, Round},
    users::Users,
};
use super::{call::Call, error::GraphError, render::license::LicenseBook, reply::Reply};

/// A list whose changes can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Users,
    Groups,
}

impl List {
    /// The name of the entity set.
    const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
        }
    }

    /// What the caller must be allowed to do.
    const fn action(self) -> Action {
        match self {
            Self::Users => Action::ListUsers,
            Self::Groups => Action::ReadGroups,
        }
    }
}

/// Where a page begins: at an object, and where its members are told by pages, at a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    object: u32,
    member: u64,
}

/// What is followed of users or of groups: what a `$select` names.
trait Followed: Sized {
    const LIST: List;

    /// Reads a `$select`.
    fn parse(select: Option<&str>) -> Result<Self, GraphError>;

    /// What `$select` adds to the context URL, such as `(id,displayName)`; empty without one.
    fn context(&self) -> &str;

    /// Whether a record of changes that does not know all members that left is of no use.
    fn needs_members(&self) -> bool;

    /// The parts of objects that are followed; all without a `$select`.
    fn parts(&self) -> Parts;

    /// What was touched of objects of this list.
    fn touches(touched: &Touched) -> &Touches;

    /// The ordinal of the object that has an id, or had it.
    fn find(tenant: &Tenant, id: Uuid) -> Option<u32>;

    /// Whether an object is neither deleted nor purged.
    fn is_live(tenant: &Tenant, ordinal: u32) -> bool;

    /// The ordinals of live objects from one on.
    fn live_from(tenant: &Tenant, ordinal: u32) -> Box<dyn Iterator<Item = u32> + '_>;

    /// Appends an object with a comma before each member, or that it was removed. Returns at which member the next page
    /// goes on with it, if not all of them had room.
    fn write(&self, out: &mut Vec<u8>, view: &View<'_>, at: Place, room: &mut Room) -> Option<u64>;
}

/// What a page is written from.
struct View<'v> {
    tenant: &'v Tenant,
    /// Texts of licenses.
    book: LicenseBook<'v>,
    /// What was touched since the client last asked; absent if it gets everything.
    touched: Option<&'v Touched>,
    /// Whether the client wants nothing but what was touched.
    is_minimal: bool,
}

/// `GET /users/delta`
pub(crate) async fn users(call: &Call<'_>) -> Result<Reply, GraphError> {
    answer::<Users>(call).await
}

/// `GET /groups/delta`
pub(crate) async fn groups(call: &Call<'_>) -> Result<Reply, GraphError> {
    answer::<Groups>(call).await
}

async fn answer<F: Followed>(call: &Call<'_>) -> Result<Reply, GraphError> {
    // Nothing is said of tokens to who may not read.
    let state = call.read(F::LIST.action(), None)?;
    let asked = Asked::read(call, F::LIST, state.id())?;
    let followed = F::parse(asked.follow().select.as_deref())?;
    let round = match asked {
        Asked::Latest(follow) => {
            let page = Page::new(call, &followed, follow, state.mark());
            return Ok(page.empty(state.id()));
        }
        Asked::Page(round) => round,
    };
    let (state, touched) = match round.known {
        None => (state, None),
        Some(known) => {
            let (state, touched) = read_changes(call, F::LIST, known, &round).await?;
            if touched.members_unknown && followed.needs_members() {
                return Err(reset::members_unknown(call, F::LIST, &round.follow));
            }
            (state, Some(touched))
        }
    };
    let view = View {
        tenant: &state,
        book: LicenseBook::new(&call.graph.texts),
        touched: touched.as_ref(),
        is_minimal: touched.is_some() && call.preference("return") == Some("minimal"),
    };
    let start = round.start.unwrap_or_else(|| state.mark());
    Ok(Page::new(call, &followed, round.follow, start).write(&view, round.known, round.place))
}

/// What was touched since a mark, from memory if it is there.
async fn read_changes(
    call: &Call<'_>,
    list: List,
    known: Mark,
    round: &Round,
) -> Result<(Snapshot, Touched), GraphError> {
    let (tenant, action) = (call.tenant_id, list.action());
    let engine = &call.graph.engine;
    let mut found = engine.delta(tenant, &call.caller, action, known);
    if matches!(found, Ok((_, Feed::Unread))) {
        found = call
            .apart(move |engine, tenant, caller| engine.recall_delta(tenant, caller, action, known))
            .await;
    }
    match found.map_err(|error| call.failure(error))? {
        (state, Feed::Touched(touched)) => Ok((state, touched)),
        (_, Feed::Unread | Feed::Foreign) => Err(reset::foreign(call, list, &round.follow)),
    }
}
