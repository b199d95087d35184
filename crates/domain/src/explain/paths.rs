//! On which ways a user is in a group.

use std::collections::{BTreeMap, BTreeSet};

use super::Path;
use crate::{
    assignment::LicenseSource,
    group::{Group, GroupOrdinal, Membership},
    product::ProductOrdinal,
    tenant::Tenant,
    user::UserView,
};

/// How the user is in the group of a source, one way for each group of which it is a member itself.
pub fn of_source(tenant: &Tenant, user: &UserView<'_>, source: &LicenseSource) -> Vec<Path> {
    source
        .group
        .map(|group| to_group(tenant, user, group))
        .unwrap_or_default()
}

/// How the user is in a group that counts for it.
pub fn to_group(tenant: &Tenant, user: &UserView<'_>, group: GroupOrdinal) -> Vec<Path> {
    user.memberships
        .iter()
        .filter_map(|membership| {
            if membership.group == group {
                return Some(path(membership, vec![group]));
            }
            if !tenant.policy().nests() {
                return None;
            }
            let groups = ways_up(tenant, [membership.group]).remove(&group)?;
            Some(path(membership, groups))
        })
        .collect()
}

/// Licenses of groups in which the user is through other groups only, where such groups do not count: product, group and
/// way.
pub fn nested_licenses(
    tenant: &Tenant,
    user: &UserView<'_>,
) -> Vec<(ProductOrdinal, GroupOrdinal, Path)> {
    let has_parents = |membership: &Membership| {
        tenant
            .groups()
            .get(membership.group)
            .is_some_and(|group| !group.parents.is_empty())
    };
    if tenant.policy().nests() || !user.memberships.iter().any(has_parents) {
        return Vec::new();
    }
    let direct: BTreeMap<GroupOrdinal, &Membership> = user
        .memberships
        .iter()
        .map(|membership| (membership.group, membership))
        .collect();
    let mut found = Vec::new();
    for (ordinal, groups) in ways_up(tenant, direct.keys().copied()) {
        let membership = groups.first().and_then(|first| direct.get(first));
        let (Some(group), Some(membership)) = (tenant.groups().get(ordinal), membership) else {
            continue;
        };
        if direct.contains_key(&ordinal) {
            continue;
        }
        for license in &group.licenses {
            let path = path(membership, groups.clone());
            found.push((license.product, ordinal, path));
        }
    }
    found
}

const fn path(membership: &Membership, groups: Vec<GroupOrdinal>) -> Path {
    Path {
        groups,
        joined: membership.joined(),
    }
}

/// All live groups that are above some groups, and these themselves, each with a shortest way to it.
fn ways_up(
    tenant: &Tenant,
    start: impl IntoIterator<Item = GroupOrdinal>,
) -> BTreeMap<GroupOrdinal, Vec<GroupOrdinal>> {
    let mut ways: BTreeMap<GroupOrdinal, Vec<GroupOrdinal>> = BTreeMap::new();
    let mut level: Vec<Vec<GroupOrdinal>> = start.into_iter().map(|group| vec![group]).collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for way in level {
            let Some(last) = way.last().copied() else {
                continue;
            };
            let Some(group) = tenant.groups().get(last).filter(|group| group.is_live()) else {
                continue;
            };
            if ways.contains_key(&last) {
                continue;
            }
            next.extend(longer(&way, &group.parents));
            ways.insert(last, way);
        }
        level = next;
    }
    ways
}

fn longer<'a>(
    way: &'a [GroupOrdinal],
    parents: &'a BTreeSet<GroupOrdinal>,
) -> impl Iterator<Item = Vec<GroupOrdinal>> + 'a {
    parents
        .iter()
        .map(|parent| way.iter().copied().chain([*parent]).collect())
}

/// Whether people are put into a group by hand.
pub fn takes_members(group: &Group) -> bool {
    group.is_live() && !group.definition.is_dynamic()
}
