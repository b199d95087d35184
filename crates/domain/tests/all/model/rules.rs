//! What plans may be on together, where, and for whom (licensing.md 4, 2.1): used for direct and for group licenses.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{catalog::ProhibitedSubject, location::Location, user::UserState};

use super::{Model, Source};

impl Model {
    /// Plans that a product leaves on.
    pub(super) fn enabled(&self, sku_id: Uuid, disabled: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        &self.products[&sku_id].current_plans() - disabled
    }

    /// Plans that any source leaves on.
    pub(super) fn plans<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a Source>,
    ) -> BTreeSet<Uuid> {
        let each = sources
            .into_iter()
            .map(|source| self.enabled(source.sku_id, &source.disabled));
        each.flatten().collect()
    }

    pub(super) fn is_assignable(&self, sku_id: Uuid) -> bool {
        let product = &self.products[&sku_id];
        !product.is_company && !product.is_device
    }

    pub(super) fn is_prohibited(
        &self,
        sku_id: Uuid,
        disabled: &BTreeSet<Uuid>,
        location: Location,
    ) -> bool {
        let enabled = self.enabled(sku_id, disabled);
        self.catalog.rules.prohibited_locations.iter().any(|rule| {
            let concerns = match rule.subject {
                ProhibitedSubject::Product(id) => id == sku_id,
                ProhibitedSubject::Plan(id) => enabled.contains(&id),
            };
            let mut codes = rule.locations.iter();
            concerns && codes.any(|code| code == location.as_str().as_bytes())
        })
    }

    /// Plans that are on and exclude each other. What was so before is no reason to refuse.
    pub(super) fn excluded(
        &self,
        before: &BTreeSet<Uuid>,
        after: &BTreeSet<Uuid>,
    ) -> Option<BTreeSet<Uuid>> {
        let on = |plans: &[Uuid]| -> BTreeSet<Uuid> {
            let set: BTreeSet<Uuid> = plans.iter().copied().collect();
            &set & after
        };
        let rules = self.catalog.rules.exclusions.iter();
        rules
            .map(|rule| on(&rule.plans))
            .find(|on| on.len() > 1 && !on.is_subset(before))
    }

    /// Plans that are on without any of those that they need, each with those; what was so before does not count.
    pub(super) fn lacking(
        &self,
        before: &BTreeSet<Uuid>,
        after: &BTreeSet<Uuid>,
    ) -> Vec<(Uuid, BTreeSet<Uuid>)> {
        let rules = self.catalog.rules.dependencies.iter();
        let needs = rules.map(|rule| {
            let needed: BTreeSet<Uuid> = rule.requires_any.iter().copied().collect();
            (rule.plan, needed)
        });
        let is_broken = |(plan, needed): &(Uuid, BTreeSet<Uuid>), on: &BTreeSet<Uuid>| {
            on.contains(plan) && needed.is_disjoint(on)
        };
        needs
            .filter(|need| is_broken(need, after) && !is_broken(need, before))
            .collect()
    }

    pub(super) fn gives_mailbox(&self, sku_id: Uuid, disabled: &BTreeSet<Uuid>) -> bool {
        let plans = &self.products[&sku_id].plans;
        let enabled = self.enabled(sku_id, disabled);
        enabled.iter().any(|plan| plans[plan].gives_mailbox)
    }

    /// An address of the user that another live user has, too.
    pub(super) fn shared_address(&self, place: usize) -> Option<String> {
        let others = self.users.iter().enumerate();
        let others =
            others.filter(|(other, user)| *other != place && user.state == UserState::Live);
        let taken: BTreeSet<String> = others
            .flat_map(|(_, user)| user.addresses())
            .map(|address| address.to_ascii_lowercase())
            .collect();
        let mut own = self.users[place].addresses().into_iter();
        own.find(|own| taken.contains(&own.to_ascii_lowercase()))
    }

    pub(super) fn has_free_seat(&self, sku_id: Uuid) -> bool {
        let seats = self.seats(sku_id);
        seats.consumed < seats.enabled + seats.warning
    }
}
