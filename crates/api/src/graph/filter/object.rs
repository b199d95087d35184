//! Conditions on lists in which users and groups are mixed.

use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
    state::Bits,
    user::UserView,
};
use zetel_query::{Condition, ErrorKind, Reach};

use super::{GroupTest, Query, Question, UserTest, refusal};
use crate::graph::error::GraphError;

/// A condition on users and groups. An object of a type that does not have a property of the condition never fits.
#[derive(Debug)]
pub(crate) struct ObjectFilter {
    users: Option<Condition<UserTest>>,
    groups: Option<Condition<GroupTest>>,
}

impl ObjectFilter {
    /// The condition of a request on a list that may have users and groups, if there is any.
    ///
    /// It is an error if no type in the list has a property; and if a type has it but cannot be asked so, for the
    /// objects of that type would be missing.
    pub fn of(
        query: &Query,
        may_have_users: bool,
        may_have_groups: bool,
    ) -> Result<Option<Self>, GraphError> {
        if query.is_empty() {
            return Ok(None);
        }
        let users = of_type(query, may_have_users, may_have_groups)?;
        let groups = of_type(query, may_have_groups, may_have_users)?;
        if users.is_none() && groups.is_none() {
            query.condition::<UserTest>()?;
        }
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

/// The condition on the objects of one type. Where there are others, a type may lack a property.
fn of_type<Q: Question>(
    query: &Query,
    is_there: bool,
    are_others: bool,
) -> Result<Option<Condition<Q>>, GraphError> {
    if !is_there {
        return Ok(None);
    }
    match query.check() {
        Err(error) if are_others && error.kind == ErrorKind::UnknownProperty => Ok(None),
        checked => checked.map_err(refusal),
    }
}
