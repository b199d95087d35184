//! What became wrong with the licenses of a group.

use std::collections::BTreeMap;

use super::{Source, Violation};
use crate::{
    group::GroupOrdinal, product::ProductOrdinal, state::Bits, tenant::Tenant, user::UserOrdinal,
};

impl Tenant {
    /// Live users for whom a group's licenses could not be applied, or taken away, as they should, by product and cause.
    pub fn group_errors(&self, group: GroupOrdinal) -> BTreeMap<(ProductOrdinal, Violation), Bits> {
        let mut errors: BTreeMap<_, Bits> = BTreeMap::new();
        let decisions = self.groups.get(group).map(|group| &group.decisions);
        for ((product, verdict), users) in decisions.into_iter().flatten() {
            if let Some(violation) = verdict.violation() {
                let there = errors.entry((*product, violation)).or_default();
                there.union_with(users);
            }
        }
        for user in self.kept.iter() {
            let view = self.users.view(UserOrdinal(user));
            let holdings = view.iter().flat_map(|view| view.holdings.iter());
            for shape in holdings.filter_map(|holding| self.shape(holding.shape)) {
                if let Source::Kept {
                    group: of,
                    violation,
                } = shape.source
                    && of == group
                {
                    errors
                        .entry((shape.product, violation))
                        .or_default()
                        .insert(user);
                }
            }
        }
        errors.retain(|_, users| {
            users.intersect_with(self.users.live());
            !users.is_empty()
        });
        errors
    }

    /// All of these users.
    pub fn users_with_group_errors(&self, group: GroupOrdinal) -> Bits {
        let mut users = Bits::default();
        for some in self.group_errors(group).values() {
            users.union_with(some);
        }
        users
    }
}
