//! Writes the images of what a batch touched.

use zetel_domain::{
    Tenant,
    user::{UserOrdinal, UserView},
};

use super::{devices, groups, image, policy, rows::CHUNK, touched::Touched, words};
use crate::{
    schema,
    sql::{DatabaseError, Rows, Statement, Table, Transaction, Value, ValueRef},
};

const DELETE_ROLES: Statement = Statement::new(
    "delete roles of principal",
    "DELETE FROM role_assignment WHERE tenant_key = $1 AND principal = $2",
);

/// The statements of this module.
pub const STATEMENTS: &[Statement] = &[DELETE_ROLES];

/// Writes the rows of everything touched, as it is in the state that follows the batch.
pub fn write(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    write_organization(transaction, key, touched, after)?;
    write_approvals(transaction, key, touched, before, after)?;
    write_products(transaction, key, touched, after)?;
    write_users(transaction, key, touched, after)?;
    write_licenses(transaction, key, touched, after)?;
    groups::write::write(transaction, key, touched, before, after)?;
    devices::write::write(transaction, key, touched, before, after)?;
    write_access(transaction, key, touched, after)
}

/// Rows of one table that are new, replaced or deleted, written some at a time. No row is two of these in one batch.
pub(super) struct Changed<'w, 't> {
    transaction: &'w mut Transaction<'t>,
    new: Rows,
    replaced: Rows,
    deleted: Rows,
}

impl<'w, 't> Changed<'w, 't> {
    pub fn new(transaction: &'w mut Transaction<'t>, table: &'static Table) -> Self {
        Self {
            transaction,
            new: Rows::new(table),
            replaced: Rows::new(table),
            deleted: Rows::keys(table),
        }
    }

    /// Writes rows that are not there yet.
    pub fn insert(
        &mut self,
        push: impl FnOnce(&mut Rows) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        push(&mut self.new)?;
        if self.new.len() >= CHUNK {
            self.transaction.insert_new(&self.new)?;
            self.new = Rows::new(self.new.table());
        }
        Ok(())
    }

    /// Writes rows whether or not they are there.
    pub fn replace(
        &mut self,
        push: impl FnOnce(&mut Rows) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        push(&mut self.replaced)?;
        if self.replaced.len() >= CHUNK {
            self.transaction.upsert(&self.replaced)?;
            self.replaced = Rows::new(self.replaced.table());
        }
        Ok(())
    }

    /// Deletes a row, if it is there.
    pub fn delete(&mut self, key: &[ValueRef<'_>]) -> Result<(), DatabaseError> {
        self.deleted.push(key)?;
        if self.deleted.len() >= CHUNK {
            self.transaction.delete(&self.deleted)?;
            self.deleted = Rows::keys(self.deleted.table());
        }
        Ok(())
    }

    /// Writes the rest.
    pub fn finish(self) -> Result<(), DatabaseError> {
        self.transaction.insert_new(&self.new)?;
        self.transaction.upsert(&self.replaced)?;
        self.transaction.delete(&self.deleted)?;
        Ok(())
    }
}

fn write_organization(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    type Image = fn(&mut Rows, i64, &Tenant) -> Result<(), DatabaseError>;
    let whole: [(bool, &'static Table, Image); 3] = [
        (touched.tenant, &schema::tenant::TABLE, image::tenant),
        (touched.policy, &schema::policy::TABLE, policy::policy_row),
        (touched.domains, &schema::domain::TABLE, image::domains),
    ];
    for (_, table, image) in whole.into_iter().filter(|(is_touched, ..)| *is_touched) {
        let mut rows = Rows::new(table);
        image(&mut rows, key, after)?;
        transaction.upsert(&rows)?;
    }
    Ok(())
}

/// Approvals are few, and move up when old ones go.
fn write_approvals(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    if !touched.approvals {
        return Ok(());
    }
    let mut changed = Changed::new(transaction, &schema::approval::TABLE);
    changed.replace(|rows| policy::approval_rows(rows, key, after))?;
    for (position, _) in (0_i64..)
        .zip(before.approvals())
        .skip(after.approvals().len())
    {
        changed.delete(&[key.into(), position.into()])?;
    }
    changed.finish()
}

fn write_products(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
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
    let mut users = Changed::new(transaction, &schema::user::TABLE);
    let view = |ordinal| after.users().view(UserOrdinal(ordinal));
    for view in touched.created_users.iter().filter_map(view) {
        users.insert(|rows| image::user(rows, key, &view))?;
    }
    let changed = &touched.changed_users - &touched.created_users;
    for view in changed.iter().filter_map(view) {
        users.replace(|rows| image::user(rows, key, &view))?;
    }
    users.finish()
}

fn write_licenses(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut licenses = Changed::new(transaction, &schema::license::TABLE);
    for ((product, source), users) in &touched.licenses {
        for view in users
            .iter()
            .filter_map(|ordinal| after.users().view(UserOrdinal(ordinal)))
        {
            let user = view.ordinal.0;
            let own = after
                .licenses(&view)
                .find(|(_, shape, _)| (shape.product, shape.source) == (*product, *source));
            match own {
                Some((holding, shape, _)) => {
                    licenses
                        .replace(|rows| image::license(rows, key, user, shape, holding.at()))?;
                }
                None => licenses.delete(&[
                    key.into(),
                    user.into(),
                    i64::from(product.0).into(),
                    words::group_of(*source).into(),
                    words::state_of(*source).into(),
                ])?,
            }
        }
    }
    if !touched.switched_off.is_empty() {
        for view in after.users().iter() {
            write_switched_off(&mut licenses, key, touched, after, &view)?;
        }
    }
    licenses.finish()
}

fn write_switched_off(
    licenses: &mut Changed<'_, '_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
    view: &UserView<'_>,
) -> Result<(), DatabaseError> {
    after
        .licenses(view)
        .filter(|(_, shape, _)| touched.switched_off.contains(&shape.product))
        .try_for_each(|(holding, shape, _)| {
            licenses.replace(|rows| image::license(rows, key, view.ordinal.0, shape, holding.at()))
        })
}

fn write_access(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut applications = Changed::new(transaction, &schema::application::TABLE);
    for id in &touched.applications {
        match after.applications().get(id) {
            Some(application) => {
                applications.replace(|rows| image::application(rows, key, application))?;
            }
            None => applications.delete(&[key.into(), id.into()])?,
        }
    }
    applications.finish()?;

    for principal in &touched.removed_principals {
        transaction.execute(&DELETE_ROLES, &[key.into(), Value::from(principal)])?;
    }
    let mut roles = Changed::new(transaction, &schema::role::TABLE);
    for (principal, role) in &touched.roles {
        if after.roles_of(*principal).any(|held| held == *role) {
            roles.replace(|rows| image::role(rows, key, principal, *role))?;
        } else {
            roles.delete(&[key.into(), principal.into(), role.display_name().into()])?;
        }
    }
    roles.finish()
}
