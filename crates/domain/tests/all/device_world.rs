//! A world for devices, on top of that for groups: one plan of it lets its users enroll devices, another one is Basic
//! Mobility and Security, and there is a product per device. Few devices and serial numbers, so that steps meet often.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;
use zetel_domain::{
    Command,
    catalog::{AppliesTo, Catalog, LicenseBase, Product},
    device::{
        Agent, CleanUpRule, DeviceLimits, DeviceSettings, Enrollment, EnrollmentType,
        LimitPolicyChange, MdmAuthority, Ownership, Platform, PoolPolicy, RegistrationState,
        Report, Reported,
    },
    policy::Policy,
    subscription::Channel,
    user::UserKey,
};

use crate::{
    group_world::{self, GROUPS, GroupStep, USERS, group_id},
    machine::Machine,
    world::{PurchaseSpec, RequestSpec, Step, UserRef, plan_id, sku_id, user_id},
};

const DEVICES: u8 = 7;
/// In E1, E3 and E5: device management.
const TEAMS: u8 = 6;
/// In E1, E3, F3 and E5: Basic Mobility and Security.
const OFFICE: u8 = 4;
const PER_DEVICE: u8 = 6;

const fn device_id(number: u8) -> Uuid {
    Uuid::from_u128(0x7000 + number as u128)
}

#[derive(Clone, Debug)]
pub enum DeviceStep {
    Enroll(EnrollSpec),
    CheckIn(u8, ReportSpec),
    Retire(u8),
    Sync(u8),
    Remove(u8),
    Settings(DeviceSettings),
    CreateLimit(u16),
    /// Policies are named by their place.
    UpdateLimit(u8, u16),
    DeleteLimit(u8),
    AssignLimit(u8, bool, Vec<u8>, Vec<u8>),
    SetPriority(u8, u32),
    AddManager(u8),
    RemoveManager(u8),
}

#[derive(Clone, Debug)]
pub struct EnrollSpec {
    device: u8,
    user: Option<u8>,
    others: Vec<u8>,
    platform: Platform,
    way: EnrollmentType,
    ownership: Ownership,
    agent: Agent,
    is_virtual: bool,
    is_shared: bool,
    registration: RegistrationState,
    serial: &'static str,
    certificate_days: Option<i64>,
    model: &'static str,
}

#[derive(Clone, Debug)]
pub struct ReportSpec {
    /// Seconds after now.
    at: Option<i64>,
    reported: Option<Reported>,
    grace_days: Option<i64>,
    registration: Option<RegistrationState>,
    certificate_days: Option<i64>,
    retire_failed: bool,
}

impl Machine {
    pub fn device_command(&self, step: &DeviceStep) -> Command {
        let id = |number: &u8| device_id(*number);
        let user = |number: &u8| UserKey::Id(user_id(*number));
        let change = Command::ChangeLimitPolicies;
        match step {
            DeviceStep::Enroll(spec) => Command::EnrollDevice(Box::new(self.enrollment(spec))),
            DeviceStep::CheckIn(device, spec) => Command::CheckIn {
                device: id(device),
                report: self.report(spec),
            },
            DeviceStep::Retire(device) => Command::RetireDevice { device: id(device) },
            DeviceStep::Sync(device) => Command::SyncDevice { device: id(device) },
            DeviceStep::Remove(device) => Command::RemoveDevice { device: id(device) },
            DeviceStep::Settings(settings) => Command::ChangeDeviceSettings {
                settings: settings.clone(),
            },
            DeviceStep::CreateLimit(limit) => change(LimitPolicyChange::Create {
                id: None,
                display_name: "Some".to_owned(),
                description: None,
                limit: *limit,
            }),
            DeviceStep::UpdateLimit(place, limit) => change(LimitPolicyChange::Update {
                id: self.policy(*place),
                display_name: None,
                description: None,
                limit: Some(*limit),
            }),
            DeviceStep::DeleteLimit(place) => change(LimitPolicyChange::Delete {
                id: self.policy(*place),
            }),
            DeviceStep::AssignLimit(place, everyone, groups, excluded) => {
                change(LimitPolicyChange::Assign {
                    id: self.policy(*place),
                    everyone: *everyone,
                    groups: groups.iter().copied().map(group_id).collect(),
                    excluded: excluded.iter().copied().map(group_id).collect(),
                })
            }
            DeviceStep::SetPriority(place, priority) => change(LimitPolicyChange::SetPriority {
                id: self.policy(*place),
                priority: *priority,
            }),
            DeviceStep::AddManager(number) => Command::AddEnrollmentManager { user: user(number) },
            DeviceStep::RemoveManager(number) => {
                Command::RemoveEnrollmentManager { user: user(number) }
            }
        }
    }

    /// The policy at a place, or an id that none has.
    fn policy(&self, place: u8) -> Uuid {
        let policy = self.tenant.limit_policies().get(usize::from(place));
        policy.map_or(Uuid::from_u128(0x7fff), |policy| policy.id)
    }

    fn enrollment(&self, spec: &EnrollSpec) -> Enrollment {
        let key = |number: u8| UserKey::Id(user_id(number));
        let mut enrollment = Enrollment {
            id: device_id(spec.device),
            user: spec.user.map(key),
            others: spec.others.iter().copied().map(key).collect(),
            platform: spec.platform,
            enrollment_type: spec.way,
            ownership: spec.ownership,
            agent: spec.agent,
            is_virtual: spec.is_virtual,
            is_shared: spec.is_shared,
            registration: spec.registration,
            certificate_expires: spec.certificate_days.map(|days| self.now.plus_days(days)),
            ..Enrollment::default()
        };
        spec.model.clone_into(&mut enrollment.build.model);
        enrollment.details.name = format!("Device {}", spec.device);
        spec.serial.clone_into(&mut enrollment.details.serial);
        enrollment
    }

    fn report(&self, spec: &ReportSpec) -> Report {
        let ahead = |days: i64| self.now.plus_days(days);
        Report {
            at: spec
                .at
                .map(|seconds| zetel_domain::Timestamp(self.now.0 + seconds)),
            reported: spec.reported,
            grace_until: spec.grace_days.map(ahead),
            registration: spec.registration,
            certificate_expires: spec.certificate_days.map(ahead),
            retire_failed: spec.retire_failed,
        }
    }
}

// ---- The catalog ----------------------------------------------------------------------------------------------------

/// The catalog of groups; in its second edition, the plan of device management is only in E5.
pub fn catalog(edition: u8) -> Arc<Catalog> {
    let mut catalog = Catalog::clone(&group_world::catalog(edition));
    let plan = |number| catalog.plans[&plan_id(number)].clone();
    let (mut teams, mut office) = (plan(TEAMS), plan(OFFICE));
    teams.device_management = true;
    office.pending_activation = true;
    catalog
        .plans
        .extend([(teams.id, teams), (office.id, office)]);
    if edition > 0 {
        for number in [0, 1] {
            let product = catalog.products.get_mut(&sku_id(number)).unwrap();
            product.plans.retain(|plan| *plan != plan_id(TEAMS));
        }
    }
    let product = Product {
        id: sku_id(PER_DEVICE),
        part_number: "DEVICE".to_owned(),
        name: "DEVICE".to_owned(),
        base: LicenseBase::Device,
        applies_to: AppliesTo::User,
        plans: vec![plan_id(TEAMS)],
    };
    catalog.products.insert(product.id, product);
    Arc::new(catalog)
}

// ---- Steps ----------------------------------------------------------------------------------------------------------

fn way() -> impl Strategy<Value = EnrollmentType> {
    prop_oneof![
        8 => Just(EnrollmentType::UserEnrollment),
        3 => Just(EnrollmentType::AndroidDedicated),
        3 => Just(EnrollmentType::DeviceEnrollmentManager),
        1 => Just(EnrollmentType::WindowsCoManagement),
        4 => select(EnrollmentType::ALL),
    ]
}

fn agent() -> impl Strategy<Value = Agent> {
    prop_oneof![
        6 => Just(Agent::Mdm),
        2 => Just(Agent::IntuneClient),
        1 => Just(Agent::ConfigurationManagerClientMdm),
    ]
}

fn registration() -> impl Strategy<Value = RegistrationState> {
    prop_oneof![
        4 => Just(RegistrationState::Registered),
        2 => select(RegistrationState::ALL),
    ]
}

fn user() -> impl Strategy<Value = u8> {
    prop_oneof![12 => 0_u8..4, 4 => 0..USERS, 1 => Just(USERS)]
}

/// A placeholder, and the same one twice.
const SERIALS: &[&str] = &["", "none", "SERIAL-1", "SERIAL-2", "serial-1"];

fn enroll() -> impl Strategy<Value = DeviceStep> {
    let platform = prop_oneof![
        4 => Just(Platform::Windows),
        1 => select(&[Platform::Ios, Platform::Android][..])
    ];
    (
        (0..DEVICES, option::weighted(0.9, user()), vec(user(), 0..3)),
        (platform, way(), select(Ownership::ALL), agent()),
        (prop::bool::weighted(0.2), prop::bool::weighted(0.2)),
        (registration(), select(SERIALS)),
        option::weighted(0.1, -1_i64..40),
        select(&["", "", "Surface"][..]),
    )
        .prop_map(
            |(who, what, (is_virtual, is_shared), (registration, serial), days, model)| {
                let (device, user, others) = who;
                let (platform, way, ownership, agent) = what;
                DeviceStep::Enroll(EnrollSpec {
                    device,
                    user,
                    others,
                    platform,
                    way,
                    ownership,
                    agent,
                    is_virtual,
                    is_shared,
                    registration,
                    // A serial number does not change, so most devices have one of their own.
                    serial: if device < 2 {
                        serial
                    } else {
                        OWN[usize::from(device)]
                    },
                    certificate_days: days,
                    model,
                })
            },
        )
}

const OWN: [&str; DEVICES as usize] = [
    "", "", "SERIAL-1", "SERIAL-3", "SERIAL-4", "SERIAL-5", "SERIAL-2",
];

fn report() -> impl Strategy<Value = ReportSpec> {
    (
        option::weighted(
            0.3,
            prop_oneof![-700_i64..400, Just(-86_400), Just(300), Just(301)],
        ),
        option::weighted(0.4, select(Reported::ALL)),
        option::weighted(0.2, -1_i64..9),
        option::weighted(0.2, registration()),
        option::weighted(0.1, -1_i64..40),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(at, reported, grace_days, registration, certificate_days, retire_failed)| {
                ReportSpec {
                    at,
                    reported,
                    grace_days,
                    registration,
                    certificate_days,
                    retire_failed,
                }
            },
        )
}

fn limits() -> impl Strategy<Value = DeviceLimits> {
    let few = || prop_oneof![2 => Just(15_u16), 1 => 1_u16..4];
    let scarce = || prop_oneof![1 => Just(15_u16), 2 => 0_u16..3];
    (
        (
            few(),
            scarce(),
            scarce(),
            scarce(),
            scarce(),
            scarce(),
            scarce(),
        ),
        select(vec![90_u16, 10, 0]),
        select(vec![24_u16, 1]),
        select(vec![(365_u16, 42_u16), (30, 10), (10, 10)]),
        select(vec![180_u16, 20, 0]),
    )
        .prop_map(
            |(numbers, contact, pending, (certificate_days, renewal_days), removal)| {
                let (user, agents, virtuals, policies, managers, managed, android) = numbers;
                DeviceLimits {
                    devices_per_user: user,
                    agents_per_user: agents,
                    virtual_agents_per_user: virtuals,
                    limit_policies: policies,
                    managers,
                    devices_per_manager: managed,
                    android_devices_per_manager: android,
                    unlicensed_administrators: 350,
                    counted_contact_days: contact,
                    pending_hours: pending,
                    certificate_days,
                    renewal_days,
                    removal_days: removal,
                }
            },
        )
}

fn settings() -> impl Strategy<Value = DeviceSettings> {
    let rule = |platform, days| CleanUpRule { platform, days };
    let clean_up = select(vec![
        Vec::new(),
        vec![rule(None, 30)],
        vec![rule(Some(Platform::Windows), 60), rule(None, 30)],
    ]);
    let authority = prop_oneof![
        9 => Just(MdmAuthority::Intune),
        1 => Just(MdmAuthority::Unknown),
    ];
    let policy = select(vec![PoolPolicy::Warn, PoolPolicy::Block]);
    (
        (authority, any::<bool>(), prop::bool::weighted(0.3)),
        (select(vec![1_u16, 30, 120]), prop::bool::weighted(0.2)),
        (policy, clean_up, select(vec![0_u16, 5])),
        limits(),
    )
        .prop_map(
            |((authority, coexistence, secure), (days, admins), rest, limits)| {
                let (pool_policy, clean_up, grace_days) = rest;
                DeviceSettings {
                    authority,
                    coexistence,
                    secure_by_default: secure,
                    checkin_threshold_days: days,
                    scheduled_actions: true,
                    unlicensed_administrators: admins,
                    pool_policy,
                    clean_up,
                    grace_days,
                    limits,
                }
            },
        )
}

fn device_step() -> impl Strategy<Value = DeviceStep> {
    let device = || 0..DEVICES;
    let groups = || vec(0..=GROUPS, 0..3);
    let policy = || 0_u8..4;
    prop_oneof![
        24 => enroll(),
        14 => (device(), report()).prop_map(|(device, report)| DeviceStep::CheckIn(device, report)),
        2 => device().prop_map(DeviceStep::Retire),
        1 => device().prop_map(DeviceStep::Sync),
        2 => device().prop_map(DeviceStep::Remove),
        5 => settings().prop_map(DeviceStep::Settings),
        2 => (1_u16..4).prop_map(DeviceStep::CreateLimit),
        2 => (policy(), 1_u16..4).prop_map(|(place, limit)| DeviceStep::UpdateLimit(place, limit)),
        1 => policy().prop_map(DeviceStep::DeleteLimit),
        3 => (policy(), any::<bool>(), groups(), groups())
            .prop_map(|(place, all, groups, excluded)| DeviceStep::AssignLimit(place, all, groups, excluded)),
        1 => (policy(), 1_u32..5).prop_map(|(place, priority)| DeviceStep::SetPriority(place, priority)),
        4 => user().prop_map(DeviceStep::AddManager),
        1 => user().prop_map(DeviceStep::RemoveManager),
    ]
}

/// Device licenses for whoever asks.
fn buy_device_licenses(quantity: u32) -> Step {
    Step::Buy(PurchaseSpec {
        id: None,
        product: PER_DEVICE,
        plans: 0,
        per_device: true,
        channel: Channel::EnterpriseAgreement,
        quantity,
        months: 12,
        renews: false,
    })
}

/// Policies under which the model follows, and whose guard stops nothing.
fn policy() -> impl Strategy<Value = Policy> {
    group_world::policy().prop_map(|policy| Policy {
        partial_success: false,
        fallback: Vec::new(),
        guard: zetel_domain::policy::Guard {
            enabled: false,
            ..policy.guard
        },
        ..policy
    })
}

pub fn beginning() -> impl Strategy<Value = Vec<Step>> {
    (group_world::beginning(), policy(), 0_u32..3).prop_map(|(mut steps, policy, licenses)| {
        steps.pop(); // the policy of that world
        steps.push(Step::Group(GroupStep::Policy(policy)));
        if licenses > 0 {
            steps.push(buy_device_licenses(licenses));
        }
        for (user, product) in [(0, 0), (1, 1), (2, 5), (3, 2)] {
            let add = vec![(product, 0, false)];
            let request = RequestSpec {
                add,
                remove: Vec::new(),
            };
            steps.push(Step::Assign(UserRef::Id(user), request));
        }
        steps
    })
}

pub fn steps(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(Step, bool)>> {
    let other = group_world::step().prop_filter("another policy", |step| {
        !matches!(step, Step::Group(GroupStep::Policy(_)))
    });
    let step = prop_oneof![
        12 => device_step().prop_map(Step::Device),
        5 => other,
        1 => policy().prop_map(|policy| Step::Group(GroupStep::Policy(policy))),
        1 => (1_u32..4).prop_map(buy_device_licenses),
        2 => prop_oneof![0_i64..5, 0_i64..100, 0_i64..400].prop_map(Step::Tick),
    ];
    vec((step, any::<bool>()), length)
}
