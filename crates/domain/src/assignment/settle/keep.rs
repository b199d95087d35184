//! Keeps back what cannot go.

use std::collections::BTreeSet;

use super::{Case, Origin, Piece, Verdicts};
use crate::{
    assignment::{RuleSet, Verdict, Violation},
    group::GroupOrdinal,
    product::ProductOrdinal,
};

impl Case<'_> {
    /// Keeps what would be lost though what should replace it failed: the same product with other plans, products that
    /// the same command took from the group while it added or changed what failed, and what was kept for such a reason before.
    pub(super) fn keep_failed(
        &mut self,
        group: GroupOrdinal,
        candidates: &[(ProductOrdinal, u128, bool)],
        verdicts: &Verdicts,
    ) -> bool {
        let failure = |product: ProductOrdinal| match verdicts.get(&(group, product)) {
            Some(Verdict::Failed(violation)) => Some(*violation),
            _ => None,
        };
        let any_failed = candidates
            .iter()
            .any(|(product, ..)| failure(*product).is_some());
        let change_failed = candidates
            .iter()
            .any(|(product, _, is_changed)| *is_changed && failure(*product).is_some());
        let is_intended = |product: ProductOrdinal| {
            self.tenant
                .groups()
                .get(group)
                .is_some_and(|group| group.license(product).is_some())
        };
        let mut more = false;
        for leaving in &mut self.leaving {
            let piece = &leaving.piece;
            if leaving.kept.is_some() || piece.origin.group() != Some(group) {
                continue;
            }
            let intended = piece.origin.intended(piece.product);
            let kept = match piece.origin {
                _ if failure(intended).is_some() => failure(intended),
                Origin::Kept(_, violation) if any_failed && violation != Violation::Dependency => {
                    Some(violation)
                }
                Origin::Decided(..) if change_failed && !is_intended(intended) => {
                    Some(Violation::Other)
                }
                _ => None,
            };
            if kept.is_some() {
                leaving.kept = kept;
                more = true;
            }
        }
        if more {
            for (product, ..) in candidates {
                if let Some(Verdict::Failed(violation)) = verdicts.get(&(group, *product)) {
                    self.failures.insert((group, *product), *violation);
                }
            }
        }
        more
    }

    /// Keeps what other plans need. Returns whether there was anything.
    pub(super) fn keep_needed(&mut self, work: &[Piece]) -> bool {
        let after = self.plans(work);
        let needed: Vec<RuleSet> = self
            .tenant
            .rules()
            .newly_missing(&self.had, &after)
            .map(|(_, requires)| requires.clone())
            .collect();
        if needed.is_empty() {
            return false;
        }
        let gives: Vec<bool> = self
            .leaving
            .iter()
            .map(|leaving| {
                let plans = self.plans([&leaving.piece]);
                leaving.kept.is_none() && needed.iter().any(|set| set.intersects(&plans))
            })
            .collect();
        let groups: BTreeSet<Option<GroupOrdinal>> = self
            .leaving
            .iter()
            .zip(&gives)
            .filter(|(_, gives)| **gives)
            .map(|(leaving, _)| leaving.piece.origin.group())
            .collect();
        let is_partial = self.tenant.policy().is_partial();
        let mut more = false;
        for (leaving, gives) in self.leaving.iter_mut().zip(gives) {
            if leaving.kept.is_some() {
                continue;
            }
            if gives {
                leaving.kept = Some(Violation::Dependency);
                more = true;
            } else if !is_partial && groups.contains(&leaving.piece.origin.group()) {
                leaving.kept = Some(Violation::Other);
                more = true;
            }
        }
        more
    }
}
