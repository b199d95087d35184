//! Whose licenses: users who were ticked, or all whom a list showed.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    state::Bits,
    user::{UserKey, UserOrdinal, UserView},
};

use crate::pages::users::{Only, UserFilter, UserQuery};

/// The users of a form. It says who they are, not where in a list: rows may have moved since.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    users: BTreeSet<Uuid>,
    /// The query of the list, in the words of an address.
    matching: String,
    /// Whether all whom the list showed are meant.
    is_all: bool,
}

impl Selection {
    /// Takes a field of a form; nothing if it is not one of a selection.
    pub fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "user" => {
                self.users.insert(Uuid::try_parse(value).ok()?);
            }
            "matching" => value.clone_into(&mut self.matching),
            "all" => self.is_all = value == "1",
            _ => return None,
        }
        Some(())
    }

    /// The selection as fields of a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        if self.is_all {
            return vec![("all", "1".to_owned()), ("matching", self.matching.clone())];
        }
        self.users
            .iter()
            .map(|user| ("user", user.to_string()))
            .collect()
    }

    /// Whether it rests on what devices are.
    pub fn asks_devices(&self) -> bool {
        self.is_all && UserQuery::parse(&self.matching).only == Only::Noncompliant.word()
    }

    /// The live users who are meant.
    pub fn users(&self, tenant: &Tenant, now: Timestamp) -> Bits {
        if self.is_all {
            let query = UserQuery::parse(&self.matching);
            return UserFilter::of(tenant, &query, now).users;
        }
        let users = self
            .users
            .iter()
            .filter_map(|id| tenant.users().find_id(*id));
        users
            .filter(UserView::is_live)
            .map(|user| user.ordinal.0)
            .collect()
    }
}

/// Users as commands name them.
pub(super) fn keys(tenant: &Tenant, users: &Bits) -> Vec<UserKey> {
    let users = users
        .iter()
        .filter_map(|user| tenant.users().view(UserOrdinal(user)));
    users.map(|user| UserKey::Id(user.id)).collect()
}
