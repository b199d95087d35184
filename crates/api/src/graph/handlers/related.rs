//! Members, owners and memberships: `/groups/{id}/members`, `/users/{id}/memberOf` and their like.

use uuid::Uuid;
use zetel_domain::{Command, Tenant, access::Action};
use zetel_engine::Snapshot;

use super::{
    groups,
    pages::{Pages, count as write_count, number_of},
};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::ObjectFilter,
    json,
    paging::Listing,
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

    const fn set(self) -> &'static str {
        match self.cast {
            Cast::None => "directoryObjects",
            Cast::Users => "users",
            Cast::Groups => "groups",
        }
    }
}

fn parse_filter(call: &Call<'_>, asks_for_count: bool) -> Result<Option<ObjectFilter>, GraphError> {
    let filter = call.options.filter.as_deref();
    filter
        .map(|text| ObjectFilter::parse(text, call.is_eventual() && asks_for_count))
        .transpose()
}

fn chosen<'a>(
    tenant: &'a Tenant,
    objects: &'a ObjectSet,
    filter: Option<&'a ObjectFilter>,
    start: u64,
) -> impl Iterator<Item = Object<'a>> {
    objects.iter_from(tenant, start).filter(move |object| {
        filter.is_none_or(|filter| match object {
            Object::User(user) => filter.fits_user(tenant, user),
            Object::Group(ordinal, group) => filter.fits_group(tenant, *ordinal, group),
        })
    })
}

/// What the caller may see of users and groups in a list that it may read.
pub(super) fn sight(call: &Call<'_>) -> Sight {
    Sight {
        users: call.read(Action::ListUsers, None).is_ok(),
        groups: call.read(Action::ReadGroups, None).is_ok(),
    }
}

/// `GET /groups/{id}/members` and its like.
pub(crate) fn list(call: &Call<'_>, related: Related) -> Result<Reply, GraphError> {
    let tenant = related.read(call)?;
    let object = related.find(call, &tenant)?;
    let selection = ObjectSelection::parse(call.options.select.as_deref())?;
    let filter = parse_filter(call, call.options.count)?;
    let listing = Listing::Related(related.relation, object.id());
    let pages = Pages::new(call, &tenant, listing)?;
    let objects = related.objects(&tenant, &object);
    let context = selection.context.clone();
    let writer = ObjectWriter {
        tenant: &tenant,
        book: LicenseBook::new(&call.graph.texts),
        selection,
        sight: sight(call),
        is_typed: related.cast == Cast::None,
    };
    let mut strip = Strip::new();
    Ok(pages.write(
        &[related.set(), &context],
        || match &filter {
            None => objects.len(),
            filter => number_of(chosen(&tenant, &objects, filter.as_ref(), 0)),
        },
        chosen(&tenant, &objects, filter.as_ref(), pages.start),
        Object::place,
        |out, object| writer.write(out, object, &mut strip),
    ))
}

/// `GET /groups/{id}/members/$count` and its like.
pub(crate) fn count(call: &Call<'_>, related: Related) -> Result<Reply, GraphError> {
    let tenant = related.read(call)?;
    let object = related.find(call, &tenant)?;
    let filter = parse_filter(call, true)?;
    let objects = related.objects(&tenant, &object);
    write_count(call, || match &filter {
        None => objects.len(),
        filter => number_of(chosen(&tenant, &objects, filter.as_ref(), 0)),
    })
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
