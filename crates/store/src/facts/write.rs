//! Writes the images of what a batch touched.

use zetel_domain::{
    Tenant,
    product::ProductOrdinal,
    user::{UserOrdinal, UserView},
};

use super::{image, rows::CHUNK, touched::Touched};
use crate::{
    schema,
    sql::{DatabaseError, Rows, Statement, Transaction, Value},
};

const DELETE_LICENSES: Statement = Statement::new(
    "delete licenses of user",
    "DELETE FROM license WHERE tenant_key = $1 AND user_ordinal = $2",
);
const DELETE_ROLES: Statement = Statement::new(
    "delete roles of principal",
    "DELETE FROM role_assignment WHERE tenant_key = $1 AND principal = $2",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[DELETE_LICENSES, DELETE_ROLES];

/// Writes the rows of everything touched, as it is in the state that follows the batch.
pub fn write(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    write_organization(transaction, key, touched, after)?;
    write_users(transaction, key, touched, after)?;
    write_licenses(transaction, key, touched, after)?;
    write_access(transaction, key, touched, after)
}

fn write_organization(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    if touched.tenant {
        let mut rows = Rows::new(&schema::tenant::TABLE);
        image::tenant(&mut rows, key, after)?;
        transaction.upsert(&rows)?;
    }
    if touched.domains {
        let mut rows = Rows::new(&schema::domain::TABLE);
        image::domains(&mut rows, key, after)?;
        transaction.upsert(&rows)?;
    }
    let mut products = Rows::new(&schema::product::TABLE);
    for (ordinal, product) in after.products() {
        if touched.all_products || touched.products.contains(&ordinal) {
            image::product(&mut products, key, ordinal, product)?;
        }
    }
    transaction.upsert(&products)?;
    let mut subscriptions = Rows::new(&schema::subscription::TABLE);
    for subscription in touched
        .subscriptions
        .iter()
        .filter_map(|id| after.subscriptions().get(id))
    {
        image::subscription(&mut subscriptions, key, subscription)?;
    }
    transaction.upsert(&subscriptions)
}

fn write_users(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut rows = Rows::new(&schema::user::TABLE);
    for view in touched
        .created_users
        .iter()
        .filter_map(|ordinal| after.users().view(UserOrdinal(ordinal)))
    {
        image::user(&mut rows, key, &view)?;
        if rows.len() == CHUNK {
            transaction.insert_new(&rows)?;
            rows = Rows::new(&schema::user::TABLE);
        }
    }
    transaction.insert_new(&rows)?;

    let mut rows = Rows::new(&schema::user::TABLE);
    let changed = &touched.changed_users - &touched.created_users;
    for view in changed
        .iter()
        .filter_map(|ordinal| after.users().view(UserOrdinal(ordinal)))
    {
        image::user(&mut rows, key, &view)?;
        if rows.len() == CHUNK {
            transaction.upsert(&rows)?;
            rows = Rows::new(&schema::user::TABLE);
        }
    }
    transaction.upsert(&rows)?;
    for user in &touched.purged_users {
        transaction.execute(&DELETE_LICENSES, &[key.into(), user.into()])?;
    }
    Ok(())
}

fn write_licenses(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let users = touched
        .licenses
        .values()
        .fold(roaring::RoaringBitmap::new(), |all, some| all | some);
    let mut rows = Rows::new(&schema::license::TABLE);
    let mut removed = Rows::keys(&schema::license::TABLE);
    for view in users
        .iter()
        .filter_map(|ordinal| after.users().view(UserOrdinal(ordinal)))
    {
        for (product, _) in touched
            .licenses
            .iter()
            .filter(|(_, users)| users.contains(view.ordinal.0))
        {
            write_license(&mut rows, &mut removed, key, after, &view, *product)?;
        }
        if rows.len() >= CHUNK {
            transaction.upsert(&rows)?;
            rows = Rows::new(&schema::license::TABLE);
        }
    }
    transaction.upsert(&rows)?;
    transaction.delete(&removed)?;
    Ok(())
}

fn write_license(
    rows: &mut Rows,
    removed: &mut Rows,
    key: i64,
    after: &Tenant,
    view: &UserView<'_>,
    product: ProductOrdinal,
) -> Result<(), DatabaseError> {
    match after.direct_license(view, product) {
        Some((holding, shape)) => image::license(rows, key, view.ordinal.0, shape, holding.at()),
        None => removed.push(&[
            key.into(),
            view.ordinal.0.into(),
            i64::from(product.0).into(),
        ]),
    }
}

fn write_access(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut rows = Rows::new(&schema::application::TABLE);
    let mut removed = Rows::keys(&schema::application::TABLE);
    for id in &touched.applications {
        match after.applications().get(id) {
            Some(application) => image::application(&mut rows, key, application)?,
            None => removed.push(&[key.into(), id.into()])?,
        }
    }
    transaction.upsert(&rows)?;
    transaction.delete(&removed)?;

    for principal in &touched.removed_principals {
        transaction.execute(&DELETE_ROLES, &[key.into(), Value::from(principal)])?;
    }
    let mut rows = Rows::new(&schema::role::TABLE);
    let mut removed = Rows::keys(&schema::role::TABLE);
    for (principal, role) in &touched.roles {
        if after.roles_of(*principal).any(|held| held == *role) {
            image::role(&mut rows, key, principal, *role)?;
        } else {
            removed.push(&[key.into(), principal.into(), role.display_name().into()])?;
        }
    }
    transaction.upsert(&rows)?;
    transaction.delete(&removed)?;
    Ok(())
}
