//! Commands about devices, and about the licenses that cover them.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant, Timestamp,
    assignment::{AssignmentRequest, ProductRequest},
    command::NewSubscription,
    device::{
        Agent, Build, CleanUpRule, DEFAULT_LIMIT_ID, DeviceDetails, DeviceLimits, DeviceSettings,
        Enrollment, EnrollmentType, LimitPolicyChange, MdmAuthority, Ownership, Platform,
        PoolPolicy, RegistrationState, Report, Reported,
    },
    group::GroupState,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::UserKey,
};

use super::{USERS, World, groups::group_in, user_id};

/// Devices that single commands name. Two with the same remainder by [`SERIALS`] have the same serial number.
const DEVICES: u8 = 16;
const SERIALS: u8 = 8;
/// Policies that limit devices per user, with ids that tests know.
const POLICIES: u8 = 4;

/// Enterprise Mobility + Security E3: its last plan lets users enroll devices.
pub(super) const FOR_USERS: Uuid = Uuid::from_u128(0xefcc_b6f7_5641_4e0e_bd10_b497_6e1b_f68e);
/// Microsoft Intune Device: a pool of device licenses.
pub(super) const FOR_DEVICES: Uuid = Uuid::from_u128(0x2b31_7a4a_77a6_4188_9437_b68a_77b4_e2c6);

/// Ways of enrolling, those that most devices take several times.
const TYPES: [EnrollmentType; 14] = [
    EnrollmentType::UserEnrollment,
    EnrollmentType::UserEnrollment,
    EnrollmentType::UserEnrollment,
    EnrollmentType::UserEnrollment,
    EnrollmentType::WindowsAzureAdJoin,
    EnrollmentType::AppleUserEnrollment,
    EnrollmentType::AndroidDedicated,
    EnrollmentType::AppleBulkWithoutUser,
    EnrollmentType::DeviceEnrollmentManager,
    EnrollmentType::DeviceEnrollmentManager,
    EnrollmentType::WindowsCoManagement,
    EnrollmentType::WindowsBulkUserless,
    EnrollmentType::WindowsAzureAdJoinUsingDeviceAuth,
    EnrollmentType::Unknown,
];

impl World {
    /// The command about devices that four bytes mean; `kind` is from [`super::FIRST_ON_DEVICES`] on.
    pub(super) fn device_command(
        &self,
        [kind, who, what, how]: [u8; 4],
        tenant: &Tenant,
    ) -> Command {
        let user = UserKey::Id(user_id(who % USERS));
        let device = device_in(tenant, what);
        match kind - super::FIRST_ON_DEVICES {
            0..=4 => Command::EnrollDevice(Box::new(enrollment(who, what, how))),
            5 | 6 => Command::CheckIn {
                device,
                report: report(tenant, device, how),
            },
            7 if how.is_multiple_of(2) => Command::RetireDevice { device },
            7 => Command::SyncDevice { device },
            8 => Command::RemoveDevice { device },
            9 => Command::ChangeDeviceSettings {
                settings: settings(tenant, what, how),
            },
            10 | 11 => Command::ChangeLimitPolicies(limit_change(tenant, who, what, how)),
            12 if how.is_multiple_of(3) => Command::RemoveEnrollmentManager {
                user: manager(tenant, who),
            },
            12 => Command::AddEnrollmentManager { user },
            13 => buy(
                if what.is_multiple_of(2) {
                    FOR_USERS
                } else {
                    FOR_DEVICES
                },
                how,
            ),
            _ if tenant.find_product(FOR_USERS).is_none() => buy(FOR_USERS, how),
            14 => Command::AssignGroupLicenses {
                group: group_in(tenant, GroupState::Live, who),
                request: self.license(how),
            },
            _ => Command::AssignLicenses {
                user,
                request: self.license(how),
            },
        }
    }

    /// Mostly gives what lets users enroll devices; sometimes with that plan off, and sometimes takes it away.
    fn license(&self, how: u8) -> AssignmentRequest {
        if how.is_multiple_of(4) {
            return AssignmentRequest {
                add: Vec::new(),
                remove: vec![FOR_USERS],
            };
        }
        let plans = self.catalogs[0].0.products.get(&FOR_USERS);
        let last = plans.and_then(|product| product.plans.last().copied());
        AssignmentRequest {
            add: vec![ProductRequest {
                sku_id: FOR_USERS,
                disabled_plans: last.filter(|_| how.is_multiple_of(5)).into_iter().collect(),
            }],
            remove: Vec::new(),
        }
    }
}

const fn device_id(number: u8) -> Uuid {
    Uuid::from_u128(0x8000 + number as u128)
}

const fn policy_id(number: u8) -> Uuid {
    Uuid::from_u128(0x9000 + number as u128)
}

/// Mostly a device that is enrolled.
fn device_in(tenant: &Tenant, what: u8) -> Uuid {
    let live = tenant.devices().live();
    let place = u32::from(what) % live.len().max(1);
    let found = live
        .iter()
        .nth(place as usize)
        .filter(|_| !what.is_multiple_of(16))
        .and_then(|ordinal| {
            tenant
                .devices()
                .view(zetel_domain::device::DeviceOrdinal(ordinal))
        });
    found.map_or_else(|| device_id(what % DEVICES), |device| device.id)
}

fn enrollment(who: u8, what: u8, how: u8) -> Enrollment {
    let number = what % DEVICES;
    // Mostly the same user for a serial number, so that devices come back and not only belong to others.
    let first = if who.is_multiple_of(4) {
        who
    } else {
        number % SERIALS
    };
    let user = |more: u8| UserKey::Id(user_id(first.wrapping_add(more) % USERS));
    let enrollment_type = TYPES[usize::from(how) % TYPES.len()];
    let is_shared = how >= 192;
    let serial = match number % SERIALS {
        // What makers print where a serial number should be.
        0 => "To be filled by O.E.M.".to_owned(),
        1 => String::new(),
        serial => format!("SN-{serial:04}"),
    };
    Enrollment {
        id: device_id(number),
        user: (!(enrollment_type.is_userless() || is_shared && how.is_multiple_of(3)))
            .then(|| user(0)),
        others: (1..=how % 3).filter(|_| is_shared).map(user).collect(),
        platform: Platform::ALL[usize::from(number % SERIALS) % Platform::ALL.len()],
        enrollment_type,
        ownership: Ownership::ALL[usize::from(how / 16) % Ownership::ALL.len()],
        agent: if number.is_multiple_of(7) {
            Agent::ALL[usize::from(how) % Agent::ALL.len()]
        } else {
            Agent::Mdm
        },
        is_virtual: number.is_multiple_of(5),
        is_shared,
        registration: if number.is_multiple_of(6) {
            RegistrationState::NotRegisteredPendingEnrollment
        } else {
            RegistrationState::Registered
        },
        certificate_expires: None,
        build: Build {
            manufacturer: "Contoso".to_owned(),
            model: format!("Model {}", number % 3),
            os_version: if how.is_multiple_of(4) {
                String::new()
            } else {
                format!("10.{}", how % 5)
            },
        },
        details: DeviceDetails {
            name: format!("Dévice {number}"),
            serial,
            imei: if number.is_multiple_of(4) {
                format!("35{number:013}")
            } else {
                String::new()
            },
            directory_id: number
                .is_multiple_of(2)
                .then(|| Uuid::from_u128(0xa000 + u128::from(number))),
        },
    }
}

fn report(tenant: &Tenant, device: Uuid, how: u8) -> Report {
    let contacted = tenant
        .devices()
        .find_id(device)
        .map(|device| device.contacted());
    match how % 8 {
        0 => Report {
            reported: Some(Reported::ALL[usize::from(how / 8) % Reported::ALL.len()]),
            ..Report::default()
        },
        1 => Report {
            reported: Some(Reported::NonCompliant),
            grace_until: contacted.map(|contacted| contacted.plus_days(30)),
            ..Report::default()
        },
        2 => Report {
            // An old message, once more.
            at: contacted.map(|contacted| Timestamp(contacted.0 - 5)),
            ..Report::default()
        },
        3 => Report {
            registration: Some(
                RegistrationState::ALL[usize::from(how / 8) % RegistrationState::ALL.len()],
            ),
            retire_failed: how.is_multiple_of(3),
            ..Report::default()
        },
        4 => Report {
            certificate_expires: contacted.map(|contacted| contacted.plus_days(90)),
            ..Report::default()
        },
        _ => Report::default(),
    }
}

fn settings(tenant: &Tenant, what: u8, how: u8) -> DeviceSettings {
    let before = tenant.device_settings();
    let bit = |byte: u8, place: u8| byte >> place & 1 == 1;
    let rule = |platform, days| CleanUpRule { platform, days };
    DeviceSettings {
        authority: match how % 8 {
            0 => MdmAuthority::Unknown,
            1 => MdmAuthority::Office365,
            _ => MdmAuthority::Intune,
        },
        coexistence: bit(what, 0),
        secure_by_default: bit(what, 1),
        checkin_threshold_days: u16::from(how / 16) + 1,
        scheduled_actions: bit(what, 2),
        unlicensed_administrators: before.unlicensed_administrators || bit(what, 3) && bit(how, 3),
        pool_policy: if bit(what, 4) {
            PoolPolicy::Block
        } else {
            PoolPolicy::Warn
        },
        clean_up: match what >> 5 & 3 {
            0 => Vec::new(),
            1 => vec![rule(None, 30)],
            2 => vec![rule(Some(Platform::Ios), 90)],
            _ => vec![rule(Some(Platform::Windows), 270), rule(None, 45)],
        },
        grace_days: u16::from(how % 3) * 5,
        limits: DeviceLimits {
            devices_per_user: u16::from(how % 7) + 2,
            managers: u16::from(what % 3) + 1,
            limit_policies: u16::from(what % 4),
            // So short that records go within a random walk.
            certificate_days: if bit(what, 7) { 365 } else { 30 },
            renewal_days: 10,
            removal_days: if bit(how, 7) { 180 } else { 20 },
            ..DeviceLimits::default()
        },
    }
}

fn limit_change(tenant: &Tenant, who: u8, what: u8, how: u8) -> LimitPolicyChange {
    let id = match what % 8 {
        7 => DEFAULT_LIMIT_ID,
        _ => policy_id(what % POLICIES),
    };
    let group = |number| group_in(tenant, GroupState::Live, number);
    match how % 6 {
        0 | 1 => LimitPolicyChange::Create {
            id: Some(policy_id(what % POLICIES)),
            display_name: format!("Beleid {what}"),
            description: what.is_multiple_of(2).then(|| "How many".to_owned()),
            limit: u16::from(who % 4) + 1,
        },
        2 => LimitPolicyChange::Update {
            id,
            display_name: what.is_multiple_of(3).then(|| format!("Renamed {who}")),
            description: how.is_multiple_of(4).then_some(None),
            limit: Some(u16::from(who % 4) + 1),
        },
        3 => LimitPolicyChange::Assign {
            id,
            everyone: who.is_multiple_of(4),
            groups: vec![group(who)],
            excluded: (who.is_multiple_of(3))
                .then(|| group(how))
                .into_iter()
                .collect(),
        },
        4 => LimitPolicyChange::SetPriority {
            id,
            priority: u32::from(who % 4) + 1,
        },
        _ => LimitPolicyChange::Delete { id },
    }
}

/// Mostly somebody who is a device enrollment manager.
fn manager(tenant: &Tenant, who: u8) -> UserKey {
    let first = tenant.enrollment_managers().first();
    let id = first
        .and_then(|user| tenant.users().view(*user))
        .map_or_else(|| user_id(who % USERS), |user| user.id);
    UserKey::Id(id)
}

fn buy(sku_id: Uuid, how: u8) -> Command {
    Command::AddSubscription(NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: "UNKNOWN".to_owned(),
            name: "Unknown".to_owned(),
            per_device: sku_id == FOR_DEVICES,
            plans: Vec::new(),
        },
        // Device licenses are sold in no other way.
        channel: Channel::EnterpriseAgreement,
        quantity: u32::from(how % 8) + 1,
        term: Term {
            months: [1, 12, 36][usize::from(how % 3)],
        },
        renews: how.is_multiple_of(2),
        owner_id: None,
    })
}
