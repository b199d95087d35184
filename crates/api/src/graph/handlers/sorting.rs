//! Lists in the order of `$orderby`.

use std::{cmp::Reverse, collections::BinaryHeap};

use zetel_query::{Direction, OrderBy, Ordering};

use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{Question, refusal},
    paging::Key,
};

/// The order of a list, and where its page begins.
pub(super) struct Sort {
    /// The order.
    pub ordering: Ordering,
    /// The key and place after which the page begins.
    pub after: Option<(Key, u64)>,
}

/// The order that a request wants for objects of one type, if it says so.
pub(super) fn ordering<Q: Question>(call: &Call<'_>) -> Result<Option<Ordering>, GraphError> {
    let Some(text) = call.options.order_by.as_deref() else {
        return Ok(None);
    };
    let has_filter = call.options.filter.is_some();
    let ordering = OrderBy::parse(text).and_then(|items| {
        let (entity, is_advanced) = (Q::entity(), call.is_advanced());
        Ordering::check(&items, entity, &Q::is_known, has_filter, is_advanced)
    });
    ordering.map(Some).map_err(refusal)
}

impl Sort {
    /// The order from its beginning.
    pub const fn new(ordering: Ordering) -> Self {
        Self {
            ordering,
            after: None,
        }
    }

    /// The order as its page tokens know it, such as `displayName desc`.
    pub fn name(&self) -> String {
        let direction = if self.is_descending() { "desc" } else { "asc" };
        format!("{} {direction}", self.ordering.property.name)
    }

    /// Whether it goes down.
    pub fn is_descending(&self) -> bool {
        self.ordering.direction == Direction::Descending
    }

    /// The first objects of the page in their order, at most so many. Objects with the same key are in the order of
    /// their places.
    pub fn first<T>(
        &self,
        objects: impl Iterator<Item = T>,
        position: impl Fn(&T) -> (Key, u64),
        limit: usize,
    ) -> Vec<T> {
        let placed = objects.map(|object| (position(&object), object));
        let after = self.after.as_ref();
        if self.is_descending() {
            let rest = placed.filter(|(own, _)| after.is_none_or(|after| own < after));
            smallest(rest.map(|(own, object)| (Reverse(own), object)), limit)
        } else {
            let rest = placed.filter(|(own, _)| after.is_none_or(|after| own > after));
            smallest(rest, limit)
        }
    }
}

/// An object that is compared by its key.
struct Keyed<K, T>(K, T);

impl<K: Ord, T> PartialEq for Keyed<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Ord, T> Eq for Keyed<K, T> {}

impl<K: Ord, T> PartialOrd for Keyed<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> Ord for Keyed<K, T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// The objects with the smallest keys, in their order; never keeps more than one too many.
fn smallest<K: Ord, T>(objects: impl Iterator<Item = (K, T)>, limit: usize) -> Vec<T> {
    let mut heap = BinaryHeap::new();
    for (key, object) in objects {
        heap.push(Keyed(key, object));
        if heap.len() > limit {
            heap.pop();
        }
    }
    let sorted = heap.into_sorted_vec().into_iter();
    sorted.map(|Keyed(_, object)| object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use zetel_query::tables;

    proptest! {
        #[test]
        fn pages_are_the_whole_list_in_its_order(
            names in prop::collection::vec("[a-cA-C]{0,2}", 0..40),
            length in 1_usize..9,
            is_descending in any::<bool>(),
        ) {
            let objects: Vec<(usize, &str)> =
                names.iter().map(String::as_str).enumerate().collect();
            let position = |(place, name): &(usize, &str)| (Key::of_text(name), *place as u64);
            let mut expected = objects.clone();
            expected.sort_by_key(position);
            if is_descending {
                expected.reverse();
            }
            let direction = if is_descending { Direction::Descending } else { Direction::Ascending };
            let property = tables::USER.find("displayName").unwrap();
            let mut sort = Sort::new(Ordering { property, direction });
            let mut found = Vec::new();
            loop {
                let page = sort.first(objects.iter().copied(), position, length);
                let Some(last) = page.last() else { break };
                sort.after = Some(position(last));
                found.extend(page);
            }
            prop_assert_eq!(found, expected);
        }
    }
}
