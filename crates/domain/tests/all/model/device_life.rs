//! What becomes of enrolled devices, and how they are managed.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    device::{
        DEFAULT_LIMIT_ID, DeviceDetails, DeviceHead, DeviceOrdinal, EnrollmentType as T,
        LimitPolicy, LimitPolicyChange, ManagementState, Report, Reported,
    },
    group::{GroupOrdinal, GroupState},
};

use super::{Given, Model, user_outcome};

impl Model {
    fn enrolled(&self, id: Uuid) -> Result<usize, Rejection> {
        let mut devices = self.devices.iter();
        devices
            .position(|device| device.id == id && device.is_live())
            .ok_or(Rejection::DeviceNotFound { id })
    }

    pub(super) fn forget_device(&mut self, place: usize, now: Timestamp) {
        self.devices[place].head.removed = Some(now);
        self.devices[place].details = DeviceDetails::default();
    }

    /// A user is erased for good.
    pub(super) fn forget_devices_of(&mut self, place: usize) {
        self.enrollment_managers.remove(&place);
        for device in &mut self.devices {
            if device.is_of(place) {
                device.details = DeviceDetails::default();
            }
        }
    }

    pub(super) fn forget_old_devices(&mut self, now: Timestamp) {
        let days = i64::from(self.device_settings.limits.removal_days);
        for place in 0..self.devices.len() {
            let device = &self.devices[place];
            if device.is_live() && device.head.certificate_expires.plus_days(days) <= now {
                self.forget_device(place, now);
            }
        }
    }

    pub(super) fn on_devices(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let place = match command {
            Command::EnrollDevice(enrollment) => return self.enroll(enrollment, given.now),
            Command::CheckIn { device, report } => {
                let place = self.enrolled(*device)?;
                self.check_in(place, report, given.now)?;
                place
            }
            Command::RetireDevice { device } => {
                let place = self.enrolled(*device)?;
                let asked = &mut self.devices[place].head.management;
                if *asked != ManagementState::RetireIssued {
                    *asked = ManagementState::RetirePending;
                }
                place
            }
            Command::SyncDevice { device } => {
                let place = self.enrolled(*device)?;
                self.devices[place].head.sync_requested = true;
                place
            }
            Command::RemoveDevice { device } => {
                let place = self.enrolled(*device)?;
                self.forget_device(place, given.now);
                place
            }
            _ => return self.on_device_settings(command, given),
        };
        Ok(Outcome::Device {
            device: DeviceOrdinal(u32::try_from(place).unwrap()),
            is_new: false,
            warnings: Vec::new(),
        })
    }

    fn check_in(&mut self, place: usize, report: &Report, now: Timestamp) -> Result<(), Rejection> {
        let said = report.at.unwrap_or(now);
        let invalid = |name| Err(Rejection::InvalidProperty { name });
        if said.0 > now.0 + 300 {
            return invalid("lastSyncDateTime");
        }
        if report.certificate_expires.is_some_and(|end| end <= now) {
            return invalid("managementCertificateExpirationDate");
        }
        if report.grace_until.is_some_and(|end| end <= now) {
            return invalid("complianceGracePeriodExpirationDateTime");
        }
        let at = said.min(now);
        let old = self.devices[place].head.clone();
        if at > old.certificate_expires {
            let (id, expired) = (self.devices[place].id, old.certificate_expires);
            return Err(Rejection::MustEnrollAgain { id, expired });
        }
        if at >= old.contacted {
            self.devices[place].head = self.after_check_in(&old, report, at);
        }
        Ok(())
    }

    fn after_check_in(&self, old: &DeviceHead, report: &Report, at: Timestamp) -> DeviceHead {
        let settings = &self.device_settings;
        let mut head = old.clone();
        head.contacted = at;
        head.sync_requested = false;
        let days_left = (old.certificate_expires.0 - at.0) / 86_400;
        let is_whole = (old.certificate_expires.0 - at.0) % 86_400 == 0;
        let renewal = i64::from(settings.limits.renewal_days);
        if days_left < renewal || days_left == renewal && is_whole {
            head.certificate_expires = at.plus_days(settings.limits.certificate_days.into());
        }
        if let Some(told) = report.certificate_expires {
            head.certificate_expires = told;
        }
        head.reported = report.reported.unwrap_or(old.reported);
        head.registration = report.registration.unwrap_or(old.registration);
        let is_new = old.reported != Reported::NonCompliant;
        head.grace_until = match head.reported {
            Reported::NonCompliant if report.grace_until.is_some() => report.grace_until,
            Reported::NonCompliant if is_new && settings.grace_days > 0 => {
                Some(at.plus_days(settings.grace_days.into()))
            }
            Reported::NonCompliant if !is_new => old.grace_until,
            _ => None,
        };
        head.management = match (old.management, report.retire_failed) {
            (ManagementState::RetirePending | ManagementState::RetireIssued, true) => {
                ManagementState::RetireFailed
            }
            (ManagementState::RetirePending, false) => ManagementState::RetireIssued,
            (asked, _) => asked,
        };
        let may_move = !old.is_shared
            && old.enrollment_type != T::DeviceEnrollmentManager
            && old.enrollment_type != T::WindowsCoManagement;
        head.is_basic = old.user.is_some_and(|user| {
            let user = user.0 as usize;
            settings.coexistence
                && !self.is_licensed(user)
                && self.has_basic_mobility(user)
                && (may_move || old.is_basic)
        });
        head
    }

    // ---- How devices are managed ------------------------------------------------------------------------------------

    fn on_device_settings(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::ChangeDeviceSettings { settings } => {
                let is_on = self.device_settings.unlicensed_administrators;
                if is_on && !settings.unlicensed_administrators {
                    return Err(Rejection::InvalidDeviceSetting {
                        name: "allowUnlicensedAdministrators",
                        reason: "",
                    });
                }
                self.device_settings = settings.clone();
                Ok(Outcome::Done)
            }
            Command::AddEnrollmentManager { user } => {
                let place = self.live(user)?;
                let limit = self.device_settings.limits.managers;
                let is_full = self.enrollment_managers.len() >= usize::from(limit);
                if is_full && !self.enrollment_managers.contains(&place) {
                    let (what, limit) = ("device enrollment managers", limit.into());
                    return Err(Rejection::LimitReached { what, limit });
                }
                self.enrollment_managers.insert(place);
                Ok(user_outcome(place))
            }
            Command::RemoveEnrollmentManager { user } => {
                let place = self.live(user)?;
                if !self.enrollment_managers.remove(&place) {
                    let key = self.name_of(place);
                    return Err(Rejection::NotEnrollmentManager { key });
                }
                Ok(user_outcome(place))
            }
            Command::ChangeLimitPolicies(change) => self.change_limits(change, given),
            _ => unreachable!(),
        }
    }

    fn change_limits(
        &mut self,
        change: &LimitPolicyChange,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        if let LimitPolicyChange::Create { limit, .. }
        | LimitPolicyChange::Update {
            limit: Some(limit), ..
        } = change
            && *limit > self.device_settings.limits.devices_per_user
        {
            let (name, reason) = ("limit", "");
            return Err(Rejection::InvalidDeviceSetting { name, reason });
        }
        let before = self.limit_policies.clone();
        let mut outcome = Outcome::Done;
        let default = Err(Rejection::DefaultLimitPolicy { reason: "" });
        let last = before.len() - 1; // where the default one is
        let find = |id: Uuid| {
            let place = before.iter().position(|policy| policy.id == id);
            place.ok_or(Rejection::LimitPolicyNotFound { id })
        };
        match change {
            LimitPolicyChange::Create {
                display_name,
                limit,
                ..
            } => {
                let id = (given.new_id)();
                let most = self.device_settings.limits.limit_policies;
                if last >= usize::from(most) {
                    let (what, limit) =
                        ("device limit policies besides the default one", most.into());
                    return Err(Rejection::LimitReached { what, limit });
                }
                let policy = LimitPolicy {
                    id,
                    display_name: display_name.clone(),
                    everyone: false,
                    version: 0,
                    description: None,
                    ..LimitPolicy::default_of(*limit, given.now)
                };
                self.limit_policies.insert(last, policy);
                outcome = Outcome::Created(id);
            }
            LimitPolicyChange::Update { id, limit, .. } => {
                let policy = &mut self.limit_policies[find(*id)?];
                policy.limit = limit.unwrap_or(policy.limit);
            }
            LimitPolicyChange::Delete { id }
            | LimitPolicyChange::Assign { id, .. }
            | LimitPolicyChange::SetPriority { id, .. }
                if *id == DEFAULT_LIMIT_ID =>
            {
                if let LimitPolicyChange::Assign {
                    groups, excluded, ..
                } = change
                {
                    self.places(groups)?;
                    self.places(excluded)?;
                }
                return default;
            }
            LimitPolicyChange::Delete { id } => {
                self.limit_policies.remove(find(*id)?);
            }
            LimitPolicyChange::Assign {
                id,
                everyone,
                groups,
                excluded,
            } => {
                let (groups, excluded) = (self.places(groups)?, self.places(excluded)?);
                let policy = &mut self.limit_policies[find(*id)?];
                policy.everyone = *everyone;
                (policy.groups, policy.excluded) = (groups, excluded);
            }
            LimitPolicyChange::SetPriority { id, priority } => {
                let policy = self.limit_policies.remove(find(*id)?);
                let place = (*priority as usize - 1).min(last - 1);
                self.limit_policies.insert(place, policy);
            }
        }
        self.number_policies(&before, given.now);
        Ok(outcome)
    }

    fn number_policies(&mut self, before: &[LimitPolicy], now: Timestamp) {
        let default = self.limit_policies.len() - 1;
        for (place, policy) in self.limit_policies.iter_mut().enumerate() {
            policy.priority = if place == default {
                0
            } else {
                u32::try_from(place + 1).unwrap()
            };
            if !before.contains(policy) {
                policy.version += 1;
                policy.modified = now;
            }
        }
    }

    fn places(&self, ids: &[Uuid]) -> Result<Vec<GroupOrdinal>, Rejection> {
        let mut places = Vec::new();
        for id in ids {
            let mut groups = self.groups.iter();
            let place = groups.position(|group| group.id == *id && group.state == GroupState::Live);
            let place = place.ok_or(Rejection::GroupNotFound { id: *id })?;
            places.push(GroupOrdinal(u32::try_from(place).unwrap()));
        }
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    fn name_of(&self, place: usize) -> String {
        self.users[place].principal_name().to_owned()
    }
}
