//! What memory keeps twice or counts: here it is counted again, from what each user has.

use std::collections::BTreeMap;

use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
    user::UserView,
};

use super::finding::{Advice, Finder, differing};
use crate::schema;

/// Counts everything again in a state.
pub fn examine(tenant: &Tenant, finder: &mut Finder<'_>) {
    examine_holders(tenant, finder);
    examine_members(tenant, finder);
    for (ordinal, group) in tenant.groups().iter() {
        examine_groups_of_groups(tenant, ordinal, group, finder);
        examine_decisions(group, finder);
    }
}

/// Holders of products are kept as they come and go.
fn examine_holders(tenant: &Tenant, finder: &mut Finder<'_>) {
    let mut holders: BTreeMap<ProductOrdinal, Bits> = BTreeMap::new();
    for user in tenant.users().iter().filter(UserView::is_live) {
        for license in tenant.effective(&user) {
            let users = holders.entry(license.product).or_default();
            users.insert(user.ordinal.0);
        }
    }
    let nobody = Bits::new();
    for (ordinal, product) in tenant.products() {
        let kept = tenant.holders(ordinal).unwrap_or(&nobody);
        let found = holders.get(&ordinal).unwrap_or(&nobody);
        if kept != found {
            let text = format!(
                "product {} has {} holders, but {} seats are counted as consumed{}",
                product.sku_id,
                found.len(),
                kept.len(),
                differing("user", kept, found)
            );
            finder.find(&schema::product::TABLE, text, Advice::Program);
        }
    }
}

/// Groups know their members, and users their groups.
fn examine_members(tenant: &Tenant, finder: &mut Finder<'_>) {
    let mut members: BTreeMap<GroupOrdinal, Bits> = BTreeMap::new();
    for user in tenant.users().iter() {
        for membership in user.memberships {
            let users = members.entry(membership.group).or_default();
            users.insert(user.ordinal.0);
        }
    }
    let nobody = Bits::new();
    for (ordinal, group) in tenant.groups().iter() {
        let found = members.remove(&ordinal).unwrap_or_default();
        if group.members != found {
            let text = format!(
                "group {} counts {} members, but {} users are in it{}",
                group.id,
                group.members.len(),
                found.len(),
                differing("user", &group.members, &found)
            );
            finder.find(&schema::membership::TABLE, text, Advice::Program);
        }
    }
    for (ordinal, users) in members {
        let text = format!(
            "users are in group {}, which does not exist{}",
            ordinal.0,
            differing("user", &nobody, &users)
        );
        finder.find(&schema::membership::TABLE, text, Advice::Program);
    }
}

/// Groups know the groups in them, and these know in which they are.
fn examine_groups_of_groups(
    tenant: &Tenant,
    ordinal: GroupOrdinal,
    group: &Group,
    finder: &mut Finder<'_>,
) {
    let knows = |other: &GroupOrdinal, has: &dyn Fn(&Group) -> bool| {
        tenant.groups().get(*other).is_some_and(has)
    };
    let is_sound = group
        .subgroups
        .iter()
        .all(|member| knows(member, &|member| member.parents.contains(&ordinal)))
        && group
            .parents
            .iter()
            .all(|parent| knows(parent, &|parent| parent.subgroups.contains(&ordinal)));
    if !is_sound {
        let text = format!(
            "group {} and the groups in it, or in which it is, do not know each other",
            group.id
        );
        finder.find(&schema::subgroup::TABLE, text, Advice::Program);
    }
}

/// A product is decided in one way for a user, and only if the group gives it.
fn examine_decisions(group: &Group, finder: &mut Finder<'_>) {
    let mut decided: BTreeMap<ProductOrdinal, Bits> = BTreeMap::new();
    for ((product, _), users) in &group.decisions {
        let seen = decided.entry(*product).or_default();
        if !seen.is_disjoint(users) {
            let text = format!(
                "product {} of group {} is decided in two ways for the same users",
                product.0, group.id
            );
            finder.find(&schema::decision::TABLE, text, Advice::Program);
        }
        seen.union_with(users);
    }
    for (product, users) in decided {
        if group.license(product).is_none() && !users.is_empty() {
            let text = format!(
                "group {} does not give product {}, but it is decided for {} users",
                group.id,
                product.0,
                users.len()
            );
            finder.find(&schema::decision::TABLE, text, Advice::Program);
        }
    }
}
