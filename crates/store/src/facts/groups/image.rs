//! Rows of groups, of what they give, and of who is in them.

use std::borrow::Cow;

use serde_json::json;
use zetel_domain::{
    assignment::Verdict,
    group::{Group, GroupLicense, GroupOrdinal, Membership},
    product::ProductOrdinal,
    state::Bits,
    user::{UserOrdinal, UserView},
};

use super::super::words::verdict_word;
use crate::sql::{DatabaseError, Rows};

/// A group's row.
pub fn group(
    rows: &mut Rows,
    key: i64,
    ordinal: GroupOrdinal,
    group: &Group,
) -> Result<(), DatabaseError> {
    let definition = &group.definition;
    let others = (!definition.other.is_empty()).then(|| json!(definition.other).to_string());
    rows.push(&[
        key.into(),
        ordinal.0.into(),
        (&group.id).into(),
        group.created.0.into(),
        group.deleted.map(|deleted| deleted.0).into(),
        group.purged.into(),
        group.had_licenses.into(),
        definition.display_name.as_str().into(),
        definition.mail_nickname.as_str().into(),
        definition.mail.as_deref().into(),
        definition.mail_enabled.into(),
        definition.security_enabled.into(),
        definition.unified.into(),
        definition.role_assignable.into(),
        definition.visibility.as_deref().into(),
        definition.description.as_deref().into(),
        definition.rule.as_deref().into(),
        definition.rule_paused.into(),
        definition.priority.into(),
        others.as_deref().into(),
    ])
}

/// The row of a product that a group gives.
pub fn group_license(
    rows: &mut Rows,
    key: i64,
    group: GroupOrdinal,
    license: &GroupLicense,
) -> Result<(), DatabaseError> {
    let mask = license.disabled.to_le_bytes();
    rows.push(&[
        key.into(),
        group.0.into(),
        i64::from(license.product.0).into(),
        license.at.0.into(),
        (license.disabled != 0).then_some(&mask).into(),
    ])
}

/// The row of a group in a group.
pub fn subgroup(
    rows: &mut Rows,
    key: i64,
    group: GroupOrdinal,
    member: GroupOrdinal,
) -> Result<(), DatabaseError> {
    rows.push(&[key.into(), group.0.into(), member.0.into()])
}

/// The row of a user who owns a group.
pub fn owner(
    rows: &mut Rows,
    key: i64,
    group: GroupOrdinal,
    user: UserOrdinal,
) -> Result<(), DatabaseError> {
    rows.push(&[key.into(), group.0.into(), user.0.into()])
}

/// The row of a user in a group.
pub fn membership(
    rows: &mut Rows,
    key: i64,
    user: UserOrdinal,
    membership: &Membership,
) -> Result<(), DatabaseError> {
    rows.push(&[
        key.into(),
        user.0.into(),
        membership.group.0.into(),
        membership.joined().0.into(),
        membership.decided().map(|decided| decided.0).into(),
    ])
}

/// The rows of all memberships of a user.
pub fn memberships(rows: &mut Rows, key: i64, view: &UserView<'_>) -> Result<(), DatabaseError> {
    view.memberships
        .iter()
        .try_for_each(|known| membership(rows, key, view.ordinal, known))
}

/// The row of some users for whom a product of a group was decided in one way.
pub fn decision(
    rows: &mut Rows,
    key: i64,
    (group, product, verdict): (GroupOrdinal, ProductOrdinal, Verdict),
    chunk: u32,
    users: &[u8],
) -> Result<(), DatabaseError> {
    rows.push(&[
        key.into(),
        group.0.into(),
        i64::from(product.0).into(),
        verdict_word(verdict).as_ref().into(),
        chunk.into(),
        users.into(),
    ])
}

/// The rows of all decisions of a group.
pub fn decisions(
    rows: &mut Rows,
    key: i64,
    ordinal: GroupOrdinal,
    group: &Group,
) -> Result<(), DatabaseError> {
    type Decided<'g> = (ProductOrdinal, Cow<'static, str>, Verdict, &'g Bits);
    let mut decided: Vec<Decided<'_>> = group
        .decisions
        .iter()
        .map(|((product, verdict), users)| (*product, verdict_word(*verdict), *verdict, users))
        .collect();
    // The table's order is that of the words.
    decided.sort_unstable_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    for (product, _, verdict, users) in decided {
        for (chunk, users) in users.chunks() {
            decision(rows, key, (ordinal, product, verdict), chunk, &users)?;
        }
    }
    Ok(())
}
