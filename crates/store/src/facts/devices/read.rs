//! Reads devices, the policies that limit them, and how they are managed.

use zetel_domain::{
    TenantBuilder, Timestamp,
    device::{
        Agent, Build, DeviceDetails, DeviceHead, EnrollmentType, LimitPolicy, ManagementState,
        Ownership, Platform, RegistrationState, Reported,
    },
    group::GroupOrdinal,
    user::UserOrdinal,
};

use super::{
    super::read::{damaged, known_group, known_user, number, parse},
    settings::read_settings,
};
use crate::{
    schema::of_tenant,
    sql::{DatabaseError, RowRef, Statement, Value, View},
};

const LOAD_SETTINGS: Statement = of_tenant::device_settings().load;
const LOAD_LIMIT_POLICIES: Statement = of_tenant::limit_policy().load;
const LOAD_MANAGERS: Statement = of_tenant::enrollment_manager().load;
const LOAD_DEVICES: Statement = of_tenant::device().load;

/// Reads how a tenant whose users and groups are there manages devices, and all of them.
pub fn load(
    view: &mut View<'_>,
    builder: &mut TenantBuilder,
    key: &[Value],
) -> Result<(), DatabaseError> {
    let mut has_settings = false;
    view.for_each(&LOAD_SETTINGS, key, |row| {
        has_settings = true;
        builder.device_settings(read_settings(&row)?);
        Ok(())
    })?;
    if !has_settings {
        return Err(damaged("the tenant has no device settings"));
    }
    view.for_each(&LOAD_LIMIT_POLICIES, key, |row| limit_policy(builder, &row))?;
    view.for_each(&LOAD_MANAGERS, key, |row| {
        let user = known_user(builder, row.int(1)?)?;
        builder.enrollment_manager(user);
        Ok(())
    })?;
    let mut reader = Reader::default();
    view.for_each(&LOAD_DEVICES, key, |row| reader.device(builder, &row))
}

/// The value that a word stands for.
pub fn word<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    what: &str,
) -> Result<T, DatabaseError> {
    parse(text).ok_or_else(|| damaged(format!("`{text}` is not {what}")))
}

fn limit_policy(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let groups = |text: &str| -> Result<Vec<GroupOrdinal>, DatabaseError> {
        let ordinals: Vec<i64> = parse(text)?;
        ordinals
            .into_iter()
            .map(|ordinal| known_group(builder, ordinal))
            .collect()
    };
    let policy = LimitPolicy {
        id: row.uuid(2)?,
        display_name: row.text(3)?.to_owned(),
        description: row.optional_text(4)?.map(str::to_owned),
        limit: number(row.int(5)?, "a number of devices")?,
        priority: number(row.int(6)?, "a priority")?,
        everyone: row.boolean(7)?,
        groups: groups(row.text(8)?)?,
        excluded: groups(row.text(9)?)?,
        version: number(row.int(10)?, "a version")?,
        created: Timestamp(row.int(11)?),
        modified: Timestamp(row.int(12)?),
    };
    builder.limit_policy(policy);
    Ok(())
}

/// What is used again from one device to the next.
#[derive(Default)]
struct Reader {
    build: Build,
    packed: Vec<u8>,
}

impl Reader {
    fn device(
        &mut self,
        builder: &mut TenantBuilder,
        row: &RowRef<'_>,
    ) -> Result<(), DatabaseError> {
        let expected = builder.device_count();
        if row.int(1)? != i64::from(expected) {
            return Err(damaged(format!("device {expected} is missing")));
        }
        let head = head(builder, row)?;
        let text = |column| Ok::<_, DatabaseError>(row.optional_text(column)?.unwrap_or_default());
        let build = &mut self.build;
        let shared = [
            &mut build.manufacturer,
            &mut build.model,
            &mut build.os_version,
        ];
        for (column, known) in (21..).zip(shared) {
            text(column)?.clone_into(known);
        }
        self.packed.clear();
        DeviceDetails::append_packed(
            &mut self.packed,
            [text(24)?, text(25)?, text(26)?],
            row.optional_uuid(27)?,
        );
        builder.device(row.uuid(2)?, &head, &self.build, &self.packed);
        Ok(())
    }
}

fn head(builder: &TenantBuilder, row: &RowRef<'_>) -> Result<DeviceHead, DatabaseError> {
    let user = |ordinal| known_user(builder, ordinal);
    let others: Vec<UserOrdinal> = match row.optional_text(4)? {
        Some(text) => parse::<Vec<i64>>(text)?
            .into_iter()
            .map(user)
            .collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(DeviceHead {
        user: row.optional_int(3)?.map(user).transpose()?,
        others,
        platform: word(row.text(5)?, Platform::parse, "a platform")?,
        enrollment_type: word(
            row.text(6)?,
            EnrollmentType::parse,
            "a way in which devices enroll",
        )?,
        ownership: word(row.text(7)?, Ownership::parse, "an owner of devices")?,
        agent: word(row.text(8)?, Agent::parse, "a management agent")?,
        is_virtual: row.boolean(9)?,
        is_shared: row.boolean(10)?,
        is_basic: row.boolean(11)?,
        registration: word(
            row.text(12)?,
            RegistrationState::parse,
            "a state of registration",
        )?,
        management: word(
            row.text(13)?,
            ManagementState::parse,
            "a state of management",
        )?,
        sync_requested: row.boolean(14)?,
        reported: word(row.text(15)?, Reported::parse, "a state of compliance")?,
        grace_until: row.optional_int(16)?.map(Timestamp),
        enrolled: Timestamp(row.int(17)?),
        contacted: Timestamp(row.int(18)?),
        certificate_expires: Timestamp(row.int(19)?),
        removed: row.optional_int(20)?.map(Timestamp),
    })
}
