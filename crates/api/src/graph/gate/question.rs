//! The question: may this device enroll?

use std::borrow::Cow;

use serde::de::MapAccess;
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{Agent, EnrollmentType, Ownership, Platform, Purpose, Question, Who},
    user::UserKey,
};

use super::members::{MAX_USER, Members, Text, Users, detail, flag, guid, word};
use crate::graph::error::GraphError;

/// The members of a question besides the id of the device, which may be in a path.
pub(super) const QUESTION: &[&str] = &[
    "user",
    "users",
    "serial",
    "platform",
    "enrollmentType",
    "ownership",
    "agent",
    "isVirtual",
    "isShared",
];

/// The members of a question that is no registration.
const CHECK: &[&str] = &["purpose", "deviceId"];

/// A question as it was asked.
pub(super) struct Asked<'a> {
    /// What for.
    pub purpose: Purpose,
    /// For whom; empty if for nobody.
    pub user: Cow<'a, str>,
    /// The other users of a shared device.
    pub users: Users<'a>,
    /// The device's id, if it has one.
    pub device_id: Option<Uuid>,
    /// Its serial number; empty if not told.
    pub serial: Cow<'a, str>,
    pub platform: Platform,
    pub enrollment_type: EnrollmentType,
    pub ownership: Ownership,
    pub agent: Agent,
    pub is_virtual: bool,
    pub is_shared: bool,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            purpose: Purpose::default(),
            user: Cow::default(),
            users: Users::default(),
            device_id: None,
            serial: Cow::default(),
            platform: Platform::default(),
            enrollment_type: EnrollmentType::UserEnrollment,
            ownership: Ownership::default(),
            agent: Agent::default(),
            is_virtual: false,
            is_shared: false,
        }
    }
}

impl<'a> Asked<'a> {
    /// Reads a member, if it is one of the question.
    pub fn read<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "user" => {
                let Text(user) = map.next_value::<Text<'a, MAX_USER>>()?;
                self.user = user;
            }
            "purpose" => self.purpose = word(map)?.unwrap_or_default(),
            "users" => self.users = map.next_value()?,
            "deviceId" => self.device_id = guid(map)?,
            "serial" => self.serial = detail(map)?,
            "platform" => self.platform = word(map)?.unwrap_or_default(),
            "enrollmentType" => {
                self.enrollment_type = word(map)?.unwrap_or(EnrollmentType::UserEnrollment);
            }
            "ownership" => self.ownership = word(map)?.unwrap_or_default(),
            "agent" => self.agent = word(map)?.unwrap_or_default(),
            "isVirtual" => self.is_virtual = flag(map)?,
            "isShared" => self.is_shared = flag(map)?,
            _ => {}
        }
        Ok(())
    }

    /// Refuses what contradicts itself.
    pub fn check(self) -> Result<Self, GraphError> {
        if !self.users.0.is_empty() && !self.is_shared {
            return Err(GraphError::unreadable(
                "The member 'users' names other users of a shared device, but 'isShared' is not true. Set it, or leave them out.",
            ));
        }
        Ok(self)
    }

    /// The user as a key.
    pub fn user_key(&self) -> Option<UserKey> {
        (!self.user.is_empty()).then(|| UserKey::parse(&self.user))
    }

    /// The other users as keys.
    pub fn other_keys(&self) -> impl Iterator<Item = UserKey> {
        let named = self.users.0.iter().filter(|Text(user)| !user.is_empty());
        named.map(|Text(user)| UserKey::parse(user))
    }

    /// The question, with users and devices found.
    pub fn question(&self, tenant: &Tenant, now: Timestamp) -> Question {
        let find = |key| Who::find(tenant, &key);
        let mut question = Question {
            purpose: self.purpose,
            user: self.user_key().map(find).unwrap_or_default(),
            others: self.other_keys().map(find).collect(),
            device: None,
            twin: None,
            platform: self.platform,
            enrollment_type: self.enrollment_type,
            ownership: self.ownership,
            agent: self.agent,
            is_virtual: self.is_virtual,
            is_shared: self.is_shared,
            now,
        };
        question.find_devices(tenant, self.device_id, &self.serial);
        question
    }
}

/// The body of a check.
#[derive(Default)]
pub(super) struct CheckBody<'a> {
    /// The question.
    pub asked: Asked<'a>,
    /// Whether to sign the decision.
    pub sign: bool,
}

impl<'a> Members<'a> for CheckBody<'a> {
    const NAMES: &'static [&'static [&'static str]] = &[QUESTION, CHECK, &["sign"]];

    fn take<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "sign" => self.sign = flag(map)?,
            other => self.asked.read(other, map)?,
        }
        Ok(())
    }
}

/// The query of an `authorize`.
#[derive(Default)]
pub(super) struct AuthorizeQuery<'a>(pub Asked<'a>);

impl<'a> Members<'a> for AuthorizeQuery<'a> {
    const NAMES: &'static [&'static [&'static str]] = &[QUESTION, CHECK];

    fn take<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.0.read(name, map)
    }
}
