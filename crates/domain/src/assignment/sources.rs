//! What a user has, and through what: derived from facts and decisions, never stored.

use std::collections::BTreeMap;

use super::{LicenseState, Shape, Source, Verdict};
use crate::{
    group::{Group, GroupOrdinal},
    product::{OwnedProduct, ProductOrdinal},
    tenant::Tenant,
    time::Timestamp,
    user::UserView,
};

/// One assignment of a product to a user, with what became of it: an entry of Graph's `licenseAssignmentStates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LicenseSource {
    /// The product.
    pub product: ProductOrdinal,
    /// The group that gives it; none if it is assigned to the user.
    pub group: Option<GroupOrdinal>,
    /// What became of it.
    pub state: LicenseState,
    /// Plans switched off, as bits.
    pub disabled: u128,
    /// When it last changed.
    pub at: Timestamp,
    /// The product in whose place this one is given, for want of a seat.
    pub instead_of: Option<ProductOrdinal>,
    /// Whether it was taken away and goes when the grace period is over.
    pub is_ending: bool,
}

/// What a user has of a product through all assignments together (licensing.md 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectiveLicense {
    /// The product.
    pub product: ProductOrdinal,
    /// Plans that every assignment switches off, as bits.
    pub disabled: u128,
    /// Since when the user has the product.
    pub at: Timestamp,
}

/// A group whose licenses are meant for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The group.
    pub group: GroupOrdinal,
    /// Since when the user is in it, on whatever path.
    pub joined: Timestamp,
    /// When its licenses were last decided for this user alone, if ever.
    pub decided: Option<Timestamp>,
}

impl Tenant {
    /// The live groups in which a user is, directly or, where the policy nests groups, through other groups; each once,
    /// in their order.
    pub fn units(&self, user: &UserView<'_>) -> Vec<Unit> {
        let direct = user.memberships.iter().map(|membership| Unit {
            group: membership.group,
            joined: membership.joined(),
            decided: membership.decided(),
        });
        if !self.policy.nests() {
            return direct.filter(|unit| self.is_live(unit.group)).collect();
        }
        let mut found: BTreeMap<GroupOrdinal, Unit> = BTreeMap::new();
        let mut open: Vec<Unit> = direct.collect();
        while let Some(unit) = open.pop() {
            let Some(group) = self.groups.get(unit.group).filter(|group| group.is_live()) else {
                continue;
            };
            let known = found.get(&unit.group).copied();
            if known.is_some_and(|known| known.joined <= unit.joined && unit.decided.is_none()) {
                continue;
            }
            let best = known.map_or(unit, |known| Unit {
                joined: known.joined.min(unit.joined),
                decided: known.decided.or(unit.decided),
                ..unit
            });
            found.insert(unit.group, best);
            open.extend(group.parents.iter().map(|parent| Unit {
                group: *parent,
                joined: unit.joined,
                decided: None,
            }));
        }
        found.into_values().collect()
    }

    fn is_live(&self, group: GroupOrdinal) -> bool {
        self.groups.get(group).is_some_and(Group::is_live)
    }

    /// All assignments of a user with what became of them, by product, direct ones first.
    pub fn sources(&self, user: &UserView<'_>) -> Vec<LicenseSource> {
        let mut sources: Vec<LicenseSource> = user
            .holdings
            .iter()
            .filter_map(|holding| Some(own_source(self.shape(holding.shape)?, holding.at())))
            .collect();
        if user.memberships.is_empty() {
            return sources;
        }
        for unit in self.units(user) {
            if let Some(group) = self.groups.get(unit.group) {
                self.add_sources_of(user, &unit, group, &mut sources);
            }
        }
        sources.sort_unstable();
        sources
    }

    fn add_sources_of(
        &self,
        user: &UserView<'_>,
        unit: &Unit,
        group: &Group,
        sources: &mut Vec<LicenseSource>,
    ) {
        for license in &group.licenses {
            let Some(verdict) = group.verdict(user.ordinal, license.product) else {
                continue;
            };
            let decided = unit.decided.unwrap_or_default();
            let source = LicenseSource {
                product: license.product,
                group: Some(unit.group),
                state: LicenseState::Active,
                disabled: license.disabled,
                at: license.at.max(unit.joined).max(decided),
                instead_of: None,
                is_ending: false,
            };
            if let Some(violation) = verdict.violation() {
                sources.push(LicenseSource {
                    state: LicenseState::Error(violation),
                    ..source
                });
            }
            match verdict {
                Verdict::Active => sources.push(source),
                Verdict::Fallback(instead) => sources.push(LicenseSource {
                    product: instead,
                    disabled: self.carry_over(license.product, license.disabled, instead),
                    instead_of: Some(license.product),
                    ..source
                }),
                Verdict::Failed(_) => {}
            }
        }
    }

    /// What a user has, by product. A deleted user's licenses are those that it had.
    pub fn effective(&self, user: &UserView<'_>) -> Vec<EffectiveLicense> {
        let mut effective: Vec<EffectiveLicense> = Vec::new();
        for source in self.sources(user) {
            if !source.state.is_applied() {
                continue;
            }
            match effective.last_mut() {
                Some(last) if last.product == source.product => {
                    last.disabled &= source.disabled;
                    last.at = last.at.min(source.at);
                }
                _ => effective.push(EffectiveLicense {
                    product: source.product,
                    disabled: source.disabled,
                    at: source.at,
                }),
            }
        }
        effective
    }

    /// The plans of a product that are off because plans with the same ids are off in another one.
    pub fn carry_over(&self, from: ProductOrdinal, disabled: u128, to: ProductOrdinal) -> u128 {
        let (Some(from), Some(to)) = (self.product(from), self.product(to)) else {
            return 0;
        };
        from.disabled_plans(disabled)
            .filter_map(|owned| to.plan_bit(owned.plan.id))
            .fold(0, |mask, bit| mask | bit)
    }

    /// The effective licenses of a user with their products.
    pub fn effective_products<'a>(
        &'a self,
        user: &UserView<'_>,
    ) -> impl Iterator<Item = (EffectiveLicense, &'a OwnedProduct)> {
        self.effective(user)
            .into_iter()
            .filter_map(|license| Some((license, self.product(license.product)?)))
    }
}

fn own_source(shape: &Shape, at: Timestamp) -> LicenseSource {
    let (state, is_ending) = match shape.source {
        Source::Direct => (LicenseState::Active, false),
        Source::Kept { violation, .. } => (LicenseState::ActiveWithError(violation), false),
        Source::Ending { .. } => (LicenseState::Active, true),
    };
    LicenseSource {
        product: shape.product,
        group: shape.source.group(),
        state,
        disabled: shape.disabled,
        at,
        instead_of: None,
        is_ending,
    }
}
