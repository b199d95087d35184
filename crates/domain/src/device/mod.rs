//! Devices: who may enroll them, what covers them, and what becomes of them when a license goes
//! (devices-and-sync.md 1 and 2.2, licensing.md 1.11).
//!
//! Stored are facts: which device, whose, how it enrolled, when it was last heard of, what its MDM server reported.
//! Whether it is compliant, what covers it and what will become of it follows from these and from the licenses of its
//! users, and is computed whenever it is asked.

mod columns;
mod compliance;
mod cover;
mod details;
mod enrollment;
mod forecast;
mod limits;
mod management;
mod pool;
mod request;
mod settings;
mod status;
mod touch;
mod usage;
mod words;

pub use columns::{DeviceView, Devices};
pub use compliance::{Compliance, ComplianceState, Condition, Shortfall};
pub(crate) use details::is_telling;
pub use details::{Build, DeviceDetails, MAX_DETAIL_BYTES};
pub use enrollment::{Cover, Decision, Question, Reason, Warning, Who, check};
pub use forecast::{DeviceForecast, Forecast, Step, forecast};
pub use limits::{DEFAULT_LIMIT_ID, LimitPolicy, LimitPolicyChange};
pub use management::{LicenseGap, ManagementProducts};
pub use pool::DevicePool;
pub use request::{Enrollment, Report};
pub use settings::{CleanUpRule, DeviceLimits, DeviceSettings, MdmAuthority, PoolPolicy};
pub use status::{CannotEnroll, SubscriptionState, TenantStatus};
pub use touch::{DeviceTouch, LossDates, touched};
pub use usage::{Usage, usage};
pub use words::{
    Agent, EnrollmentType, ManagementState, Ownership, Platform, Purpose, RegistrationState,
    Reported,
};

use minicbor::{Decode, Encode};

use crate::{time::Timestamp, user::UserOrdinal};

/// The place of a device in its tenant; given once to each device id, also if the device enrolls again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DeviceOrdinal(#[n(0)] pub u32);

/// What is known of a device besides its details.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own"
)]
pub struct DeviceHead {
    /// Who enrolled it; nobody for a device without a user.
    #[n(0)]
    pub user: Option<UserOrdinal>,
    /// The other users of a shared device, in their order.
    #[n(1)]
    pub others: Vec<UserOrdinal>,
    /// What runs on it.
    #[n(2)]
    pub platform: Platform,
    /// How it was enrolled.
    #[n(3)]
    pub enrollment_type: EnrollmentType,
    /// Whose property it is.
    #[n(4)]
    pub ownership: Ownership,
    /// What manages it.
    #[n(5)]
    pub agent: Agent,
    /// Whether it is a virtual machine; counts for the PC agent.
    #[n(6)]
    pub is_virtual: bool,
    /// Whether several users use it.
    #[n(7)]
    pub is_shared: bool,
    /// Whether Basic Mobility and Security manages it, since its user had no Intune license where both coexist.
    #[n(8)]
    pub is_basic: bool,
    /// How far its registration is.
    #[n(9)]
    pub registration: RegistrationState,
    /// What was asked of it.
    #[n(10)]
    pub management: ManagementState,
    /// Whether somebody asked it to check in.
    #[n(11)]
    pub sync_requested: bool,
    /// What its MDM server said of the compliance policies that apply to it.
    #[n(12)]
    pub reported: Reported,
    /// Until when the MDM server lets it be out of compliance.
    #[n(13)]
    pub grace_until: Option<Timestamp>,
    /// When it enrolled.
    #[n(14)]
    pub enrolled: Timestamp,
    /// When it was last heard of.
    #[n(15)]
    pub contacted: Timestamp,
    /// When its MDM certificate expires. Until then it needs not enroll again, whatever happens.
    #[n(16)]
    pub certificate_expires: Timestamp,
    /// When its record was removed, if it was. It can enroll again under the same id.
    #[n(17)]
    pub removed: Option<Timestamp>,
}

impl DeviceHead {
    /// Everybody who uses the device, who enrolled it first.
    pub fn users(&self) -> impl Iterator<Item = UserOrdinal> {
        self.user.into_iter().chain(self.others.iter().copied())
    }

    /// Whether the device has a record.
    pub const fn is_live(&self) -> bool {
        self.removed.is_none()
    }

    /// The head as the columns of memory give it back. A decision compares this one with what is known.
    #[must_use]
    pub(crate) fn clamped(self) -> Self {
        Self {
            grace_until: self.grace_until.map(Timestamp::clamped),
            enrolled: self.enrolled.clamped(),
            contacted: self.contacted.clamped(),
            certificate_expires: self.certificate_expires.clamped(),
            removed: self.removed.map(Timestamp::clamped),
            ..self
        }
    }
}

/// Why a device's record went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Removal {
    /// Somebody deleted it.
    #[n(0)]
    Deleted,
    /// It was retired, and its MDM server says that it is done.
    #[n(1)]
    Retired,
    /// Its certificate expired so long ago that it will not come back (devices-and-sync.md 1.5, number 5).
    #[n(2)]
    Expired,
    /// The same device, by its serial number, enrolled under another id.
    #[n(3)]
    Replaced,
}

impl Removal {
    /// A word for the history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Retired => "retired",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
        }
    }
}
