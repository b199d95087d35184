//! How a tenant manages devices. Every limit is data, with the documented value as its default.

use minicbor::{Decode, Encode};

use super::Platform;
use crate::rejection::Rejection;

/// Who manages devices: Graph's `mobileDeviceManagementAuthority`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum MdmAuthority {
    /// Nobody yet: no device can enroll.
    #[n(0)]
    Unknown,
    /// Intune.
    #[default]
    #[n(1)]
    Intune,
    /// Configuration Manager.
    #[n(2)]
    Sccm,
    /// Basic Mobility and Security.
    #[n(3)]
    Office365,
}

impl MdmAuthority {
    /// All values.
    pub const ALL: &[Self] = &[Self::Unknown, Self::Intune, Self::Sccm, Self::Office365];

    /// Graph's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Intune => "intune",
            Self::Sccm => "sccm",
            Self::Office365 => "office365",
        }
    }

    /// Reads Graph's word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|authority| authority.as_str().eq_ignore_ascii_case(text))
    }
}

/// What happens when more devices need a device license than were bought (devices-and-sync.md 1.3: Microsoft does not
/// count them). Where none was bought, no device can do with one, whatever the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PoolPolicy {
    /// The device enrolls, with a warning.
    #[default]
    #[n(0)]
    Warn,
    /// It does not enroll.
    #[n(1)]
    Block,
}

impl PoolPolicy {
    /// A word for settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    /// Reads the word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Warn, Self::Block]
            .into_iter()
            .find(|policy| policy.as_str().eq_ignore_ascii_case(text))
    }
}

/// Devices that were not heard of for so long are hidden from lists. A device that checks in again before its
/// certificate expires is back; a later one must enroll again (devices-and-sync.md 1.5, number 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CleanUpRule {
    /// On which platform; on all that have no rule of their own if absent.
    #[n(0)]
    pub platform: Option<Platform>,
    /// After how many days, 30 to 270.
    #[n(1)]
    pub days: u16,
}

/// Limits of devices (devices-and-sync.md 1.1, 1.3 to 1.5, and the seeds).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DeviceLimits {
    /// MDM devices that one user license covers.
    #[n(0)]
    pub devices_per_user: u16,
    /// Physical machines with the PC agent that one user license covers.
    #[n(1)]
    pub agents_per_user: u16,
    /// Virtual machines with the PC agent that one user license covers.
    #[n(2)]
    pub virtual_agents_per_user: u16,
    /// Limit policies besides the default one.
    #[n(3)]
    pub limit_policies: u16,
    /// Device enrollment managers in the tenant.
    #[n(4)]
    pub managers: u16,
    /// Devices of one device enrollment manager …
    #[n(5)]
    pub devices_per_manager: u16,
    /// … and of these, personally-owned Android devices with a work profile.
    #[n(6)]
    pub android_devices_per_manager: u16,
    /// Administrators without a license, where they are allowed.
    #[n(7)]
    pub unlicensed_administrators: u16,
    /// A device that was not heard of for so many days does not count against the limit of its user.
    #[n(8)]
    pub counted_contact_days: u16,
    /// Neither does one whose registration has been pending for so many hours.
    #[n(9)]
    pub pending_hours: u16,
    /// Days that the certificate of a device lasts.
    #[n(10)]
    pub certificate_days: u16,
    /// A check-in in the last so many days of them renews it.
    #[n(11)]
    pub renewal_days: u16,
    /// Days after the certificate's end until the record is removed.
    #[n(12)]
    pub removal_days: u16,
}

impl Default for DeviceLimits {
    fn default() -> Self {
        Self {
            devices_per_user: 15,
            agents_per_user: 5,
            virtual_agents_per_user: 1,
            limit_policies: 25,
            managers: 150,
            devices_per_manager: 1_000,
            android_devices_per_manager: 10,
            unlicensed_administrators: 350,
            counted_contact_days: 90,
            pending_hours: 24,
            certificate_days: 365,
            renewal_days: 42,
            removal_days: 180,
        }
    }
}

/// How a tenant manages devices.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct DeviceSettings {
    /// Who manages devices.
    #[n(0)]
    pub authority: MdmAuthority,
    /// Whether users without an Intune license are managed by Basic Mobility and Security if they have that.
    #[n(1)]
    pub coexistence: bool,
    /// Graph's `secureByDefault`: a device to which no compliance policy applies is out of compliance.
    #[n(2)]
    pub secure_by_default: bool,
    /// Graph's `deviceComplianceCheckinThresholdDays`: a device not heard of for so long is out of compliance, 1 to 120.
    #[n(3)]
    pub checkin_threshold_days: u16,
    /// Graph's `isScheduledActionEnabled`.
    #[n(4)]
    pub scheduled_actions: bool,
    /// Whether administrators without a license may manage devices. Once on, it stays on.
    #[n(5)]
    pub unlicensed_administrators: bool,
    /// What happens when device licenses are short.
    #[n(6)]
    pub pool_policy: PoolPolicy,
    /// When silent devices are hidden; at most one rule per platform.
    #[n(7)]
    pub clean_up: Vec<CleanUpRule>,
    /// Days that a device may be out of compliance with its own policies, where its MDM server does not say.
    #[n(8)]
    pub grace_days: u16,
    /// All limits.
    #[n(9)]
    pub limits: DeviceLimits,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self {
            authority: MdmAuthority::default(),
            coexistence: false,
            secure_by_default: false,
            checkin_threshold_days: 30,
            scheduled_actions: true,
            unlicensed_administrators: false,
            pool_policy: PoolPolicy::default(),
            clean_up: Vec::new(),
            grace_days: 0,
            limits: DeviceLimits::default(),
        }
    }
}

impl DeviceSettings {
    /// After how many silent days devices of a platform are hidden, if they are.
    pub fn clean_up_days(&self, platform: Platform) -> Option<u16> {
        let of = |wanted: Option<Platform>| {
            self.clean_up
                .iter()
                .find(|rule| rule.platform == wanted)
                .map(|rule| rule.days)
        };
        of(Some(platform)).or_else(|| of(None))
    }

    /// Checks values that shall follow others.
    pub fn check(&self, before: &Self) -> Result<(), Rejection> {
        let refuse = |name, reason| Err(Rejection::InvalidDeviceSetting { name, reason });
        if before.unlicensed_administrators && !self.unlicensed_administrators {
            return refuse(
                "allowUnlicensedAdministrators",
                "It cannot be turned off again. Assign licenses to administrators instead.",
            );
        }
        if !(1..=120).contains(&self.checkin_threshold_days) {
            return refuse(
                "deviceComplianceCheckinThresholdDays",
                "It must be between 1 and 120 days.",
            );
        }
        if self
            .clean_up
            .iter()
            .any(|rule| !(30..=270).contains(&rule.days))
        {
            return refuse("cleanUpRules", "Days must be between 30 and 270.");
        }
        let is_named_twice = |(place, rule): (usize, &CleanUpRule)| {
            self.clean_up
                .iter()
                .skip(place + 1)
                .any(|other| other.platform == rule.platform)
        };
        if self.clean_up.iter().enumerate().any(is_named_twice) {
            return refuse("cleanUpRules", "There can be only one rule per platform.");
        }
        if self.grace_days > 365 {
            return refuse("complianceGraceDays", "It must be at most 365 days.");
        }
        self.limits.check()
    }
}

impl DeviceLimits {
    /// All limits with their names on the wire.
    pub const fn named(&self) -> [(&'static str, u16); 13] {
        [
            ("devicesPerUser", self.devices_per_user),
            ("agentsPerUser", self.agents_per_user),
            ("virtualAgentsPerUser", self.virtual_agents_per_user),
            ("limitPolicies", self.limit_policies),
            ("enrollmentManagers", self.managers),
            ("devicesPerEnrollmentManager", self.devices_per_manager),
            (
                "androidDevicesPerEnrollmentManager",
                self.android_devices_per_manager,
            ),
            ("unlicensedAdministrators", self.unlicensed_administrators),
            ("countedContactDays", self.counted_contact_days),
            ("pendingHours", self.pending_hours),
            ("certificateDays", self.certificate_days),
            ("renewalDays", self.renewal_days),
            ("removalDays", self.removal_days),
        ]
    }

    /// The limit with a name on the wire, for changing.
    pub fn named_mut(&mut self, name: &str) -> Option<&mut u16> {
        Some(match name {
            "devicesPerUser" => &mut self.devices_per_user,
            "agentsPerUser" => &mut self.agents_per_user,
            "virtualAgentsPerUser" => &mut self.virtual_agents_per_user,
            "limitPolicies" => &mut self.limit_policies,
            "enrollmentManagers" => &mut self.managers,
            "devicesPerEnrollmentManager" => &mut self.devices_per_manager,
            "androidDevicesPerEnrollmentManager" => &mut self.android_devices_per_manager,
            "unlicensedAdministrators" => &mut self.unlicensed_administrators,
            "countedContactDays" => &mut self.counted_contact_days,
            "pendingHours" => &mut self.pending_hours,
            "certificateDays" => &mut self.certificate_days,
            "renewalDays" => &mut self.renewal_days,
            "removalDays" => &mut self.removal_days,
            _ => return None,
        })
    }

    fn check(&self) -> Result<(), Rejection> {
        let refuse = |name, reason| Err(Rejection::InvalidDeviceSetting { name, reason });
        // More could not be told apart in the columns of memory; nobody carries so many devices.
        if !(1..=200).contains(&self.devices_per_user) {
            return refuse("devicesPerUser", "It must be between 1 and 200.");
        }
        if !(1..=3_650).contains(&self.certificate_days) {
            return refuse("certificateDays", "It must be between 1 and 3650 days.");
        }
        if self.renewal_days > self.certificate_days {
            return refuse("renewalDays", "It must not be more than certificateDays.");
        }
        Ok(())
    }
}
