//! How a tenant manages devices, as a row that people can read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zetel_domain::{
    Tenant,
    device::{CleanUpRule, DeviceLimits, DeviceSettings, MdmAuthority, Platform, PoolPolicy},
};

use super::{
    super::read::{damaged, number, parse},
    read::word,
};
use crate::sql::{DatabaseError, RowRef, Rows};

/// A rule for silent devices with its fields as they are named in JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CleanUpText {
    platform: Option<String>,
    days: u16,
}

/// The row of the settings.
pub fn settings_row(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    let settings = tenant.device_settings();
    let rules: Vec<CleanUpText> = settings
        .clean_up
        .iter()
        .map(|rule| CleanUpText {
            platform: rule.platform.map(|platform| platform.as_str().to_owned()),
            days: rule.days,
        })
        .collect();
    let limits: BTreeMap<&str, u16> = settings.limits.named().into();
    rows.push(&[
        key.into(),
        settings.authority.as_str().into(),
        settings.coexistence.into(),
        settings.secure_by_default.into(),
        i64::from(settings.checkin_threshold_days).into(),
        settings.scheduled_actions.into(),
        settings.unlicensed_administrators.into(),
        settings.pool_policy.as_str().into(),
        to_text(&rules)?.as_str().into(),
        i64::from(settings.grace_days).into(),
        to_text(&limits)?.as_str().into(),
    ])
}

fn to_text(value: &impl Serialize) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Values {
        statement: "table device_settings".to_owned(),
        reason: error.to_string(),
    })
}

/// Reads the row of the settings.
pub fn read_settings(row: &RowRef<'_>) -> Result<DeviceSettings, DatabaseError> {
    let rules: Vec<CleanUpText> = parse(row.text(8)?)?;
    Ok(DeviceSettings {
        authority: word(
            row.text(1)?,
            MdmAuthority::parse,
            "an authority of device management",
        )?,
        coexistence: row.boolean(2)?,
        secure_by_default: row.boolean(3)?,
        checkin_threshold_days: number(row.int(4)?, "a number of days")?,
        scheduled_actions: row.boolean(5)?,
        unlicensed_administrators: row.boolean(6)?,
        pool_policy: word(
            row.text(7)?,
            PoolPolicy::parse,
            "a policy for device licenses",
        )?,
        clean_up: rules.iter().map(read_rule).collect::<Result<_, _>>()?,
        grace_days: number(row.int(9)?, "a number of days")?,
        limits: read_limits(row.text(10)?)?,
    })
}

fn read_rule(rule: &CleanUpText) -> Result<CleanUpRule, DatabaseError> {
    let platform = rule.platform.as_deref();
    Ok(CleanUpRule {
        platform: platform
            .map(|platform| word(platform, Platform::parse, "a platform"))
            .transpose()?,
        days: rule.days,
    })
}

/// Reads all limits: none may be missing or unknown.
fn read_limits(text: &str) -> Result<DeviceLimits, DatabaseError> {
    let found: BTreeMap<String, u16> = parse(text)?;
    let mut limits = DeviceLimits::default();
    let count = limits.named().len();
    if found.len() != count {
        return Err(damaged(format!(
            "there are {} limits of devices instead of {count}",
            found.len()
        )));
    }
    for (name, value) in found {
        *limits
            .named_mut(&name)
            .ok_or_else(|| damaged(format!("`{name}` is not a limit of devices")))? = value;
    }
    Ok(limits)
}
