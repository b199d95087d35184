//! For whom a service plan is on, as sets.
//!
//! Most licenses have all plans on, so what is kept per product and plan is for whom it is off.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Verdict;
use crate::{
    group::Group,
    product::ProductOrdinal,
    state::{Bits, SetExpression},
    tenant::Tenant,
    user::UserOrdinal,
};

/// Among so many users it is quicker to look at each than to find out whether a plan is off anywhere.
const FEW: u32 = 256;

/// Holders of one product for whom a plan of it is off in all their licenses, by the plan's place. Plans that are on for
/// everybody are absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlansOff(BTreeMap<u32, Bits>);

/// Users to whom one product gives a service plan: its holders without those for whom the plan is off.
#[derive(Clone, Copy, Debug)]
pub struct PlanGrant<'a> {
    /// The product. The state of its plans is that of [`Tenant::seats`].
    pub product: ProductOrdinal,
    holders: &'a Bits,
    off: Option<&'a Bits>,
}

impl PlanGrant<'_> {
    /// Whether the product gives a live user the plan.
    pub fn contains(&self, user: UserOrdinal) -> bool {
        self.holders.contains(user.0) && self.off.is_none_or(|off| !off.contains(user.0))
    }

    /// All of these users.
    pub fn users(&self) -> SetExpression {
        let holders = SetExpression::Set(self.holders.clone());
        match self.off {
            Some(off) => holders.without(off.clone().into()),
            None => holders,
        }
    }
}

impl Tenant {
    /// Live users for whom a license, their own or of a group, enables a service plan, whatever the state of its product
    /// (licensing.md 3.2).
    pub fn plan_holders(&self, plan_id: Uuid) -> Bits {
        let grants = self.plan_grants(plan_id).map(|grant| grant.users());
        let holders = grants.reduce(SetExpression::or);
        holders.map_or_else(Bits::new, |holders| holders.evaluate())
    }

    /// The same by product, for those that anybody holds.
    pub fn plan_holders_by_product(
        &self,
        plan_id: Uuid,
    ) -> impl Iterator<Item = (ProductOrdinal, Bits)> {
        self.plan_grants(plan_id)
            .map(|grant| (grant.product, grant.users().evaluate()))
    }

    /// The same by product, for asking user by user.
    pub fn plan_grants(&self, plan_id: Uuid) -> impl Iterator<Item = PlanGrant<'_>> {
        self.products().filter_map(move |(ordinal, product)| {
            let holders = self.holders(ordinal).filter(|users| !users.is_empty())?;
            let place = product.plan_bit(plan_id)?.trailing_zeros();
            Some(PlanGrant {
                product: ordinal,
                holders,
                off: self.plans_off_of(ordinal)?.0.get(&place),
            })
        })
    }

    /// Live users with any license in effect.
    pub const fn licensed(&self) -> &Bits {
        &self.licensed
    }

    fn plans_off_of(&self, product: ProductOrdinal) -> Option<&PlansOff> {
        let kept = self.plans_off.get(usize::from(product.0))?;
        let holders = self.holders(product)?;
        Some(kept.get(|former| match former {
            Some((former, changed)) => {
                let among = holders.intersection(changed);
                former.updated(changed, self.plans_off_among(product, &among))
            }
            None => self.plans_off_among(product, holders),
        }))
    }

    /// For which of some holders of a product which plans of it are off.
    fn plans_off_among(&self, product: ProductOrdinal, holders: &Bits) -> PlansOff {
        let own = self.own_licenses_among(product, holders).into_iter();
        let given = self.given_licenses_among(product, holders).into_iter();
        let licenses: Vec<(u128, Bits)> = own.chain(given).collect();
        let somewhere = licenses.iter().fold(0, |all, (disabled, _)| all | disabled);
        let off = (0..u128::BITS)
            .filter(|place| is_off(somewhere, *place))
            .map(|place| {
                let mut off = holders.clone();
                for (disabled, users) in &licenses {
                    if !is_off(*disabled, place) {
                        off.subtract(users);
                    }
                }
                (place, off)
            });
        PlansOff(off.filter(|(_, users)| !users.is_empty()).collect())
    }

    /// Which of some users have a product as their own, by the plans that all their own licenses of it switch off.
    fn own_licenses_among(&self, product: ProductOrdinal, among: &Bits) -> BTreeMap<u128, Bits> {
        let users = self
            .assigned(product)
            .map_or_else(Bits::new, |assigned| assigned.intersection(among));
        let is_anything_off = || {
            let mut shapes = self.shapes.iter();
            shapes.any(|shape| shape.product == product && shape.disabled != 0)
        };
        if users.len() > FEW && !is_anything_off() {
            return BTreeMap::from([(0, users)]);
        }
        let mut by_disabled: BTreeMap<u128, Bits> = BTreeMap::new();
        for user in users.iter() {
            let Some(view) = self.users.view(UserOrdinal(user)) else {
                continue;
            };
            let shapes = view.holdings.iter();
            let shapes = shapes.filter_map(|holding| self.shapes.get(holding.shape));
            let disabled = shapes
                .filter(|shape| shape.product == product)
                .fold(u128::MAX, |all, shape| all & shape.disabled);
            by_disabled.entry(disabled).or_default().insert(user);
        }
        by_disabled
    }

    /// To which of some users groups give a product, by the plans that a group switches off.
    fn given_licenses_among(&self, product: ProductOrdinal, among: &Bits) -> BTreeMap<u128, Bits> {
        let mut by_disabled: BTreeMap<u128, Bits> = BTreeMap::new();
        for group in self.givers.get(&product).into_iter().flatten() {
            let Some(group) = self.groups.get(*group) else {
                continue;
            };
            for ((intended, verdict), decided) in &group.decisions {
                let Some(disabled) = self.disabled_by(group, *intended, *verdict, product) else {
                    continue;
                };
                let users = decided.intersection(among);
                if !users.is_empty() {
                    by_disabled.entry(disabled).or_default().union_with(&users);
                }
            }
        }
        by_disabled
    }

    /// The plans that are off where a product of a group, decided in some way, gives another product or itself; nothing
    /// where it does not.
    pub(crate) fn disabled_by(
        &self,
        group: &Group,
        intended: ProductOrdinal,
        verdict: Verdict,
        given: ProductOrdinal,
    ) -> Option<u128> {
        if verdict.given(intended) != Some(given) {
            return None;
        }
        let license = group.license(intended)?;
        Some(if intended == given {
            license.disabled
        } else {
            self.carry_over(intended, license.disabled, given)
        })
    }

    /// Notes that users may have a product otherwise than before.
    pub(crate) fn note_plans(&mut self, users: &Bits, product: ProductOrdinal) {
        if let Some(kept) = self.plans_off.get_mut(usize::from(product.0)) {
            kept.note_all(users);
        }
    }

    /// Notes that one user may have a product otherwise than before.
    pub(crate) fn note_plans_of(&mut self, user: UserOrdinal, product: ProductOrdinal) {
        if let Some(kept) = self.plans_off.get_mut(usize::from(product.0)) {
            kept.note(user.0);
        }
    }

    /// Notes that anybody may have any product otherwise than before.
    pub(crate) fn note_all_plans(&mut self) {
        for kept in &mut self.plans_off {
            kept.note_everything();
        }
    }
}

impl PlansOff {
    /// These sets with what is now true of those who changed.
    fn updated(&self, changed: &Bits, mut now: Self) -> Self {
        let mut off = self.0.clone();
        for (place, users) in &mut off {
            let now = now.0.remove(place).unwrap_or_default();
            if users.intersection(changed) != now {
                *users = users.difference(changed).union(&now);
            }
        }
        off.extend(now.0);
        off.retain(|_, users| !users.is_empty());
        Self(off)
    }
}

fn is_off(disabled: u128, place: u32) -> bool {
    disabled.checked_shr(place).unwrap_or(0) & 1 == 1
}
