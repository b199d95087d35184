//! Decisions about how devices are managed: settings, limits per user, device enrollment managers
//! (devices-and-sync.md 1.1 and 1.4).

use uuid::Uuid;

use super::{Context, Outcome, Plan, users};
use crate::{
    device::{DEFAULT_LIMIT_ID, DeviceSettings, LimitPolicy, LimitPolicyChange},
    event::Event,
    group::GroupOrdinal,
    rejection::Rejection,
    tenant::Tenant,
    user::{UserKey, has_control_characters},
};

const MAX_DISPLAY_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 1_024;
/// Groups that a policy may name, for or against.
const MAX_GROUPS: u32 = 500;

pub fn change(tenant: &Tenant, settings: &DeviceSettings) -> Result<Plan, Rejection> {
    let before = tenant.device_settings();
    settings.check(before)?;
    if settings == before {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Event::DeviceSettingsChanged {
        before: before.clone(),
        after: settings.clone(),
    }]))
}

pub fn change_limits(
    tenant: &Tenant,
    change: &LimitPolicyChange,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let mut limits = Limits {
        tenant,
        policies: tenant.limit_policies().to_vec(),
    };
    let mut outcome = Outcome::Done;
    match change {
        LimitPolicyChange::Create {
            id,
            display_name,
            description,
            limit,
        } => {
            let id = id.unwrap_or_else(|| (context.new_id)());
            limits.create(id, display_name, description.as_deref(), *limit, context)?;
            outcome = Outcome::Created(id);
        }
        LimitPolicyChange::Update {
            id,
            display_name,
            description,
            limit,
        } => {
            limits.check_limit(*limit)?;
            let policy = limits.find(*id)?;
            if let Some(display_name) = display_name {
                policy.display_name.clone_from(display_name);
            }
            if let Some(description) = description {
                policy.description.clone_from(description);
            }
            policy.limit = limit.unwrap_or(policy.limit);
            check_texts(policy)?;
        }
        LimitPolicyChange::Delete { id } => limits.delete(*id)?,
        LimitPolicyChange::Assign {
            id,
            everyone,
            groups,
            excluded,
        } => limits.assign(*id, *everyone, groups, excluded)?,
        LimitPolicyChange::SetPriority { id, priority } => limits.set_priority(*id, *priority)?,
    }
    limits.number(context);
    if limits.policies == tenant.limit_policies() {
        return Ok(Plan {
            outcome,
            ..Plan::default()
        });
    }
    Ok(Plan {
        events: vec![Event::LimitPoliciesChanged {
            before: tenant.limit_policies().to_vec(),
            after: limits.policies,
        }],
        outcome,
    })
}

/// The policies that limit devices per user, being changed.
struct Limits<'t> {
    tenant: &'t Tenant,
    /// By priority, the default one last.
    policies: Vec<LimitPolicy>,
}

impl Limits<'_> {
    fn find(&mut self, id: Uuid) -> Result<&mut LimitPolicy, Rejection> {
        self.policies
            .iter_mut()
            .find(|policy| policy.id == id)
            .ok_or(Rejection::LimitPolicyNotFound { id })
    }

    fn find_other_than_default(
        &mut self,
        id: Uuid,
        reason: &'static str,
    ) -> Result<&mut LimitPolicy, Rejection> {
        if id == DEFAULT_LIMIT_ID {
            return Err(Rejection::DefaultLimitPolicy { reason });
        }
        self.find(id)
    }

    fn check_limit(&self, limit: Option<u16>) -> Result<(), Rejection> {
        let most = self.tenant.device_settings().limits.devices_per_user;
        if limit.is_some_and(|limit| !(1..=most).contains(&limit)) {
            return Err(Rejection::InvalidDeviceSetting {
                name: "limit",
                reason: "It must be at least 1 and at most the number of devices that a user license covers (15 unless \
                         the tenant's device settings say otherwise).",
            });
        }
        Ok(())
    }

    fn create(
        &mut self,
        id: Uuid,
        display_name: &str,
        description: Option<&str>,
        limit: u16,
        context: &Context<'_>,
    ) -> Result<(), Rejection> {
        self.check_limit(Some(limit))?;
        let most = u32::from(self.tenant.device_settings().limits.limit_policies);
        if self.policies.len() > most as usize {
            return Err(Rejection::LimitReached {
                what: "device limit policies besides the default one",
                limit: most,
            });
        }
        if self.policies.iter().any(|policy| policy.id == id) {
            return Err(Rejection::IdTaken { id });
        }
        let policy = LimitPolicy {
            id,
            display_name: display_name.to_owned(),
            description: description.map(str::to_owned),
            limit,
            priority: u32::MAX,
            everyone: false,
            groups: Vec::new(),
            excluded: Vec::new(),
            version: 0,
            created: context.now,
            modified: context.now,
        };
        check_texts(&policy)?;
        let last = self.policies.len().saturating_sub(1);
        self.policies.insert(last, policy);
        Ok(())
    }

    fn delete(&mut self, id: Uuid) -> Result<(), Rejection> {
        self.find_other_than_default(
            id,
            "The default policy cannot be deleted. Change its limit instead.",
        )?;
        self.policies.retain(|policy| policy.id != id);
        Ok(())
    }

    fn assign(
        &mut self,
        id: Uuid,
        everyone: bool,
        groups: &[Uuid],
        excluded: &[Uuid],
    ) -> Result<(), Rejection> {
        let (groups, excluded) = (self.ordinals(groups)?, self.ordinals(excluded)?);
        let policy = self.find_other_than_default(
            id,
            "The default policy is for everybody. Create a policy for some groups instead.",
        )?;
        policy.everyone = everyone;
        policy.groups = groups;
        policy.excluded = excluded;
        Ok(())
    }

    fn ordinals(&self, ids: &[Uuid]) -> Result<Vec<GroupOrdinal>, Rejection> {
        if ids.len() > MAX_GROUPS as usize {
            return Err(Rejection::LimitReached {
                what: "groups of a device limit policy",
                limit: MAX_GROUPS,
            });
        }
        let mut ordinals = ids
            .iter()
            .map(|id| {
                let found = self.tenant.find_group(*id);
                found
                    .map(|(ordinal, _)| ordinal)
                    .ok_or(Rejection::GroupNotFound { id: *id })
            })
            .collect::<Result<Vec<_>, _>>()?;
        ordinals.sort_unstable();
        ordinals.dedup();
        Ok(ordinals)
    }

    /// Moves a policy to a place; a place after the last one is the last one.
    fn set_priority(&mut self, id: Uuid, priority: u32) -> Result<(), Rejection> {
        self.find_other_than_default(id, "The default policy is always asked last.")?;
        if priority == 0 {
            return Err(Rejection::InvalidDeviceSetting {
                name: "priority",
                reason: "Priorities start at 1, which is asked first.",
            });
        }
        let Some(place) = self.policies.iter().position(|policy| policy.id == id) else {
            return Err(Rejection::LimitPolicyNotFound { id });
        };
        let policy = self.policies.remove(place);
        let last = self.policies.len().saturating_sub(1);
        let place = usize::try_from(priority - 1).unwrap_or(last).min(last);
        self.policies.insert(place, policy);
        Ok(())
    }

    /// Gives priorities from 1 on, and a new version to what changed.
    fn number(&mut self, context: &Context<'_>) {
        let mut priority = 0;
        for policy in &mut self.policies {
            if policy.id != DEFAULT_LIMIT_ID {
                priority += 1;
                policy.priority = priority;
            }
            let known = self.tenant.limit_policies();
            if !known.contains(policy) {
                policy.version += 1;
                policy.modified = context.now;
            }
        }
    }
}

fn check_texts(policy: &LimitPolicy) -> Result<(), Rejection> {
    let texts = [
        (
            "displayName",
            policy.display_name.as_str(),
            MAX_DISPLAY_NAME,
        ),
        (
            "description",
            policy.description.as_deref().unwrap_or_default(),
            MAX_DESCRIPTION,
        ),
    ];
    for (name, text, max_length) in texts {
        if text.chars().count() > max_length {
            return Err(Rejection::PropertyTooLong { name, max_length });
        }
        if has_control_characters(text) {
            return Err(Rejection::InvalidProperty { name });
        }
    }
    if policy.display_name.trim().is_empty() {
        return Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        });
    }
    Ok(())
}

pub fn add_manager(tenant: &Tenant, key: &UserKey) -> Result<Plan, Rejection> {
    let user = users::find(tenant, key)?.ordinal;
    let most = u32::from(tenant.device_settings().limits.managers);
    let mut events = Vec::new();
    if !tenant.is_enrollment_manager(user) {
        if tenant.enrollment_managers().len() >= most as usize {
            return Err(Rejection::LimitReached {
                what: "device enrollment managers",
                limit: most,
            });
        }
        events.push(Event::EnrollmentManagerAdded { user });
    }
    Ok(Plan {
        events,
        outcome: Outcome::User(user),
    })
}

pub fn remove_manager(tenant: &Tenant, key: &UserKey) -> Result<Plan, Rejection> {
    let user = users::find(tenant, key)?;
    if !tenant.is_enrollment_manager(user.ordinal) {
        return Err(Rejection::NotEnrollmentManager {
            key: user.principal_name().to_owned(),
        });
    }
    Ok(Plan {
        events: vec![Event::EnrollmentManagerRemoved { user: user.ordinal }],
        outcome: Outcome::User(user.ordinal),
    })
}
