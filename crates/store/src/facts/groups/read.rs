//! Reads groups, what they give, and who is in them.

use std::{collections::BTreeMap, sync::Arc};

use zetel_domain::{
    TenantBuilder, Timestamp,
    assignment::Verdict,
    group::{Group, GroupDefinition, GroupLicense, Membership},
    product::ProductOrdinal,
};

use super::super::{
    read::{damaged, known_group, known_user, mask, number, parse},
    words::verdict,
};
use crate::{
    schema::of_tenant,
    sql::{DatabaseError, RowRef, Statement, Value, View},
};

const LOAD_GROUPS: Statement = of_tenant::group().load;
const LOAD_LICENSES: Statement = of_tenant::group_license().load;
const LOAD_SUBGROUPS: Statement = of_tenant::subgroup().load;
const LOAD_OWNERS: Statement = of_tenant::group_owner().load;
const LOAD_MEMBERSHIPS: Statement = of_tenant::membership().load;
const LOAD_DECISIONS: Statement = of_tenant::decision().load;

/// Reads all groups of a tenant whose products and users are there.
pub fn load(
    view: &mut View<'_>,
    builder: &mut TenantBuilder,
    key: &[Value],
) -> Result<(), DatabaseError> {
    view.for_each(&LOAD_GROUPS, key, |row| group(builder, &row))?;
    view.for_each(&LOAD_LICENSES, key, |row| license(builder, &row))?;
    view.for_each(&LOAD_SUBGROUPS, key, |row| subgroup(builder, &row))?;
    view.for_each(&LOAD_OWNERS, key, |row| owner(builder, &row))?;
    view.for_each(&LOAD_MEMBERSHIPS, key, |row| membership(builder, &row))?;
    view.for_each(&LOAD_DECISIONS, key, |row| decision(builder, &row))
}

fn group(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let expected = i64::try_from(builder.group_count()).unwrap_or(i64::MAX);
    if row.int(1)? != expected {
        return Err(damaged(format!("group {expected} is missing")));
    }
    let other: BTreeMap<String, String> = match row.optional_text(19)? {
        Some(text) => parse(text)?,
        None => BTreeMap::new(),
    };
    let text = |column| Ok::<_, DatabaseError>(row.optional_text(column)?.map(str::to_owned));
    let definition = GroupDefinition {
        display_name: row.text(7)?.to_owned(),
        mail_nickname: row.text(8)?.to_owned(),
        mail: text(9)?,
        mail_enabled: row.boolean(10)?,
        security_enabled: row.boolean(11)?,
        unified: row.boolean(12)?,
        role_assignable: row.boolean(13)?,
        visibility: text(14)?,
        description: text(15)?,
        rule: text(16)?,
        rule_paused: row.boolean(17)?,
        priority: number(row.int(18)?, "a priority")?,
        other,
    };
    builder.group(Group {
        id: row.uuid(2)?,
        created: Timestamp(row.int(3)?),
        deleted: row.optional_int(4)?.map(Timestamp),
        purged: row.boolean(5)?,
        had_licenses: row.boolean(6)?,
        definition: Arc::new(definition),
        ..Group::default()
    });
    Ok(())
}

/// A product that exists.
fn known_product(builder: &TenantBuilder, ordinal: u16) -> Result<ProductOrdinal, DatabaseError> {
    if usize::from(ordinal) >= builder.lengths().0 {
        return Err(damaged(format!("product {ordinal} does not exist")));
    }
    Ok(ProductOrdinal(ordinal))
}

fn license(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let group = known_group(builder, row.int(1)?)?;
    let license = GroupLicense {
        product: known_product(builder, number(row.int(2)?, "a product")?)?,
        at: Timestamp(row.int(3)?),
        disabled: mask(row.optional_bytes(4)?)?,
    };
    builder.group_license(group, license);
    Ok(())
}

fn subgroup(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let group = known_group(builder, row.int(1)?)?;
    let member = known_group(builder, row.int(2)?)?;
    builder.subgroup(group, member);
    Ok(())
}

fn owner(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let group = known_group(builder, row.int(1)?)?;
    let user = known_user(builder, row.int(2)?)?;
    builder.owner(group, user);
    Ok(())
}

fn membership(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let user = known_user(builder, row.int(1)?)?;
    let group = known_group(builder, row.int(2)?)?;
    let joined = Timestamp(row.int(3)?);
    let decided = row.optional_int(4)?.map(Timestamp);
    builder.membership(user, Membership::new(group, joined, decided));
    Ok(())
}

fn decision(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let group = known_group(builder, row.int(1)?)?;
    let product = known_product(builder, number(row.int(2)?, "a product")?)?;
    let word = row.text(3)?;
    let verdict =
        verdict(word).ok_or_else(|| damaged(format!("`{word}` is not what a product can be")))?;
    if let Verdict::Fallback(instead) = verdict {
        known_product(builder, instead.0)?;
    }
    let chunk: u32 = number(row.int(4)?, "a chunk of users")?;
    if builder.decision(group, product, verdict, chunk, row.bytes(5)?) {
        return Ok(());
    }
    Err(damaged(format!(
        "chunk {chunk} of the users for whom product {} of group {} is `{word}` cannot be read",
        product.0, group.0
    )))
}
