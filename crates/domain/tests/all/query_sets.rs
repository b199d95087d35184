//! The sets that answer queries say what a look at every user says.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    location::Location,
    product::ProductOrdinal,
    state::Bits,
    user::{
        ByName, Direction, PropertyValue, UserOrdinal, UserProperty, UserState, UserType, folded,
        property::PropertyKind,
    },
};

use crate::picture::{Picture, UserPicture};

pub fn assert_query_sets(tenant: &Tenant, picture: &Picture) {
    assert_licenses(tenant, picture);
    assert_heads(tenant, picture);
    for property in UserProperty::each() {
        if matches!(property.schema().kind, PropertyKind::Text { .. }) {
            assert_texts(tenant, picture, property);
        }
        if let Some(by_name) = tenant.users().by_name(property) {
            assert_order(by_name, &in_order(picture, property));
        }
    }
}

/// The places of live users for whom something holds.
fn places(picture: &Picture, holds: impl Fn(&UserPicture) -> bool) -> BTreeSet<u32> {
    let users = (0_u32..).zip(&picture.users);
    users
        .filter(|(_, user)| user.state == UserState::Live && holds(user))
        .map(|(place, _)| place)
        .collect()
}

fn members(bits: &Bits) -> BTreeSet<u32> {
    bits.iter().collect()
}

fn assert_licenses(tenant: &Tenant, picture: &Picture) {
    let licensed = places(picture, |user| !user.licenses.is_empty());
    assert_eq!(members(tenant.licensed()), licensed, "who has any license");
    let plans: BTreeSet<Uuid> = tenant
        .products()
        .flat_map(|(_, product)| product.plans.iter().map(|owned| owned.plan.id))
        .collect();
    for plan in plans {
        let holders = places(picture, |user| user.entitlements.contains(&plan));
        assert_eq!(members(&tenant.plan_holders(plan)), holders, "plan {plan}");
        let by_product: Vec<(ProductOrdinal, Bits)> =
            tenant.plan_holders_by_product(plan).collect();
        for (ordinal, product) in tenant.products() {
            let has_plan = picture.products[&product.sku_id].plans.contains(&plan);
            let expected = places(picture, |user| {
                let license = user.licenses.get(&product.sku_id);
                has_plan && license.is_some_and(|license| !license.disabled.contains(&plan))
            });
            let found = by_product.iter().find(|(found, _)| *found == ordinal);
            let found = found.map_or_else(BTreeSet::new, |(_, users)| members(users));
            assert_eq!(found, expected, "plan {plan} of {}", product.sku_id);
            let grant = tenant
                .plan_grants(plan)
                .find(|grant| grant.product == ordinal);
            for place in 0..tenant.users().len() {
                let is_in = grant.is_some_and(|grant| grant.contains(UserOrdinal(place)));
                assert_eq!(is_in, expected.contains(&place));
            }
        }
    }
}

fn assert_heads(tenant: &Tenant, picture: &Picture) {
    let users = tenant.users();
    let guests = places(picture, |user| user.user_type == UserType::Guest);
    assert_eq!(members(users.guests()), guests, "guests");
    let locations: BTreeSet<Option<Location>> = picture
        .users
        .iter()
        .map(|user| user.usage_location)
        .collect();
    for location in locations.into_iter().chain([None, Location::parse("AQ")]) {
        let there = places(picture, |user| user.usage_location == location);
        assert_eq!(
            members(&users.with_location(location)),
            there,
            "in {location:?}"
        );
    }
}

/// The folded text of a user; empty if it has none.
fn text_of(user: &UserPicture, property: UserProperty) -> String {
    match user.properties.get(&property) {
        Some(PropertyValue::Text(text)) => text.chars().flat_map(char::to_lowercase).collect(),
        _ => String::new(),
    }
}

/// Users by text as it is: found in any case, as a whole and by how it begins.
fn assert_texts(tenant: &Tenant, picture: &Picture, property: UserProperty) {
    let users = tenant.users();
    let known = picture.users.iter().map(|user| text_of(user, property));
    let mut texts: BTreeSet<String> = known.collect();
    texts.extend(["sale", "Somebody Else", "é"].map(str::to_owned));
    for text in &texts {
        let Some(found) = users.with_text(property, &text.to_uppercase()) else {
            assert!(users.with_prefix(property, text).is_none());
            assert!(users.by_name(property).is_none());
            return;
        };
        let expected = places(picture, |user| text_of(user, property) == folded(text));
        assert_eq!(members(&found), expected, "{property:?} {text}");
        for length in 0..=text.chars().count().min(5) {
            let start: String = text.chars().take(length).collect();
            let expected = places(picture, |user| {
                text_of(user, property).starts_with(&*folded(&start))
            });
            let found = users.with_prefix(property, &start).unwrap();
            assert_eq!(members(&found), expected, "{property:?} from {start}");
        }
        if let Some(found) = users.with_text_that(property, |other| other != folded(text)) {
            let expected = places(picture, |user| text_of(user, property) != folded(text));
            assert_eq!(members(&found), expected, "{property:?} not {text}");
        }
    }
}

/// The folded names and places of live users, in order.
fn in_order(picture: &Picture, property: UserProperty) -> Vec<(String, u32)> {
    let users = (0_u32..).zip(&picture.users);
    let live = users.filter(|(_, user)| user.state == UserState::Live);
    let mut order: Vec<(String, u32)> = live
        .map(|(place, user)| (text_of(user, property), place))
        .collect();
    order.sort();
    order
}

/// Both ways, from everywhere, and page by page.
fn assert_order(by_name: ByName<'_>, order: &[(String, u32)]) {
    let ordinals = |users: Vec<UserOrdinal>| users.iter().map(|user| user.0).collect::<Vec<_>>();
    let expected: Vec<u32> = order.iter().map(|(_, place)| *place).collect();
    assert_eq!(ordinals(by_name.ascending(None).collect()), expected);
    let mut reverse = expected.clone();
    reverse.reverse();
    assert_eq!(ordinals(by_name.descending(None).collect()), reverse);
    for (number, (text, place)) in order.iter().enumerate() {
        let at = Some((text.as_str(), UserOrdinal(*place)));
        let behind = ordinals(by_name.ascending(at).collect());
        assert_eq!(behind, expected[number + 1..], "behind {at:?}");
        let before = ordinals(by_name.descending(at).collect());
        assert_eq!(before, reverse[order.len() - number..], "before {at:?}");
        let among: Bits = expected
            .iter()
            .copied()
            .filter(|other| other % 2 == place % 2)
            .collect();
        let mut some = behind;
        some.retain(|other| among.contains(*other));
        some.truncate(2);
        let page = by_name.page(&among, Direction::Ascending, at, 2);
        assert_eq!(ordinals(page), some, "a page behind {at:?}");
    }
}
