//! Writes the images of what a batch touched of groups.

use std::collections::BTreeSet;

use zetel_domain::{
    Tenant,
    assignment::Verdict,
    group::{Group, GroupOrdinal, Membership},
    product::ProductOrdinal,
    state::Bits,
    user::UserOrdinal,
};

use super::{
    super::{touched::Touched, words::verdict_word, write::Changed},
    image,
};
use crate::{
    schema,
    sql::{DatabaseError, Transaction},
};

/// Writes the rows of all that was touched of groups, as it is in the state that follows the batch.
pub fn write(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    write_groups(transaction, key, touched, after)?;
    write_lists(transaction, key, touched, after)?;
    write_memberships(transaction, key, touched, before, after)?;
    write_decisions(transaction, key, touched, before, after)
}

fn write_groups(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut groups = Changed::new(transaction, &schema::group::TABLE);
    for ordinal in &touched.groups {
        if let Some(group) = after.groups().get(*ordinal) {
            groups.replace(|rows| image::group(rows, key, *ordinal, group))?;
        }
    }
    groups.finish()?;

    let mut licenses = Changed::new(transaction, &schema::group_license::TABLE);
    for (ordinal, product) in &touched.group_licenses {
        let group = after.groups().get(*ordinal);
        match group.and_then(|group| group.license(*product)) {
            Some(license) => {
                licenses.replace(|rows| image::group_license(rows, key, *ordinal, license))?;
            }
            None => {
                licenses.delete(&[key.into(), ordinal.0.into(), i64::from(product.0).into()])?;
            }
        }
    }
    licenses.finish()
}

/// Groups in groups, and owners.
fn write_lists(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let is_listed = |ordinal: GroupOrdinal, has: &dyn Fn(&Group) -> bool| {
        after.groups().get(ordinal).is_some_and(has)
    };
    let mut subgroups = Changed::new(transaction, &schema::subgroup::TABLE);
    for (group, member) in &touched.subgroups {
        if is_listed(*group, &|group| group.subgroups.contains(member)) {
            subgroups.replace(|rows| image::subgroup(rows, key, *group, *member))?;
        } else {
            subgroups.delete(&[key.into(), group.0.into(), member.0.into()])?;
        }
    }
    subgroups.finish()?;

    let mut owners = Changed::new(transaction, &schema::group_owner::TABLE);
    for (group, user) in &touched.owners {
        if is_listed(*group, &|group| group.owners.contains(user)) {
            owners.replace(|rows| image::owner(rows, key, *group, *user))?;
        } else {
            owners.delete(&[key.into(), group.0.into(), user.0.into()])?;
        }
    }
    owners.finish()
}

fn write_memberships(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut memberships = Changed::new(transaction, &schema::membership::TABLE);
    for (group, users) in &touched.memberships {
        for user in users.iter().map(UserOrdinal) {
            match (
                find_membership(before, user, *group),
                find_membership(after, user, *group),
            ) {
                (None, Some(new)) => {
                    memberships.insert(|rows| image::membership(rows, key, user, &new))?;
                }
                (Some(old), Some(new)) if old != new => {
                    memberships.replace(|rows| image::membership(rows, key, user, &new))?;
                }
                (Some(_), None) => {
                    memberships.delete(&[key.into(), user.0.into(), group.0.into()])?;
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
    memberships.finish()
}

fn find_membership(tenant: &Tenant, user: UserOrdinal, group: GroupOrdinal) -> Option<Membership> {
    let memberships = tenant.users().view(user)?.memberships;
    let place = memberships.binary_search_by_key(&group, |membership| membership.group);
    memberships.get(place.ok()?).copied()
}

/// Chunks that the two states share are not even looked at.
fn write_decisions(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let nobody = Bits::new();
    let mut decisions = Changed::new(transaction, &schema::decision::TABLE);
    for (group, product) in &touched.decisions {
        let [old, new] = [before, after].map(|tenant| tenant.groups().get(*group));
        for verdict in verdicts_of(*product, [old, new]) {
            let [old, new] = [old, new].map(|group| {
                let users = group.and_then(|group| group.decisions.get(&(*product, verdict)));
                users.unwrap_or(&nobody)
            });
            for chunk in old.changed_chunks(new) {
                let place = (*group, *product, verdict);
                match new.chunk(chunk) {
                    Some(users) => decisions
                        .replace(|rows| image::decision(rows, key, place, chunk, &users))?,
                    None => decisions.delete(&[
                        key.into(),
                        group.0.into(),
                        i64::from(product.0).into(),
                        verdict_word(verdict).as_ref().into(),
                        chunk.into(),
                    ])?,
                }
            }
        }
    }
    decisions.finish()
}

fn verdicts_of(product: ProductOrdinal, groups: [Option<&Group>; 2]) -> BTreeSet<Verdict> {
    groups
        .into_iter()
        .flatten()
        .flat_map(|group| group.verdicts_of(product))
        .map(|(verdict, _)| verdict)
        .collect()
}
