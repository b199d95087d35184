//! Whether a problem would be healed if something were otherwise: the same settling as for a real change, on facts with
//! that one difference.

use std::sync::Arc;

use super::{Problem, causes::Case};
use crate::{
    assignment::{
        Decision, Holding, Resolved, Retry, Seats, Settlement, Shape, Source, Verdict,
        check_end_state, settle,
    },
    directory::Profile,
    event::Grant,
    group::{Group, GroupOrdinal, Membership},
    policy::Semantics,
    product::ProductOrdinal,
    rejection::Rejection,
    tenant::Tenant,
    time::Timestamp,
    user::{
        UserHead, UserProperty, UserView,
        record::{Record, append_packed},
    },
};

impl Case<'_> {
    /// Whether processing the user again heals a problem.
    pub fn heals_now(&self, problem: &Problem) -> bool {
        self.heals(problem, self.tenant, self.user)
    }

    /// Whether a problem is healed once the user is somewhere where nothing is prohibited.
    pub fn heals_elsewhere(&self, problem: &Problem) -> bool {
        let mut tenant = self.tenant.clone();
        tenant.profile = Arc::new(Profile {
            default_usage_location: None,
            ..Profile::default()
        });
        let user = UserView {
            head: UserHead {
                usage_location: None,
                ..self.user.head
            },
            ..*self.user
        };
        self.heals(problem, &tenant, &user)
    }

    /// Whether a problem is healed once the user has no mail address that somebody else has.
    pub fn heals_with_own_addresses(&self, problem: &Problem) -> bool {
        let mut bytes = Vec::new();
        for (property, packed) in self.user.record.entries() {
            if !matches!(property, UserProperty::Mail | UserProperty::ProxyAddresses) {
                append_packed(&mut bytes, property, packed);
            }
        }
        let user = UserView {
            record: Record::new(&bytes),
            ..*self.user
        };
        self.heals(problem, self.tenant, &user)
    }

    /// Whether a problem is healed once there are more seats of a product.
    pub fn heals_with_seats(&self, problem: &Problem, product: ProductOrdinal, more: u32) -> bool {
        let mut tenant = self.tenant.clone();
        add_seats(&mut tenant, product, more);
        self.heals(problem, &tenant, self.user)
    }

    /// Whether a problem is healed once the user is no longer a member of a group.
    pub fn heals_without(&self, problem: &Problem, group: GroupOrdinal) -> bool {
        let memberships: Vec<Membership> = self
            .user
            .memberships
            .iter()
            .filter(|membership| membership.group != group)
            .copied()
            .collect();
        let user = UserView {
            memberships: &memberships,
            ..*self.user
        };
        self.heals(problem, self.tenant, &user)
    }

    /// Whether the user has a product once it is a member of a group that gives it, as far as seats do not matter.
    pub fn has_within(&self, product: ProductOrdinal, ordinal: GroupOrdinal) -> bool {
        let Some(group) = self.tenant.groups().get(ordinal) else {
            return false;
        };
        let mut tenant = self.tenant.clone();
        for license in &group.licenses {
            add_seats(&mut tenant, license.product, 1);
        }
        let mut memberships = self.user.memberships.to_vec();
        memberships.push(Membership::new(ordinal, Timestamp(i64::MAX), None));
        memberships.sort_unstable_by_key(|membership| membership.group);
        let user = UserView {
            memberships: &memberships,
            ..*self.user
        };
        is_healed(ordinal, product, &self.settle(&tenant, &user))
    }

    /// Whether a problem is healed once members of groups in a group count.
    pub fn heals_with_nesting(&self, problem: &Problem) -> bool {
        let mut tenant = self.tenant.clone();
        let policy = Arc::make_mut(&mut tenant.policy);
        policy.semantics = Semantics::Extended;
        policy.nested_groups = true;
        self.heals(problem, &tenant, self.user)
    }

    /// Whether a problem is healed once the user has a product directly with these plans off, or has it not.
    pub fn heals_with_direct(
        &self,
        problem: &Problem,
        product: ProductOrdinal,
        disabled: Option<u128>,
    ) -> bool {
        let mut tenant = self.tenant.clone();
        let is_direct = |holding: &&Holding| {
            self.tenant
                .shape(holding.shape)
                .is_some_and(|shape| shape.product == product && shape.source == Source::Direct)
        };
        let mut holdings: Vec<Holding> = self
            .user
            .holdings
            .iter()
            .filter(|holding| !is_direct(holding))
            .copied()
            .collect();
        if let Some(disabled) = disabled {
            let shape = tenant.shapes.intern(Shape {
                product,
                source: Source::Direct,
                disabled,
            });
            holdings.push(Holding::new(shape, Timestamp(i64::MAX)));
        }
        let user = UserView {
            holdings: &holdings,
            ..*self.user
        };
        self.heals(problem, &tenant, &user)
    }

    /// Whether a problem is healed once a group gives a product with these plans off.
    pub fn heals_with_mask(
        &self,
        problem: &Problem,
        group: GroupOrdinal,
        product: ProductOrdinal,
        disabled: u128,
    ) -> bool {
        let mut tenant = self.tenant.clone();
        tenant.groups.change(group, |group| {
            for license in &mut group.licenses {
                if license.product == product {
                    license.disabled = disabled;
                }
            }
        });
        self.heals(problem, &tenant, self.user)
    }

    /// Whether the rules let a product be assigned to the user with these plans off, as far as seats do not matter.
    pub fn can_have(&self, product: ProductOrdinal, disabled: u128) -> Result<(), Rejection> {
        if self.tenant.policy().refuses_direct() {
            return Err(Rejection::DirectAssignmentsOff);
        }
        let add = vec![Grant {
            product,
            disabled,
            source: Source::Direct,
        }];
        let remove = Vec::new();
        check_end_state(self.tenant, self.user, &Resolved { add, remove }, |_| 1)
    }

    /// Whether the rules let a product be taken from the user.
    pub fn can_lose(&self, product: ProductOrdinal) -> bool {
        let change = Resolved {
            add: Vec::new(),
            remove: vec![product],
        };
        check_end_state(self.tenant, self.user, &change, |_| 1).is_ok()
    }

    /// Whether the rules let a group give a product with these plans off: not every group can give licenses, and a plan
    /// needs its prerequisite in the same group (licensing.md 2.3).
    pub fn can_give(
        &self,
        group: &Group,
        product: ProductOrdinal,
        disabled: u128,
    ) -> Result<(), Rejection> {
        let definition = &group.definition;
        let is_refused =
            definition.role_assignable && !self.tenant.policy().license_role_assignable_groups;
        if is_refused || !definition.security_enabled {
            return Err(Rejection::GroupNotLicensable {
                group: definition.display_name.clone(),
                reason: "",
            });
        }
        let now = group
            .licenses
            .iter()
            .map(|license| (license.product, license.disabled));
        let changed = now.clone().map(|(other, mask)| {
            let mask = if other == product { disabled } else { mask };
            (other, mask)
        });
        let had = self.tenant.rule_plans(now);
        let has = self.tenant.rule_plans(changed);
        self.tenant
            .rules()
            .first_newly_missing(&had, &has)
            .map_or(Ok(()), |(plan_id, requires)| {
                Err(Rejection::DependencyMissing { plan_id, requires })
            })
    }

    fn heals(&self, problem: &Problem, tenant: &Tenant, user: &UserView<'_>) -> bool {
        let Some(group) = problem.group else {
            return false;
        };
        let settlement = self.settle(tenant, user);
        [problem.product]
            .iter()
            .chain(&problem.siblings)
            .all(|product| is_healed(group, *product, &settlement))
    }

    fn settle(&self, tenant: &Tenant, user: &UserView<'_>) -> Settlement {
        let (now, mut seats) = (self.tenant, Seats::default());
        settle(now, now, tenant, user, &Retry::All, &mut seats)
    }
}

/// Adds seats.
fn add_seats(tenant: &mut Tenant, product: ProductOrdinal, more: u32) {
    if let Some(pool) = Arc::make_mut(&mut tenant.pools).get_mut(usize::from(product.0)) {
        let seats = pool.get_or_insert_default();
        seats.enabled = seats.enabled.saturating_add(more);
    }
}

/// Whether a product of a group becomes as it is meant to be.
fn is_healed(group: GroupOrdinal, product: ProductOrdinal, settlement: &Settlement) -> bool {
    let is_kept = |grant: &Grant| {
        let of_group = matches!(grant.source, Source::Kept { group: kept, .. } if kept == group);
        of_group && grant.product == product
    };
    if settlement.removed.iter().any(is_kept) {
        return !settlement.added.iter().any(is_kept);
    }
    let decides = |decision: &&Decision| decision.group == group && decision.product == product;
    settlement
        .decisions
        .iter()
        .find(decides)
        .is_some_and(|decision| matches!(decision.after, None | Some(Verdict::Active)))
}
