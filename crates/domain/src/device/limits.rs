//! How many devices a user may enroll (devices-and-sync.md 1.4): policies with priorities, of which only the first that
//! hits the user applies, and which devices count.

use minicbor::{Decode, Encode};
use uuid::Uuid;

use super::{Agent, DeviceSettings, DeviceView};
use crate::{codec, group::GroupOrdinal, tenant::Tenant, time::Timestamp, user::UserOrdinal};

/// The id of the default policy within the domain; on the wire it is the tenant's.
pub const DEFAULT_LIMIT_ID: Uuid = Uuid::nil();

/// How many devices the users of some groups may enroll: Graph's `deviceEnrollmentLimitConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LimitPolicy {
    /// Its id; [`DEFAULT_LIMIT_ID`] for the default one.
    #[cbor(n(0), with = "codec::guid")]
    pub id: Uuid,
    /// Graph's `displayName`.
    #[n(1)]
    pub display_name: String,
    /// Graph's `description`.
    #[n(2)]
    pub description: Option<String>,
    /// Devices per user.
    #[n(3)]
    pub limit: u16,
    /// 1 is asked first; the default one has 0 and is asked last.
    #[n(4)]
    pub priority: u32,
    /// Whether it is for all users.
    #[n(5)]
    pub everyone: bool,
    /// For whose members, of any level, it is.
    #[n(6)]
    pub groups: Vec<GroupOrdinal>,
    /// For whose members, of any level, it is not.
    #[n(7)]
    pub excluded: Vec<GroupOrdinal>,
    /// How often it was changed, from 1.
    #[n(8)]
    pub version: u32,
    /// When it was made.
    #[n(9)]
    pub created: Timestamp,
    /// When it was last changed.
    #[n(10)]
    pub modified: Timestamp,
}

impl LimitPolicy {
    /// The default policy of a new tenant: as many devices as a user license covers.
    pub fn default_of(limit: u16, created: Timestamp) -> Self {
        Self {
            id: DEFAULT_LIMIT_ID,
            display_name: "All users and all devices".to_owned(),
            description: Some(
                "Applies to everybody for whom no policy with a higher priority is.".to_owned(),
            ),
            limit,
            priority: 0,
            everyone: true,
            groups: Vec::new(),
            excluded: Vec::new(),
            version: 1,
            created,
            modified: created,
        }
    }

    /// Whether it is the default one.
    pub const fn is_default(&self) -> bool {
        self.priority == 0
    }

    fn hits(&self, tenant: &Tenant, user: UserOrdinal) -> bool {
        let is_in =
            |groups: &[GroupOrdinal]| groups.iter().any(|group| tenant.is_in_group(user, *group));
        (self.everyone || is_in(&self.groups)) && !is_in(&self.excluded)
    }
}

/// What shall change about the policies that limit devices per user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitPolicyChange {
    /// A new one, for nobody yet, asked last before the default one.
    Create {
        /// Its id; a new one if absent.
        id: Option<Uuid>,
        /// Graph's `displayName`.
        display_name: String,
        /// Graph's `description`.
        description: Option<String>,
        /// Devices per user.
        limit: u16,
    },
    /// Other values.
    Update {
        /// Which.
        id: Uuid,
        /// Graph's `displayName`, unless it stays.
        display_name: Option<String>,
        /// Graph's `description`, unless it stays.
        description: Option<Option<String>>,
        /// Devices per user, unless it stays.
        limit: Option<u16>,
    },
    /// Away with it.
    Delete {
        /// Which.
        id: Uuid,
    },
    /// For others than until now.
    Assign {
        /// Which.
        id: Uuid,
        /// Whether it is for all users.
        everyone: bool,
        /// Object ids of the groups for whose members it is.
        groups: Vec<Uuid>,
        /// Object ids of the groups for whose members it is not.
        excluded: Vec<Uuid>,
    },
    /// Asked sooner or later than until now.
    SetPriority {
        /// Which.
        id: Uuid,
        /// From 1.
        priority: u32,
    },
}

impl Tenant {
    /// Whether a user is in a group, directly or through groups in it.
    pub fn is_in_group(&self, user: UserOrdinal, group: GroupOrdinal) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            let Some(group) = self.groups().get(next).filter(|group| group.is_live()) else {
                continue;
            };
            if group.members.contains(user.0) {
                return true;
            }
            open.extend(
                group
                    .subgroups
                    .iter()
                    .filter(|subgroup| seen.insert(**subgroup)),
            );
        }
        false
    }

    /// The policies that limit devices per user: by priority, the default one last.
    pub fn limit_policies(&self) -> &[LimitPolicy] {
        &self.limit_policies
    }

    /// The one policy that applies to a user.
    pub fn limit_policy_of(&self, user: UserOrdinal) -> Option<&LimitPolicy> {
        match self.limit_policies.as_slice() {
            [only] => Some(only),
            policies => policies
                .iter()
                .find(|policy| policy.is_default() || policy.hits(self, user)),
        }
    }

    /// How many MDM devices a user may have enrolled.
    pub fn device_limit_of(&self, user: UserOrdinal) -> u16 {
        let covered = self.device_settings.limits.devices_per_user;
        self.limit_policy_of(user)
            .map_or(covered, |policy| policy.limit.min(covered))
    }

    /// How many of a user's devices count against that limit now.
    pub fn devices_counted(&self, user: UserOrdinal, now: Timestamp) -> usize {
        self.devices()
            .of_user(user)
            .filter(|device| device.user() == Some(user))
            .filter(|device| self.counts_toward_limit(device, now))
            .count()
    }

    /// Whether a device counts against the limit of the user who enrolled it now.
    pub fn counts_toward_limit(&self, device: &DeviceView<'_>, now: Timestamp) -> bool {
        counts(device, &self.device_settings, now)
    }
}

/// Whether a device counts against the limit of the user who enrolled it.
pub(super) fn counts(device: &DeviceView<'_>, settings: &DeviceSettings, now: Timestamp) -> bool {
    let limits = &settings.limits;
    let silent_since = device
        .contacted()
        .plus_days(i64::from(limits.counted_contact_days));
    let pending_until = device.enrolled().0 + i64::from(limits.pending_hours) * 3_600;
    let registration = device.registration();
    device.is_live()
        && device.agent() == Agent::Mdm
        && device.enrollment_type().is_limited()
        && !device.is_shared()
        && !device.is_basic()
        && silent_since > now
        && !(registration.is_pending() && pending_until <= now.0)
        && !(registration.is_failed() && device.platform().is_apple())
}
