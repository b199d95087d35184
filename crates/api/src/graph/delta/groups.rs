//! Groups that are followed, with their members.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    delta::{Parts, Touched, Touches, of_group},
    group::{Group, GroupOrdinal, GroupState},
    user::UserView,
};

use super::{
    Followed, List, Place, View,
    columns::{Wanted, parts_of_group},
    page::{Room, write_removed},
};
use crate::graph::{
    error::GraphError,
    json,
    relations::{Object, ObjectSet, Relation},
    render::group::{GroupEntity, GroupRow},
    schema::Selection,
};

/// The relationship that a `$select` may name.
const MEMBERS: &str = "members";

/// What is followed of groups.
pub(super) struct Groups {
    selection: Selection<GroupEntity>,
    /// What `$select` adds to the context URL.
    context: String,
    /// The parts of groups that the selection shows; all without one.
    parts: Parts,
    has_members: bool,
}

impl Followed for Groups {
    const LIST: List = List::Groups;

    fn parse(select: Option<&str>) -> Result<Self, GraphError> {
        let (members, properties): (Vec<&str>, Vec<&str>) = select
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .partition(|name| name.eq_ignore_ascii_case(MEMBERS));
        let names = match (properties.as_slice(), members.as_slice()) {
            ([], []) => None,
            ([], _) => Some("id".to_owned()),
            (names, _) => Some(names.join(",")),
        };
        let selection = Selection::<GroupEntity>::parse(names.as_deref())?;
        let is_chosen = names.is_some();
        let has_members = !is_chosen || !members.is_empty();
        let mut parts = Parts::WHOLE;
        for column in selection.columns() {
            parts = parts.union(parts_of_group(column.property.name));
        }
        if has_members {
            parts = parts.union(of_group::MEMBERS);
        }
        let mut context = selection.context.clone();
        if !members.is_empty() && context.pop().is_some() {
            context.push_str(",members)");
        }
        Ok(Self {
            selection,
            context,
            parts: if is_chosen { parts } else { Parts::ALL },
            has_members,
        })
    }

    fn context(&self) -> &str {
        &self.context
    }

    fn needs_members(&self) -> bool {
        self.has_members
    }

    fn parts(&self) -> Parts {
        self.parts
    }

    fn touches(touched: &Touched) -> &Touches {
        &touched.groups
    }

    fn find(tenant: &Tenant, id: Uuid) -> Option<u32> {
        tenant.groups().find_ever(id).map(|(ordinal, _)| ordinal.0)
    }

    fn is_live(tenant: &Tenant, ordinal: u32) -> bool {
        let group = tenant.groups().get(GroupOrdinal(ordinal));
        group.is_some_and(Group::is_live)
    }

    fn live_from(tenant: &Tenant, ordinal: u32) -> Box<dyn Iterator<Item = u32> + '_> {
        let groups = tenant.groups().iter_from(GroupOrdinal(ordinal));
        let live = groups.filter(|(_, group)| group.is_live());
        Box::new(live.map(|(ordinal, _)| ordinal.0))
    }

    fn write(&self, out: &mut Vec<u8>, view: &View<'_>, at: Place, room: &mut Room) -> Option<u64> {
        let ordinal = GroupOrdinal(at.object);
        let group = view.tenant.groups().get(ordinal)?;
        let touched = view.touched;
        let touched = touched.map_or(Parts::NONE, |all| all.groups.parts_of(at.object));
        json::key(out, "id");
        json::guid(out, group.id);
        match group.state() {
            GroupState::Deleted => write_removed(out, "changed"),
            GroupState::Purged => write_removed(out, "deleted"),
            GroupState::Live => {
                let row = GroupRow {
                    tenant: view.tenant,
                    group,
                };
                let wanted = Wanted {
                    touched,
                    is_minimal: view.is_minimal,
                };
                let columns = self.selection.columns();
                for column in columns.filter(|column| column.property.name != "id") {
                    let name = column.property.name;
                    wanted.write(out, name, parts_of_group(name), |out| {
                        (column.write)(&row, out);
                    });
                }
                if self.has_members {
                    return write_members(out, view, (ordinal, group), at.member, room);
                }
            }
        }
        None
    }
}

/// Appends `members@delta` if there is anything to tell: who came and who went, or who is there. Returns with which
/// member the next page goes on.
fn write_members(
    out: &mut Vec<u8>,
    view: &View<'_>,
    (ordinal, group): (GroupOrdinal, &Group),
    from: u64,
    room: &mut Room,
) -> Option<u64> {
    let tenant = view.tenant;
    let current = || Object::Group(ordinal, group).related(tenant, Relation::Members);
    let told = match view.touched {
        None => current(),
        Some(touched) => {
            let members = touched.members.get(&ordinal)?;
            let mut told = if members.all {
                current()
            } else {
                ObjectSet::default()
            };
            told.users.union_with(&members.users);
            told.groups.extend(&members.groups);
            told
        }
    };
    let mut objects = told.iter_from(tenant, from).peekable();
    objects.peek()?;
    json::key(out, "members@delta");
    json::array(out, objects.by_ref().take(room.members), |out, object| {
        room.members -= 1;
        json::object(out, |out| write_member(out, group, &object));
    });
    objects.next().map(|next| next.place())
}

fn write_member(out: &mut Vec<u8>, group: &Group, object: &Object<'_>) {
    let (type_name, is_member) = match object {
        Object::User(user) => (
            "#microsoft.graph.user",
            UserView::is_live(user) && group.members.contains(user.ordinal.0),
        ),
        Object::Group(ordinal, member) => (
            "#microsoft.graph.group",
            member.is_live() && group.subgroups.contains(ordinal),
        ),
    };
    json::key(out, "@odata.type");
    json::string(out, type_name);
    json::key(out, "id");
    json::guid(out, object.id());
    if !is_member {
        write_removed(out, "deleted");
    }
}
