//! What stops a change that takes services from many.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{Rejection, user::UserState};

use super::Model;

impl Model {
    pub(super) fn guard(&self, next: &Self, is_confirmed: bool) -> Result<(), Rejection> {
        let guard = &self.policy.guard;
        if !guard.enabled || is_confirmed {
            return Ok(());
        }
        let loses = |place: &usize| !self.services(*place).is_subset(&next.services(*place));
        let users = self.live_users().filter(loses).count();
        let mut products = Vec::new();
        for sku_id in self.products.keys() {
            let (had, has) = (self.holders(*sku_id), next.holders(*sku_id));
            let lost = had.difference(&has).count();
            let min = usize::try_from(guard.min_users_for_percent).unwrap();
            let percent = usize::try_from(guard.max_percent).unwrap();
            if lost > min && lost * 100 > percent * had.len() {
                let count = |count: usize| u32::try_from(count).unwrap();
                products.push((*sku_id, count(lost), count(had.len())));
            }
        }
        if users <= usize::try_from(guard.max_users).unwrap() && products.is_empty() {
            return Ok(());
        }
        Err(Rejection::Guarded {
            token: String::new(),
            users: u32::try_from(users).unwrap(),
            products,
            needs_approval: guard.second_approver,
        })
    }

    /// Plans that a live user has.
    fn services(&self, place: usize) -> BTreeSet<Uuid> {
        match self.users[place].state {
            UserState::Live => self.plans(&self.sources(place)),
            _ => BTreeSet::new(),
        }
    }

    pub(super) fn products_of(&self, place: usize) -> BTreeSet<Uuid> {
        let sources = self.sources(place).into_iter();
        sources.map(|source| source.sku_id).collect()
    }

    /// Live users who have a product.
    pub(super) fn holders(&self, sku_id: Uuid) -> BTreeSet<usize> {
        let has = |place: &usize| match self.unsettled.get(place) {
            Some(before) => before.contains(&sku_id),
            None => self.products_of(*place).contains(&sku_id),
        };
        self.live_users().filter(has).collect()
    }
}
