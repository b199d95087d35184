//! Questions to an order of users by name.

use std::{cmp::Ordering, iter};

use super::{
    folded::{compare, compare_start, folded},
    order::{Gap, NameOrder},
};
use crate::{
    state::{Bits, Gather},
    user::{UserOrdinal, UserProperty, Users},
};

/// Which way an order is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the first to the last.
    Ascending,
    /// From the last to the first.
    Descending,
}

/// Live users in the order of a name, without regard to case: by the code points of the [`folded`] text, then by ordinal.
/// Users without the name come first.
///
/// A place in it is a name and an ordinal; nobody has to be there.
#[derive(Clone, Copy, Debug)]
pub struct ByName<'a> {
    users: &'a Users,
    property: UserProperty,
    order: &'a NameOrder,
}

impl<'a> ByName<'a> {
    pub(super) const fn new(
        users: &'a Users,
        property: UserProperty,
        order: &'a NameOrder,
    ) -> Self {
        Self {
            users,
            property,
            order,
        }
    }

    /// Users in order, from the first one behind a place, if one is given.
    pub fn ascending(
        self,
        after: Option<(&str, UserOrdinal)>,
    ) -> impl Iterator<Item = UserOrdinal> + use<'a> {
        let mut gap = self.gap_behind(after);
        iter::from_fn(move || {
            let (user, next) = self.order.next(gap)?;
            gap = next;
            Some(UserOrdinal(user))
        })
    }

    /// Users in reverse order, from the last one before a place, if one is given.
    pub fn descending(
        self,
        before: Option<(&str, UserOrdinal)>,
    ) -> impl Iterator<Item = UserOrdinal> + use<'a> {
        let mut gap = self.gap_ahead(before);
        iter::from_fn(move || {
            let (user, next) = self.order.previous(gap)?;
            gap = next;
            Some(UserOrdinal(user))
        })
    }

    /// The next `limit` users of a set beyond a place, or from where the direction begins.
    ///
    /// The cost is that of walking past all who are not in the set, or that of putting the set in order, whichever is
    /// less: at most some ten thousand steps for a page of a hundred among a million.
    pub fn page(
        self,
        among: &Bits,
        direction: Direction,
        beyond: Option<(&str, UserOrdinal)>,
        limit: usize,
    ) -> Vec<UserOrdinal> {
        let all = self.order.settled_users().len();
        let wanted = among.len() as usize;
        // Looking up a rank takes twice as long as walking past somebody.
        if wanted.saturating_mul(wanted) < limit.saturating_mul(all) / 2 {
            return self.ranked(among, direction, beyond, limit);
        }
        let is_wanted = |user: &UserOrdinal| among.contains(user.0);
        match direction {
            Direction::Ascending => self
                .ascending(beyond)
                .filter(is_wanted)
                .take(limit)
                .collect(),
            Direction::Descending => self
                .descending(beyond)
                .filter(is_wanted)
                .take(limit)
                .collect(),
        }
    }

    /// Puts a set in order by its members' ranks, and those who moved between them.
    fn ranked(
        self,
        among: &Bits,
        direction: Direction,
        beyond: Option<(&str, UserOrdinal)>,
        limit: usize,
    ) -> Vec<UserOrdinal> {
        let ranks = self.order.ranks();
        let all = self.order.settled_users();
        let stayed = among.difference(self.order.moved());
        let places = stayed.iter().filter_map(|user| {
            let rank = *ranks.get(user as usize)? as usize;
            (rank < all.len()).then_some(rank)
        });
        let is_wanted = |user: &u32| among.contains(*user);
        let (mut places, recent): (Vec<usize>, Vec<_>) = match direction {
            Direction::Ascending => {
                let gap = self.gap_behind(beyond);
                let recent = self.order.recent().iter().skip(gap.recent);
                (
                    places.filter(|place| *place >= gap.settled).collect(),
                    recent.collect(),
                )
            }
            Direction::Descending => {
                let gap = self.gap_ahead(beyond);
                let recent = self.order.recent().iter().take(gap.recent).rev();
                (
                    places.filter(|place| *place < gap.settled).collect(),
                    recent.collect(),
                )
            }
        };
        first(&mut places, direction, limit);
        let mut recent = recent
            .into_iter()
            .filter(|recent| is_wanted(&recent.user))
            .peekable();
        let mut page = Vec::with_capacity(limit.min(among.len() as usize));
        for place in places {
            while let Some(recent) = recent.next_if(|recent| match direction {
                Direction::Ascending => recent.place <= place,
                Direction::Descending => recent.place > place,
            }) {
                page.push(UserOrdinal(recent.user));
            }
            page.extend(all.get(place).copied().map(UserOrdinal));
        }
        page.extend(recent.map(|recent| UserOrdinal(recent.user)));
        page.truncate(limit);
        page
    }

    /// Users whose name begins so.
    pub fn with_prefix(self, prefix: &str) -> Bits {
        let prefix = folded(prefix);
        let from = |user: u32| compare_start(self.text_of(user), &prefix);
        self.between(
            self.order.gap(|user| from(user).is_lt()),
            self.order.gap(|user| from(user).is_le()),
        )
    }

    /// Users with this name.
    pub fn with_text(self, text: &str) -> Bits {
        let text = folded(text);
        let from = |user: u32| compare(self.text_of(user), &text);
        self.between(
            self.order.gap(|user| from(user).is_lt()),
            self.order.gap(|user| from(user).is_le()),
        )
    }

    fn between(self, start: Gap, end: Gap) -> Bits {
        let all = self.order.settled_users();
        let (before, rest) = all.split_at_checked(start.settled).unwrap_or_default();
        let within_length = end.settled.saturating_sub(start.settled);
        let (within, behind) = rest.split_at_checked(within_length).unwrap_or_default();
        let mut gathered = Gather::default();
        let mut users = if within.len() > all.len() / 2 {
            gathered.extend(before.iter().chain(behind).copied());
            self.users.live().difference(&gathered.finish())
        } else {
            gathered.extend(within.iter().copied());
            gathered.finish()
        };
        users.subtract(self.order.moved());
        let recent = self.order.recent().get(start.recent..end.recent);
        users.extend(recent.into_iter().flatten().map(|recent| recent.user));
        users
    }

    fn text_of(self, user: u32) -> &'a str {
        self.users.text_of(user, self.property)
    }

    /// Where a user belongs.
    pub(super) fn gap_before(self, user: u32) -> Gap {
        self.gap_ahead(Some((self.text_of(user), UserOrdinal(user))))
    }

    fn gap_ahead(self, place: Option<(&str, UserOrdinal)>) -> Gap {
        match place {
            Some(place) => self.gap(place, Ordering::is_lt),
            None => self.order.end(),
        }
    }

    fn gap_behind(self, place: Option<(&str, UserOrdinal)>) -> Gap {
        match place {
            Some(place) => self.gap(place, Ordering::is_le),
            None => Gap::START,
        }
    }

    fn gap(self, (text, user): (&str, UserOrdinal), is_ahead: fn(Ordering) -> bool) -> Gap {
        let text = folded(text);
        let is_before = |other: u32| {
            let by_text = compare(self.text_of(other), &text);
            is_ahead(by_text.then(other.cmp(&user.0)))
        };
        match self.rank_of(user.0, &text) {
            // Where the last user of a page still stands nothing has to be searched.
            Some(rank) => {
                let recent = self.order.recent();
                Gap {
                    settled: rank + usize::from(is_ahead(Ordering::Equal)),
                    recent: recent.partition_point(|recent| is_before(recent.user)),
                }
            }
            None => self.order.gap(is_before),
        }
    }

    /// The place of a user with this name among the settled ones, if it stands there.
    fn rank_of(self, user: u32, folded_text: &str) -> Option<usize> {
        let stayed = !self.order.moved().contains(user);
        let rank = *self.order.ranks().get(user as usize).filter(|_| stayed)? as usize;
        let is_there = self.order.settled_users().get(rank) == Some(&user);
        (is_there && compare(self.text_of(user), folded_text).is_eq()).then_some(rank)
    }
}

/// Keeps the first so many places, in the order in which they are walked.
fn first(places: &mut Vec<usize>, direction: Direction, limit: usize) {
    let compare = |left: &usize, right: &usize| match direction {
        Direction::Ascending => left.cmp(right),
        Direction::Descending => right.cmp(left),
    };
    if places.len() > limit {
        places.select_nth_unstable_by(limit, compare);
        places.truncate(limit);
    }
    places.sort_unstable_by(compare);
}
