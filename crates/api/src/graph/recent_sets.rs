//! The users whom conditions lately led to, kept while the tenant stays as it is: the pages of a list ask the same
//! condition one after the other.

use std::collections::VecDeque;

use parking_lot::Mutex;
use uuid::Uuid;
use zetel_domain::{Tenant, state::Bits};
use zetel_query::Reach;

use super::query::Options;

/// Sets that are kept; at a million users one takes 125 KB at most.
const KEPT: usize = 32;
/// Bytes of a condition that is worth keeping.
const LONGEST: usize = 2_048;

/// The sets of conditions, of the last ones that were asked.
#[derive(Debug, Default)]
pub(crate) struct RecentSets(Mutex<VecDeque<(Key, Reach<Bits>)>>);

/// A condition in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    tenant_id: Uuid,
    generation: u64,
    filter: String,
    search: String,
}

impl RecentSets {
    /// What is known of the condition of a request, found now if it was not asked before in this state.
    pub fn get(
        &self,
        tenant: &Tenant,
        generation: u64,
        options: &Options<'_>,
        find: impl FnOnce() -> Reach<Bits>,
    ) -> Reach<Bits> {
        let (filter, search) = (options.filter.as_deref(), options.search.as_deref());
        let (filter, search) = (filter.unwrap_or_default(), search.unwrap_or_default());
        if filter.len() + search.len() > LONGEST {
            return find();
        }
        let is_of = |key: &Key| {
            (key.tenant_id, key.generation) == (tenant.id(), generation)
                && key.filter == filter
                && key.search == search
        };
        let known = self
            .0
            .lock()
            .iter()
            .find(|(key, _)| is_of(key))
            .map(|(_, set)| set.clone());
        if let Some(known) = known {
            return known;
        }
        let found = find();
        let key = Key {
            tenant_id: tenant.id(),
            generation,
            filter: filter.to_owned(),
            search: search.to_owned(),
        };
        let mut kept = self.0.lock();
        // Sets of states that have passed are the first to go, as nobody renews them.
        if kept.len() >= KEPT {
            kept.pop_back();
        }
        kept.push_front((key, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_found_once_for_each_state_and_condition() {
        let sets = RecentSets::default();
        let tenant = Tenant::default();
        let mut found = 0;
        let mut ask = |generation, filter: &'static str| {
            let options = Options {
                filter: Some(filter.into()),
                ..Options::default()
            };
            sets.get(&tenant, generation, &options, || {
                found += 1;
                Reach::Exactly([found].into_iter().collect())
            })
        };
        let first = ask(1, "a");
        assert_eq!(ask(1, "a"), first);
        assert_ne!(ask(2, "a"), first);
        assert_ne!(ask(1, "b"), first);
        for generation in 10..50 {
            ask(generation, "a");
        }
        assert_ne!(ask(1, "a"), first, "the oldest are forgotten");
        assert!(sets.0.lock().len() <= KEPT);
    }
}
