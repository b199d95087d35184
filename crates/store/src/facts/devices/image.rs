//! Rows of devices, of the policies that limit them, and of device enrollment managers.

use serde_json::json;
use zetel_domain::{
    Tenant,
    device::{DeviceView, LimitPolicy},
    user::UserOrdinal,
};

use crate::sql::{DatabaseError, Rows, ValueRef};

/// A device's row.
pub fn device(rows: &mut Rows, key: i64, device: &DeviceView<'_>) -> Result<(), DatabaseError> {
    let head = device.head();
    let build = device.build();
    let [name, serial, imei] = device.texts();
    let directory_id = device.directory_id();
    let others: Vec<u32> = head.others.iter().map(|user| user.0).collect();
    let others = (!others.is_empty()).then(|| json!(others).to_string());
    rows.push(&[
        key.into(),
        device.ordinal.0.into(),
        (&device.id).into(),
        head.user.map(|user| user.0).into(),
        others.as_deref().into(),
        head.platform.as_str().into(),
        head.enrollment_type.as_str().into(),
        head.ownership.as_str().into(),
        head.agent.as_str().into(),
        head.is_virtual.into(),
        head.is_shared.into(),
        head.is_basic.into(),
        head.registration.as_str().into(),
        head.management.as_str().into(),
        head.sync_requested.into(),
        head.reported.as_str().into(),
        head.grace_until.map(|until| until.0).into(),
        head.enrolled.0.into(),
        head.contacted.0.into(),
        head.certificate_expires.0.into(),
        head.removed.map(|removed| removed.0).into(),
        known(&build.manufacturer),
        known(&build.model),
        known(&build.os_version),
        known(name),
        known(serial),
        known(imei),
        directory_id.as_ref().into(),
    ])
}

/// A text that is empty if it is not known.
fn known(text: &str) -> ValueRef<'_> {
    (!text.is_empty()).then_some(text).into()
}

/// The rows of all policies that limit devices per user.
pub fn limit_policies(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    (0_i64..)
        .zip(tenant.limit_policies())
        .try_for_each(|(position, policy)| limit_policy(rows, key, position, policy))
}

fn limit_policy(
    rows: &mut Rows,
    key: i64,
    position: i64,
    policy: &LimitPolicy,
) -> Result<(), DatabaseError> {
    let [groups, excluded] = [&policy.groups, &policy.excluded].map(|groups| {
        let ordinals: Vec<u32> = groups.iter().map(|group| group.0).collect();
        json!(ordinals).to_string()
    });
    rows.push(&[
        key.into(),
        position.into(),
        (&policy.id).into(),
        policy.display_name.as_str().into(),
        policy.description.as_deref().into(),
        i64::from(policy.limit).into(),
        policy.priority.into(),
        policy.everyone.into(),
        groups.as_str().into(),
        excluded.as_str().into(),
        policy.version.into(),
        policy.created.0.into(),
        policy.modified.0.into(),
    ])
}

/// The row of a device enrollment manager.
pub fn enrollment_manager(
    rows: &mut Rows,
    key: i64,
    user: UserOrdinal,
) -> Result<(), DatabaseError> {
    rows.push(&[key.into(), user.0.into()])
}
