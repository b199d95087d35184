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
            self.sort_own(shape, units, retry);
        }
        let mut standing: BTreeSet<(GroupOrdinal, ProductOrdinal)> = self
            .staying
            .iter()
            .filter_map(|piece| {
                let group = piece.origin.group()?;
                Some((group, piece.origin.intended(piece.product)))
            })
            .collect();
        for group in groups {
            self.sort_decided(*group, units, retry, &mut standing);
        }
        for unit in units {
            self.want(unit.group, retry, &standing);
        }
        // Who holds something and is to hold it otherwise comes before those who hold nothing.
        let leaving = self.leaving.iter().map(|leaving| &leaving.piece);
        let holders: BTreeSet<GroupOrdinal> = leaving
            .chain(&self.standby)
            .filter_map(|piece| piece.origin.group())
            .collect();
        self.wanted
            .sort_by_key(|wanted| !holders.contains(&wanted.group));
    }

    pub(super) fn sort_own(&mut self, shape: &Shape, units: &[Unit], retry: &Retry) {
        let piece = |origin| Piece {
            product: shape.product,
            disabled: shape.disabled,
            origin,
        };
        match shape.source {
            Source::Direct => self.staying.push(piece(Origin::Direct)),
            Source::Ending { group } => self.soft.push(piece(Origin::Ending(group))),
            Source::Kept { group, violation } => {
                if self.is_meant(shape, group, units) {
                    let origin = Origin::Decided(group, shape.product, Verdict::Active);
                    self.staying.push(piece(origin));
                    self.regained.push((group, shape.product));
                    return;
                }
                let piece = piece(Origin::Kept(group, violation));
                if retry.covers(group) || violation == Violation::MutuallyExclusive {
                    self.leaving.push(Leaving { piece, kept: None });
                } else {
                    self.staying.push(piece);
                }
            }
        }
    }

    /// Whether a group intends a license for the user exactly as it is.
    fn is_meant(&self, shape: &Shape, group: GroupOrdinal, units: &[Unit]) -> bool {
        let license = self
            .tenant
            .groups()
            .get(group)
            .and_then(|group| group.license(shape.product));
        units.iter().any(|unit| unit.group == group)
            && license.is_some_and(|license| license.disabled == shape.disabled)
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
        let old = self.settled.groups().get(ordinal);
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
            if is_same && is_fallback && retry.covers(ordinal) {
                self.standby.push(piece);
            } else if is_same {
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
                let was = old.and_then(|old| old.license(license.product));
                let is_changed = was.is_none_or(|was| was.disabled != license.disabled);
                (license.product, license.disabled, is_changed)
            })
            .collect();
        self.wanted.push(Wanted {
            group: ordinal,
            candidates,
        });
    }
}
