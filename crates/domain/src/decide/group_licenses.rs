//! Decisions about what groups give to their members (licensing.md 2.3).

use uuid::Uuid;

use super::{Context, Outcome, Plan, consequences::Work, groups::find};
use crate::{
    assignment::{AssignmentRequest, Resolved, Retry, RuleSet, resolve_for_group},
    event::Event,
    group::{Group, GroupGrant},
    policy::Policy,
    rejection::Rejection,
    tenant::Tenant,
    user::UserOrdinal,
};

pub fn assign(
    tenant: &Tenant,
    id: Uuid,
    request: &AssignmentRequest,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (ordinal, group) = find(tenant, id)?;
    let change = resolve_for_group(tenant, request)?;
    if !change.add.is_empty() {
        check_licensable(tenant, group)?;
    }
    check_held(tenant, group, &change)?;
    let (removed, added) = grants(group, &change);
    check_dependencies(tenant, group, &removed, &added)?;
    let outcome = Outcome::Group(ordinal);
    if removed.is_empty() && added.is_empty() {
        return Ok(Plan {
            outcome,
            ..Plan::default()
        });
    }
    let mut work = Work::new(tenant, context);
    work.record(Event::GroupLicensesChanged {
        group: ordinal,
        removed,
        added,
        at: context.now,
    });
    Ok(Plan {
        outcome,
        ..Plan::from(work.finish())
    })
}

pub fn check_licensable(tenant: &Tenant, group: &Group) -> Result<(), Rejection> {
    let refuse = |reason| {
        Err(Rejection::GroupNotLicensable {
            group: group.definition.display_name.clone(),
            reason,
        })
    };
    if !group.definition.security_enabled {
        return refuse("only groups with securityEnabled true can have licenses");
    }
    if group.definition.role_assignable && !tenant.policy().license_role_assignable_groups {
        return refuse(
            "it is role-assignable; allow licenses of role-assignable groups in the licensing policy, or use another group",
        );
    }
    Ok(())
}

fn check_held(tenant: &Tenant, group: &Group, change: &Resolved) -> Result<(), Rejection> {
    let missing = change
        .remove
        .iter()
        .find(|product| group.license(**product).is_none());
    missing.map_or(Ok(()), |product| {
        Err(Rejection::GroupLicenseNotHeld {
            sku_id: tenant
                .product(*product)
                .map(|product| product.sku_id)
                .unwrap_or_default(),
        })
    })
}

/// What a change takes from a group and gives to it, exactly.
pub fn grants(group: &Group, change: &Resolved) -> (Vec<GroupGrant>, Vec<GroupGrant>) {
    let held = |product| {
        group.license(product).map(|license| GroupGrant {
            product,
            disabled: license.disabled,
        })
    };
    let mut removed: Vec<GroupGrant> = change
        .remove
        .iter()
        .filter_map(|product| held(*product))
        .collect();
    let mut added = Vec::new();
    for grant in &change.add {
        let old = held(grant.product);
        if old.is_none_or(|old| old.disabled != grant.disabled) {
            removed.extend(old);
            added.push(GroupGrant {
                product: grant.product,
                disabled: grant.disabled,
            });
        }
    }
    (removed, added)
}

/// A plan needs its prerequisite in the same group (licensing.md 2.3). What lacked it before blocks nothing.
pub fn check_dependencies(
    tenant: &Tenant,
    group: &Group,
    removed: &[GroupGrant],
    added: &[GroupGrant],
) -> Result<(), Rejection> {
    let before: Vec<GroupGrant> = group
        .licenses
        .iter()
        .map(|license| GroupGrant {
            product: license.product,
            disabled: license.disabled,
        })
        .collect();
    let plans = |grants: &mut dyn Iterator<Item = &GroupGrant>| -> RuleSet {
        tenant.rule_plans(grants.map(|grant| (grant.product, grant.disabled)))
    };
    let had = plans(&mut before.iter());
    let stays = |grant: &&GroupGrant| !removed.contains(grant);
    let has = plans(&mut before.iter().filter(stays).chain(added));
    tenant
        .rules()
        .first_newly_missing(&had, &has)
        .map_or(Ok(()), |(plan_id, requires)| {
            Err(Rejection::DependencyMissing { plan_id, requires })
        })
}

pub fn reprocess(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let (group, _) = find(tenant, id)?;
    let mut work = Work::new(tenant, context);
    work.record(Event::GroupReprocessed { group });
    work.retry_group(group);
    Ok(Plan {
        outcome: Outcome::Group(group),
        ..Plan::from(work.finish())
    })
}

/// Longest grace period in days.
const MAX_GRACE_DAYS: u16 = 365;

pub fn change_policy(
    tenant: &Tenant,
    policy: &Policy,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    check_policy(policy)?;
    let mut work = Work::new(tenant, context);
    record_policy(&mut work, policy);
    Ok(work.finish().into())
}

/// Changes the policy, if it is another one. Where licenses are decided otherwise by it, all are tried again.
pub fn record_policy(work: &mut Work<'_>, policy: &Policy) {
    let before = work.state.policy().clone();
    if before == *policy {
        return;
    }
    let decides_otherwise = Policy {
        guard: policy.guard.clone(),
        no_direct_assignments: policy.no_direct_assignments,
        new_plans_off: policy.new_plans_off,
        license_role_assignable_groups: policy.license_role_assignable_groups,
        ..before.clone()
    } != *policy;
    work.record(Event::PolicyChanged {
        before,
        after: policy.clone(),
    });
    if decides_otherwise && !work.state.groups().is_empty() {
        for user in work.before.users().live().iter() {
            work.retry(UserOrdinal(user), Retry::All);
        }
    }
}

fn check_policy(policy: &Policy) -> Result<(), Rejection> {
    let wrong = |name, reason| Err(Rejection::InvalidPolicy { name, reason });
    if policy.grace_days > MAX_GRACE_DAYS {
        return wrong("graceDays", "a grace period lasts 365 days at most");
    }
    if policy.guard.max_percent > 100 {
        return wrong("guard.maxPercent", "it is a share of 0 to 100 percent");
    }
    let mut seen = std::collections::BTreeSet::new();
    for chain in &policy.fallback {
        if chain.0.len() < 2 {
            return wrong("fallback", "a chain names two products at least");
        }
        if !chain.0.iter().all(|sku_id| seen.insert(*sku_id)) {
            return wrong(
                "fallback",
                "a product is in one chain at most, and there once",
            );
        }
    }
    Ok(())
}
