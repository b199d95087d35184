//! Puts users in the order of a name.

use std::collections::BTreeMap;

use super::folded::{block, goes_on};
use crate::{
    state::Bits,
    user::{UserProperty, Users},
};

/// The next bytes of a user's name, and the user.
type Key = (u128, u32);

/// Users in the order of their folded names, those with equal names in the order of their ordinals. Every sixteen bytes
/// of a name are looked at once at most: reading names here and there takes longer than sorting.
pub(super) fn in_order(users: &Users, property: UserProperty, among: &Bits) -> Vec<u32> {
    let text_of = |user: u32| users.text_of(user, property);
    // One initial after the other, so that the keys of all users are not in memory at once.
    let mut by_initial: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
    for user in among.iter() {
        let [initial, ..] = block(text_of(user), 0).to_be_bytes();
        by_initial.entry(initial).or_default().push(user);
    }
    let mut order = Vec::with_capacity(among.len() as usize);
    for users in by_initial.into_values() {
        let keys = users.iter().map(|user| (block(text_of(*user), 0), *user));
        let mut keys: Vec<Key> = keys.collect();
        sort_from(&mut keys, 0, &text_of);
        order.extend(keys.into_iter().map(|(_, user)| user));
    }
    order
}

/// Sorts users whose names are equal before a block.
fn sort_from<'a>(keys: &mut [Key], number: usize, text_of: &impl Fn(u32) -> &'a str) {
    keys.sort_unstable();
    for equal in keys.chunk_by_mut(|(left, _), (right, _)| left == right) {
        if equal.len() > 1 && equal.first().is_some_and(|(key, _)| goes_on(*key)) {
            for (key, user) in &mut *equal {
                *key = block(text_of(*user), number + 1);
            }
            sort_from(equal, number + 1, text_of);
        }
    }
}
