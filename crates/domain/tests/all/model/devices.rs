//! Devices: who is licensed to enroll them, what covers them, how they are judged (devices-and-sync.md 1).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Timestamp,
    device::{
        Agent, Build, Compliance, ComplianceState, Condition, DeviceDetails, DeviceHead,
        EnrollmentType as T, LicenseGap, Platform, PoolPolicy, RegistrationState, Reported,
        Shortfall,
    },
    group::GroupState,
    product::ProductOrdinal,
    subscription::{SeatTotals, Status},
    user::{UserOrdinal, UserState},
};

use super::{Model, Product, ordinal};
use crate::device_picture::{DevicePicture, DevicesPicture, Judged};

pub(super) const USERLESS: &[T] = &[
    T::AppleBulkWithoutUser,
    T::WindowsBulkUserless,
    T::WindowsAzureAdJoinUsingDeviceAuth,
    T::AndroidDedicated,
    T::AndroidAospUserless,
];
/// Without a user, a device license covers these.
pub(super) const BY_DEVICE_LICENSE: &[T] = &[
    T::AppleBulkWithoutUser,
    T::WindowsAzureAdJoinUsingDeviceAuth,
    T::AndroidDedicated,
];
pub(super) const NOT_LIMITED: &[T] = &[
    T::DeviceEnrollmentManager,
    T::WindowsBulkUserless,
    T::WindowsAutoEnrollment,
    T::WindowsBulkAzureDomainJoin,
    T::WindowsCoManagement,
    T::WindowsAzureAdJoinUsingDeviceAuth,
    T::AndroidDedicated,
];

#[derive(Clone)]
pub(super) struct Device {
    pub id: Uuid,
    pub head: DeviceHead,
    pub build: Build,
    pub details: DeviceDetails,
}

impl Device {
    pub fn is_live(&self) -> bool {
        self.head.removed.is_none()
    }

    pub fn users(&self) -> Vec<usize> {
        let users = self.head.user.iter().chain(&self.head.others);
        users.map(|user| user.0 as usize).collect()
    }

    pub fn is_of(&self, place: usize) -> bool {
        self.is_live() && self.head.user == Some(ordinal(place))
    }

    /// Whether it may be covered in more than one way.
    pub fn has_choice(&self) -> bool {
        self.head.is_shared || self.head.enrollment_type == T::DeviceEnrollmentManager
    }
}

impl Model {
    // ---- Licenses ---------------------------------------------------------------------------------------------------

    fn status_of(&self, sku_id: Uuid) -> Status {
        match self.seats(sku_id) {
            SeatTotals { enabled: 1.., .. } => Status::Enabled,
            SeatTotals { warning: 1.., .. } => Status::Warning,
            SeatTotals { suspended: 1.., .. } => Status::Suspended,
            SeatTotals {
                locked_out: 1.., ..
            } => Status::LockedOut,
            _ => Status::Deleted,
        }
    }

    fn is_usable(&self, sku_id: Uuid) -> bool {
        matches!(self.status_of(sku_id), Status::Enabled | Status::Warning)
    }

    /// What a user has, each product with the plans that are off in all sources of it.
    fn licenses_of(&self, place: usize) -> BTreeMap<usize, (Uuid, BTreeSet<Uuid>)> {
        let mut all: BTreeMap<usize, (Uuid, BTreeSet<Uuid>)> = BTreeMap::new();
        for source in self.sources(place) {
            let order = self.products[&source.sku_id].order;
            let known = all
                .entry(order)
                .or_insert_with(|| (source.sku_id, source.disabled.clone()));
            known.1 = &known.1 & &source.disabled;
        }
        all
    }

    pub(super) fn is_licensed(&self, place: usize) -> bool {
        let licenses = self.licenses_of(place);
        self.users[place].state == UserState::Live
            && licenses.values().any(|(sku_id, off)| {
                let product = &self.products[sku_id];
                !product.is_device
                    && self.is_usable(*sku_id)
                    && !product.management_plans().is_subset(off)
            })
    }

    pub(super) fn gap(&self, place: usize) -> Option<LicenseGap> {
        if self.is_licensed(place) {
            return None;
        }
        let mut gap = LicenseGap::NoProduct;
        for (order, (sku_id, off)) in self.licenses_of(place) {
            let plans = self.products[&sku_id].management_plans();
            let product = ProductOrdinal(u16::try_from(order).unwrap());
            if plans.is_empty() || self.products[&sku_id].is_device {
                continue;
            }
            if !plans.is_subset(&off) {
                let status = self.status_of(sku_id);
                return Some(LicenseGap::ProductNotUsable { product, status });
            }
            gap = LicenseGap::PlanOff { product };
        }
        Some(gap)
    }

    pub(super) fn has_basic_mobility(&self, place: usize) -> bool {
        self.licenses_of(place).values().any(|(sku_id, off)| {
            let mut plans = self.products[sku_id].plans.iter();
            self.is_usable(*sku_id)
                && plans.any(|(id, plan)| plan.is_current && plan.is_basic && !off.contains(id))
        })
    }

    pub(super) fn all_licensed(&self, users: &[usize]) -> bool {
        !users.is_empty() && users.iter().all(|user| self.is_licensed(*user))
    }

    // ---- The pool ---------------------------------------------------------------------------------------------------

    pub(super) fn pool(&self) -> (u32, u32) {
        let managing = self
            .products
            .iter()
            .filter(|(_, product)| product.is_device && !product.management_plans().is_empty());
        let bought = managing.map(|(sku_id, _)| {
            let seats = self.seats(*sku_id);
            seats.enabled + seats.warning
        });
        let used = self.devices.iter().filter(|device| self.needs(device));
        (bought.sum(), u32::try_from(used.count()).unwrap())
    }

    pub(super) fn needs(&self, device: &Device) -> bool {
        let head = &device.head;
        if !device.is_live() || head.is_basic || head.enrollment_type == T::WindowsCoManagement {
            false
        } else if device.has_choice() {
            !self.all_licensed(&device.users())
        } else {
            BY_DEVICE_LICENSE.contains(&head.enrollment_type)
        }
    }

    // ---- Limits -----------------------------------------------------------------------------------------------------

    fn is_in(&self, place: usize, group: usize, seen: &mut BTreeSet<usize>) -> bool {
        let known = &self.groups[group];
        seen.insert(group)
            && known.state == GroupState::Live
            && (known.members.contains_key(&place)
                || known
                    .subgroups
                    .iter()
                    .any(|subgroup| self.is_in(place, *subgroup, seen)))
    }

    /// The policy that applies to a user, and how many devices it allows.
    pub(super) fn limit_of(&self, place: usize) -> (Uuid, u16) {
        let is_in_any = |groups: &[zetel_domain::group::GroupOrdinal]| {
            let mut groups = groups.iter();
            groups.any(|group| self.is_in(place, group.0 as usize, &mut BTreeSet::new()))
        };
        let mut policies = self.limit_policies.iter();
        let policy = policies.find(|policy| {
            (policy.everyone || is_in_any(&policy.groups)) && !is_in_any(&policy.excluded)
        });
        let policy = policy.unwrap();
        let most = self.device_settings.limits.devices_per_user;
        (policy.id, policy.limit.min(most))
    }

    pub(super) fn counts(&self, device: &Device, now: Timestamp) -> bool {
        let (head, limits) = (&device.head, &self.device_settings.limits);
        let is_pending = matches!(
            head.registration,
            RegistrationState::ApprovalPending | RegistrationState::NotRegisteredPendingEnrollment
        );
        let is_failed = matches!(
            head.registration,
            RegistrationState::Revoked | RegistrationState::KeyConflict
        );
        let is_apple = matches!(head.platform, Platform::Ios | Platform::MacOs);
        let silent_days = i64::from(limits.counted_contact_days);
        let hours = (now.0 - head.enrolled.0) / 3_600;
        device.is_live()
            && head.agent == Agent::Mdm
            && !NOT_LIMITED.contains(&head.enrollment_type)
            && !head.is_shared
            && !head.is_basic
            && now.0 - head.contacted.0 < silent_days * 86_400
            && !(is_pending && hours >= i64::from(limits.pending_hours))
            && !(is_failed && is_apple)
    }

    // ---- Compliance -------------------------------------------------------------------------------------------------

    fn shortfall(&self, device: &Device) -> Option<Shortfall> {
        let head = &device.head;
        let is_live = |user: UserOrdinal| self.users[user.0 as usize].state == UserState::Live;
        if head.user.is_some_and(|user| !is_live(user)) {
            return Some(Shortfall::UserGone);
        }
        if head.is_basic || head.enrollment_type == T::WindowsCoManagement {
            return None;
        }
        let is_covered = if device.has_choice() {
            let (bought, used) = self.pool();
            let warns = self.device_settings.pool_policy == PoolPolicy::Warn;
            self.all_licensed(&device.users()) || bought > 0 && (used <= bought || warns)
        } else {
            head.user
                .is_none_or(|user| self.is_licensed(user.0 as usize))
        };
        (!is_covered).then_some(Shortfall::NotLicensed)
    }

    fn compliance(&self, device: &Device, now: Timestamp) -> Compliance {
        let (head, settings) = (&device.head, &self.device_settings);
        let shortfall = self.shortfall(device);
        let window = i64::from(settings.checkin_threshold_days) * 86_400;
        let conditions = [
            (Condition::UserExistence, shortfall.is_none()),
            (Condition::RemainContact, now.0 - head.contacted.0 < window),
            (
                Condition::PolicyAssigned,
                !settings.secure_by_default || head.reported != Reported::Unknown,
            ),
        ];
        let failed: Vec<Condition> = conditions
            .into_iter()
            .filter(|(_, holds)| !holds)
            .map(|(condition, _)| condition)
            .collect();
        let has_time = head.grace_until.is_some_and(|until| until > now);
        let by_itself = match (head.reported, head.agent) {
            (Reported::Unknown, Agent::ConfigurationManagerClientMdm) => {
                ComplianceState::ConfigManager
            }
            (Reported::Unknown | Reported::Compliant, _) => ComplianceState::Compliant,
            (Reported::NonCompliant, _) if has_time => ComplianceState::InGracePeriod,
            (Reported::NonCompliant, _) => ComplianceState::NonCompliant,
            (Reported::Conflict, _) => ComplianceState::Conflict,
            (Reported::Error, _) => ComplianceState::Error,
        };
        let state = if failed.is_empty() {
            by_itself
        } else {
            ComplianceState::NonCompliant
        };
        Compliance {
            state,
            failed,
            shortfall,
            grace_until: head.grace_until,
        }
    }

    pub(super) fn is_listed(&self, device: &Device, now: Timestamp) -> bool {
        let rules = &self.device_settings.clean_up;
        let own = rules
            .iter()
            .find(|rule| rule.platform == Some(device.head.platform));
        let rule = own.or_else(|| rules.iter().find(|rule| rule.platform.is_none()));
        let silent = now.0 - device.head.contacted.0;
        device.is_live() && rule.is_none_or(|rule| silent < i64::from(rule.days) * 86_400)
    }

    // ---- What can be observed ---------------------------------------------------------------------------------------

    pub(super) fn devices_picture(&self) -> DevicesPicture {
        let licensed = self.live_users().filter(|place| self.is_licensed(*place));
        DevicesPicture {
            devices: self
                .devices
                .iter()
                .map(|device| DevicePicture {
                    id: device.id,
                    head: device.head.clone(),
                    build: device.build.clone(),
                    details: device.details.clone(),
                    needs_device_license: self.needs(device),
                })
                .collect(),
            managers: self
                .enrollment_managers
                .iter()
                .map(|place| self.users[*place].id)
                .collect(),
            limit_policies: self.limit_policies.clone(),
            settings: self.device_settings.clone(),
            pool: self.pool(),
            licensed: licensed.map(|place| self.users[place].id).collect(),
        }
    }

    pub fn judged(&self, now: Timestamp) -> Judged {
        let devices = self.devices.iter().filter(|device| device.is_live());
        let counted = |place| {
            let devices = self.devices.iter();
            devices
                .filter(|device| device.is_of(place) && self.counts(device, now))
                .count()
        };
        Judged {
            devices: devices
                .map(|device| {
                    let compliance = self.compliance(device, now);
                    (device.id, compliance, self.is_listed(device, now))
                })
                .collect(),
            users: self
                .live_users()
                .map(|place| {
                    let (_, limit) = self.limit_of(place);
                    (self.users[place].id, self.gap(place), limit, counted(place))
                })
                .collect(),
        }
    }
}

impl Product {
    pub(super) fn management_plans(&self) -> BTreeSet<Uuid> {
        let plans = self.plans.iter();
        plans
            .filter(|(_, plan)| plan.is_current && plan.manages_devices)
            .map(|(id, _)| *id)
            .collect()
    }
}
