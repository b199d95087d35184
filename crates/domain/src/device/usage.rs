//! How many devices somebody has, and may have: what stands beside every answer to a question.

use uuid::Uuid;

use super::{Agent, DeviceView, EnrollmentType, Question};
use crate::{tenant::Tenant, user::UserOrdinal};

/// How many devices somebody has, and may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Devices that count.
    pub used: u32,
    /// Devices allowed.
    pub limit: u16,
    /// The policy that says so, if one does: of the PC agent and of device enrollment managers none does.
    pub policy: Option<Uuid>,
}

/// How many devices the user in question has of those that count against the limit in question. Nothing if the device
/// has no user, or the user does not exist.
pub fn usage(tenant: &Tenant, question: &Question) -> Option<Usage> {
    if question.enrollment_type.is_userless() {
        return None;
    }
    let user = question.user.live()?;
    let limits = &tenant.device_settings.limits;
    let of = |limit, is_one: &dyn Fn(&DeviceView<'_>) -> bool| Usage {
        used: enrolled(tenant, user, is_one),
        limit,
        policy: None,
    };
    if question.agent == Agent::IntuneClient {
        let limit = if question.is_virtual {
            limits.virtual_agents_per_user
        } else {
            limits.agents_per_user
        };
        return Some(of(limit, &|device| {
            device.agent() == Agent::IntuneClient && device.is_virtual() == question.is_virtual
        }));
    }
    let of_managers = EnrollmentType::DeviceEnrollmentManager;
    if question.enrollment_type == of_managers {
        let limit = limits.devices_per_manager;
        return Some(of(limit, &|device| device.enrollment_type() == of_managers));
    }
    let counted = tenant.devices_counted(user, question.now);
    Some(Usage {
        used: u32::try_from(counted).unwrap_or(u32::MAX),
        limit: tenant.device_limit_of(user),
        policy: tenant.limit_policy_of(user).map(|policy| policy.id),
    })
}

/// How many devices of some kind a user enrolled.
fn enrolled(tenant: &Tenant, user: UserOrdinal, is_one: impl Fn(&DeviceView<'_>) -> bool) -> u32 {
    let all = tenant.devices().of_user(user);
    let counted = all.filter(|device| device.user() == Some(user) && is_one(device));
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}
