//! Values put back one by one, if they still are what a change made of them.

use crate::{device::DeviceSettings, group::GroupDefinition, policy::Policy};

/// Puts values back, and notes whether one of them was changed since.
#[derive(Debug, Default)]
pub struct ThreeWay {
    /// Whether a value is neither as before the change nor as the change made it.
    pub is_changed_since: bool,
}

impl ThreeWay {
    /// Puts a value back to what it was before a change, if the change made it what it is now.
    pub fn put<T: Clone + PartialEq>(&mut self, now: &mut T, before: &T, after: &T) {
        if before == after || now == before {
            return;
        }
        if now == after {
            now.clone_from(before);
        } else {
            self.is_changed_since = true;
        }
    }

    /// Puts the values of a group back.
    pub fn put_group(
        &mut self,
        now: &GroupDefinition,
        before: &GroupDefinition,
        after: &GroupDefinition,
    ) -> GroupDefinition {
        let mut merged = now.clone();
        let GroupDefinition {
            display_name,
            description,
            mail_nickname,
            mail,
            mail_enabled,
            security_enabled,
            unified,
            role_assignable,
            visibility,
            rule,
            rule_paused,
            priority,
            other,
        } = &mut merged;
        self.put(display_name, &before.display_name, &after.display_name);
        self.put(description, &before.description, &after.description);
        self.put(mail_nickname, &before.mail_nickname, &after.mail_nickname);
        self.put(mail, &before.mail, &after.mail);
        self.put(mail_enabled, &before.mail_enabled, &after.mail_enabled);
        self.put(
            security_enabled,
            &before.security_enabled,
            &after.security_enabled,
        );
        self.put(unified, &before.unified, &after.unified);
        self.put(
            role_assignable,
            &before.role_assignable,
            &after.role_assignable,
        );
        self.put(visibility, &before.visibility, &after.visibility);
        self.put(rule, &before.rule, &after.rule);
        self.put(rule_paused, &before.rule_paused, &after.rule_paused);
        self.put(priority, &before.priority, &after.priority);
        self.put(other, &before.other, &after.other);
        merged.rule_paused &= merged.is_dynamic();
        merged
    }

    /// Puts the switches of a policy back.
    pub fn put_policy(&mut self, now: &Policy, before: &Policy, after: &Policy) -> Policy {
        let mut merged = now.clone();
        let Policy {
            semantics,
            nested_groups,
            partial_success,
            automatic_reprocessing,
            priority,
            fallback,
            grace_days,
            no_direct_assignments,
            new_plans_off,
            license_role_assignable_groups,
            guard,
        } = &mut merged;
        self.put(semantics, &before.semantics, &after.semantics);
        self.put(nested_groups, &before.nested_groups, &after.nested_groups);
        self.put(
            partial_success,
            &before.partial_success,
            &after.partial_success,
        );
        self.put(
            automatic_reprocessing,
            &before.automatic_reprocessing,
            &after.automatic_reprocessing,
        );
        self.put(priority, &before.priority, &after.priority);
        self.put(fallback, &before.fallback, &after.fallback);
        self.put(grace_days, &before.grace_days, &after.grace_days);
        self.put(
            no_direct_assignments,
            &before.no_direct_assignments,
            &after.no_direct_assignments,
        );
        self.put(new_plans_off, &before.new_plans_off, &after.new_plans_off);
        self.put(
            license_role_assignable_groups,
            &before.license_role_assignable_groups,
            &after.license_role_assignable_groups,
        );
        self.put(guard, &before.guard, &after.guard);
        merged
    }

    /// Puts the settings of devices back, and each limit on its own.
    pub fn put_device_settings(
        &mut self,
        now: &DeviceSettings,
        before: &DeviceSettings,
        after: &DeviceSettings,
    ) -> DeviceSettings {
        let mut merged = now.clone();
        let DeviceSettings {
            authority,
            coexistence,
            secure_by_default,
            checkin_threshold_days,
            scheduled_actions,
            unlicensed_administrators,
            pool_policy,
            clean_up,
            grace_days,
            limits,
        } = &mut merged;
        self.put(authority, &before.authority, &after.authority);
        self.put(coexistence, &before.coexistence, &after.coexistence);
        self.put(
            secure_by_default,
            &before.secure_by_default,
            &after.secure_by_default,
        );
        self.put(
            checkin_threshold_days,
            &before.checkin_threshold_days,
            &after.checkin_threshold_days,
        );
        self.put(
            scheduled_actions,
            &before.scheduled_actions,
            &after.scheduled_actions,
        );
        self.put(
            unlicensed_administrators,
            &before.unlicensed_administrators,
            &after.unlicensed_administrators,
        );
        self.put(pool_policy, &before.pool_policy, &after.pool_policy);
        self.put(clean_up, &before.clean_up, &after.clean_up);
        self.put(grace_days, &before.grace_days, &after.grace_days);
        let named = before.limits.named().into_iter().zip(after.limits.named());
        for ((name, before), (_, after)) in named {
            if let Some(limit) = limits.named_mut(name) {
                self.put(limit, &before, &after);
            }
        }
        merged
    }
}
