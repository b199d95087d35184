//! Sets of live users that answer questions at once.

use zetel_domain::{Tenant, state::Bits, user::UserProperty};
use zetel_query::{Asked, Condition, Reach, Test, TextMatch};

use super::{
    UserTest,
    licenses::{Items, license_fits},
    user::Column,
};

impl UserTest {
    /// The live users for whom it holds, as far as sets tell.
    pub fn reach(&self, tenant: &Tenant) -> Reach {
        let users = tenant.users();
        match (self.column, &self.asked) {
            (Column::Id, Asked::Guid(ids)) => {
                let found = ids.iter().filter_map(|id| users.find_id(*id));
                Reach::Exactly(found.map(|user| user.ordinal.0).collect())
            }
            (Column::Enabled, Asked::Flag(flags)) => {
                let mut set = Bits::new();
                if flags.contains(&Some(false)) {
                    set.union_with(users.disabled());
                }
                if flags.contains(&Some(true)) {
                    set.union_with(&users.live().difference(users.disabled()));
                }
                Reach::Exactly(set)
            }
            (Column::Stored(UserProperty::UserPrincipalName), Asked::Text(matched)) => {
                principal_names(tenant, matched)
            }
            (Column::Items(items), asked) => items.reach(tenant, asked),
            _ => Reach::Unknown,
        }
    }
}

/// Names are of ASCII characters, so that the index finds whatever is equal without regard to case.
fn principal_names(tenant: &Tenant, matched: &TextMatch) -> Reach {
    let Some(texts) = matched.texts() else {
        return Reach::Unknown;
    };
    let found = texts
        .into_iter()
        .filter_map(|name| tenant.users().find_principal_name(name));
    Reach::Exactly(found.map(|user| user.ordinal.0).collect())
}

impl Items {
    fn reach(self, tenant: &Tenant, asked: &Asked) -> Reach {
        match (self, asked) {
            (Self::Licenses, Asked::AnyItem(condition)) => {
                let mut set = Bits::new();
                for (ordinal, product) in tenant.products() {
                    if license_fits(condition, product) {
                        set.union_with(tenant.holders(ordinal).unwrap_or(&Bits::new()));
                    }
                }
                Reach::Exactly(set)
            }
            (_, Asked::AnyItem(condition)) => self.holders_of_plans(tenant, condition),
            (Self::Licenses, Asked::Exists) => Reach::Exactly(by_number(tenant).0),
            (Self::Licenses, Asked::IsSingle) => {
                let (once, twice) = by_number(tenant);
                Reach::Exactly(once.difference(&twice))
            }
            (_, Asked::Exists | Asked::IsSingle) => Reach::Within(by_number(tenant).0),
            _ => Reach::Unknown,
        }
    }

    /// The users of products that have a plan that fits; whether it is on for a user must be asked.
    fn holders_of_plans(self, tenant: &Tenant, condition: &Condition<Test>) -> Reach {
        let mut set = Bits::new();
        for (ordinal, product) in tenant.products() {
            let status = tenant.seats(ordinal).status();
            let mut plans = product.plans_with_state(0);
            if plans.any(|(owned, _)| self.plan_fits(condition, &owned.plan, status)) {
                set.union_with(tenant.holders(ordinal).unwrap_or(&Bits::new()));
            }
        }
        Reach::Within(set)
    }
}

/// The live users with one license or more, and with two or more.
fn by_number(tenant: &Tenant) -> (Bits, Bits) {
    let (mut once, mut twice) = (Bits::new(), Bits::new());
    for holders in tenant
        .products()
        .filter_map(|(ordinal, _)| tenant.holders(ordinal))
    {
        twice.union_with(&once.intersection(holders));
        once.union_with(holders);
    }
    (once, twice)
}
