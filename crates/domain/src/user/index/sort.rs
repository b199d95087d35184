//! Puts users in the order of a name.

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
    let mut keys: Vec<Key> = Vec::with_capacity(among.len() as usize);
    keys.extend(among.iter().map(|user| (block(text_of(user), 0), user)));
    sort_from(&mut keys, 0, &text_of);
    keys.into_iter().map(|(_, user)| user).collect()
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
