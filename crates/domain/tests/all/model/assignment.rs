//! Direct assignment (licensing.md 2.1 and 2.2).

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{Outcome, Rejection, Timestamp, assignment::AssignmentRequest, user::UserKey};

use super::{From, License, Model, Source};

impl Model {
    /// What can be said without knowing the user.
    pub(super) fn judge_request(&self, request: &AssignmentRequest) -> Result<(), Rejection> {
        if request.add.is_empty() && request.remove.is_empty() {
            return Err(Rejection::NoLicenseChanges);
        }
        self.judge_products(request, &BTreeSet::new())?;
        if !request.add.is_empty() && self.is_on(self.policy.no_direct_assignments) {
            return Err(Rejection::DirectAssignmentsOff);
        }
        Ok(())
    }

    /// Products are owned, or once were and may still be removed; they are assignable and named once; plans are theirs.
    pub(super) fn judge_products(
        &self,
        request: &AssignmentRequest,
        removable: &BTreeSet<Uuid>,
    ) -> Result<(), Rejection> {
        let mut named: Vec<Uuid> = request.add.iter().map(|add| add.sku_id).collect();
        let added = named.len();
        named.extend(&request.remove);
        for (place, sku_id) in named.iter().copied().enumerate() {
            let is_cleanup = place >= added && removable.contains(&sku_id);
            if !self.owns(sku_id) && !is_cleanup {
                return Err(Rejection::ProductNotOwned { sku_id });
            }
        }
        for (place, sku_id) in named.iter().copied().enumerate() {
            if named[..place].contains(&sku_id) {
                return Err(Rejection::ProductNamedTwice { sku_id });
            }
        }
        for add in &request.add {
            if !self.is_assignable(add.sku_id) {
                return Err(Rejection::ProductNotAssignable { sku_id: add.sku_id });
            }
        }
        for add in &request.add {
            let plans = self.products[&add.sku_id].current_plans();
            if let Some(stranger) = add.disabled_plans.iter().find(|plan| !plans.contains(plan)) {
                return Err(Rejection::PlanNotInProduct {
                    sku_id: add.sku_id,
                    plan_id: *stranger,
                });
            }
        }
        Ok(())
    }

    /// Judges the end state of one user and makes it so.
    pub(super) fn assign(
        &mut self,
        place: usize,
        request: &AssignmentRequest,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let before = self.sources(place);
        let had = self.users[place].licenses.clone();
        for sku_id in request.remove.iter().copied() {
            // Also where the group could not give it.
            let is_inherited = before.iter().any(|source| {
                let is_own = matches!(source.from, From::Direct | From::Ending(None));
                source.sku_id == sku_id && !is_own
            }) || self.is_meant(place, sku_id);
            match had.contains_key(&sku_id) {
                true => {}
                false if is_inherited => return Err(Rejection::LicenseInherited { sku_id }),
                false => return Err(Rejection::LicenseNotHeld { sku_id }),
            }
        }
        let mut direct = had.clone();
        direct.retain(|sku_id, _| !request.remove.contains(sku_id));
        for add in &request.add {
            let disabled: BTreeSet<Uuid> = add.disabled_plans.iter().copied().collect();
            let is_same = direct
                .get(&add.sku_id)
                .is_some_and(|old| old.disabled == disabled);
            if !is_same {
                direct.insert(add.sku_id, License { disabled, at: now });
            }
        }
        let is_replaced = |source: &Source| {
            let ends = source.from == From::Ending(None);
            source.from == From::Direct || ends && direct.contains_key(&source.sku_id)
        };
        let mut after: Vec<Source> = before.clone();
        after.retain(|source| !is_replaced(source));
        after.extend(direct.iter().map(|(sku_id, license)| Source {
            sku_id: *sku_id,
            disabled: license.disabled.clone(),
            from: From::Direct,
        }));
        self.judge_end_state(place, request, &before, &after)?;
        let user = &mut self.users[place];
        user.ending
            .retain(|(sku_id, group), _| group.is_some() || !direct.contains_key(sku_id));
        user.licenses = direct;
        for (sku_id, license) in had {
            if request.remove.contains(&sku_id) {
                self.let_end(place, sku_id, None, license.disabled, &after, now);
            }
        }
        Ok(())
    }

    fn is_meant(&self, place: usize, sku_id: Uuid) -> bool {
        let mut units = self.units(place).into_keys();
        units.any(|group| self.groups[group].licenses.contains_key(&sku_id))
    }

    fn judge_end_state(
        &self,
        place: usize,
        request: &AssignmentRequest,
        before: &[Source],
        after: &[Source],
    ) -> Result<(), Rejection> {
        let user = &self.users[place];
        let disabled = |sku_id: Uuid| {
            let mut direct = after.iter().filter(|source| source.from == From::Direct);
            let wanted = direct.find(|source| source.sku_id == sku_id);
            &wanted.unwrap().disabled
        };
        for add in &request.add {
            let sku_id = add.sku_id;
            let location = user.usage_location.ok_or(Rejection::UsageLocationMissing)?;
            if self.is_prohibited(sku_id, disabled(sku_id), location) {
                return Err(Rejection::ProhibitedInLocation { sku_id, location });
            }
        }
        let (plans_before, plans_after) = (self.plans(before), self.plans(after));
        if let Some(on) = self.excluded(&plans_before, &plans_after) {
            return Err(Rejection::MutuallyExclusive {
                plan_ids: on.into_iter().collect(),
            });
        }
        if let Some((plan_id, needed)) = self.lacking(&plans_before, &plans_after).first() {
            return Err(Rejection::DependencyMissing {
                plan_id: *plan_id,
                requires: needed.iter().copied().collect(),
            });
        }
        for add in &request.add {
            let is_new = !before.iter().any(|source| source.sku_id == add.sku_id);
            if is_new && !self.has_free_seat(add.sku_id) {
                return Err(Rejection::NoSeats { sku_id: add.sku_id });
            }
        }
        let mut added = request.add.iter().map(|add| add.sku_id);
        let gives_mailbox = added.any(|sku_id| self.gives_mailbox(sku_id, disabled(sku_id)));
        match self.shared_address(place) {
            Some(address) if gives_mailbox => Err(Rejection::AddressNotUnique { address }),
            _ => Ok(()),
        }
    }

    /// One user after the other, each as if alone; a user named again after a success is passed over.
    pub(super) fn assign_in_bulk(
        &mut self,
        keys: &[UserKey],
        request: &AssignmentRequest,
        now: Timestamp,
    ) -> Result<Outcome, Rejection> {
        self.judge_request(request)?;
        let mut done = BTreeSet::new();
        let mut refused = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let result = self.live(key).and_then(|user| {
                if done.contains(&user) {
                    return Ok(());
                }
                self.assign(user, request, now)?;
                done.insert(user);
                Ok(())
            });
            if let Err(rejection) = result {
                refused.push((place, rejection));
            }
        }
        Ok(Outcome::Bulk(refused))
    }
}
