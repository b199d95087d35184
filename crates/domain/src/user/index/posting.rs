//! The users who have one value.

use std::sync::Arc;

use crate::state::{Bits, Gather};

/// Up to so many users are a list, of four bytes each; a set of that many scattered over a million takes eight.
const LISTED: usize = 16_384;

/// The users who have one value. Clones share them.
#[derive(Clone, Debug)]
pub(super) enum Posting {
    /// In ascending order.
    List(Arc<Vec<u32>>),
    /// More of them.
    Set(Bits),
}

impl Posting {
    /// Users in ascending order.
    pub fn of(mut users: Vec<u32>) -> Self {
        if users.len() > LISTED {
            Self::Set(gathered(&users))
        } else {
            users.shrink_to_fit();
            Self::List(Arc::new(users))
        }
    }

    pub fn to_bits(&self) -> Bits {
        match self {
            Self::List(users) => gathered(users),
            Self::Set(users) => users.clone(),
        }
    }

    pub fn add_to(&self, gather: &mut Gather) {
        match self {
            Self::List(users) => gather.extend(users.iter().copied()),
            Self::Set(users) => gather.add_all(users),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::List(users) => users.is_empty(),
            Self::Set(users) => users.is_empty(),
        }
    }

    /// Takes users out.
    pub fn subtract(&mut self, others: &Bits) {
        match self {
            Self::List(users) => {
                let is_in = |user: u32| users.binary_search(&user).is_ok();
                if others.iter().any(is_in) {
                    Arc::make_mut(users).retain(|user| !others.contains(*user));
                }
            }
            Self::Set(users) => {
                if !users.is_disjoint(others) {
                    users.subtract(others);
                }
            }
        }
    }

    /// Adds a user who is not there.
    pub fn insert(&mut self, user: u32) {
        match self {
            Self::List(users) if users.len() < LISTED => {
                let users = Arc::make_mut(users);
                let place = users.partition_point(|other| *other < user);
                users.insert(place, user);
            }
            Self::List(users) => {
                let mut set = gathered(users);
                set.insert(user);
                *self = Self::Set(set);
            }
            Self::Set(users) => {
                users.insert(user);
            }
        }
    }
}

fn gathered(users: &[u32]) -> Bits {
    let mut gather = Gather::default();
    gather.extend(users.iter().copied());
    gather.finish()
}
