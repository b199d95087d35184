//! What settling a user changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Decision, Origin, Piece, Seats, Settlement, Verdicts, grant};
use crate::{
    assignment::{Source, Verdict},
    event::Grant,
    group::GroupOrdinal,
    product::ProductOrdinal,
};

impl Case<'_> {
    /// Counts the seats that the user takes and gives back.
    pub(super) fn take_seats(&self, work: &[Piece], seats: &mut Seats) {
        let mut products: BTreeSet<ProductOrdinal> =
            work.iter().map(|piece| piece.product).collect();
        let ending = self.endings(work);
        products.extend(ending.iter().map(|piece| piece.product));
        for product in &products {
            if !self.tenant.holds(self.user.ordinal, *product) {
                seats.take(self.tenant, *product);
            }
        }
        let released: BTreeSet<ProductOrdinal> = self
            .leaving
            .iter()
            .map(|leaving| leaving.piece.product)
            .chain(self.soft.iter().map(|piece| piece.product))
            .chain(self.standby.iter().map(|piece| piece.product))
            .filter(|product| !products.contains(product))
            .collect();
        for product in released {
            seats.give_back(self.tenant, product);
        }
    }

    /// What is in its grace period from now on: what was and what becomes so, unless it excludes what the user has, or
    /// the same is given again.
    pub(super) fn endings(&self, work: &[Piece]) -> Vec<Piece> {
        let mut endings = self.soft.clone();
        if self.tenant.policy().grace_days() > 0 {
            for leaving in &self.leaving {
                let (group, intended) = match leaving.piece.origin {
                    Origin::Decided(group, intended, _) => (group, intended),
                    Origin::Kept(group, _) => (group, leaving.piece.product),
                    Origin::Direct | Origin::Ending(_) => continue,
                };
                let is_replaced = work.iter().any(|piece| {
                    piece.origin.group() == Some(group)
                        && piece.origin.intended(piece.product) == intended
                });
                let is_intended = self.wanted.iter().any(|wanted| {
                    wanted.group == group
                        && wanted
                            .candidates
                            .iter()
                            .any(|(product, ..)| *product == intended)
                });
                if leaving.kept.is_none() && !is_replaced && !is_intended {
                    endings.push(Piece {
                        origin: Origin::Ending(Some(group)),
                        ..leaving.piece
                    });
                }
            }
        }
        let had = self.plans(work);
        endings.retain(|ending| {
            let Origin::Ending(group) = ending.origin else {
                return false;
            };
            let is_given = work.iter().any(|piece| {
                piece.product == ending.product
                    && match group {
                        Some(_) => piece.origin.group() == group,
                        None => piece.origin == Origin::Direct,
                    }
            });
            let with = self.plans(work.iter().chain([ending]));
            !is_given && !self.tenant.rules().excludes(&had, &with)
        });
        endings
    }

    pub(super) fn settlement(
        &self,
        groups: &BTreeSet<GroupOrdinal>,
        work: &[Piece],
        verdicts: &Verdicts,
    ) -> Settlement {
        let mut settlement = Settlement::default();
        let user = self.user.ordinal;
        for ordinal in groups {
            let Some(group) = self.tenant.groups().get(*ordinal) else {
                continue;
            };
            let mut old: BTreeMap<ProductOrdinal, Verdict> = BTreeMap::new();
            for ((product, verdict), users) in &group.decisions {
                if users.contains(user.0) {
                    old.insert(*product, *verdict);
                }
            }
            let wanted = verdicts
                .range((*ordinal, ProductOrdinal(0))..=(*ordinal, ProductOrdinal(u16::MAX)))
                .map(|((_, product), _)| *product);
            let regained = self
                .regained
                .iter()
                .filter(|(group, _)| group == ordinal)
                .map(|(_, product)| *product);
            let known = old.keys().copied().chain(wanted).chain(regained);
            let products: BTreeSet<ProductOrdinal> = known.collect();
            for product in products {
                let before = old.get(&product).copied();
                let after = match verdicts.get(&(*ordinal, product)) {
                    Some(verdict) => Some(*verdict),
                    None if self.regained.contains(&(*ordinal, product)) => Some(Verdict::Active),
                    None => before.filter(|verdict| self.remains(*ordinal, product, *verdict)),
                };
                if before != after || self.has_other_plans(*ordinal, product, after) {
                    settlement.decisions.push(Decision {
                        group: *ordinal,
                        product,
                        before,
                        after,
                    });
                }
            }
        }
        let own = self.own_after(work);
        let had: Vec<Grant> = self
            .user
            .holdings
            .iter()
            .filter_map(|holding| self.tenant.shape(holding.shape))
            .filter(|shape| shape.source != Source::Direct)
            .map(|shape| Grant {
                product: shape.product,
                disabled: shape.disabled,
                source: shape.source,
            })
            .collect();
        settlement.removed = had
            .iter()
            .filter(|grant| !own.contains(grant))
            .copied()
            .collect();
        settlement.added = own
            .iter()
            .filter(|grant| !had.contains(grant))
            .copied()
            .collect();
        settlement
    }

    /// Whether a product that is given before and after has other plans from now on: the history tells it by a decision.
    fn has_other_plans(
        &self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        after: Option<Verdict>,
    ) -> bool {
        after == Some(Verdict::Active)
            && self.leaving.iter().any(|leaving| {
                leaving.kept.is_none()
                    && leaving.piece.origin == Origin::Decided(group, product, Verdict::Active)
            })
    }

    /// Whether a decision that was not made anew still holds.
    pub(super) fn remains(
        &self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        verdict: Verdict,
    ) -> bool {
        let stays = self
            .staying
            .iter()
            .any(|piece| piece.origin == Origin::Decided(group, product, verdict));
        let is_intended = || {
            let is_unit = self
                .tenant
                .units(self.user)
                .iter()
                .any(|unit| unit.group == group);
            let group = self.tenant.groups().get(group);
            is_unit && group.is_some_and(|group| group.license(product).is_some())
        };
        stays || (matches!(verdict, Verdict::Failed(_)) && is_intended())
    }

    /// The user's own licenses, besides direct ones, as they are from now on.
    pub(super) fn own_after(&self, work: &[Piece]) -> Vec<Grant> {
        let mut own: Vec<Grant> = self
            .staying
            .iter()
            .filter_map(|piece| match piece.origin {
                Origin::Kept(group, violation) => {
                    Some(grant(piece, Source::Kept { group, violation }))
                }
                _ => None,
            })
            .collect();
        for leaving in &self.leaving {
            if let (Some(violation), Some(group)) = (leaving.kept, leaving.piece.origin.group()) {
                own.push(grant(&leaving.piece, Source::Kept { group, violation }));
            }
        }
        for ending in self.endings(work) {
            if let Origin::Ending(group) = ending.origin {
                own.push(grant(&ending, Source::Ending { group }));
            }
        }
        own
    }
}
