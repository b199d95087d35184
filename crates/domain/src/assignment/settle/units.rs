//! Decides what groups intend, one unit after the other.

use std::collections::BTreeMap;

use super::{Case, Origin, Piece, Seats, Verdicts, grant};
use crate::{
    assignment::{RuleSet, Shape, Source, Verdict, Violation, check},
    group::GroupOrdinal,
    product::ProductOrdinal,
    rejection::Rejection,
};

/// A product of a group to be decided: product, disabled plans, whether the command that is decided added or changed it.
type Candidate = (ProductOrdinal, u128, bool);

/// What a group would give.
const fn given(
    group: GroupOrdinal,
    intended: ProductOrdinal,
    product: ProductOrdinal,
    disabled: u128,
    verdict: Verdict,
) -> Piece {
    Piece {
        product,
        disabled,
        origin: Origin::Decided(group, intended, verdict),
    }
}

impl Case<'_> {
    /// Decides all units, keeping back what cannot go, until nothing more must be kept.
    pub(super) fn resolve(&mut self, seats: &mut Seats) -> (Vec<Piece>, Verdicts) {
        loop {
            let mut work = self.staying.clone();
            work.extend(&self.standby);
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
                    && leaving.piece.product == product
            })
        };
        let candidates: Vec<Candidate> = wanted
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
                let verdict = self
                    .standing_in(group, product)
                    .map_or(Verdict::Failed(violation), |piece| {
                        Verdict::Fallback(piece.product)
                    });
                verdicts.insert((group, product), verdict);
            }
            return false;
        }
        let mut trial = work.clone();
        let decided = self.try_candidates(group, &candidates, &mut trial, seats);
        let culprit = decided
            .iter()
            .find(|(_, verdict)| matches!(verdict, Verdict::Failed(_)))
            .map(|(product, _)| *product);
        if culprit.is_none() || is_partial {
            *work = trial;
            for (product, verdict) in decided {
                verdicts.insert((group, product), verdict);
            }
        } else {
            for (product, verdict) in decided {
                let verdict = match self.standing_in(group, product) {
                    Some(piece) => Verdict::Fallback(piece.product),
                    None if culprit == Some(product) => verdict,
                    None => Verdict::Failed(Violation::Other),
                };
                verdicts.insert((group, product), verdict);
            }
        }
        self.keep_failed(group, &candidates, verdicts)
    }

    /// What is given in place of a product of a group.
    fn standing_in(&self, group: GroupOrdinal, product: ProductOrdinal) -> Option<&Piece> {
        self.standby.iter().find(|piece| {
            matches!(piece.origin, Origin::Decided(giver, intended, _) if (giver, intended) == (group, product))
        })
    }

    /// Tries each candidate beside those that were accepted before it. What one needs may come from any other, where all
    /// are applied together or not at all; where each stands alone, what lacks a plan is tried again after the others.
    fn try_candidates(
        &self,
        group: GroupOrdinal,
        candidates: &[Candidate],
        work: &mut Vec<Piece>,
        seats: &mut Seats,
    ) -> BTreeMap<ProductOrdinal, Verdict> {
        let is_partial = self.tenant.policy().is_partial();
        let siblings: Vec<Piece> = if is_partial {
            Vec::new()
        } else {
            let wanted = |(product, disabled, _): &Candidate| {
                given(group, *product, *product, *disabled, Verdict::Active)
            };
            candidates.iter().map(wanted).collect()
        };
        let lacks = |verdict: &Verdict| *verdict == Verdict::Failed(Violation::Dependency);
        let mut decided: BTreeMap<ProductOrdinal, Verdict> = BTreeMap::new();
        loop {
            let mut is_changed = false;
            for candidate in candidates {
                if !decided.get(&candidate.0).is_none_or(lacks) {
                    continue;
                }
                let before = work.len();
                let verdict = self.try_one(group, *candidate, &siblings, work, seats);
                is_changed |= work.len() != before;
                decided.insert(candidate.0, verdict);
            }
            if !(is_partial && is_changed && decided.values().any(lacks)) {
                break;
            }
        }
        self.fail_what_lacks(work, &mut decided);
        decided
    }

    /// What stands in for a product may lack what another product of the group counted on.
    fn fail_what_lacks(&self, work: &[Piece], decided: &mut BTreeMap<ProductOrdinal, Verdict>) {
        let stands_in = |verdict: &Verdict| matches!(verdict, Verdict::Fallback(_));
        if !decided.values().any(stands_in) {
            return;
        }
        let after = self.plans(work);
        for piece in work {
            if let Origin::Decided(_, intended, Verdict::Active) = piece.origin
                && let Some(verdict) = decided.get_mut(&intended)
                && *verdict == Verdict::Active
                && self.lacks(piece, &after)
            {
                *verdict = Verdict::Failed(Violation::Dependency);
            }
        }
    }

    /// Tries a product, or else what its chain offers in its place, and adds what is given to the work.
    fn try_one(
        &self,
        group: GroupOrdinal,
        (product, disabled, _): Candidate,
        siblings: &[Piece],
        work: &mut Vec<Piece>,
        seats: &mut Seats,
    ) -> Verdict {
        if let Some(violation) = self.failures.get(&(group, product)) {
            return Verdict::Failed(*violation);
        }
        let standing_in = self.standing_in(group, product).copied();
        let is_other = |piece: &&Piece| standing_in.is_none_or(|own| own.origin != piece.origin);
        let rest: Vec<Piece> = work.iter().filter(is_other).copied().collect();
        let wanted = given(group, product, product, disabled, Verdict::Active);
        let violation = self.violation_of(&wanted, &rest, siblings, seats);
        // Nothing that others need may go with what was given in its place.
        let loses = standing_in.is_some() && {
            let after = self.plans(rest.iter().chain(siblings).chain([&wanted]));
            let mut missing = self.tenant.rules().newly_missing(&self.had, &after);
            missing.next().is_some()
        };
        match violation {
            None if !loses => {
                *work = rest;
                work.push(wanted);
                return Verdict::Active;
            }
            None | Some(Violation::Count) => {}
            Some(violation) if standing_in.is_none() => return Verdict::Failed(violation),
            Some(_) => {}
        }
        let sku_id = self.tenant.product(product).map(|product| product.sku_id);
        let chain = sku_id.map_or(&[][..], |sku_id| self.tenant.policy().fallbacks(sku_id));
        for instead in chain
            .iter()
            .filter_map(|sku_id| self.tenant.find_product(*sku_id))
        {
            if standing_in.is_some_and(|own| own.product == instead) {
                break; // nothing better than what is there
            }
            let is_meant = |piece: &Piece| piece.product == instead;
            if siblings.iter().any(is_meant)
                || self.intends(group, instead)
                || rest.iter().any(is_meant)
            {
                continue;
            }
            let verdict = Verdict::Fallback(instead);
            let disabled = self.tenant.carry_over(product, disabled, instead);
            let piece = given(group, product, instead, disabled, verdict);
            // Nothing may count on what it stands in for.
            let others = siblings.iter().filter(|other| other.product != product);
            let all = self.plans(rest.iter().chain(others).chain([&piece]));
            let mut missing = self.tenant.rules().newly_missing(&self.had, &all);
            if missing.next().is_none()
                && self.violation_of(&piece, &rest, siblings, seats).is_none()
            {
                *work = rest;
                work.push(piece);
                return verdict;
            }
        }
        standing_in.map_or(Verdict::Failed(Violation::Count), |own| {
            Verdict::Fallback(own.product)
        })
    }

    /// Whether a group gives a product itself.
    fn intends(&self, group: GroupOrdinal, product: ProductOrdinal) -> bool {
        let group = self.tenant.groups().get(group);
        group.is_some_and(|group| group.license(product).is_some())
    }

    /// What speaks against a piece beside those that the user would have: location, exclusion, dependency, seat, mail
    /// address, in this order.
    pub(super) fn violation_of(
        &self,
        piece: &Piece,
        work: &[Piece],
        siblings: &[Piece],
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
        let with = self.plans(work.iter().chain([piece]));
        if self.tenant.rules().excludes(&self.had, &with) {
            return Some(Violation::MutuallyExclusive);
        }
        // What others lack is not this piece's fault.
        let all = self.plans(work.iter().chain(siblings).chain([piece]));
        if self.lacks(piece, &all) {
            return Some(Violation::Dependency);
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
