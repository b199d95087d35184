//! Devices: who may enroll them, what covers them, what becomes of them. Examples on the built-in catalog.

mod check_in;
mod compliance;
mod forecast;
mod identity;
mod licensed;
mod limits;
mod managers;
mod pool;
mod reasons;
mod removal;
mod restore;
mod seeds;
mod settings;
mod undo;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    catalog::Catalog,
    device::{
        Compliance, ComplianceState, DeviceOrdinal, DevicePool, DeviceSettings, DeviceView,
        Enrollment, EnrollmentType, LimitPolicyChange, Platform, PoolPolicy, Reason, Report,
        Warning,
    },
    user::{UserKey, UserOrdinal, UserPatch},
};

use crate::office::Office;

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

// Products of the built-in catalog.
pub const INTUNE_A: Uuid = id(0x061f_9ace_7d42_4136_88ac_31dc_755f_143f);
pub const EMS: Uuid = id(0xefcc_b6f7_5641_4e0e_bd10_b497_6e1b_f68e);
pub const INTUNE_EDU: Uuid = id(0xd9d8_9b70_a645_4c24_b041_8d3c_b188_4ec7);
pub const INTUNE_A_D: Uuid = id(0x2b31_7a4a_77a6_4188_9437_b68a_77b4_e2c6);
/// Office 365 E3, which has Basic Mobility and Security.
pub const OFFICE_E3: Uuid = id(0x6fd2_c87f_b296_42f0_b197_1e91_e994_b900);

// Plans of these.
pub const PLAN_INTUNE_A: Uuid = id(0xc1ec_4a95_1f05_45b3_a911_aa3f_a010_94f5);
pub const PLAN_INTUNE_EDU: Uuid = id(0xda24_caf9_af8e_485c_b7c8_e733_36da_2693);
pub const PLAN_INTUNE_O365: Uuid = id(0x882e_1d05_acd1_4ccb_8708_6ee0_3664_b117);

pub const fn device_id(number: u32) -> Uuid {
    id(0xd000 + number as u128)
}

/// A device of nobody.
pub fn device(number: u32, enrollment_type: EnrollmentType) -> Enrollment {
    let mut enrollment = Enrollment {
        id: device_id(number),
        platform: Platform::Windows,
        enrollment_type,
        ..Enrollment::default()
    };
    enrollment.details.name = format!("Device {number}");
    enrollment.details.serial = format!("SERIAL-{number}");
    enrollment
}

/// A device of a user.
pub fn of(user: Uuid, number: u32) -> Enrollment {
    Enrollment {
        user: Some(UserKey::Id(user)),
        ..device(number, EnrollmentType::UserEnrollment)
    }
}

/// A device without a user that a device license can cover.
pub fn kiosk(number: u32) -> Enrollment {
    Enrollment {
        platform: Platform::Android,
        ..device(number, EnrollmentType::AndroidDedicated)
    }
}

/// A device that several users use.
pub fn shared(users: &[Uuid], number: u32) -> Enrollment {
    let mut keys = users.iter().copied().map(UserKey::Id);
    Enrollment {
        user: keys.next(),
        others: keys.collect(),
        is_shared: true,
        ..device(number, EnrollmentType::UserEnrollment)
    }
}

impl Office {
    /// An organization on the built-in catalog.
    pub fn on_builtin() -> Self {
        let mut office = Self::new();
        office.does(Command::AdoptCatalog {
            catalog: Catalog::builtin(),
            digest: [2; 32],
        });
        office
    }

    /// The same, and it owns plenty of each product per user.
    pub fn with_intune() -> Self {
        let mut office = Self::on_builtin();
        for product in [INTUNE_A, EMS, INTUNE_EDU, OFFICE_E3] {
            office.buy(product, 1_000);
        }
        office
    }

    /// A user who is licensed by Intune alone.
    pub fn hire_licensed(&mut self, name: &str) -> Uuid {
        let user = self.hire(name);
        self.assign(user, &[INTUNE_A], &[]).unwrap();
        user
    }

    pub fn take(&mut self, user: Uuid) {
        self.assign(user, &[], &[INTUNE_A]).unwrap();
    }

    pub fn give(&mut self, user: Uuid) {
        self.assign(user, &[INTUNE_A], &[]).unwrap();
    }

    pub fn enable(&mut self, user: Uuid, is_enabled: bool) {
        self.does(Command::UpdateUser {
            user: UserKey::Id(user),
            patch: UserPatch {
                account_enabled: Some(is_enabled),
                ..UserPatch::default()
            },
        });
    }

    pub fn user_ordinal(&self, user: Uuid) -> UserOrdinal {
        self.tenant.users().find_id(user).unwrap().ordinal
    }

    pub fn is_licensed(&self, user: Uuid) -> bool {
        self.tenant.is_licensed_for_devices(self.user_ordinal(user))
    }

    /// Lets seconds pass, and nothing else happen.
    pub fn pass(&mut self, seconds: i64) {
        self.now = Timestamp(self.now.0 + seconds);
    }

    /// Enrolls a device; the warnings, or all reasons against it.
    pub fn try_enroll(&mut self, enrollment: Enrollment) -> Result<Vec<Warning>, Vec<Reason>> {
        let id = enrollment.id;
        match self.attempt(Command::EnrollDevice(Box::new(enrollment))) {
            Ok(Outcome::Device { warnings, .. }) => {
                assert!(self.device(id).is_live());
                Ok(warnings)
            }
            Err(Rejection::EnrollmentDenied { reasons }) => Err(reasons),
            other => panic!("neither enrolled nor denied: {other:?}"),
        }
    }

    /// Enrolls a device that may, without warnings.
    pub fn enroll(&mut self, enrollment: Enrollment) -> Uuid {
        let id = enrollment.id;
        assert_eq!(self.try_enroll(enrollment), Ok(Vec::new()));
        id
    }

    /// The codes of all reasons against an enrollment.
    pub fn refused(&mut self, enrollment: Enrollment) -> Vec<&'static str> {
        let reasons = self.try_enroll(enrollment).unwrap_err();
        reasons.iter().map(Reason::code).collect()
    }

    pub fn device(&self, id: Uuid) -> DeviceView<'_> {
        self.tenant.devices().find_id(id).unwrap()
    }

    pub fn device_ordinal(&self, id: Uuid) -> DeviceOrdinal {
        self.device(id).ordinal
    }

    pub fn is_enrolled(&self, id: Uuid) -> bool {
        let found = self.tenant.devices().find_id(id);
        found.is_some_and(|device| device.is_live())
    }

    pub fn judged(&self, id: Uuid) -> Compliance {
        self.tenant.compliance(&self.device(id), self.now)
    }

    pub fn compliance(&self, id: Uuid) -> ComplianceState {
        self.judged(id).state
    }

    pub fn is_compliant(&self, id: Uuid) -> bool {
        self.compliance(id) == ComplianceState::Compliant
    }

    pub fn try_report(&mut self, device: Uuid, report: Report) -> Result<Outcome, Rejection> {
        self.attempt(Command::CheckIn { device, report })
    }

    pub fn report(&mut self, device: Uuid, report: Report) {
        self.try_report(device, report).unwrap();
    }

    pub fn check_in(&mut self, device: Uuid) {
        self.report(device, Report::default());
    }

    pub fn manage(&mut self, change: impl FnOnce(&mut DeviceSettings)) {
        self.try_manage(change).unwrap();
    }

    pub fn try_manage(
        &mut self,
        change: impl FnOnce(&mut DeviceSettings),
    ) -> Result<Outcome, Rejection> {
        let mut settings = self.tenant.device_settings().clone();
        change(&mut settings);
        self.attempt(Command::ChangeDeviceSettings { settings })
    }

    pub fn block(&mut self) {
        self.manage(|settings| settings.pool_policy = PoolPolicy::Block);
    }

    pub fn pool(&self) -> (u32, u32) {
        let DevicePool { bought, used } = self.tenant.device_pool();
        (bought, used)
    }

    pub fn counted(&self, user: Uuid) -> usize {
        self.tenant
            .devices_counted(self.user_ordinal(user), self.now)
    }

    /// Creates a limit policy.
    pub fn limit(&mut self, name: &str, limit: u16) -> Uuid {
        let outcome = self.does(Command::ChangeLimitPolicies(LimitPolicyChange::Create {
            id: None,
            display_name: name.to_owned(),
            description: None,
            limit,
        }));
        let Outcome::Created(id) = outcome else {
            panic!("creating a policy tells which, not {outcome:?}");
        };
        id
    }

    pub fn limit_for(&mut self, id: Uuid, groups: &[Uuid], excluded: &[Uuid]) {
        self.does(Command::ChangeLimitPolicies(LimitPolicyChange::Assign {
            id,
            everyone: false,
            groups: groups.to_vec(),
            excluded: excluded.to_vec(),
        }));
    }

    /// Sets the limit of a policy.
    pub fn relimit(&mut self, id: Uuid, limit: u16) {
        self.does(Command::ChangeLimitPolicies(LimitPolicyChange::Update {
            id,
            display_name: None,
            description: None,
            limit: Some(limit),
        }));
    }

    pub fn limit_of(&self, user: Uuid) -> u16 {
        self.tenant.device_limit_of(self.user_ordinal(user))
    }

    pub fn make_manager(&mut self, user: Uuid) {
        self.does(Command::AddEnrollmentManager {
            user: UserKey::Id(user),
        });
    }
}
