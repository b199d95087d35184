//! What becomes of a user's devices, with dates, when the license goes: what stops when, until when it can be restored,
//! and how. It answers what Microsoft's page leaves open (*it may affect the compliance or management of those devices*).

use super::{ComplianceState, DeviceOrdinal, DeviceView, PoolPolicy};
use crate::{
    product::ProductOrdinal,
    tenant::Tenant,
    time::Timestamp,
    user::{UserOrdinal, UserState, UserView},
};

/// Days that a deleted user can be restored.
const RECYCLE_BIN_DAYS: i64 = crate::decide::RECYCLE_BIN_DAYS;

/// A forecast for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Whether the user is licensed now; then the forecast says what would follow if the license went.
    pub is_licensed: bool,
    /// When the license goes: now, or after the grace period of the tenant's policy.
    pub license_ends: Timestamp,
    /// Products that give the user device management now, or would if they were usable and no plan were off.
    pub products: Vec<ProductOrdinal>,
    /// When the user is erased for good, if it was deleted.
    pub user_purged: Option<Timestamp>,
    /// The devices, in their order.
    pub devices: Vec<DeviceForecast>,
}

/// A forecast for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceForecast {
    /// The device.
    pub device: DeviceOrdinal,
    /// Whether the license matters to it at all; something else covers it otherwise.
    pub depends: bool,
    /// What happens when, in the order of time.
    pub steps: Vec<(Timestamp, Step)>,
    /// Until when giving the license back makes the device compliant without enrolling again; nothing if that time is
    /// over, or if the license does not matter.
    pub restorable_until: Option<Timestamp>,
}

/// What happens to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// New enrollments are refused. Nothing is wiped or retired, and the device may go on checking in.
    EnrollmentRefused,
    /// It is out of compliance since its user is not licensed; conditional access blocks it.
    NotLicensed,
    /// At its next check-in, Basic Mobility and Security takes over; what is left of Intune's profiles goes within seven
    /// days.
    MovesToBasicMobility,
    /// The time in which it may be out of compliance with its own policies ends.
    GraceEnds,
    /// It is out of compliance for want of contact, unless it checks in before.
    Silent,
    /// It is hidden from lists, unless it checks in before.
    Hidden,
    /// Its certificate expires, unless it checks in before; then it must enroll again, which needs a license.
    CertificateExpires,
    /// Its user is erased for good.
    UserPurged,
    /// Its record is removed, unless it checked in before its certificate expired.
    RecordRemoved,
}

impl Step {
    /// A word for the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnrollmentRefused => "enrollmentRefused",
            Self::NotLicensed => "notLicensed",
            Self::MovesToBasicMobility => "movesToBasicMobility",
            Self::GraceEnds => "graceEnds",
            Self::Silent => "silent",
            Self::Hidden => "hidden",
            Self::CertificateExpires => "certificateExpires",
            Self::UserPurged => "userPurged",
            Self::RecordRemoved => "recordRemoved",
        }
    }
}

/// What becomes of a user's devices if the license goes now, or went already.
pub fn forecast(tenant: &Tenant, user: &UserView<'_>, now: Timestamp) -> Forecast {
    let is_licensed = tenant.is_licensed_for_devices(user.ordinal);
    let license_ends = if is_licensed {
        now.plus_days(i64::from(tenant.policy().grace_days()))
    } else {
        now
    };
    let user_purged = match (user.head.state(), user.head.deleted) {
        (UserState::Deleted, Some(deleted)) => Some(deleted.plus_days(RECYCLE_BIN_DAYS)),
        _ => None,
    };
    let management = tenant.management_products();
    let products = tenant
        .effective(user)
        .into_iter()
        .map(|license| license.product)
        .filter(|product| management.per_user.contains(product))
        .collect();
    let mut forecast = Forecast {
        is_licensed,
        license_ends,
        products,
        user_purged,
        devices: Vec::new(),
    };
    let would_pool_do = would_pool_do(tenant, user.ordinal);
    forecast.devices = tenant
        .devices()
        .of_user(user.ordinal)
        .map(|device| of_device(tenant, user, &device, &forecast, would_pool_do, now))
        .collect();
    forecast
}

fn of_device(
    tenant: &Tenant,
    user: &UserView<'_>,
    device: &DeviceView<'_>,
    forecast: &Forecast,
    would_pool_do: bool,
    now: Timestamp,
) -> DeviceForecast {
    let ends = forecast.license_ends;
    let depends = depends_on_license(tenant, device, would_pool_do);
    let mut steps = Vec::new();
    if depends {
        steps.push((ends, Step::EnrollmentRefused));
        steps.push((ends, Step::NotLicensed));
        if tenant.device_settings().coexistence && tenant.has_basic_mobility(user) {
            steps.push((ends, Step::MovesToBasicMobility));
        }
    }
    let compliance = tenant.compliance(device, now);
    if compliance.state == ComplianceState::InGracePeriod
        && let Some(until) = compliance.grace_until
    {
        steps.push((until, Step::GraceEnds));
    }
    steps.push((tenant.silent_from(device), Step::Silent));
    if let Some(hidden) = tenant.hidden_from(device) {
        steps.push((hidden, Step::Hidden));
    }
    let certificate = device.certificate_expires();
    steps.push((certificate, Step::CertificateExpires));
    if let Some(purged) = forecast.user_purged {
        steps.push((purged, Step::UserPurged));
    }
    steps.push((tenant.removed_from(device), Step::RecordRemoved));
    steps.sort_unstable();
    let until = forecast
        .user_purged
        .map_or(certificate, |purged| purged.min(certificate));
    DeviceForecast {
        device: device.ordinal,
        depends,
        steps,
        restorable_until: (depends && until > now).then_some(until),
    }
}

/// Whether a device is compliant only while its user is licensed.
fn depends_on_license(tenant: &Tenant, device: &DeviceView<'_>, pool_would_do: bool) -> bool {
    if device.is_basic() || device.enrollment_type().is_exempt() {
        return false;
    }
    if tenant.devices().depending.contains(device.ordinal.0) {
        return !pool_would_do;
    }
    device.user().is_some()
}

/// Whether device licenses would cover all devices of a user that can have one, if the user's license went.
fn would_pool_do(tenant: &Tenant, user: UserOrdinal) -> bool {
    let would_need = |device: &DeviceView<'_>| {
        tenant.devices().depending.contains(device.ordinal.0)
            && !device.is_basic()
            && !device.enrollment_type().is_exempt()
            && !tenant.needs_device_license(device)
    };
    let pool = tenant.device_pool();
    let more = tenant.devices().of_user(user).filter(would_need).count();
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    let is_enough = pool.used.saturating_add(more) <= pool.bought;
    let warns = tenant.device_settings().pool_policy == PoolPolicy::Warn;
    pool.bought > 0 && (is_enough || warns)
}
