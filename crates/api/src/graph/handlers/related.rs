//! Members, owners and memberships: `/groups/{id}/members`, `/users/{id}/memberOf` and their like.

use uuid::Uuid;
use zetel_domain::{Command, Tenant, access::Action};
use zetel_engine::Snapshot;
use zetel_query::{Ordering, QueryError};

use super::{
    groups,
    pages::{Pages, count as write_count, number_of},
    sorting::ordering,
};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{GroupTest, ObjectFilter, Query, refusal},
    json,
    paging::{Key, Listing},
    references::{parse_id, single},
    relations::{Object, ObjectSet, Relation},
    render::{
        license::LicenseBook,
        object::{ObjectSelection, ObjectWriter, Sight},
        strip::Strip,
    },
    reply::Reply,
};

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// The group that the path names.
    Group,
    /// The user that the path names, or the caller on `/me`.
    User,
}

/// To which type of objects the path casts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// To none.
    None,
    /// `/microsoft.graph.user`
    Users,
    /// `/microsoft.graph.group`
    Groups,
}

/// A list of directory objects, as a path names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Related {
    /// Whose.
    pub on: On,
    /// Which list.
    pub relation: Relation,
    /// Which part of it.
    pub cast: Cast,
}

impl Related {
    /// The tenant, if the caller may read the list.
    fn read(self, call: &Call<'_>) -> Result<Snapshot, GraphError> {
        match self.on {
            On::Group => groups::read(call, Action::ReadGroups),
            On::User => call.read_user(&call.user_key()?),
        }
    }

    fn find<'a>(self, call: &Call<'_>, tenant: &'a Tenant) -> Result<Object<'a>, GraphError> {
        match self.on {
            On::Group => {
                groups::find(call, tenant).map(|(ordinal, group)| Object::Group(ordinal, group))
            }
            On::User => {
                let user = tenant.find_user(&call.user_key()?);
                user.map(Object::User)
                    .ok_or_else(|| GraphError::not_found(call.key(0)))
            }
        }
    }

    fn objects(self, tenant: &Tenant, object: &Object<'_>) -> ObjectSet {
        let mut objects = object.related(tenant, self.relation);
        match self.cast {
            Cast::None => {}
            Cast::Users => objects.groups.clear(),
            Cast::Groups => objects.users = zetel_domain::state::Bits::new(),
        }
        objects
    }

    /// Whether there may be users in the list.
    fn may_have_users(self) -> bool {
        let is_of_groups = matches!(
            self.relation,
            Relation::MemberOf | Relation::TransitiveMemberOf
        );
        self.cast != Cast::Groups && !is_of_groups
    }

    /// Whether there may be groups in the list.
    fn may_have_groups(self) -> bool {
        let is_of_users = matches!(self.relation, Relation::Owners | Relation::LicenseErrors);
        self.cast != Cast::Users && !is_of_users
    }

    const fn set(self) -> &'static str {
        match self.cast {
            Cast::None => "directoryObjects",
            Cast::Users => "users",
            Cast::Groups => "groups",
        }
    }
}

/// What the caller may see of users and groups in a list that it may read.
pub(super) fn sight(call: &Call<'_>) -> Sight {
    Sight {
        users: call.read(Action::ListUsers, None).is_ok(),
        groups: call.read(Action::ReadGroups, None).is_ok(),
    }
}

/// Whether the caller may not see what some objects are; asking for it would tell.
fn is_hidden(objects: &ObjectSet, sight: Sight) -> bool {
    (!sight.users && !objects.users.is_empty()) || (!sight.groups && !objects.groups.is_empty())
}

/// The objects of a list that a request chooses.
struct Choice<'a> {
    tenant: &'a Tenant,
    objects: ObjectSet,
    filter: Option<ObjectFilter>,
    /// Whether all users in the list fit.
    is_exact: bool,
}

impl<'a> Choice<'a> {
    fn new(
        call: &Call<'_>,
        tenant: &'a Tenant,
        (related, mut objects): (Related, ObjectSet),
        is_count: bool,
    ) -> Result<Self, GraphError> {
        let query = Query::of(call, is_count)?;
        let filter = ObjectFilter::of(&query, related.may_have_users(), related.may_have_groups())?;
        let is_of_ids = filter.as_ref().is_none_or(ObjectFilter::is_of_ids);
        let asks_more = !is_of_ids || call.options.order_by.is_some();
        if asks_more && is_hidden(&objects, sight(call)) {
            return Err(GraphError::forbidden());
        }
        let mut is_exact = true;
        if let Some(filter) = &filter {
            (objects.users, is_exact) = filter.narrow(tenant, objects.users);
        }
        Ok(Self {
            tenant,
            objects,
            filter,
            is_exact,
        })
    }

    fn objects_from(&self, start: u64) -> impl Iterator<Item = Object<'_>> {
        let fits = |filter: &ObjectFilter, object: &Object<'_>| match object {
            Object::User(user) => self.is_exact || filter.fits_user(self.tenant, user),
            Object::Group(ordinal, group) => filter.fits_group(self.tenant, *ordinal, group),
        };
        let objects = self.objects.iter_from(self.tenant, start);
        objects.filter(move |object| {
            let filter = self.filter.as_ref();
            filter.is_none_or(|filter| fits(filter, object))
        })
    }

    fn count(&self) -> u32 {
        match &self.filter {
            None => self.objects.len(),
            Some(_) => number_of(self.objects_from(0)),
        }
    }
}

/// `GET /groups/{id}/members` and its like.
pub(crate) fn list(call: &Call<'_>, related: Related) -> Result<Reply, GraphError> {
    let tenant = related.read(call)?;
    let object = related.find(call, &tenant)?;
    let selection = ObjectSelection::parse(call.options.select.as_deref())?;
    let objects = related.objects(&tenant, &object);
    let choice = Choice::new(call, &tenant, (related, objects), false)?;
    let listing = Listing::Related(related.relation, object.id());
    let context = selection.context.clone();
    let context = [related.set(), &context];
    let writer = ObjectWriter {
        tenant: &tenant,
        book: LicenseBook::new(&call.graph.texts),
        selection,
        sight: sight(call),
        is_typed: related.cast == Cast::None,
    };
    let mut strip = Strip::new();
    let write = |out: &mut Vec<u8>, object: Object<'_>| writer.write(out, object, &mut strip);
    let total = || choice.count();
    if let Some(ordering) = by_name(call)? {
        let (pages, sort) = Pages::sorted(call, &tenant, listing, ordering)?;
        let position = |object: &Object<'_>| (Key::of_text(object.display_name()), object.place());
        let objects = sort.first(choice.objects_from(0), position, pages.length() + 1);
        return Ok(pages.write_sorted(&context, total, (&sort, objects), position, write));
    }
    let pages = Pages::new(call, &tenant, listing)?;
    let objects = choice.objects_from(pages.start);
    Ok(pages.write(&context, total, objects, Object::place, write))
}

/// The order that a request wants: by `displayName`, which all objects have, and for advanced queries only, as all
/// that is asked of relationships.
fn by_name(call: &Call<'_>) -> Result<Option<Ordering>, GraphError> {
    let Some(ordering) = ordering::<GroupTest>(call)? else {
        return Ok(None);
    };
    if ordering.property.name != "displayName" {
        return Err(refusal(QueryError::unsupported(format!(
            "Sorting by the property '{}' is not supported. Sort by 'displayName'.",
            ordering.property.name
        ))));
    }
    if !call.is_advanced() {
        return Err(refusal(QueryError::needs_parameters("$orderby")));
    }
    Ok(Some(ordering))
}

/// `GET /groups/{id}/members/$count` and its like.
pub(crate) fn count(call: &Call<'_>, related: Related) -> Result<Reply, GraphError> {
    let tenant = related.read(call)?;
    let object = related.find(call, &tenant)?;
    let objects = related.objects(&tenant, &object);
    let choice = Choice::new(call, &tenant, (related, objects), true)?;
    write_count(call, || choice.count())
}

/// `GET /groups/{id}/members/$ref` and its like: nothing but where the objects are.
pub(crate) fn references(call: &Call<'_>, related: Related) -> Result<Reply, GraphError> {
    let tenant = related.read(call)?;
    let object = related.find(call, &tenant)?;
    let listing = Listing::Related(related.relation, object.id());
    let pages = Pages::new(call, &tenant, listing)?;
    let objects = related.objects(&tenant, &object);
    let origin = call.origin.text();
    Ok(pages.write(
        &["Collection($ref)"],
        || objects.len(),
        objects.iter_from(&tenant, pages.start),
        Object::place,
        |out, object| {
            let url = format!("{origin}/v1.0/directoryObjects/{}", object.id());
            json::key(out, "@odata.id");
            json::string(out, &url);
        },
    ))
}

/// `POST /groups/{id}/members/$ref`
pub(crate) async fn add_member(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (group, member) = named(call, Action::WriteGroupMembers)?;
    let members = vec![member];
    change(call, Command::AddMembers { group, members }).await
}

/// `POST /groups/{id}/owners/$ref`
pub(crate) async fn add_owner(call: &Call<'_>) -> Result<Reply, GraphError> {
    let (group, user) = named(call, Action::WriteGroups)?;
    change(call, Command::AddOwner { group, user }).await
}

/// `DELETE /groups/{id}/members/{id}/$ref`
pub(crate) async fn remove_member(call: &Call<'_>) -> Result<Reply, GraphError> {
    let group = groups::find_id(call, Action::WriteGroupMembers)?;
    let members = vec![parse_id(call.key(1))?];
    change(call, Command::RemoveMembers { group, members }).await
}

/// `DELETE /groups/{id}/owners/{id}/$ref`
pub(crate) async fn remove_owner(call: &Call<'_>) -> Result<Reply, GraphError> {
    let group = groups::find_id(call, Action::WriteGroups)?;
    let user = parse_id(call.key(1))?;
    change(call, Command::RemoveOwner { group, user }).await
}

/// `DELETE /groups/{id}/members/{id}`, `DELETE /groups/{id}/owners/{id}`: with enough rights Graph deletes the object
/// itself, which nobody means (licensing.md 2.5).
pub(crate) fn refuse_without_ref(call: &Call<'_>) -> GraphError {
    GraphError::refused(format!(
        "This would delete the object '{}' itself. Add '/$ref' to the path to take it out of the list.",
        call.key(1)
    ))
}

/// The group of the path and the object that the body names.
fn named(call: &Call<'_>, action: Action) -> Result<(Uuid, Uuid), GraphError> {
    let tenant = groups::read(call, action)?;
    let (_, group) = groups::find(call, &tenant)?;
    let object = single(&tenant, call.body.as_ref().map_err(Clone::clone)?)?;
    Ok((group.id, object))
}

async fn change(call: &Call<'_>, command: Command) -> Result<Reply, GraphError> {
    call.submit(command, None).await?;
    Ok(Reply::no_content())
}
