//! Single things that can be done, each proposed only where it can be done and the rules allow it.

use uuid::Uuid;

use super::{Action, Side, paths, remedies::Remedies};
use crate::{group::GroupOrdinal, product::ProductOrdinal, rejection::Rejection};

/// Groups that are proposed at most for a product that nothing gives to the user.
const MOST_GROUPS: usize = 3;

/// Products that are proposed at most to give a plan that is lacking.
const MOST_PRODUCTS: usize = 2;

impl Remedies<'_> {
    /// The plans that a side switches off now, if something gives it that can be changed.
    pub(super) fn disabled_at(&self, side: Side) -> Option<u128> {
        match side.group {
            Some(group) => self
                .group(group)
                .and_then(|group| group.license(side.product))
                .map(|license| license.disabled),
            None => self
                .case
                .tenant
                .direct_license(self.case.user, side.product)
                .map(|(_, shape)| shape.disabled),
        }
    }

    /// Whether the rules let a side have these plans off.
    fn can_be(&self, side: Side, disabled: u128) -> Result<(), Rejection> {
        let tenant = self.case.tenant;
        if let Some(product) = tenant
            .product(side.product)
            .filter(|_| !tenant.owns(side.product))
        {
            let sku_id = product.sku_id;
            return Err(Rejection::ProductNotOwned { sku_id });
        }
        match side.group.and_then(|group| self.group(group)) {
            Some(group) => self.case.can_give(group, side.product, disabled),
            None => self.case.can_have(side.product, disabled),
        }
    }

    /// Whether the problem is healed once a side has these plans off.
    fn heals_with(&self, side: Side, disabled: u128) -> bool {
        let (case, problem) = (self.case, self.problem);
        problem.violation.is_none()
            || match side.group {
                Some(group) => case.heals_with_mask(problem, group, side.product, disabled),
                None => case.heals_with_direct(problem, side.product, Some(disabled)),
            }
    }

    /// Switches plans off where they come from, and with them the plans of the same license that need them.
    pub(super) fn switch_off(&mut self, side: Side, mut plans: Vec<Uuid>) {
        let (Some(owned), Some(mut disabled)) = (
            self.case.tenant.product(side.product),
            self.disabled_at(side),
        ) else {
            return;
        };
        let mut done = 0;
        loop {
            while let Some(next) = plans.get(done) {
                let Some(bit) = owned.plan_bit(*next).filter(|bit| disabled & bit == 0) else {
                    return; // what needs it comes from elsewhere
                };
                disabled |= bit;
                done += 1;
            }
            match self.can_be(side, disabled) {
                Ok(()) => break,
                Err(Rejection::DependencyMissing { plan_id, .. }) => plans.push(plan_id),
                Err(_) => return,
            }
        }
        // Nothing of the product would be left, or nothing is to be switched off.
        if plans.is_empty() || !owned.plans_with_state(disabled).any(|(_, is_on)| is_on) {
            return;
        }
        let suffices = self.heals_with(side, disabled);
        let Side { product, group } = side;
        let action = Action::SwitchPlanOff {
            product,
            plans,
            group,
        };
        self.push(action, self.people_at(side), suffices);
    }

    /// Switches a plan on where it is off.
    pub(super) fn switch_on(&mut self, side: Side, plan: Uuid) {
        let (Some(owned), Some(disabled)) = (
            self.case.tenant.product(side.product),
            self.disabled_at(side),
        ) else {
            return;
        };
        let Some(bit) = owned.plan_bit(plan).filter(|bit| disabled & bit != 0) else {
            return;
        };
        if self.can_be(side, disabled & !bit).is_err() {
            return;
        }
        let suffices = self.heals_with(side, disabled & !bit);
        let Side { product, group } = side;
        let action = Action::SwitchPlanOn {
            product,
            plan,
            group,
        };
        self.push(action, self.people_at(side), suffices);
    }

    /// Switches a plan on in the assignments of the problem's product, all of which switch it off.
    pub(super) fn switch_on_anywhere(&mut self, plan: Uuid) {
        let product = self.problem.product;
        for source in self.case.sources {
            if source.product == product && source.instead_of.is_none() {
                let group = source.group;
                self.switch_on(Side { product, group }, plan);
            }
        }
    }

    /// Takes a product away where it comes from: directly from the user, or by leaving the group.
    pub(super) fn leave(&mut self, side: Side) {
        let case = self.case;
        let Some(group) = side.group else {
            let product = side.product;
            let is_direct = case.tenant.direct_license(case.user, product).is_some();
            if is_direct && case.can_lose(product) {
                let suffices = case.heals_with_direct(self.problem, product, None);
                self.push(Action::RemoveDirect { product }, 1, suffices);
            }
            return;
        };
        // Who is in it on several ways must leave several groups; then no single step suffices.
        for path in paths::to_group(case.tenant, case.user, group) {
            if let Some(first) = path.groups.first().copied()
                && self.group(first).is_some_and(paths::takes_members)
            {
                let suffices = case.heals_without(self.problem, first);
                self.push(Action::RemoveFromGroup { group: first }, 1, suffices);
            }
        }
    }

    /// Gives one of some plans: where the user has a product with it, by switching it on; else by another product.
    pub(super) fn give_one_of(&mut self, plans: &[Uuid]) {
        let tenant = self.case.tenant;
        for source in self.case.sources {
            if source.state.is_applied() && !source.is_ending && source.instead_of.is_none() {
                for plan in plans {
                    let (product, group) = (source.product, source.group);
                    self.switch_on(Side { product, group }, *plan);
                }
            }
        }
        let has_one = |product: &ProductOrdinal| {
            tenant
                .product(*product)
                .is_some_and(|owned| plans.iter().any(|plan| owned.plan_bit(*plan).is_some()))
        };
        let mut givers: Vec<(bool, usize, ProductOrdinal)> = tenant
            .products()
            .map(|(ordinal, owned)| (!self.has_free_seat(ordinal), owned.plans.len(), ordinal))
            .filter(|(_, _, ordinal)| *ordinal != self.problem.product && has_one(ordinal))
            .collect();
        givers.sort_unstable();
        for (_, _, product) in givers.into_iter().take(MOST_PRODUCTS) {
            self.assign(product);
        }
    }

    /// Assigns a product to the user, if the rules allow it.
    pub(super) fn assign(&mut self, product: ProductOrdinal) {
        let case = self.case;
        let is_direct = case.tenant.direct_license(case.user, product).is_some();
        if is_direct || !case.tenant.owns(product) || case.can_have(product, 0).is_err() {
            return;
        }
        let suffices = self.problem.violation.is_none()
            || case.heals_with_direct(self.problem, product, Some(0));
        let seats = u32::from(!self.has_free_seat(product));
        self.push_for_seats(Action::AssignDirect { product }, 1, suffices, seats);
    }

    /// Makes the user a member of a group, if that is done by hand.
    pub(super) fn join(&mut self, ordinal: GroupOrdinal) {
        let Some(group) = self
            .group(ordinal)
            .filter(|group| paths::takes_members(group))
        else {
            return;
        };
        let lacking = group
            .licenses
            .iter()
            .filter(|license| !self.has_free_seat(license.product))
            .count();
        let seats = u32::try_from(lacking).unwrap_or(u32::MAX);
        let suffices = self.case.has_within(self.problem.product, ordinal);
        let action = Action::AddToGroup { group: ordinal };
        self.push_for_seats(action, 1, suffices, seats);
    }

    /// Gives the product of a problem that nothing gives.
    pub(super) fn give(&mut self) {
        let product = self.problem.product;
        let givers = self.case.tenant.givers.get(&product);
        let groups: Vec<GroupOrdinal> = givers
            .into_iter()
            .flatten()
            .copied()
            .filter(|group| {
                self.group(*group).is_some_and(|group| {
                    paths::takes_members(group) && group.license(product).is_some()
                })
            })
            .take(MOST_GROUPS)
            .collect();
        for group in groups {
            self.join(group);
        }
        self.assign(product);
    }
}
