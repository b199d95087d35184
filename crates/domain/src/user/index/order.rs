//! Users in the order of a name, kept as it changes.

use std::sync::{Arc, OnceLock};

use super::{ByName, sort::in_order};
use crate::{
    state::Bits,
    user::{UserProperty, Users},
};

/// Users who may have another place than when all were put in order, before all are put in order again.
const MOVED: u32 = 2_048;

/// Up to this part of all users are put in their places one by one.
const FEW: usize = 16;

/// Live users in the order of a name: of the folded text by code points, then of ordinals. Users without the name come
/// first.
///
/// Four bytes per user. Users who came, went or changed their name since all were put in order are kept apart, so that a
/// change costs microseconds whatever the number of users.
#[derive(Debug)]
pub(crate) struct NameOrder {
    all: Arc<Settled>,
    /// Those whose place in `all`, if they have one, is not theirs any more.
    moved: Bits,
    /// Those of them who are live, in order.
    recent: Vec<Recent>,
}

/// Users as they were put in order.
#[derive(Debug, Default)]
struct Settled {
    users: Vec<u32>,
    /// The place of each user in `users`, by ordinal, where somebody needed it.
    ranks: OnceLock<Vec<u32>>,
}

/// A user who came or changed its name since all were put in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent {
    pub user: u32,
    /// The place among the settled ones before which the user belongs.
    pub place: usize,
}

/// A place between users in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// So many settled users are before it.
    pub settled: usize,
    /// So many recent ones are.
    pub recent: usize,
}

impl Gap {
    /// The place before everybody.
    pub const START: Self = Self {
        settled: 0,
        recent: 0,
    };
}

impl NameOrder {
    /// Puts all live users in order, or only those who changed since others were.
    pub fn make(users: &Users, property: UserProperty, former: Option<(&Self, &Bits)>) -> Self {
        let few = users.live().len() as usize / FEW + MOVED as usize;
        match former {
            Some((former, changed)) if changed.len() as usize <= few => {
                former.updated(users, property, changed)
            }
            _ => Self::settled(in_order(users, property, users.live())),
        }
    }

    fn settled(users: Vec<u32>) -> Self {
        let ranks = OnceLock::new();
        Self {
            all: Arc::new(Settled { users, ranks }),
            moved: Bits::new(),
            recent: Vec::new(),
        }
    }

    fn updated(&self, users: &Users, property: UserProperty, changed: &Bits) -> Self {
        let arrived = in_order(users, property, &changed.intersection(users.live()));
        let mut next = Self {
            all: Arc::clone(&self.all),
            moved: self.moved.union(changed),
            recent: self.recent.clone(),
        };
        next.recent.retain(|recent| !changed.contains(recent.user));
        if next.moved.len() > MOVED {
            return next.with_all(users, property, &arrived);
        }
        for user in arrived {
            next.insert(users, property, user);
        }
        next
    }

    fn insert(&mut self, users: &Users, property: UserProperty, user: u32) {
        let gap = ByName::new(users, property, self).gap_before(user);
        // Where users moved away there are several places between two others. The neighbors' say which ones keep the
        // order.
        let place_of = |recent: usize| self.recent.get(recent).map(|recent| recent.place);
        let lowest = gap.recent.checked_sub(1).and_then(place_of).unwrap_or(0);
        let highest = place_of(gap.recent).unwrap_or(usize::MAX);
        let place = gap.settled.max(lowest).min(highest);
        self.recent.insert(gap.recent, Recent { user, place });
    }

    /// All in order again, with those who arrived.
    fn with_all(&self, users: &Users, property: UserProperty, arrived: &[u32]) -> Self {
        let stayed = ByName::new(users, property, self).ascending(None);
        let stayed = Self::settled(stayed.map(|user| user.0).collect());
        let places = ByName::new(users, property, &stayed);
        let stayed = &stayed.all.users;
        let mut all = Vec::with_capacity(stayed.len() + arrived.len());
        let mut done = 0;
        for user in arrived {
            let place = places.gap_before(*user).settled;
            all.extend_from_slice(stayed.get(done..place).unwrap_or_default());
            all.push(*user);
            done = place;
        }
        all.extend_from_slice(stayed.get(done..).unwrap_or_default());
        Self::settled(all)
    }

    /// Users as they were put in order, some of whom moved away since.
    pub fn settled_users(&self) -> &[u32] {
        &self.all.users
    }

    /// The places of users in [`NameOrder::settled_users`] by ordinal, beyond its end where a user had none.
    pub fn ranks(&self) -> &[u32] {
        self.all.ranks.get_or_init(|| {
            let users = &self.all.users;
            let length = users.iter().max().map_or(0, |last| *last as usize + 1);
            let mut ranks = vec![u32::MAX; length];
            for (rank, user) in (0..).zip(users) {
                if let Some(place) = ranks.get_mut(*user as usize) {
                    *place = rank;
                }
            }
            ranks
        })
    }

    /// Users whose settled place is not theirs any more.
    pub const fn moved(&self) -> &Bits {
        &self.moved
    }

    /// Those of them who are live, in order.
    pub fn recent(&self) -> &[Recent] {
        &self.recent
    }

    /// The place before which nobody is who belongs before something; `is_before` tells of a user whether it does.
    pub fn gap(&self, is_before: impl Fn(u32) -> bool) -> Gap {
        let (mut low, mut high) = (0, self.all.users.len());
        while low < high {
            let middle = low.midpoint(high);
            // Whoever moved away tells nothing; the next one who stayed does.
            let mut following = (middle..high).zip(self.all.users.iter().skip(middle));
            match following.find(|(_, user)| !self.moved.contains(**user)) {
                Some((place, user)) if is_before(*user) => low = place + 1,
                _ => high = middle,
            }
        }
        let recent = self.recent.partition_point(|recent| is_before(recent.user));
        Gap {
            settled: low,
            recent,
        }
    }

    /// The place behind everybody.
    pub fn end(&self) -> Gap {
        Gap {
            settled: self.all.users.len(),
            recent: self.recent.len(),
        }
    }

    /// The user behind a place, and the place behind that user.
    pub fn next(&self, mut gap: Gap) -> Option<(u32, Gap)> {
        loop {
            let recent = self.recent.get(gap.recent);
            if let Some(recent) = recent.filter(|recent| recent.place <= gap.settled) {
                gap.recent += 1;
                return Some((recent.user, gap));
            }
            let user = *self.all.users.get(gap.settled)?;
            gap.settled += 1;
            if !self.moved.contains(user) {
                return Some((user, gap));
            }
        }
    }

    /// The user before a place, and the place before that user.
    pub fn previous(&self, mut gap: Gap) -> Option<(u32, Gap)> {
        loop {
            let before = gap.recent.checked_sub(1);
            let recent = before.and_then(|before| self.recent.get(before));
            if let Some(recent) = recent.filter(|recent| recent.place >= gap.settled) {
                gap.recent -= 1;
                return Some((recent.user, gap));
            }
            gap.settled = gap.settled.checked_sub(1)?;
            let user = *self.all.users.get(gap.settled)?;
            if !self.moved.contains(user) {
                return Some((user, gap));
            }
        }
    }
}
