//! May a device enroll, and what becomes of it if it does.

use uuid::Uuid;
use zetel_domain::{
    Outcome, Rejection, Timestamp,
    device::{
        Agent, DeviceHead, DeviceOrdinal, Enrollment, EnrollmentType as T, MdmAuthority, Ownership,
        Platform, PoolPolicy, Reason, Warning,
    },
    user::{UserKey, UserState},
};

use super::{
    Model,
    devices::{BY_DEVICE_LICENSE, Device, NOT_LIMITED, USERLESS},
    ordinal,
};

const NOT_FOR_MANAGERS: &[T] = &[
    T::AppleBulkWithUser,
    T::AppleBulkWithoutUser,
    T::AndroidFullyManaged,
    T::AndroidCorporateWorkProfile,
    T::AndroidAospUser,
    T::AndroidAospUserless,
];

const PLACEHOLDERS: &[&str] = &["none", "unknown"];

/// What is wanted, with everybody found.
struct Wanted<'a> {
    enrollment: &'a Enrollment,
    /// Who enrolls it, if that is a live user and it has one.
    user: Option<usize>,
    /// The other live users of a shared device.
    others: Vec<usize>,
    device: Option<usize>,
    twin: Option<usize>,
    now: Timestamp,
}

impl Wanted<'_> {
    fn is_itself(&self, device: usize) -> bool {
        self.device == Some(device) || self.twin == Some(device)
    }

    fn is_by_agent(&self) -> bool {
        self.enrollment.agent == Agent::IntuneClient
    }
}

/// What covers a device.
#[derive(PartialEq)]
enum Cover {
    Nothing,
    License,
    BasicMobility,
}

impl Model {
    fn find_device(&self, id: Uuid) -> Option<usize> {
        self.devices.iter().position(|device| device.id == id)
    }

    fn find_twin(&self, enrollment: &Enrollment) -> Option<usize> {
        let serial = enrollment.details.serial.to_ascii_lowercase();
        let is_all_alike = serial.chars().all(|one| serial.starts_with(one));
        if serial.len() < 4 || is_all_alike || PLACEHOLDERS.contains(&serial.as_str()) {
            return None;
        }
        self.devices.iter().position(|device| {
            device.is_live()
                && device.id != enrollment.id
                && device.head.platform == enrollment.platform
                && device.details.serial.to_ascii_lowercase() == serial
        })
    }

    /// The reason against a user as such.
    fn judge_user(&self, key: &UserKey, against: &mut [Vec<Reason>; 4]) -> Option<usize> {
        let deleted = self.users.iter().position(|user| {
            matches!(key, UserKey::Id(id) if user.id == *id) && user.state == UserState::Deleted
        });
        if let Some(place) = deleted {
            let user = ordinal(place);
            against[2].push(Reason::UserDeleted { user });
            return None;
        }
        let Ok(place) = self.live(key) else {
            let key = match key {
                UserKey::Id(id) => id.to_string(),
                UserKey::PrincipalName(name) => name.clone(),
            };
            against[1].push(Reason::UserNotFound { key });
            return None;
        };
        if !self.users[place].account_enabled {
            let user = ordinal(place);
            against[3].push(Reason::UserDisabled { user });
        }
        Some(place)
    }

    pub(super) fn enroll(
        &mut self,
        enrollment: &Enrollment,
        now: Timestamp,
    ) -> Result<Outcome, Rejection> {
        if enrollment.certificate_expires.is_some_and(|end| end <= now) {
            let name = "managementCertificateExpirationDate";
            return Err(Rejection::InvalidProperty { name });
        }
        let mut against: [Vec<Reason>; 4] = Default::default();
        let mut wanted = Wanted {
            enrollment,
            user: None,
            others: Vec::new(),
            device: self.find_device(enrollment.id),
            twin: self.find_twin(enrollment),
            now,
        };
        if !USERLESS.contains(&enrollment.enrollment_type) {
            match &enrollment.user {
                Some(key) => wanted.user = self.judge_user(key, &mut against),
                None if enrollment.is_shared => {}
                None => against[0].push(Reason::UserRequired),
            }
        }
        if enrollment.is_shared {
            for key in &enrollment.others {
                wanted.others.extend(self.judge_user(key, &mut against));
            }
        }
        let mut reasons = Vec::new();
        if self.device_settings.authority == MdmAuthority::Unknown {
            reasons.push(Reason::AuthorityNotSet);
        }
        reasons.extend(against.into_iter().flatten());
        self.judge_manager(&wanted, &mut reasons);
        let (cover, warnings) = self.judge_cover(&wanted, &mut reasons);
        self.judge_limits(&wanted, &mut reasons);
        self.judge_device(&wanted, &mut reasons);
        if !reasons.is_empty() {
            return Err(Rejection::EnrollmentDenied { reasons });
        }
        self.judge_same(&wanted)?;
        Ok(self.take_in(&wanted, &cover, warnings))
    }

    fn judge_manager(&self, wanted: &Wanted<'_>, reasons: &mut Vec<Reason>) {
        let Some(place) = wanted.user else { return };
        let enrollment = wanted.enrollment;
        let user = ordinal(place);
        let is_manager = self.enrollment_managers.contains(&place);
        let as_manager = enrollment.enrollment_type == T::DeviceEnrollmentManager;
        let is_corporate_android =
            enrollment.platform == Platform::Android && enrollment.ownership == Ownership::Company;
        match (as_manager, is_manager) {
            (true, false) => reasons.push(Reason::NotEnrollmentManager { user }),
            (true, true) if is_corporate_android => {
                reasons.push(Reason::NotForEnrollmentManagers { user });
            }
            (false, true) if NOT_FOR_MANAGERS.contains(&enrollment.enrollment_type) => {
                reasons.push(Reason::NotForEnrollmentManagers { user });
            }
            _ => {}
        }
    }

    /// A device license for it: what to warn of, or that there is none.
    fn device_license(&self, wanted: &Wanted<'_>) -> Option<Vec<Warning>> {
        let (bought, used) = self.pool();
        let mut itself = self.devices.iter().enumerate();
        let has_one = itself.any(|(place, device)| wanted.is_itself(place) && self.needs(device));
        let used = if has_one { used } else { used + 1 };
        let blocks = self.device_settings.pool_policy == PoolPolicy::Block;
        match bought {
            0 => None,
            _ if used <= bought => Some(Vec::new()),
            _ if blocks && !has_one => None,
            _ => Some(vec![Warning::PoolShort { bought, used }]),
        }
    }

    fn judge_cover(&self, wanted: &Wanted<'_>, reasons: &mut Vec<Reason>) -> (Cover, Vec<Warning>) {
        let way = wanted.enrollment.enrollment_type;
        let (bought, used) = self.pool();
        let licensed = (Cover::License, Vec::new());
        let nothing = (Cover::Nothing, Vec::new());
        if way == T::WindowsCoManagement {
            return licensed;
        }
        if wanted.enrollment.is_shared {
            let mut users: Vec<usize> = wanted.user.into_iter().collect();
            users.extend(&wanted.others);
            if self.all_licensed(&users) {
                return licensed;
            }
            if let Some(warnings) = self.device_license(wanted) {
                return (Cover::License, warnings);
            }
            users.retain(|user| !self.is_licensed(*user));
            users.sort_unstable();
            users.dedup();
            let users = users.into_iter().map(ordinal).collect();
            reasons.push(Reason::UsersNotLicensed {
                users,
                bought,
                used,
            });
            return nothing;
        }
        if USERLESS.contains(&way) {
            if !BY_DEVICE_LICENSE.contains(&way) {
                reasons.push(Reason::DeviceLicenseNotAccepted);
            } else if let Some(warnings) = self.device_license(wanted) {
                return (Cover::License, warnings);
            } else {
                reasons.push(Reason::NoDeviceLicense { bought, used });
            }
            return nothing;
        }
        let Some(place) = wanted.user else {
            return nothing;
        };
        let Some(gap) = self.gap(place) else {
            return licensed;
        };
        if way == T::DeviceEnrollmentManager
            && let Some(warnings) = self.device_license(wanted)
        {
            return (Cover::License, warnings);
        }
        if self.device_settings.coexistence && self.has_basic_mobility(place) {
            return (Cover::BasicMobility, Vec::new());
        }
        reasons.push(Reason::NotLicensed {
            user: ordinal(place),
            gap,
        });
        nothing
    }

    /// How many devices of some kind a user has, if that is as many as may be and this one would be one more.
    fn full(
        &self,
        wanted: &Wanted<'_>,
        place: usize,
        limit: u16,
        is_one: &dyn Fn(&Device) -> bool,
    ) -> Option<u32> {
        let all = self.devices.iter().enumerate();
        let such: Vec<usize> = all
            .filter(|(_, device)| device.is_of(place) && is_one(device))
            .map(|(device, _)| device)
            .collect();
        let has_place = such.iter().any(|device| wanted.is_itself(*device));
        let is_full = such.len() >= usize::from(limit);
        (is_full && !has_place).then(|| u32::try_from(such.len()).unwrap())
    }

    fn judge_limits(&self, wanted: &Wanted<'_>, reasons: &mut Vec<Reason>) {
        let Some(place) = wanted.user else { return };
        let enrollment = wanted.enrollment;
        if wanted.is_by_agent() {
            self.judge_agents(wanted, place, reasons);
        } else if enrollment.enrollment_type == T::DeviceEnrollmentManager {
            self.judge_managed(wanted, place, reasons);
        } else if enrollment.agent == Agent::Mdm
            && !NOT_LIMITED.contains(&enrollment.enrollment_type)
            && !enrollment.is_shared
        {
            let (policy, limit) = self.limit_of(place);
            let is_one = |device: &Device| self.counts(device, wanted.now);
            let reached = |used| Reason::LimitReached {
                user: ordinal(place),
                policy,
                limit,
                used,
            };
            reasons.extend(self.full(wanted, place, limit, &is_one).map(reached));
        }
    }

    fn judge_agents(&self, wanted: &Wanted<'_>, place: usize, reasons: &mut Vec<Reason>) {
        let limits = &self.device_settings.limits;
        let is_virtual = wanted.enrollment.is_virtual;
        let limit = if is_virtual {
            limits.virtual_agents_per_user
        } else {
            limits.agents_per_user
        };
        let is_one = |device: &Device| {
            device.head.agent == Agent::IntuneClient && device.head.is_virtual == is_virtual
        };
        let reached = |used| Reason::AgentLimitReached {
            user: ordinal(place),
            is_virtual,
            limit,
            used,
        };
        reasons.extend(self.full(wanted, place, limit, &is_one).map(reached));
    }

    fn judge_managed(&self, wanted: &Wanted<'_>, place: usize, reasons: &mut Vec<Reason>) {
        let limits = &self.device_settings.limits;
        let is_managers =
            |device: &Device| device.head.enrollment_type == T::DeviceEnrollmentManager;
        let is_android =
            |platform, ownership| platform == Platform::Android && ownership == Ownership::Personal;
        let both = |device: &Device| {
            is_managers(device) && is_android(device.head.platform, device.head.ownership)
        };
        let reached = |is_android_personal, limit| {
            move |used| Reason::ManagerLimitReached {
                user: ordinal(place),
                is_android_personal,
                limit,
                used,
            }
        };
        let limit = limits.devices_per_manager;
        let all = self.full(wanted, place, limit, &is_managers);
        reasons.extend(all.map(reached(false, limit)));
        if is_android(wanted.enrollment.platform, wanted.enrollment.ownership) {
            let limit = limits.android_devices_per_manager;
            let all = self.full(wanted, place, limit, &both);
            reasons.extend(all.map(reached(true, limit)));
        }
    }

    fn judge_device(&self, wanted: &Wanted<'_>, reasons: &mut Vec<Reason>) {
        let enrollment = wanted.enrollment;
        let known = || {
            let places = [wanted.device, wanted.twin].into_iter().flatten();
            places.filter(|place| self.is_listed(&self.devices[*place], wanted.now))
        };
        let place_of = |place: usize| DeviceOrdinal(u32::try_from(place).unwrap());
        let mut other_ways = known().filter(|place| {
            let is_agents = self.devices[*place].head.agent == Agent::IntuneClient;
            is_agents != wanted.is_by_agent()
        });
        reasons.extend(other_ways.next().map(|place| {
            let device = place_of(place);
            Reason::ManagedOtherwise { device }
        }));
        let has_user_or_none = wanted.user.is_some()
            || enrollment.is_shared
            || USERLESS.contains(&enrollment.enrollment_type);
        let mut others = known().filter(|place| {
            let head = &self.devices[*place].head;
            let is_gone = |user: zetel_domain::user::UserOrdinal| {
                self.users[user.0 as usize].state == UserState::Purged
            };
            has_user_or_none
                && head.user != wanted.user.map(ordinal)
                && !(head.is_shared && enrollment.is_shared)
                && !head.user.is_some_and(is_gone)
        });
        reasons.extend(others.next().map(|place| {
            let device = place_of(place);
            Reason::DeviceOfAnotherUser { device }
        }));
    }

    fn judge_same(&self, wanted: &Wanted<'_>) -> Result<(), Rejection> {
        let enrollment = wanted.enrollment;
        let known = wanted.device.map(|place| &self.devices[place]);
        let Some(known) = known.filter(|known| known.is_live()) else {
            return Ok(());
        };
        let old = known.details.serial.to_ascii_lowercase();
        let name = if known.head.platform != enrollment.platform {
            "operatingSystem"
        } else if !old.is_empty() && old != enrollment.details.serial.to_ascii_lowercase() {
            "serialNumber"
        } else {
            return Ok(());
        };
        let id = enrollment.id;
        Err(Rejection::DeviceDiffers { id, name })
    }

    fn take_in(&mut self, wanted: &Wanted<'_>, cover: &Cover, warnings: Vec<Warning>) -> Outcome {
        let (enrollment, now) = (wanted.enrollment, wanted.now);
        if let Some(twin) = wanted.twin {
            self.forget_device(twin, now);
        }
        let mut others: Vec<_> = wanted.others.iter().copied().map(ordinal).collect();
        others.retain(|other| Some(*other) != wanted.user.map(ordinal));
        others.sort_unstable();
        others.dedup();
        let known = wanted.device.map(|place| self.devices[place].clone());
        let is_new = !known.as_ref().is_some_and(Device::is_live);
        let year = now.plus_days(self.device_settings.limits.certificate_days.into());
        let user = wanted.user.map(ordinal);
        let fresh = DeviceHead {
            enrolled: now,
            contacted: now,
            certificate_expires: year,
            ..DeviceHead::default()
        };
        let kept = known.filter(|known| {
            self.is_listed(known, now)
                && known.head.certificate_expires > now
                && known.head.user == user
        });
        let old = kept.map_or(fresh, |known| known.head);
        let head = DeviceHead {
            user,
            others,
            platform: enrollment.platform,
            enrollment_type: enrollment.enrollment_type,
            ownership: enrollment.ownership,
            agent: enrollment.agent,
            is_virtual: enrollment.is_virtual,
            is_shared: enrollment.is_shared,
            is_basic: *cover == Cover::BasicMobility,
            registration: enrollment.registration,
            certificate_expires: enrollment
                .certificate_expires
                .unwrap_or(old.certificate_expires),
            ..old
        };
        let device = Device {
            id: enrollment.id,
            head,
            build: enrollment.build.clone(),
            details: enrollment.details.clone(),
        };
        let place = wanted.device.unwrap_or(self.devices.len());
        if place == self.devices.len() {
            self.devices.push(device);
        } else {
            self.devices[place] = device;
        }
        Outcome::Device {
            device: DeviceOrdinal(u32::try_from(place).unwrap()),
            is_new,
            warnings,
        }
    }
}
