//! Sets of live users that answer questions at once.

use zetel_domain::{
    Tenant,
    location::Location,
    state::{Bits, SetExpression},
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
                exactly(found.map(|user| user.ordinal.0).collect::<Bits>())
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

fn exactly(set: impl Into<SetExpression>) -> Reach {
    Reach::Exactly(set.into())
}

/// All members of these sets.
fn any_of(sets: impl Iterator<Item = SetExpression>) -> SetExpression {
    sets.reduce(SetExpression::or)
        .unwrap_or_else(|| Bits::new().into())
}

/// Those in a set, and those who are not, as they are wanted.
fn of_two(live: &Bits, set: &Bits, inside: bool, outside: bool) -> SetExpression {
    let (live, set) = (SetExpression::Set(live.clone()), set.clone());
    match (inside, outside) {
        (false, false) => Bits::new().into(),
        (true, false) => set.into(),
        (false, true) => live.without(set.into()),
        (true, true) => live,
    }
}

/// Names are of ASCII characters, so that this index finds whatever is equal without regard to case.
fn principal_names(tenant: &Tenant, matched: &TextMatch) -> Reach {
    let names = matched.texts().unwrap_or_default().into_iter();
    let found = names.filter_map(|name| tenant.users().find_principal_name(name));
    exactly(found.map(|user| user.ordinal.0).collect::<Bits>())
}

fn locations(tenant: &Tenant, matched: &TextMatch) -> Reach {
    let TextMatch::Equal(values) = matched else {
        return Reach::Unknown;
    };
    let locations = values.iter().filter_map(|value| match value {
        None => Some(None),
        Some(text) => Location::parse(text).map(Some),
    });
    let users = locations.map(|location| tenant.users().with_location(location).into());
    Reach::Exactly(any_of(users))
}

/// The users whose text fits, if there is an index.
fn texts(tenant: &Tenant, property: UserProperty, matched: &TextMatch) -> Option<SetExpression> {
    let users = tenant.users();
    let set = match matched {
        TextMatch::Equal(values) => {
            // The index has those without a text under the empty one, which no text is.
            let values = values.iter().map(Option::as_deref);
            let values = values.filter(|value| *value != Some(""));
            let sets = values.map(|value| users.with_text(property, value.unwrap_or("")));
            let sets: Option<Vec<Bits>> = sets.collect();
            return Some(any_of(sets?.into_iter().map(SetExpression::Set)));
        }
        TextMatch::StartsWith(start) if start.is_empty() => {
            let without = users.with_text(property, "")?.into();
            return Some(SetExpression::Set(users.live().clone()).without(without));
        }
        TextMatch::StartsWith(start) => users.with_prefix(property, start),
        // Words end where the case changes, and the index has lower case only.
        TextMatch::Words(_) => None,
        _ => users.with_text_that(property, |text| {
            matched.fits(Some(text).filter(|text| !text.is_empty()))
        }),
    };
    set.map(SetExpression::Set)
}

impl Items {
    fn reach(self, tenant: &Tenant, asked: &Asked) -> Reach {
        match (self, asked) {
            (Self::Licenses, Asked::AnyItem(condition)) => {
                let products = tenant.products();
                let fitting = products.filter(|(_, product)| license_fits(condition, product));
                let holders = fitting.filter_map(|(ordinal, _)| tenant.holders(ordinal));
                Reach::Exactly(any_of(holders.cloned().map(SetExpression::Set)))
            }
            (_, Asked::AnyItem(condition)) => Reach::Exactly(self.with_plans(tenant, condition)),
            (Self::Licenses, Asked::Exists) => exactly(tenant.licensed().clone()),
            (Self::Licenses, Asked::IsSingle) => exactly(with_one_license(tenant)),
            (_, Asked::Exists | Asked::IsSingle) => Reach::Within(tenant.licensed().clone().into()),
            _ => Reach::Unknown,
        }
    }

    /// The users to whom a product gives a plan that fits.
    fn with_plans(self, tenant: &Tenant, condition: &Condition<Test>) -> SetExpression {
        let mut sets = Vec::new();
        for (ordinal, product) in tenant.products() {
            let status = tenant.seats(ordinal).status();
            let plans = product.plans_with_state(0).map(|(owned, _)| &owned.plan);
            for plan in plans.filter(|plan| self.plan_fits(condition, plan, status)) {
                let mut grants = tenant.plan_grants(plan.id);
                let grant = grants.find(|grant| grant.product == ordinal);
                sets.extend(grant.map(|grant| grant.users()));
            }
        }
        any_of(sets.into_iter())
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
