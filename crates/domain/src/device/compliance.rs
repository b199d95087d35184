//! Whether a device is compliant (devices-and-sync.md 1.5): three conditions that always hold, then what its MDM server
//! reported. It follows from facts and licenses, so it is right whenever it is asked: a license that goes makes the
//! devices of its user noncompliant, one that comes back makes them compliant, and nothing has to enroll again.

use super::{DeviceView, EnrollmentType, PoolPolicy, Reported};
use crate::{tenant::Tenant, time::Timestamp};

/// One of the conditions that hold for every device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The enrolled user exists and is licensed.
    UserExistence,
    /// The device checked in within the validity window.
    RemainContact,
    /// A compliance policy applies to it, where the tenant asks for one.
    PolicyAssigned,
}

impl Condition {
    /// Intune's name of its setting.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserExistence => "RequireUserExistence",
            Self::RemainContact => "RequireRemainContact",
            Self::PolicyAssigned => "RequireDeviceCompliancePolicyAssigned",
        }
    }
}

/// Why the condition of the enrolled user does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// The user was deleted.
    UserGone,
    /// The user, or one of the users of a shared device, is not licensed.
    NotLicensed,
}

/// Graph's `complianceState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComplianceState {
    /// It complies.
    Compliant,
    /// It does not.
    NonCompliant,
    /// It does not comply with its own policies, and may for a while.
    InGracePeriod,
    /// Its policies contradict each other.
    Conflict,
    /// It could not be judged.
    Error,
    /// Configuration Manager judges it.
    ConfigManager,
}

impl ComplianceState {
    /// Graph's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::NonCompliant => "noncompliant",
            Self::InGracePeriod => "inGracePeriod",
            Self::Conflict => "conflict",
            Self::Error => "error",
            Self::ConfigManager => "configManager",
        }
    }
}

/// A device judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compliance {
    /// The verdict.
    pub state: ComplianceState,
    /// The conditions that do not hold.
    pub failed: Vec<Condition>,
    /// Why the one of the user does not hold.
    pub shortfall: Option<Shortfall>,
    /// Until when it may be out of compliance with its own policies.
    pub grace_until: Option<Timestamp>,
}

impl Tenant {
    /// Whether a device is compliant at a time.
    pub fn compliance(&self, device: &DeviceView<'_>, now: Timestamp) -> Compliance {
        let head = device.head();
        let shortfall = self.user_shortfall(device);
        let mut failed = Vec::new();
        if shortfall.is_some() {
            failed.push(Condition::UserExistence);
        }
        if self.silent_from(device) <= now {
            failed.push(Condition::RemainContact);
        }
        if self.lacks_policy(device) {
            failed.push(Condition::PolicyAssigned);
        }
        let state = match head.reported {
            _ if !failed.is_empty() => ComplianceState::NonCompliant,
            Reported::Unknown if head.agent == super::Agent::ConfigurationManagerClientMdm => {
                ComplianceState::ConfigManager
            }
            Reported::Unknown | Reported::Compliant => ComplianceState::Compliant,
            Reported::NonCompliant if head.grace_until.is_some_and(|until| until > now) => {
                ComplianceState::InGracePeriod
            }
            Reported::NonCompliant => ComplianceState::NonCompliant,
            Reported::Conflict => ComplianceState::Conflict,
            Reported::Error => ComplianceState::Error,
        };
        Compliance {
            state,
            failed,
            shortfall,
            grace_until: head.grace_until,
        }
    }

    /// Whether a compliance policy should apply to a device and none does.
    pub(super) fn lacks_policy(&self, device: &DeviceView<'_>) -> bool {
        self.device_settings.secure_by_default && device.reported() == Reported::Unknown
    }

    /// The settings on which the conditions besides that of the user depend.
    pub(super) fn conditions(&self) -> (bool, u16) {
        let settings = &self.device_settings;
        (settings.secure_by_default, settings.checkin_threshold_days)
    }

    /// From when on a device is out of compliance if it is not heard of.
    pub fn silent_from(&self, device: &DeviceView<'_>) -> Timestamp {
        let days = self.device_settings.checkin_threshold_days;
        device.contacted().plus_days(i64::from(days))
    }

    /// From when on a device is hidden from lists if it is not heard of, where a rule says so.
    pub fn hidden_from(&self, device: &DeviceView<'_>) -> Option<Timestamp> {
        let days = self.device_settings.clean_up_days(device.platform())?;
        Some(device.contacted().plus_days(i64::from(days)))
    }

    /// Whether a device has a record and is not hidden.
    pub fn is_listed(&self, device: &DeviceView<'_>, now: Timestamp) -> bool {
        device.is_live() && self.hidden_from(device).is_none_or(|hidden| hidden > now)
    }

    /// When the record of a device is removed if it is not heard of.
    pub fn removed_from(&self, device: &DeviceView<'_>) -> Timestamp {
        let days = self.device_settings.limits.removal_days;
        device.certificate_expires().plus_days(i64::from(days))
    }

    /// Why the condition of the enrolled user does not hold, if it does not. A device without a user has none to miss;
    /// one that several use, or that a device enrollment manager enrolled, may have a device license instead.
    pub(super) fn user_shortfall(&self, device: &DeviceView<'_>) -> Option<Shortfall> {
        let is_gone = |user| self.users().view(user).is_none_or(|user| !user.is_live());
        let enrollment_type = device.enrollment_type();
        if device.user().is_some_and(is_gone) {
            return Some(Shortfall::UserGone);
        }
        if device.is_basic() || enrollment_type.is_exempt() {
            return None;
        }
        if device.is_shared() || enrollment_type == EnrollmentType::DeviceEnrollmentManager {
            let is_covered = self.are_all_licensed(device.users()) || self.pool_covers();
            return (!is_covered).then_some(Shortfall::NotLicensed);
        }
        device
            .user()
            .filter(|user| !self.is_licensed_for_devices(*user))
            .map(|_| Shortfall::NotLicensed)
    }

    /// Whether the devices that count against the pool are covered by it.
    pub(super) fn pool_covers(&self) -> bool {
        let pool = self.device_pool();
        pool.bought > 0
            && (pool.used <= pool.bought || self.device_settings.pool_policy == PoolPolicy::Warn)
    }
}
