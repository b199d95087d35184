//! Why a device may not enroll, and what to do about it.
//!
//! Whoever enrolls a device reads this, so it does not say whose the device is now.

use zetel_domain::{
    Rejection, Tenant,
    device::{DEFAULT_LIMIT_ID, DeviceOrdinal, DeviceView, LicenseGap, Reason, Warning},
    product::ProductOrdinal,
    subscription::Status,
    user::UserOrdinal,
};

use super::{Language, Speaker};

/// Names in a sentence at most.
pub(crate) const NAMED: usize = 10;

/// Why a device may not enroll, in sentences with names: what is in the way, and what to do next.
pub fn reason_text(tenant: &Tenant, reason: &Reason, language: Language) -> String {
    Speaker { tenant, language }.reason(reason)
}

/// What to know of a device that may enroll nevertheless.
pub fn warning_text(tenant: &Tenant, warning: Warning, language: Language) -> String {
    Speaker { tenant, language }.warning(warning)
}

impl Speaker<'_> {
    fn reason(self, reason: &Reason) -> String {
        match reason {
            Reason::AuthorityNotSet => self.say("reason-authority-not-set", &[]),
            Reason::UserRequired => self.say("reason-user-required", &[]),
            Reason::UserNotFound { key } => {
                self.say("reason-user-not-found", &[("key", key.as_str().into())])
            }
            Reason::UserDeleted { user } => self.of_user("reason-user-deleted", *user),
            Reason::UserDisabled { user } => self.of_user("reason-user-disabled", *user),
            Reason::NotEnrollmentManager { user } => {
                self.of_user("reason-not-enrollment-manager", *user)
            }
            Reason::NotForEnrollmentManagers { user } => {
                self.of_user("reason-not-for-enrollment-managers", *user)
            }
            Reason::NotLicensed { user, gap } => self.gap(*user, gap),
            Reason::UsersNotLicensed { users, bought, .. } => self.shared(users, *bought),
            Reason::DeviceLicenseNotAccepted => self.say("reason-device-license-not-accepted", &[]),
            Reason::NoDeviceLicense { bought, .. } => {
                self.say("reason-no-device-license", &[("bought", bought.into())])
            }
            Reason::LimitReached { .. }
            | Reason::AgentLimitReached { .. }
            | Reason::ManagerLimitReached { .. } => self.limit(reason),
            Reason::ManagedOtherwise { device } => {
                self.of_device("reason-managed-otherwise", *device)
            }
            Reason::DeviceOfAnotherUser { device } => {
                self.of_device("reason-device-of-another-user", *device)
            }
        }
    }

    fn of_user(self, key: &str, user: UserOrdinal) -> String {
        self.say(key, &[("user", self.user(user).into())])
    }

    fn of_device(self, key: &str, device: DeviceOrdinal) -> String {
        let device = self.tenant.devices().view(device);
        self.say(key, &[("device", self.device(device).into())])
    }

    /// Why a user is not licensed.
    fn gap(self, user: UserOrdinal, gap: &LicenseGap) -> String {
        let user = ("user", self.user(user).into());
        match gap {
            LicenseGap::NoProduct => {
                let usable = &self.tenant.management_products().usable;
                if usable.is_empty() {
                    return self.say("gap-no-product-at-all", &[user]);
                }
                let named = usable.iter().take(NAMED);
                let products = self.list("list-or", named.map(|product| self.product(*product)));
                self.say("gap-no-product", &[user, ("products", products.into())])
            }
            LicenseGap::PlanOff { product } => {
                let plans = self.management_plans(*product).into();
                let product = ("product", self.product(*product).into());
                self.say("gap-plan-off", &[user, product, ("plans", plans)])
            }
            LicenseGap::ProductNotUsable { product, status } => {
                let status = match status {
                    Status::Suspended => "suspended",
                    Status::LockedOut => "lockedOut",
                    _ => "deleted",
                };
                let product = ("product", self.product(*product).into());
                self.say(
                    "gap-not-usable",
                    &[user, product, ("status", status.into())],
                )
            }
        }
    }

    /// The plans of a product that give device management.
    fn management_plans(self, product: ProductOrdinal) -> String {
        let plans = self.tenant.product(product);
        let plans = plans.into_iter().flat_map(|product| &product.plans);
        let managing = plans.filter(|owned| owned.plan.device_management);
        self.list("list-and", managing.map(|owned| self.plan(owned.plan.id)))
    }

    fn shared(self, users: &[UserOrdinal], bought: u32) -> String {
        let bought = ("bought", bought.into());
        if users.is_empty() {
            return self.say("reason-shared-without-users", &[bought]);
        }
        let mut names: Vec<String> = users
            .iter()
            .take(NAMED)
            .map(|user| self.user(*user))
            .collect();
        let others = users.len() - names.len();
        if others > 0 {
            names.push(self.say("other-users", &[("count", others.into())]));
        }
        let names = self.list("list-and", names.into_iter());
        self.say(
            "reason-users-not-licensed",
            &[("users", names.into()), bought],
        )
    }

    fn limit(self, reason: &Reason) -> String {
        let (key, user, limit, counted) = match reason {
            Reason::LimitReached {
                user, limit, used, ..
            } => ("reason-limit-reached", user, limit, used),
            Reason::AgentLimitReached {
                user,
                is_virtual,
                limit,
                used,
            } => {
                let key = if *is_virtual {
                    "reason-virtual-agents"
                } else {
                    "reason-agents"
                };
                (key, user, limit, used)
            }
            Reason::ManagerLimitReached {
                user,
                is_android_personal,
                limit,
                used,
            } => {
                let key = if *is_android_personal {
                    "reason-manager-limit-android"
                } else {
                    "reason-manager-limit"
                };
                (key, user, limit, used)
            }
            _ => return String::new(),
        };
        let mut arguments = vec![
            ("user", self.user(*user).into()),
            ("limit", limit.into()),
            ("used", counted.into()),
        ];
        if let Reason::LimitReached { policy, .. } = reason {
            let policies = self.tenant.limit_policies().iter();
            let mut named = policies.filter(|known| known.id == *policy);
            let name = named.next().map_or("", |policy| &policy.display_name);
            let name = if *policy == DEFAULT_LIMIT_ID || name.is_empty() {
                self.say("default-limit-policy", &[])
            } else {
                name.to_owned()
            };
            arguments.push(("policy", name.into()));
        }
        self.say(key, &arguments)
    }

    fn warning(self, warning: Warning) -> String {
        match warning {
            Warning::PoolShort { bought, used } => self.say(
                "warning-pool-short",
                &[
                    ("bought", bought.into()),
                    ("used", used.into()),
                    ("short", used.saturating_sub(bought).into()),
                ],
            ),
        }
    }

    /// A device by its name, or what else there is.
    pub(super) fn device(self, device: Option<DeviceView<'_>>) -> String {
        match device.map(|device| device.texts()) {
            Some(["", "", _]) | None => self.say("device-without-name", &[]),
            Some(["", serial, _]) => self.say("device-by-serial", &[("serial", serial.into())]),
            Some([name, serial, _]) => self.named(name, serial),
        }
    }

    /// Refusals that concern devices and how they are managed.
    pub(super) fn of_devices(self, rejection: &Rejection) -> Option<String> {
        let key = match rejection {
            Rejection::EnrollmentDenied { reasons } => {
                let texts: Vec<String> = reasons.iter().map(|reason| self.reason(reason)).collect();
                return Some(texts.join(" "));
            }
            Rejection::MustEnrollAgain { id, expired } => {
                let device = self.device(self.tenant.devices().find_id(*id)).into();
                let date = ("date", self.date(*expired).into());
                return Some(self.say("refusal-must-enroll-again", &[("device", device), date]));
            }
            Rejection::DeviceDiffers { id, name } => {
                let device = self.device(self.tenant.devices().find_id(*id)).into();
                let what = ("what", (*name).into());
                return Some(self.say("refusal-device-differs", &[("device", device), what]));
            }
            Rejection::InvalidDeviceSetting { name, .. } => {
                return Some(self.say("refusal-device-setting", &[("name", (*name).into())]));
            }
            Rejection::NotEnrollmentManager { key } => {
                let user = ("user", key.as_str().into());
                return Some(self.say("refusal-not-enrollment-manager", &[user]));
            }
            Rejection::DeviceNotFound { .. } => "refusal-device-not-found",
            Rejection::LimitPolicyNotFound { .. } => "refusal-limit-policy-not-found",
            Rejection::DefaultLimitPolicy { .. } => "refusal-default-limit-policy",
            _ => return None,
        };
        Some(self.say(key, &[]))
    }
}
