//! Limits how often a password or a client credential may be guessed.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use uuid::Uuid;

/// Failures that are remembered for at most this many accounts at once; beyond it the oldest are forgotten.
const MAXIMUM_ACCOUNTS: usize = 10_000;

/// How many failures are allowed in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Failed attempts allowed in one window.
    pub failures: usize,
    /// Length of the sliding window in seconds.
    pub window_seconds: i64,
}

impl Default for RateLimit {
    /// Ten failures a minute, as Entra's smart lockout allows.
    fn default() -> Self {
        Self {
            failures: 10,
            window_seconds: 60,
        }
    }
}

/// Whose attempts are counted. Names that no account has are counted too, so that an answer tells nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Account {
    /// A user of a tenant, by user principal name in lower case.
    User(Uuid, String),
    /// A client of a tenant.
    Client(Uuid, Uuid),
}

/// A sliding window of failures per account, in the memory of this node.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    failures: Mutex<BTreeMap<Account, VecDeque<i64>>>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            failures: Mutex::new(BTreeMap::new()),
        }
    }

    /// Seconds to wait before the account may try again, or nothing if it may try now.
    pub(crate) fn wait(&self, account: &Account, now: i64) -> Option<i64> {
        let mut failures = self.failures.lock();
        let times = failures.get_mut(account)?;
        self.forget_old(times, now);
        let oldest = *times.front()?;
        (times.len() >= self.limit.failures).then(|| oldest + self.limit.window_seconds - now)
    }

    /// Counts one failure.
    pub(crate) fn failed(&self, account: Account, now: i64) {
        let mut failures = self.failures.lock();
        if failures.len() >= MAXIMUM_ACCOUNTS && !failures.contains_key(&account) {
            self.make_room(&mut failures, now);
        }
        let times = failures.entry(account).or_default();
        self.forget_old(times, now);
        // More would not change the answer, and a flood must not fill the memory.
        if times.len() < self.limit.failures {
            times.push_back(now);
        }
    }

    /// Forgets the failures of an account that proved itself.
    pub(crate) fn succeeded(&self, account: &Account) {
        self.failures.lock().remove(account);
    }

    fn forget_old(&self, times: &mut VecDeque<i64>, now: i64) {
        while times
            .front()
            .is_some_and(|time| *time + self.limit.window_seconds <= now)
        {
            times.pop_front();
        }
    }

    fn make_room(&self, failures: &mut BTreeMap<Account, VecDeque<i64>>, now: i64) {
        let window = self.limit.window_seconds;
        failures.retain(|_, times| times.back().is_some_and(|time| *time + window > now));
        if failures.len() >= MAXIMUM_ACCOUNTS {
            let oldest = failures
                .iter()
                .min_by_key(|(_, times)| times.back().copied());
            if let Some(account) = oldest.map(|(account, _)| account.clone()) {
                failures.remove(&account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Account {
        Account::User(Uuid::nil(), name.to_owned())
    }

    #[test]
    fn the_window_slides() {
        let limiter = Limiter::new(RateLimit {
            failures: 3,
            window_seconds: 60,
        });
        for time in [0, 10, 20] {
            assert_eq!(limiter.wait(&user("a"), time), None);
            limiter.failed(user("a"), time);
        }
        assert_eq!(limiter.wait(&user("a"), 20), Some(40));
        assert_eq!(limiter.wait(&user("b"), 20), None);
        assert_eq!(limiter.wait(&user("a"), 59), Some(1));
        assert_eq!(limiter.wait(&user("a"), 60), None);
        limiter.failed(user("a"), 60);
        assert_eq!(limiter.wait(&user("a"), 60), Some(10));
        limiter.succeeded(&user("a"));
        assert_eq!(limiter.wait(&user("a"), 60), None);
    }

    #[test]
    fn a_flood_of_names_does_not_fill_the_memory() {
        let limiter = Limiter::new(RateLimit::default());
        for number in 0..MAXIMUM_ACCOUNTS {
            limiter.failed(user(&number.to_string()), 0);
        }
        limiter.failed(user("next"), 5);
        assert_eq!(limiter.failures.lock().len(), MAXIMUM_ACCOUNTS);
        limiter.failed(user("later"), 60);
        assert_eq!(limiter.failures.lock().len(), 2);
        for _ in 0..100 {
            limiter.failed(user("later"), 61);
        }
        assert_eq!(limiter.failures.lock()[&user("later")].len(), 10);
    }
}
