//! Writes the images of what a batch touched of devices.

use zetel_domain::Tenant;

use super::{
    super::{touched::Touched, write::Changed},
    image,
    settings::settings_row,
};
use crate::{
    schema,
    sql::{DatabaseError, Rows, Transaction},
};

/// Writes the rows of all that was touched of devices, as it is in the state that follows the batch.
pub fn write(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    if touched.device_settings {
        let mut rows = Rows::new(&schema::device_settings::TABLE);
        settings_row(&mut rows, key, after)?;
        transaction.upsert(&rows)?;
    }
    if touched.limit_policies {
        write_limit_policies(transaction, key, before, after)?;
    }
    write_managers(transaction, key, touched, after)?;
    write_devices(transaction, key, touched, before, after)
}

/// Policies are few, and move up when one goes.
fn write_limit_policies(
    transaction: &mut Transaction<'_>,
    key: i64,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut changed = Changed::new(transaction, &schema::limit_policy::TABLE);
    changed.replace(|rows| image::limit_policies(rows, key, after))?;
    for (position, _) in (0_i64..)
        .zip(before.limit_policies())
        .skip(after.limit_policies().len())
    {
        changed.delete(&[key.into(), position.into()])?;
    }
    changed.finish()
}

fn write_managers(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let mut managers = Changed::new(transaction, &schema::enrollment_manager::TABLE);
    for user in &touched.enrollment_managers {
        if after.is_enrollment_manager(*user) {
            managers.replace(|rows| image::enrollment_manager(rows, key, *user))?;
        } else {
            managers.delete(&[key.into(), user.0.into()])?;
        }
    }
    managers.finish()
}

fn write_devices(
    transaction: &mut Transaction<'_>,
    key: i64,
    touched: &Touched,
    before: &Tenant,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let known = before.devices().len();
    let mut devices = Changed::new(transaction, &schema::device::TABLE);
    for device in touched
        .devices
        .iter()
        .filter_map(|ordinal| after.devices().view(*ordinal))
    {
        if device.ordinal.0 < known {
            devices.replace(|rows| image::device(rows, key, &device))?;
        } else {
            devices.insert(|rows| image::device(rows, key, &device))?;
        }
    }
    devices.finish()
}
