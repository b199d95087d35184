//! What a user has, sorted into what stays, what is to go and what is to be decided.

use std::collections::BTreeSet;

use super::{Case, Leaving, Origin, Piece, Retry, Wanted};
use crate::{
    assignment::{Shape, Source, Unit, Verdict, Violation},
    group::GroupOrdinal,
    product::ProductOrdinal,
};

impl Case<'_> {
    pub(super) fn sort_pieces(
        &mut self,
        units: &[Unit],
        groups: &BTreeSet<GroupOrdinal>,
        retry: &Retry,
    ) {
        for holding in self.user.holdings {
            let Some(shape) = self.tenant.shape(holding.shape) else {
                continue;
            };
            self.sort_own(shape, retry);
        }
        let mut standing: BTreeSet<(GroupOrdinal, ProductOrdinal)> = self
            .staying
            .iter()
            .filter_map(|piece| Some((piece.origin.group()?, piece.product)))
            .collect();
        for group in groups {
            self.sort_decided(*group, units, retry, &mut standing);
        }
        for unit in units {
            self.want(unit.group, retry, &standing);
        }
    }

    pub(super) fn sort_own(&mut self, shape: &Shape, retry: &Retry) {
        let piece = |origin| Piece {
            product: shape.product,
            disabled: shape.disabled,
            origin,
        };
        match shape.source {
            Source::Direct => self.staying.push(piece(Origin::Direct)),
            Source::Ending { group } => self.soft.push(piece(Origin::Ending(group))),
            Source::Kept { group, violation } => {
                let piece = piece(Origin::Kept(group, violation));
                if retry.covers(group) || violation == Violation::MutuallyExclusive {
                    self.leaving.push(Leaving { piece, kept: None });
                } else {
                    self.staying.push(piece);
                }
            }
        }
    }

    /// Sorts what a group gives the user now.
    pub(super) fn sort_decided(
        &mut self,
        ordinal: GroupOrdinal,
        units: &[Unit],
        retry: &Retry,
        standing: &mut BTreeSet<(GroupOrdinal, ProductOrdinal)>,
    ) {
        let Some(group) = self.tenant.groups().get(ordinal) else {
            return;
        };
        let is_unit = units.iter().any(|unit| unit.group == ordinal);
        let old = self.before.groups().get(ordinal);
        for ((intended, verdict), users) in &group.decisions {
            let Some(given) = verdict
                .given(*intended)
                .filter(|_| users.contains(self.user.ordinal.0))
            else {
                continue;
            };
            let is_fallback = matches!(verdict, Verdict::Fallback(_));
            let now = group.license(*intended);
            let applied = old.and_then(|old| old.license(*intended)).or(now);
            let applied = applied.map_or(0, |license| license.disabled);
            let piece = Piece {
                product: given,
                disabled: if is_fallback {
                    self.tenant.carry_over(*intended, applied, given)
                } else {
                    applied
                },
                origin: Origin::Decided(ordinal, *intended, *verdict),
            };
            let is_same = is_unit && now.is_some_and(|license| license.disabled == applied);
            if is_same && !(is_fallback && retry.covers(ordinal)) {
                standing.insert((ordinal, *intended));
                self.staying.push(piece);
            } else {
                self.leaving.push(Leaving { piece, kept: None });
            }
        }
    }

    /// Notes what a unit intends and what is not applied, if it is to be decided now.
    pub(super) fn want(
        &mut self,
        ordinal: GroupOrdinal,
        retry: &Retry,
        standing: &BTreeSet<(GroupOrdinal, ProductOrdinal)>,
    ) {
        let Some(group) = self.tenant.groups().get(ordinal) else {
            return;
        };
        let open = group
            .licenses
            .iter()
            .filter(|license| !standing.contains(&(ordinal, license.product)));
        let verdict = |product| group.verdict(self.user.ordinal, product);
        // A product that was never decided, or that is applied otherwise than intended, opens its whole unit.
        let is_open = retry.covers(ordinal)
            || open.clone().any(|license| {
                !matches!(verdict(license.product), Some(Verdict::Failed(violation))
                    if violation != Violation::MutuallyExclusive)
            });
        if !is_open {
            return;
        }
        let old = self.before.groups().get(ordinal);
        let candidates = open
            .map(|license| {
                let is_new = old.is_none_or(|old| old.license(license.product).is_none());
                (license.product, license.disabled, is_new)
            })
            .collect();
        self.wanted.push(Wanted {
            group: ordinal,
            candidates,
        });
    }
}
