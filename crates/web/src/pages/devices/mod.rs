//! Devices: the list with its search, and the page of one.

mod list;
mod one;

pub(crate) use list::list;
pub(crate) use one::overview;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    device::{Compliance, ComplianceState, Condition, DeviceView, Shortfall},
    user::UserOrdinal,
};

use crate::{view::user_name, words::Words};

/// A user of a device.
struct Person {
    /// The object id.
    id: Uuid,
    /// The name.
    name: String,
    /// Whether the user was deleted.
    is_gone: bool,
}

impl Person {
    fn of(tenant: &Tenant, user: UserOrdinal) -> Option<Self> {
        let user = tenant.users().view(user)?;
        Some(Self {
            id: user.id,
            name: user_name(&user).to_owned(),
            is_gone: !user.is_live(),
        })
    }
}

/// The name of a device, or what else there is.
fn name_of(device: &DeviceView<'_>) -> String {
    [device.name(), device.serial()]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or_else(|| device.id.to_string(), str::to_owned)
}

/// The key of what manages a device.
fn managed_by(device: &DeviceView<'_>) -> String {
    if device.is_basic() {
        "agent-basic".to_owned()
    } else {
        format!("agent-{}", device.agent().as_str())
    }
}

/// The class of a device's verdict.
const fn tone(state: ComplianceState) -> &'static str {
    match state {
        ComplianceState::Compliant | ComplianceState::ConfigManager => "good",
        ComplianceState::InGracePeriod => "warn",
        ComplianceState::NonCompliant | ComplianceState::Conflict | ComplianceState::Error => "bad",
    }
}

/// Why a device is not compliant, in sentences; none if it is.
fn reasons(tenant: &Tenant, compliance: &Compliance, t: Words) -> Vec<String> {
    let days = tenant.device_settings().checkin_threshold_days;
    let failed = compliance.failed.iter().map(|condition| match condition {
        Condition::UserExistence => t.m(match compliance.shortfall {
            Some(Shortfall::UserGone) => "why-user-gone",
            Some(Shortfall::NotLicensed) | None => "why-not-licensed",
        }),
        Condition::RemainContact => t.m("why-silent").with("days", days),
        Condition::PolicyAssigned => t.m("why-no-policy"),
    });
    let reasons: Vec<String> = failed.map(|reason| reason.to_string()).collect();
    if !reasons.is_empty() {
        return reasons;
    }
    let reported = match compliance.state {
        ComplianceState::Compliant | ComplianceState::ConfigManager => return reasons,
        ComplianceState::NonCompliant => "why-reported",
        ComplianceState::InGracePeriod => "why-in-grace",
        ComplianceState::Conflict => "why-conflict",
        ComplianceState::Error => "why-error",
    };
    vec![t.m(reported).to_string()]
}
