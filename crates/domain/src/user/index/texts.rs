//! Users by the value of a property that has few different values.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use super::{folded, posting::Posting};
use crate::{
    state::{Bits, Gather},
    user::Users,
};

/// Different values above which there is no index: whoever asks then looks at every user.
const MAXIMUM_VALUES: usize = 4_096;

/// Above this part of all users, everybody is looked at again, and whether there are still too many values.
const FEW: u32 = 8;

/// Up to so many users only these are looked at, however few there are.
const LEAST: u32 = 64;

/// Live users by the folded value of a property; users without a value are under the empty text.
///
/// At most eight bytes per user, half of that where values are many.
#[derive(Debug)]
pub(super) struct TextIndex {
    /// None if there are more values than [`MAXIMUM_VALUES`].
    values: Option<BTreeMap<Arc<str>, Posting>>,
}

impl TextIndex {
    /// Looks at all live users, or only at those who changed since others were looked at. `text_of` gives a user's value.
    pub fn make<'a>(
        users: &'a Users,
        text_of: impl Fn(u32) -> &'a str,
        former: Option<(&Self, &Bits)>,
    ) -> Self {
        let few = users.live().len() / FEW + LEAST;
        let values = match former {
            Some((former, changed)) if changed.len() <= few => {
                let arrived = changed.intersection(users.live());
                let values = former.values.as_ref();
                values.and_then(|values| updated(values, changed, &arrived, text_of))
            }
            _ => collected(users.live(), text_of),
        };
        Self { values }
    }

    /// Users with a value; none if there is no index.
    pub fn with(&self, value: &str) -> Option<Bits> {
        let found = self.values.as_ref()?.get(&*folded(value));
        Some(found.map_or_else(Bits::new, Posting::to_bits))
    }

    /// Users whose folded value fits; none if there is no index.
    pub fn that(&self, mut fits: impl FnMut(&str) -> bool) -> Option<Bits> {
        let values = self.values.as_ref()?.iter();
        let fitting = values.filter(|(value, _)| fits(value));
        Some(union(fitting.map(|(_, users)| users)))
    }

    /// Users whose value begins so; none if there is no index.
    pub fn with_prefix(&self, prefix: &str) -> Option<Bits> {
        let prefix = folded(prefix);
        let from = (Bound::Included(&*prefix), Bound::Unbounded);
        let values = self.values.as_ref()?.range::<str, _>(from);
        let fitting = values.take_while(|(value, _)| value.starts_with(&*prefix));
        Some(union(fitting.map(|(_, users)| users)))
    }
}

fn union<'a>(mut postings: impl Iterator<Item = &'a Posting>) -> Bits {
    let Some(first) = postings.next() else {
        return Bits::new();
    };
    let Some(second) = postings.next() else {
        return first.to_bits();
    };
    let mut gather = Gather::default();
    for posting in [first, second].into_iter().chain(postings) {
        posting.add_to(&mut gather);
    }
    gather.finish()
}

fn collected<'a>(
    users: &Bits,
    text_of: impl Fn(u32) -> &'a str,
) -> Option<BTreeMap<Arc<str>, Posting>> {
    let mut values: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
    for user in users.iter() {
        let value = folded(text_of(user));
        if let Some(users) = values.get_mut(&*value) {
            users.push(user);
        } else if values.len() < MAXIMUM_VALUES {
            values.insert(value.into(), vec![user]);
        } else {
            return None;
        }
    }
    let postings = values.into_iter();
    Some(
        postings
            .map(|(value, users)| (value, Posting::of(users)))
            .collect(),
    )
}

/// The index with what is now true of those who changed; none if there are too many values.
fn updated<'a>(
    values: &BTreeMap<Arc<str>, Posting>,
    changed: &Bits,
    arrived: &Bits,
    text_of: impl Fn(u32) -> &'a str,
) -> Option<BTreeMap<Arc<str>, Posting>> {
    let mut values = values.clone();
    values.retain(|_, users| {
        users.subtract(changed);
        !users.is_empty()
    });
    for user in arrived.iter() {
        let value = folded(text_of(user));
        if let Some(users) = values.get_mut(&*value) {
            users.insert(user);
        } else {
            values.insert(value.into(), Posting::of(vec![user]));
        }
    }
    (values.len() <= MAXIMUM_VALUES).then_some(values)
}
