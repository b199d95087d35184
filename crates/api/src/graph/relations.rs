//! Who is in which group: the lists that lead from one directory object to others.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
    state::Bits,
    user::{UserOrdinal, UserView},
};

/// A list that belongs to a directory object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// `members` of a group.
    Members,
    /// `transitiveMembers` of a group.
    TransitiveMembers,
    /// `owners` of a group.
    Owners,
    /// `membersWithLicenseErrors` of a group.
    LicenseErrors,
    /// `memberOf` of a user or group.
    MemberOf,
    /// `transitiveMemberOf` of a user or group.
    TransitiveMemberOf,
}

/// A live directory object.
#[derive(Clone, Copy)]
pub(crate) enum Object<'a> {
    /// A user.
    User(UserView<'a>),
    /// A group.
    Group(GroupOrdinal, &'a Group),
}

/// Groups come after all users.
const FIRST_GROUP: u64 = 1 << 32;

impl<'a> Object<'a> {
    /// The live user or group with an object id.
    pub fn find(tenant: &'a Tenant, id: Uuid) -> Option<Self> {
        let user = tenant.users().find_id(id).filter(UserView::is_live);
        let group = || tenant.find_group(id);
        user.map(Self::User)
            .or_else(|| group().map(|(ordinal, group)| Self::Group(ordinal, group)))
    }

    /// The object id.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Group(_, group) => group.id,
        }
    }

    /// The name that people know.
    pub fn display_name(&self) -> &'a str {
        match self {
            Self::User(user) => user.display_name(),
            Self::Group(_, group) => &group.definition.display_name,
        }
    }

    /// The place in lists: users by their ordinals, then groups by theirs.
    pub fn place(&self) -> u64 {
        match self {
            Self::User(user) => user.ordinal.0.into(),
            Self::Group(ordinal, _) => FIRST_GROUP | u64::from(ordinal.0),
        }
    }

    /// The live objects to which this one has a relation; nothing if the relation is not one of its type.
    pub fn related(&self, tenant: &Tenant, relation: Relation) -> ObjectSet {
        let parents = match self {
            Self::User(user) => user.memberships.iter().map(|one| one.group).collect(),
            Self::Group(_, group) => group.parents.clone(),
        };
        let set = match (relation, self) {
            (Relation::MemberOf, _) => ObjectSet::of_groups(parents),
            (Relation::TransitiveMemberOf, _) => {
                ObjectSet::of_groups(reached(tenant, parents, |group| &group.parents))
            }
            (Relation::Members, Self::Group(_, group)) => ObjectSet {
                users: group.members.clone(),
                groups: group.subgroups.clone(),
            },
            (Relation::TransitiveMembers, Self::Group(_, group)) => {
                let groups = reached(tenant, group.subgroups.clone(), |group| &group.subgroups);
                let mut users = group.members.clone();
                for below in groups.iter().filter_map(|one| tenant.groups().get(*one)) {
                    users.union_with(&below.members);
                }
                ObjectSet { users, groups }
            }
            (Relation::Owners, Self::Group(_, group)) => {
                ObjectSet::of_users(group.owners.iter().map(|user| user.0).collect())
            }
            (Relation::LicenseErrors, Self::Group(ordinal, _)) => {
                ObjectSet::of_users(tenant.users_with_group_errors(*ordinal))
            }
            (_, Self::User(_)) => ObjectSet::default(),
        };
        set.live(tenant)
    }
}

/// The live groups from which some groups come, or to which they lead, each once, however they lead in circles.
fn reached(
    tenant: &Tenant,
    start: BTreeSet<GroupOrdinal>,
    next: impl Fn(&Group) -> &BTreeSet<GroupOrdinal>,
) -> BTreeSet<GroupOrdinal> {
    let mut open: Vec<GroupOrdinal> = start.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(ordinal) = open.pop() {
        let group = tenant.groups().get(ordinal).filter(|group| group.is_live());
        if let Some(group) = group
            && seen.insert(ordinal)
        {
            open.extend(next(group));
        }
    }
    seen
}

/// Users and groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectSet {
    /// The users.
    pub users: Bits,
    /// The groups.
    pub groups: BTreeSet<GroupOrdinal>,
}

impl ObjectSet {
    fn of_users(users: Bits) -> Self {
        Self {
            users,
            groups: BTreeSet::new(),
        }
    }

    fn of_groups(groups: BTreeSet<GroupOrdinal>) -> Self {
        Self {
            users: Bits::new(),
            groups,
        }
    }

    fn live(mut self, tenant: &Tenant) -> Self {
        self.users.intersect_with(tenant.users().live());
        let is_live = |ordinal: &GroupOrdinal| {
            let group = tenant.groups().get(*ordinal);
            group.is_some_and(Group::is_live)
        };
        self.groups.retain(is_live);
        self
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        let groups = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.users.len().saturating_add(groups)
    }

    /// The objects from a place on.
    pub fn iter_from<'a>(
        &'a self,
        tenant: &'a Tenant,
        place: u64,
    ) -> impl Iterator<Item = Object<'a>> {
        let first_user = u32::try_from(place).ok();
        let first_group = GroupOrdinal(match place.checked_sub(FIRST_GROUP) {
            Some(place) => u32::try_from(place).unwrap_or(u32::MAX),
            None => 0,
        });
        let users = first_user
            .into_iter()
            .flat_map(|first| self.users.iter_from(first))
            .filter_map(|ordinal| tenant.users().view(UserOrdinal(ordinal)))
            .map(Object::User);
        let groups = self
            .groups
            .range(first_group..)
            .filter_map(|ordinal| Some(Object::Group(*ordinal, tenant.groups().get(*ordinal)?)));
        users.chain(groups)
    }
}
