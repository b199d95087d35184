//! What somebody wants of a device.

use uuid::Uuid;

use super::{
    Agent, Build, DeviceDetails, EnrollmentType, Ownership, Platform, RegistrationState, Reported,
};
use crate::{time::Timestamp, user::UserKey};

/// A device that shall enroll, or enroll again.
#[derive(Clone, Debug, Default)]
pub struct Enrollment {
    /// Its id, which the MDM server gives it.
    pub id: Uuid,
    /// Whose it is; nobody's for a device without a user.
    pub user: Option<UserKey>,
    /// The other users of a shared device.
    pub others: Vec<UserKey>,
    /// What runs on it.
    pub platform: Platform,
    /// How it enrolls.
    pub enrollment_type: EnrollmentType,
    /// Whose property it is.
    pub ownership: Ownership,
    /// What manages it.
    pub agent: Agent,
    /// Whether it is a virtual machine.
    pub is_virtual: bool,
    /// Whether several users use it.
    pub is_shared: bool,
    /// How far its registration is.
    pub registration: RegistrationState,
    /// When its MDM certificate expires; a year from now if absent.
    pub certificate_expires: Option<Timestamp>,
    /// Its model and system.
    pub build: Build,
    /// What tells it from others.
    pub details: DeviceDetails,
}

/// What an MDM server says of a device that was heard of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// When it was heard of; now if absent. A time before the last one changes nothing.
    pub at: Option<Timestamp>,
    /// Whether it complies with its own policies; as before if absent.
    pub reported: Option<Reported>,
    /// Until when it may be out of compliance with them; as the tenant's settings say if absent.
    pub grace_until: Option<Timestamp>,
    /// How far its registration is; as before if absent.
    pub registration: Option<RegistrationState>,
    /// When its MDM certificate expires, if it was renewed otherwise than by checking in.
    pub certificate_expires: Option<Timestamp>,
    /// Whether it could not be retired.
    pub retire_failed: bool,
}
