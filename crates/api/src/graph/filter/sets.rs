//! Sets of live users that answer questions at once.

use zetel_domain::{
    Tenant,
    location::Location,
    state::Bits,
    user::{UserProperty, UserType},
};
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
            (Column::Enabled, Asked::Flag(flags)) => Reach::Exactly(of_two(
                users.live(),
                users.disabled(),
                flags.contains(&Some(false)),
                flags.contains(&Some(true)),
            )),
            (Column::Type, Asked::Text(matched)) => Reach::Exactly(of_two(
                users.live(),
                users.guests(),
                matched.fits(Some(UserType::Guest.as_str())),
                matched.fits(Some(UserType::Member.as_str())),
            )),
            (Column::Location, Asked::Text(matched)) => locations(tenant, matched),
            (Column::Stored(UserProperty::UserPrincipalName), Asked::Text(matched))
                if matched.texts().is_some() =>
            {
                principal_names(tenant, matched)
            }
            (Column::Stored(property), Asked::Text(matched)) => {
                let set = texts(tenant, property, matched);
                set.map_or(Reach::Unknown, Reach::Exactly)
            }
            (Column::Items(items), asked) => items.reach(tenant, asked),
            _ => Reach::Unknown,
        }
    }
}

/// Those in a set, and those who are not, as they are wanted.
fn of_two(live: &Bits, set: &Bits, inside: bool, outside: bool) -> Bits {
    match (inside, outside) {
        (false, false) => Bits::new(),
        (true, false) => set.clone(),
        (false, true) => live.difference(set),
        (true, true) => live.clone(),
    }
}

/// Names are of ASCII characters, so that this index finds whatever is equal without regard to case.
fn principal_names(tenant: &Tenant, matched: &TextMatch) -> Reach {
    let names = matched.texts().unwrap_or_default().into_iter();
    let found = names.filter_map(|name| tenant.users().find_principal_name(name));
    Reach::Exactly(found.map(|user| user.ordinal.0).collect())
}

fn locations(tenant: &Tenant, matched: &TextMatch) -> Reach {
    let TextMatch::Equal(values) = matched else {
        return Reach::Unknown;
    };
    let mut set = Bits::new();
    for value in values {
        let location = match value {
            None => Some(None),
            Some(text) => Location::parse(text).map(Some),
        };
        if let Some(location) = location {
            set.union_with(&tenant.users().with_location(location));
        }
    }
    Reach::Exactly(set)
}

/// The users whose text fits, if there is an index.
fn texts(tenant: &Tenant, property: UserProperty, matched: &TextMatch) -> Option<Bits> {
    let users = tenant.users();
    match matched {
        TextMatch::Equal(values) => {
            let mut set = Bits::new();
            for value in values {
                // The index has those without a text under the empty one, which no text is.
                match value.as_deref() {
                    Some("") => {}
                    value => set.union_with(&users.with_text(property, value.unwrap_or(""))?),
                }
            }
            Some(set)
        }
        TextMatch::StartsWith(start) if start.is_empty() => {
            Some(users.live().difference(&users.with_text(property, "")?))
        }
        TextMatch::StartsWith(start) => users.with_prefix(property, start),
        // Words end where the case changes, and the index has lower case only.
        TextMatch::Words(_) => None,
        _ => users.with_text_that(property, |text| {
            matched.fits(Some(text).filter(|text| !text.is_empty()))
        }),
    }
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
            (_, Asked::AnyItem(condition)) => Reach::Exactly(self.with_plans(tenant, condition)),
            (Self::Licenses, Asked::Exists) => Reach::Exactly(tenant.licensed().clone()),
            (Self::Licenses, Asked::IsSingle) => Reach::Exactly(with_one_license(tenant)),
            (_, Asked::Exists | Asked::IsSingle) => Reach::Within(tenant.licensed().clone()),
            _ => Reach::Unknown,
        }
    }

    /// The users to whom a product gives a plan that fits.
    fn with_plans(self, tenant: &Tenant, condition: &Condition<Test>) -> Bits {
        let mut set = Bits::new();
        for (ordinal, product) in tenant.products() {
            let status = tenant.seats(ordinal).status();
            let plans = product.plans_with_state(0).map(|(owned, _)| &owned.plan);
            for plan in plans.filter(|plan| self.plan_fits(condition, plan, status)) {
                let mut grants = tenant.plan_grants(plan.id);
                if let Some(grant) = grants.find(|grant| grant.product == ordinal) {
                    set.union_with(&grant.users());
                }
            }
        }
        set
    }
}

/// The live users with exactly one license.
fn with_one_license(tenant: &Tenant) -> Bits {
    let (mut once, mut twice) = (Bits::new(), Bits::new());
    for holders in tenant
        .products()
        .filter_map(|(ordinal, _)| tenant.holders(ordinal))
    {
        twice.union_with(&once.intersection(holders));
        once.union_with(holders);
    }
    once.difference(&twice)
}
