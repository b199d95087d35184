//! May this device enroll? One pure function, asked by the gate and by every registration. All reasons against it are
//! told, in the order of [`Reason`] (devices-and-sync.md 1.4: license before limit, so that somebody without a license
//! hears of the license).

use uuid::Uuid;

use super::{
    Agent, DeviceOrdinal, EnrollmentType, LicenseGap, MdmAuthority, Ownership, Platform,
    PoolPolicy, Purpose, limits::counts,
};
use crate::{
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::{UserKey, UserOrdinal, UserState},
};

/// Who shall use a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Nobody was named.
    #[default]
    Nobody,
    /// A live user.
    User(UserOrdinal),
    /// A user in the recycle bin.
    Deleted(UserOrdinal),
    /// No user, as it was named.
    Unknown(String),
}

impl Who {
    /// Finds the user whom a caller names.
    pub fn find(tenant: &Tenant, key: &UserKey) -> Self {
        let unknown = || {
            Self::Unknown(match key {
                UserKey::Id(id) => id.to_string(),
                UserKey::PrincipalName(name) => name.clone(),
            })
        };
        let user = match key {
            UserKey::Id(id) => tenant.users().find_id(*id),
            UserKey::PrincipalName(name) => tenant.users().find_principal_name(name),
        };
        user.map_or_else(unknown, |user| match user.head.state() {
            UserState::Live => Self::User(user.ordinal),
            UserState::Deleted => Self::Deleted(user.ordinal),
            UserState::Purged => unknown(),
        })
    }

    /// The user, live or in the recycle bin.
    pub const fn known(&self) -> Option<UserOrdinal> {
        match self {
            Self::User(user) | Self::Deleted(user) => Some(*user),
            Self::Nobody | Self::Unknown(_) => None,
        }
    }

    /// The user, if it is a live one.
    pub const fn live(&self) -> Option<UserOrdinal> {
        match self {
            Self::User(user) => Some(*user),
            _ => None,
        }
    }
}

/// May this device enroll?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// What for.
    pub purpose: Purpose,
    /// For whom.
    pub user: Who,
    /// The other users of a shared device.
    pub others: Vec<Who>,
    /// The device as it is known by its id.
    pub device: Option<DeviceOrdinal>,
    /// Another device with the same serial number.
    pub twin: Option<DeviceOrdinal>,
    /// What runs on it.
    pub platform: Platform,
    /// How it enrolls.
    pub enrollment_type: EnrollmentType,
    /// Whose property it is.
    pub ownership: Ownership,
    /// What shall manage it.
    pub agent: Agent,
    /// Whether it is a virtual machine.
    pub is_virtual: bool,
    /// Whether several users use it.
    pub is_shared: bool,
    /// The time.
    pub now: Timestamp,
}

impl Question {
    /// Finds the devices that the question is about, by id and by serial number.
    pub fn find_devices(&mut self, tenant: &Tenant, id: Option<Uuid>, serial: &str) {
        let devices = tenant.devices();
        let known = id.and_then(|id| devices.find_id(id));
        self.device = known.map(|device| device.ordinal);
        self.twin = devices
            .find_serial(self.platform, serial)
            .map(|device| device.ordinal)
            .find(|device| Some(*device) != self.device);
    }
}

/// Why a device may not enroll; declared in the order in which reasons are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody manages devices in this tenant.
    AuthorityNotSet,
    /// This way of enrolling needs a user, and none was named.
    UserRequired,
    /// There is no such user.
    UserNotFound {
        /// As it was named.
        key: String,
    },
    /// The user is in the recycle bin.
    UserDeleted {
        /// Who.
        user: UserOrdinal,
    },
    /// The user may not sign in.
    UserDisabled {
        /// Who.
        user: UserOrdinal,
    },
    /// The user is no device enrollment manager.
    NotEnrollmentManager {
        /// Who.
        user: UserOrdinal,
    },
    /// Device enrollment managers cannot enroll devices this way.
    NotForEnrollmentManagers {
        /// Who is one.
        user: UserOrdinal,
    },
    /// The user is not licensed.
    NotLicensed {
        /// Who.
        user: UserOrdinal,
        /// Why not.
        gap: LicenseGap,
    },
    /// Not all users of a shared device are licensed, and no device license is left.
    UsersNotLicensed {
        /// Who is not.
        users: Vec<UserOrdinal>,
        /// Device licenses bought.
        bought: u32,
        /// Devices that need one.
        used: u32,
    },
    /// A device without a user that enrolls this way cannot be covered by a device license.
    DeviceLicenseNotAccepted,
    /// No device license is left.
    NoDeviceLicense {
        /// Device licenses bought.
        bought: u32,
        /// Devices that need one.
        used: u32,
    },
    /// The user has as many devices as the policy allows.
    LimitReached {
        /// Who.
        user: UserOrdinal,
        /// The policy.
        policy: Uuid,
        /// Devices allowed.
        limit: u16,
        /// Devices that count.
        used: u32,
    },
    /// The user has the PC agent on as many machines as a license covers.
    AgentLimitReached {
        /// Who.
        user: UserOrdinal,
        /// Whether virtual machines are meant.
        is_virtual: bool,
        /// Machines allowed.
        limit: u16,
        /// Machines there are.
        used: u32,
    },
    /// The device enrollment manager has as many devices as one may have.
    ManagerLimitReached {
        /// Who.
        user: UserOrdinal,
        /// Whether personally-owned Android devices are meant.
        is_android_personal: bool,
        /// Devices allowed.
        limit: u16,
        /// Devices there are.
        used: u32,
    },
    /// The PC agent manages the device and an MDM server shall, or the other way round.
    ManagedOtherwise {
        /// The device as it is known.
        device: DeviceOrdinal,
    },
    /// The device is enrolled for somebody else.
    DeviceOfAnotherUser {
        /// The device as it is known.
        device: DeviceOrdinal,
    },
}

impl Reason {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AuthorityNotSet => "MdmAuthorityNotSet",
            Self::UserRequired => "UserRequired",
            Self::UserNotFound { .. } => "UserNotFound",
            Self::UserDeleted { .. } => "UserDeleted",
            Self::UserDisabled { .. } => "UserDisabled",
            Self::NotEnrollmentManager { .. } => "NotEnrollmentManager",
            Self::NotForEnrollmentManagers { .. } => "NotForEnrollmentManagers",
            Self::NotLicensed { .. } => "UserNotLicensed",
            Self::UsersNotLicensed { .. } => "UsersNotLicensed",
            Self::DeviceLicenseNotAccepted => "DeviceLicenseNotAccepted",
            Self::NoDeviceLicense { .. } => "NoDeviceLicense",
            Self::LimitReached { .. } => "DeviceLimitReached",
            Self::AgentLimitReached { .. } => "AgentLimitReached",
            Self::ManagerLimitReached { .. } => "EnrollmentManagerLimitReached",
            Self::ManagedOtherwise { .. } => "ManagedOtherwise",
            Self::DeviceOfAnotherUser { .. } => "DeviceOfAnotherUser",
        }
    }

    /// What Windows is told: the `ErrorType` of an enrollment fault and the result that its client makes of it
    /// (devices-and-sync.md 2.2). Where the client has a result of its own but no fault that leads to it, the fault is
    /// `CustomServerError`, whose text it shows.
    pub const fn windows(&self) -> (&'static str, u32) {
        match self {
            Self::AuthorityNotSet => ("NotSupported", 0x8018_0015),
            Self::UserRequired => ("InvalidEnrollmentData", 0x8018_0019),
            Self::UserNotFound { .. }
            | Self::UserDeleted { .. }
            | Self::UserDisabled { .. }
            | Self::NotEnrollmentManager { .. }
            | Self::NotForEnrollmentManagers { .. } => ("Authorization", 0x8018_0003),
            Self::NotLicensed { .. }
            | Self::UsersNotLicensed { .. }
            | Self::DeviceLicenseNotAccepted
            | Self::NoDeviceLicense { .. } => ("UserLicense", 0x8018_0018),
            Self::LimitReached { .. } | Self::ManagerLimitReached { .. } => {
                ("DeviceCapReached", 0x8018_0013)
            }
            Self::AgentLimitReached { .. } => ("DeviceCapReached", 0x8004_3006),
            Self::ManagedOtherwise { .. } => ("CustomServerError", 0x8018_0026),
            Self::DeviceOfAnotherUser { .. } => ("CustomServerError", 0x8018_000A),
        }
    }

    /// Graph's `failureCategory` of an enrollment troubleshooting event (devices-and-sync.md 2.8).
    pub const fn failure_category(&self) -> &'static str {
        match self {
            Self::AuthorityNotSet => "featureNotSupported",
            Self::UserRequired => "badRequest",
            Self::UserNotFound { .. }
            | Self::UserDeleted { .. }
            | Self::UserDisabled { .. }
            | Self::NotLicensed { .. }
            | Self::UsersNotLicensed { .. }
            | Self::DeviceLicenseNotAccepted
            | Self::NoDeviceLicense { .. } => "userValidation",
            Self::NotEnrollmentManager { .. } => "authorization",
            Self::NotForEnrollmentManagers { .. }
            | Self::LimitReached { .. }
            | Self::AgentLimitReached { .. }
            | Self::ManagerLimitReached { .. }
            | Self::ManagedOtherwise { .. }
            | Self::DeviceOfAnotherUser { .. } => "enrollmentRestrictionsEnforced",
        }
    }
}

/// What covers a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The license of its user.
    UserLicense,
    /// The licenses of all of its users.
    AllUsers,
    /// A device license of the pool.
    DeviceLicense,
    /// Nothing needs to: co-management.
    Exempt,
    /// Basic Mobility and Security, which its user has instead of Intune.
    BasicMobility,
}

impl Cover {
    /// A word for the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserLicense => "userLicense",
            Self::AllUsers => "allUsersLicensed",
            Self::DeviceLicense => "deviceLicense",
            Self::Exempt => "exempt",
            Self::BasicMobility => "basicMobilityAndSecurity",
        }
    }
}

/// What somebody should know of a device that may enroll nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// With it, more devices need a device license than were bought.
    PoolShort {
        /// Device licenses bought.
        bought: u32,
        /// Devices that need one, this one included.
        used: u32,
    },
}

impl Warning {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PoolShort { .. } => "DeviceLicensesShort",
        }
    }
}

/// The answer: whether the device may enroll, and why not or on what grounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// All reasons against it, in their order; none if it may.
    pub reasons: Vec<Reason>,
    /// What to know nevertheless.
    pub warnings: Vec<Warning>,
    /// What covers it; nothing if nothing does.
    pub cover: Option<Cover>,
}

impl Decision {
    /// Whether the device may enroll.
    pub const fn is_allowed(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// May this device enroll? Pure: nothing but the tenant and the question counts, and nothing is noted anywhere.
pub fn check(tenant: &Tenant, question: &Question) -> Decision {
    let mut decision = Decision::default();
    if question.purpose == Purpose::AppProtection {
        check_app_protection(tenant, question, &mut decision);
        return decision;
    }
    if tenant.device_settings.authority == MdmAuthority::Unknown {
        decision.reasons.push(Reason::AuthorityNotSet);
    }
    let user = check_users(tenant, question, &mut decision);
    check_manager(tenant, question, user, &mut decision);
    check_license(tenant, question, user, &mut decision);
    if let Some(user) = user {
        check_limits(tenant, question, user, &mut decision);
    }
    check_device(tenant, question, user, &mut decision);
    if !decision.reasons.is_empty() {
        decision.cover = None;
        decision.warnings.clear();
    }
    decision
}

/// Whoever is under app protection needs a license as well, though no device enrolls (the seeds' note). A device license
/// does not do (devices-and-sync.md 1.3).
fn check_app_protection(tenant: &Tenant, question: &Question, decision: &mut Decision) {
    let Some(user) = check_users(tenant, question, decision) else {
        if decision.is_allowed() {
            decision.reasons.push(Reason::UserRequired);
        }
        return;
    };
    if let Some(gap) = tenant.license_gap_of(user) {
        decision.reasons.push(Reason::NotLicensed { user, gap });
    }
    if decision.is_allowed() {
        decision.cover = Some(Cover::UserLicense);
    }
}

/// The user, if there is one who could enroll a device. Everybody who shall use it must be there.
fn check_users(
    tenant: &Tenant,
    question: &Question,
    decision: &mut Decision,
) -> Option<UserOrdinal> {
    // Whoever is named for a device without a user does not count.
    let user = Some(&question.user).filter(|_| !question.enrollment_type.is_userless());
    let others = question.others.iter().filter(|_| question.is_shared);
    let mut reasons: Vec<(u8, Reason)> = Vec::new();
    for who in user.into_iter().chain(others) {
        reasons.extend(match who {
            // A shared device needs not have a user who enrolls it.
            Who::Nobody if question.is_shared => None,
            Who::Nobody => Some((0, Reason::UserRequired)),
            Who::Unknown(key) => Some((1, Reason::UserNotFound { key: key.clone() })),
            Who::Deleted(user) => Some((2, Reason::UserDeleted { user: *user })),
            Who::User(user) if tenant.users().disabled().contains(user.0) => {
                Some((3, Reason::UserDisabled { user: *user }))
            }
            Who::User(_) => None,
        });
    }
    reasons.sort_by_key(|(place, _)| *place);
    let reasons = reasons.into_iter().map(|(_, reason)| reason);
    decision.reasons.extend(reasons);
    user.and_then(Who::live)
}

fn check_manager(
    tenant: &Tenant,
    question: &Question,
    user: Option<UserOrdinal>,
    decision: &mut Decision,
) {
    let Some(user) = user else { return };
    let is_manager = tenant.is_enrollment_manager(user);
    let type_is_theirs = question.enrollment_type == EnrollmentType::DeviceEnrollmentManager;
    let is_corporate_android =
        question.platform == Platform::Android && question.ownership == Ownership::Company;
    if type_is_theirs && !is_manager {
        decision.reasons.push(Reason::NotEnrollmentManager { user });
    } else if is_manager
        && (!question.enrollment_type.is_for_managers() || type_is_theirs && is_corporate_android)
    {
        decision
            .reasons
            .push(Reason::NotForEnrollmentManagers { user });
    }
}

fn check_license(
    tenant: &Tenant,
    question: &Question,
    user: Option<UserOrdinal>,
    decision: &mut Decision,
) {
    let enrollment_type = question.enrollment_type;
    if enrollment_type.is_exempt() {
        decision.cover = Some(Cover::Exempt);
        return;
    }
    if question.is_shared {
        check_shared(tenant, question, user, decision);
        return;
    }
    if enrollment_type.is_userless() {
        if enrollment_type.takes_device_license() {
            if let Err((bought, used)) = take_device_license(tenant, question, decision) {
                decision
                    .reasons
                    .push(Reason::NoDeviceLicense { bought, used });
            }
        } else {
            decision.reasons.push(Reason::DeviceLicenseNotAccepted);
        }
        return;
    }
    let Some(user) = user else { return };
    if tenant.is_licensed_for_devices(user) {
        decision.cover = Some(Cover::UserLicense);
        return;
    }
    if enrollment_type == EnrollmentType::DeviceEnrollmentManager
        && take_device_license(tenant, question, decision).is_ok()
    {
        return;
    }
    if tenant.device_settings.coexistence
        && let Some(view) = tenant.users().view(user)
        && tenant.has_basic_mobility(&view)
    {
        decision.cover = Some(Cover::BasicMobility);
    } else if let Some(gap) = tenant.license_gap_of(user) {
        decision.reasons.push(Reason::NotLicensed { user, gap });
    }
}

/// A shared device is covered by all of its users being licensed, or else by a device license.
fn check_shared(
    tenant: &Tenant,
    question: &Question,
    user: Option<UserOrdinal>,
    decision: &mut Decision,
) {
    let users = || {
        user.into_iter()
            .chain(question.others.iter().filter_map(Who::live))
    };
    if tenant.are_all_licensed(users()) {
        decision.cover = Some(Cover::AllUsers);
        return;
    }
    if let Err((bought, used)) = take_device_license(tenant, question, decision) {
        let mut unlicensed: Vec<UserOrdinal> = users()
            .filter(|user| !tenant.is_licensed_for_devices(*user))
            .collect();
        unlicensed.sort_unstable();
        unlicensed.dedup();
        decision.reasons.push(Reason::UsersNotLicensed {
            users: unlicensed,
            bought,
            used,
        });
    }
}

/// Covers the device by a device license, or says how many there are and are used. A device that has one keeps it.
fn take_device_license(
    tenant: &Tenant,
    question: &Question,
    decision: &mut Decision,
) -> Result<(), (u32, u32)> {
    let pool = tenant.device_pool();
    let needing: &Bits = tenant.devices().needing();
    let has_one =
        |device: Option<DeviceOrdinal>| device.is_some_and(|device| needing.contains(device.0));
    let is_counted = has_one(question.device) || has_one(question.twin);
    let used = pool.used + u32::from(!is_counted);
    let is_short = used > pool.bought;
    let is_blocked = tenant.device_settings.pool_policy == PoolPolicy::Block && !is_counted;
    if pool.bought == 0 || is_short && is_blocked {
        return Err((pool.bought, pool.used));
    }
    if is_short {
        decision.warnings.push(Warning::PoolShort {
            bought: pool.bought,
            used,
        });
    }
    decision.cover = Some(Cover::DeviceLicense);
    Ok(())
}

fn check_limits(tenant: &Tenant, question: &Question, user: UserOrdinal, decision: &mut Decision) {
    let limits = &tenant.device_settings.limits;
    if question.agent == Agent::IntuneClient {
        let limit = if question.is_virtual {
            limits.virtual_agents_per_user
        } else {
            limits.agents_per_user
        };
        if let Some(used) = full(tenant, question, user, limit, |device| {
            device.agent() == Agent::IntuneClient && device.is_virtual() == question.is_virtual
        }) {
            decision.reasons.push(Reason::AgentLimitReached {
                user,
                is_virtual: question.is_virtual,
                limit,
                used,
            });
        }
    } else if question.enrollment_type == EnrollmentType::DeviceEnrollmentManager {
        check_manager_limits(tenant, question, user, decision);
    } else if question.agent == Agent::Mdm
        && question.enrollment_type.is_limited()
        && !question.is_shared
    {
        let limit = tenant.device_limit_of(user);
        let settings = &tenant.device_settings;
        if let Some(used) = full(tenant, question, user, limit, |device| {
            counts(device, settings, question.now)
        }) {
            let policy = tenant.limit_policy_of(user);
            decision.reasons.push(Reason::LimitReached {
                user,
                policy: policy.map_or(super::DEFAULT_LIMIT_ID, |policy| policy.id),
                limit,
                used,
            });
        }
    }
}

fn check_manager_limits(
    tenant: &Tenant,
    question: &Question,
    user: UserOrdinal,
    decision: &mut Decision,
) {
    let limits = &tenant.device_settings.limits;
    let is_managers = |device: &super::DeviceView<'_>| {
        device.enrollment_type() == EnrollmentType::DeviceEnrollmentManager
    };
    let is_android_personal =
        |platform, ownership| platform == Platform::Android && ownership == Ownership::Personal;
    if let Some(used) = full(
        tenant,
        question,
        user,
        limits.devices_per_manager,
        is_managers,
    ) {
        decision.reasons.push(Reason::ManagerLimitReached {
            user,
            is_android_personal: false,
            limit: limits.devices_per_manager,
            used,
        });
    }
    if is_android_personal(question.platform, question.ownership)
        && let Some(used) = full(
            tenant,
            question,
            user,
            limits.android_devices_per_manager,
            |device| {
                is_managers(device) && is_android_personal(device.platform(), device.ownership())
            },
        )
    {
        decision.reasons.push(Reason::ManagerLimitReached {
            user,
            is_android_personal: true,
            limit: limits.android_devices_per_manager,
            used,
        });
    }
}

/// How many devices of some kind a user has enrolled, if these are as many as it may. The device in question does not
/// count, and if it has its place among them already, it keeps it: a lower limit is for new enrollments only
/// (devices-and-sync.md 1.4).
fn full(
    tenant: &Tenant,
    question: &Question,
    user: UserOrdinal,
    limit: u16,
    counts: impl Fn(&super::DeviceView<'_>) -> bool,
) -> Option<u32> {
    // All devices of the user are an upper bound, which is at hand.
    if !tenant.devices().has_enrolled(user, limit) {
        return None;
    }
    let mut count = 0;
    for device in tenant.devices().of_user(user) {
        if device.user() != Some(user) || !counts(&device) {
            continue;
        }
        let ordinal = Some(device.ordinal);
        if ordinal == question.device || ordinal == question.twin {
            return None;
        }
        count += 1;
    }
    (count >= u32::from(limit)).then_some(count)
}

/// The device as it is known, by id or serial number, must not be managed in another way or belong to somebody else.
fn check_device(
    tenant: &Tenant,
    question: &Question,
    user: Option<UserOrdinal>,
    decision: &mut Decision,
) {
    if question.device.is_none() && question.twin.is_none() {
        return;
    }
    let known: Vec<_> = [question.device, question.twin]
        .into_iter()
        .flatten()
        .filter_map(|device| tenant.devices().view(device))
        .filter(|device| tenant.is_listed(device, question.now))
        .collect();
    if let Some(device) = known.iter().find(|device| {
        (device.agent() == Agent::IntuneClient) != (question.agent == Agent::IntuneClient)
    }) {
        decision.reasons.push(Reason::ManagedOtherwise {
            device: device.ordinal,
        });
    }
    let is_told_for_whom =
        user.is_some() || question.is_shared || question.enrollment_type.is_userless();
    if !is_told_for_whom {
        return;
    }
    if let Some(device) = known.iter().find(|device| {
        !(device.is_shared() && question.is_shared)
            && device.user() != user
            && !device.user().is_some_and(|other| is_purged(tenant, other))
    }) {
        decision.reasons.push(Reason::DeviceOfAnotherUser {
            device: device.ordinal,
        });
    }
}

fn is_purged(tenant: &Tenant, user: UserOrdinal) -> bool {
    tenant
        .users()
        .view(user)
        .is_none_or(|user| user.head.state() == UserState::Purged)
}
