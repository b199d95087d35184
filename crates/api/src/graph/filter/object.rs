//! Conditions on lists in which users and groups are mixed.

use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
    state::Bits,
    user::UserView,
};
use zetel_query::{Condition, Reach};

use super::{GroupTest, Query, UserTest};
use crate::graph::error::GraphError;

/// A condition on users and groups. An object of a type that does not have a property of the condition never fits.
#[derive(Debug)]
pub(crate) struct ObjectFilter {
    users: Option<Condition<UserTest>>,
    groups: Option<Condition<GroupTest>>,
}

impl ObjectFilter {
    /// The condition of a request, if there is any; an error if it is for objects of neither type.
    pub fn of(query: &Query) -> Result<Option<Self>, GraphError> {
        if query.is_empty() {
            return Ok(None);
        }
        let groups = query.condition().unwrap_or_default();
        let users = match query.condition() {
            Err(error) if groups.is_none() => return Err(error),
            users => users.unwrap_or_default(),
        };
        Ok(Some(Self { users, groups }))
    }

    /// Whether it asks for nothing but ids, which are shown to whoever may see that an object is there.
    pub fn is_of_ids(&self) -> bool {
        let users = self.users.as_ref();
        let groups = self.groups.as_ref();
        users.is_none_or(|condition| condition.every(&UserTest::is_of_id))
            && groups.is_none_or(|condition| condition.every(&GroupTest::is_of_id))
    }

    /// The users among some whom sets cannot exclude, and whether all of these fit.
    pub fn narrow(&self, tenant: &Tenant, among: Bits) -> (Bits, bool) {
        let Some(condition) = &self.users else {
            return (Bits::new(), true);
        };
        match condition.reach(&among, &|test| test.reach(tenant)) {
            Reach::Exactly(set) => (set, true),
            Reach::Within(set) => (set, false),
            Reach::Unknown => (among, false),
        }
    }

    /// Whether a user fits.
    pub fn fits_user(&self, tenant: &Tenant, user: &UserView<'_>) -> bool {
        let fits =
            |condition: &Condition<UserTest>| condition.holds(&|test| test.holds(tenant, user));
        self.users.as_ref().is_some_and(fits)
    }

    /// Whether a group fits.
    pub fn fits_group(&self, tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> bool {
        let fits = |condition: &Condition<GroupTest>| {
            condition.holds(&|test| test.holds(tenant, ordinal, group))
        };
        self.groups.as_ref().is_some_and(fits)
    }
}
