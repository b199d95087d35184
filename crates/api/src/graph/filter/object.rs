//! `$filter` on lists in which users and groups are mixed.

use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
    user::UserView,
};

use super::{Condition, GroupTest, UserTest, convert, read};
use crate::graph::error::GraphError;

/// A condition on users and groups. An object of a type that does not have a property of the condition never fits.
#[derive(Debug)]
pub(crate) struct ObjectFilter {
    users: Option<Condition<UserTest>>,
    groups: Option<Condition<GroupTest>>,
}

impl ObjectFilter {
    /// Reads a `$filter`; an error if it is for objects of neither type.
    pub fn parse(text: &str, is_advanced: bool) -> Result<Self, GraphError> {
        let condition = read(text, is_advanced)?;
        let users = convert(&condition);
        let groups = convert(&condition).ok();
        match users {
            Err(error) if groups.is_none() => Err(error),
            users => Ok(Self {
                users: users.ok(),
                groups,
            }),
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
