//! Decides what groups intend, one unit after the other.

use std::collections::BTreeMap;

use super::{Case, Origin, Piece, Seats, Verdicts, grant};
use crate::{
    assignment::{RuleSet, RuleViolation, Shape, Source, Verdict, Violation, check},
    group::GroupOrdinal,
    product::ProductOrdinal,
    rejection::Rejection,
};

impl Case<'_> {
    /// Decides all units, keeping back what cannot go, until nothing more must be kept.
    pub(super) fn resolve(&mut self, seats: &mut Seats) -> (Vec<Piece>, Verdicts) {
        loop {
            let mut work = self.staying.clone();
            work.extend(
                self.leaving
                    .iter()
                    .filter(|leaving| leaving.kept.is_some())
                    .map(|leaving| leaving.piece),
            );
            let mut verdicts = Verdicts::new();
            let mut more = false;
            for place in 0..self.wanted.len() {
                more |= self.decide_unit(place, &mut work, &mut verdicts, seats);
            }
            more |= self.keep_needed(&work);
            if !more {
                return (work, verdicts);
            }
        }
    }

    /// Decides one unit. Returns whether something must be kept that was to go.
    pub(super) fn decide_unit(
        &mut self,
        place: usize,
        work: &mut Vec<Piece>,
        verdicts: &mut Verdicts,
        seats: &mut Seats,
    ) -> bool {
        let Some(wanted) = self.wanted.get(place) else {
            return false;
        };
        let group = wanted.group;
        let is_kept = |product: ProductOrdinal| {
            self.leaving.iter().any(|leaving| {
                leaving.kept.is_some()
                    && leaving.piece.origin.group() == Some(group)
                    && leaving.piece.origin.intended(leaving.piece.product) == product
            })
        };
        let candidates: Vec<(ProductOrdinal, u128, bool)> = wanted
            .candidates
            .iter()
            .filter(|(product, ..)| !is_kept(*product))
            .copied()
            .collect();
        let is_partial = self.tenant.policy().is_partial();
        let failures = self
            .failures
            .range((group, ProductOrdinal(0))..=(group, ProductOrdinal(u16::MAX)));
        if !is_partial && failures.count() > 0 {
            for (product, ..) in candidates {
                let failure = self.failures.get(&(group, product));
                let violation = failure.copied().unwrap_or(Violation::Other);
                verdicts.insert((group, product), (Verdict::Failed(violation), None));
            }
            return false;
        }
        let mut trial = work.clone();
        let decided = self.try_candidates(group, &candidates, &mut trial, seats);
        let culprit = decided
            .iter()
            .find(|(_, (verdict, _))| matches!(verdict, Verdict::Failed(_)))
            .map(|(product, _)| *product);
        if culprit.is_none() || is_partial {
            *work = trial;
            for (product, decision) in decided {
                verdicts.insert((group, product), decision);
            }
        } else {
            for (product, (verdict, _)) in decided {
                let verdict = if culprit == Some(product) {
                    verdict
                } else {
                    Verdict::Failed(Violation::Other)
                };
                verdicts.insert((group, product), (verdict, None));
            }
        }
        self.keep_failed(group, &candidates, verdicts)
    }

    /// Tries each candidate with those that were accepted before it. What lacks a plan is tried again after the others.
    pub(super) fn try_candidates(
        &self,
        group: GroupOrdinal,
        candidates: &[(ProductOrdinal, u128, bool)],
        work: &mut Vec<Piece>,
        seats: &mut Seats,
    ) -> BTreeMap<ProductOrdinal, (Verdict, Option<Piece>)> {
        let mut decided = BTreeMap::new();
        loop {
            let mut is_changed = false;
            for (product, disabled, _) in candidates {
                let is_open = decided
                    .get(product)
                    .is_none_or(|(verdict, _)| *verdict == Verdict::Failed(Violation::Dependency));
                if !is_open {
                    continue;
                }
                let decision = self.try_one(group, *product, *disabled, candidates, work, seats);
                if let (_, Some(piece)) = decision {
                    work.push(piece);
                    is_changed = true;
                }
                decided.insert(*product, decision);
            }
            let is_open = |(verdict, _): &(Verdict, Option<Piece>)| {
                *verdict == Verdict::Failed(Violation::Dependency)
            };
            if !is_changed || !decided.values().any(is_open) {
                return decided;
            }
        }
    }

    pub(super) fn try_one(
        &self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        disabled: u128,
        candidates: &[(ProductOrdinal, u128, bool)],
        work: &[Piece],
        seats: &mut Seats,
    ) -> (Verdict, Option<Piece>) {
        if let Some(violation) = self.failures.get(&(group, product)) {
            return (Verdict::Failed(*violation), None);
        }
        let piece = |product, disabled, intended, verdict| Piece {
            product,
            disabled,
            origin: Origin::Decided(group, intended, verdict),
        };
        let wanted = piece(product, disabled, product, Verdict::Active);
        match self.violation_of(&wanted, work, seats) {
            None => (Verdict::Active, Some(wanted)),
            Some(Violation::Count) => {
                let sku_id = self.tenant.product(product).map(|product| product.sku_id);
                let fallbacks =
                    sku_id.map_or(&[][..], |sku_id| self.tenant.policy().fallbacks(sku_id));
                fallbacks
                    .iter()
                    .filter_map(|sku_id| self.tenant.find_product(*sku_id))
                    .filter(|instead| {
                        !candidates.iter().any(|(other, ..)| other == instead)
                            && !work.iter().any(|piece| piece.product == *instead)
                    })
                    .find_map(|instead| {
                        let disabled = self.tenant.carry_over(product, disabled, instead);
                        let verdict = Verdict::Fallback(instead);
                        let given = piece(instead, disabled, product, verdict);
                        self.violation_of(&given, work, seats)
                            .is_none()
                            .then_some((verdict, Some(given)))
                    })
                    .unwrap_or((Verdict::Failed(Violation::Count), None))
            }
            Some(violation) => (Verdict::Failed(violation), None),
        }
    }

    /// What speaks against a piece beside those that the user would have: location, exclusion, dependency, seat, mail
    /// address, in this order.
    pub(super) fn violation_of(
        &self,
        piece: &Piece,
        work: &[Piece],
        seats: &mut Seats,
    ) -> Option<Violation> {
        let holds = self.tenant.holds(self.user.ordinal, piece.product);
        let grant = grant(piece, Source::Direct);
        let default = self.tenant.profile().default_usage_location;
        if let Some(location) = self.user.head.usage_location.or(default)
            && !holds
            && check::check_location(self.tenant, &[grant], location).is_err()
        {
            return Some(Violation::ProhibitedInUsageLocation);
        }
        let after = self.plans(work.iter().chain([piece]));
        match self.tenant.rules().first_new_violation(&self.had, &after) {
            Some(RuleViolation::Exclusive { .. }) => {
                return Some(Violation::MutuallyExclusive);
            }
            // What others lack is not this piece's fault.
            Some(RuleViolation::Missing { .. }) if self.lacks(piece, &after) => {
                return Some(Violation::Dependency);
            }
            _ => {}
        }
        let is_taken = work.iter().any(|other| other.product == piece.product);
        if !holds && !is_taken && !seats.are_left(self.tenant, piece.product) {
            return Some(Violation::Count);
        }
        let shape = Shape {
            product: piece.product,
            source: Source::Direct,
            disabled: piece.disabled,
        };
        match check::check_addresses(self.tenant, self.user, &[shape]) {
            Err(Rejection::AddressNotUnique { .. }) => Some(Violation::Uniqueness),
            _ => None,
        }
    }

    /// Whether a plan of the piece lacks what it needs.
    pub(super) fn lacks(&self, piece: &Piece, after: &RuleSet) -> bool {
        let own = self.plans([piece]);
        self.tenant
            .rules()
            .newly_missing(&self.had, after)
            .any(|(dependent, _)| own.contains(dependent))
    }

    pub(super) fn plans<'p>(&self, pieces: impl IntoIterator<Item = &'p Piece>) -> RuleSet {
        let mut set = RuleSet::default();
        for piece in pieces {
            if let Some(product) = self.tenant.product(piece.product) {
                product.add_rule_plans(piece.disabled, &mut set);
            }
        }
        set
    }
}
