//! Products and subscriptions (licensing.md 6), and the catalog that says what a product is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    assignment::Violation,
    catalog::{AppliesTo, Catalog, LicenseBase},
    command::NewSubscription,
    group::GroupState,
    product::ProductDefinition,
    subscription::{Channel, ManagedBy, SeatTotals, Status},
    user::UserState,
};

use super::{Given, Model, Plan, Product, Subscription, Verdict};

impl Plan {
    /// A plan of which only its id is known.
    const fn plain() -> Self {
        Self {
            is_current: true,
            gives_mailbox: false,
            manages_devices: false,
            is_basic: false,
        }
    }
}

impl Product {
    /// A product at its first purchase: the catalog's word goes before the purchase's.
    fn new(definition: &ProductDefinition, catalog: &Catalog, order: usize) -> Self {
        let mut product = Self {
            order,
            is_device: definition.per_device,
            is_company: false,
            plans: BTreeMap::new(),
        };
        if !catalog.products.contains_key(&definition.sku_id) {
            for plan in &definition.plans {
                let plain = Plan::plain();
                product.plans.insert(plan.id, plain);
            }
        }
        product.adopt(definition.sku_id, catalog);
        product
    }

    /// New plans come, vanished ones are kept in mind only (rule 14: new plans are on in every assignment).
    fn adopt(&mut self, sku_id: Uuid, catalog: &Catalog) {
        if let Some(known) = catalog.products.get(&sku_id) {
            self.is_device = known.base == LicenseBase::Device;
            self.is_company = known.applies_to == AppliesTo::Company;
            for plan in self.plans.values_mut() {
                plan.is_current = false;
            }
            for id in &known.plans {
                let plain = Plan::plain();
                self.plans.entry(*id).or_insert(plain).is_current = true;
            }
        }
        for (id, plan) in &mut self.plans {
            if let Some(known) = catalog.plans.get(id) {
                let is_for_users = known.applies_to == AppliesTo::User;
                plan.gives_mailbox = known.service == "exchange" && is_for_users;
                plan.manages_devices = known.device_management && is_for_users;
                plan.is_basic =
                    known.pending_activation && known.service == "SCO" && !known.device_management;
            }
        }
    }

    pub(super) fn current_plans(&self) -> BTreeSet<Uuid> {
        let current = self.plans.iter().filter(|(_, plan)| plan.is_current);
        current.map(|(id, _)| *id).collect()
    }
}

impl Subscription {
    /// Days of grace and of being disabled (licensing.md 6.1).
    fn days(&self) -> (i64, i64) {
        match (self.channel, self.months) {
            (Channel::EnterpriseAgreement, _) => (90, 60),
            (Channel::Trial, _) => (30, 0),
            (Channel::Card | Channel::Invoice, 13..) => (90, 90),
            _ => (30, 90),
        }
    }

    /// When the state changes next, and to what.
    pub(super) fn next(&self) -> Option<(Timestamp, Status)> {
        let (grace, disabled) = self.days();
        match self.status {
            Status::Enabled if self.renews => Some((self.ends, Status::Enabled)),
            Status::Enabled => Some((self.ends, Status::Warning)),
            Status::Warning if disabled == 0 => {
                Some((self.since.plus_days(grace), Status::Deleted))
            }
            Status::Warning => Some((self.since.plus_days(grace), Status::Suspended)),
            Status::Suspended | Status::LockedOut => {
                Some((self.since.plus_days(disabled), Status::Deleted))
            }
            Status::Deleted => None,
        }
    }

    fn age(&mut self, now: Timestamp) {
        while let Some((at, status)) = self.next().filter(|(at, _)| *at <= now) {
            if status == Status::Enabled {
                self.ends = self.ends.plus_months(self.months);
            } else {
                (self.status, self.since) = (status, at);
            }
        }
    }
}

impl Model {
    pub(super) fn seats(&self, sku_id: Uuid) -> SeatTotals {
        let sum = |status: Status| {
            let of_product = self
                .subscriptions
                .values()
                .filter(|bought| bought.sku_id == sku_id);
            of_product
                .filter(|bought| bought.status == status)
                .map(|bought| bought.quantity)
                .sum()
        };
        SeatTotals {
            enabled: sum(Status::Enabled),
            warning: sum(Status::Warning),
            suspended: sum(Status::Suspended),
            locked_out: sum(Status::LockedOut),
            consumed: u32::try_from(self.holders(sku_id).len()).unwrap(),
        }
    }

    pub(super) fn owns(&self, sku_id: Uuid) -> bool {
        let mut bought = self.subscriptions.values();
        bought.any(|bought| bought.sku_id == sku_id && bought.status != Status::Deleted)
    }

    pub(super) fn on_subscriptions(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let id = match command {
            Command::AddSubscription(purchase) => return self.buy(purchase, given),
            Command::ChangeQuantity { id, .. }
            | Command::Reactivate { id, .. }
            | Command::SetRenewal { id, .. }
            | Command::Cancel { id } => *id,
            _ => unreachable!(),
        };
        let bought = self
            .subscriptions
            .get_mut(&id)
            .ok_or(Rejection::SubscriptionNotFound { id })?;
        let wrong_status = Err(Rejection::WrongSubscriptionStatus {
            status: bought.status,
        });
        match command {
            Command::ChangeQuantity {
                quantity,
                on_behalf_of_manager,
                ..
            } => {
                let managed_by = match bought.channel {
                    Channel::EnterpriseAgreement => ManagedBy::VolumeLicensingPortal,
                    Channel::CloudSolutionProvider { partner_tenant_id } => {
                        ManagedBy::Partner(partner_tenant_id)
                    }
                    _ => ManagedBy::Organization,
                };
                if managed_by != ManagedBy::Organization && !on_behalf_of_manager {
                    return Err(Rejection::QuantityManagedElsewhere { managed_by });
                }
                if *quantity == 0 || *quantity > 0x7fff_ffff {
                    return Err(Rejection::InvalidQuantity);
                }
                if !matches!(bought.status, Status::Enabled | Status::Warning) {
                    return wrong_status;
                }
                bought.quantity = *quantity;
            }
            Command::Reactivate { renews, .. } => {
                let start = match bought.status {
                    Status::Deleted => return wrong_status,
                    Status::Enabled => bought.ends,
                    _ => given.now,
                };
                if bought.status != Status::Enabled {
                    (bought.status, bought.since) = (Status::Enabled, given.now);
                }
                (bought.ends, bought.renews) = (start.plus_months(bought.months), *renews);
            }
            Command::SetRenewal { .. } if bought.status != Status::Enabled => return wrong_status,
            Command::SetRenewal { renews, .. } => bought.renews = *renews,
            _ if matches!(bought.status, Status::LockedOut | Status::Deleted) => {
                return wrong_status;
            }
            _ => (bought.status, bought.since) = (Status::LockedOut, given.now),
        }
        Ok(Outcome::Done)
    }

    fn buy(
        &mut self,
        purchase: &NewSubscription,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let sku_id = purchase.product.sku_id;
        let (quantity, months) = (purchase.quantity, purchase.term.months);
        if quantity == 0 || quantity > 0x7fff_ffff || months == 0 {
            return Err(Rejection::InvalidQuantity);
        }
        let new = Product::new(&purchase.product, &self.catalog, self.products.len());
        let product = self.products.entry(sku_id).or_insert(new);
        if product.is_device && matches!(purchase.channel, Channel::Card | Channel::Invoice) {
            return Err(Rejection::DeviceProductNeedsAgreement { sku_id });
        }
        let id = purchase.id.unwrap_or_else(|| (given.new_id)());
        if self.subscriptions.contains_key(&id) {
            return Err(Rejection::IdTaken { id });
        }
        let bought = Subscription {
            sku_id,
            channel: purchase.channel,
            quantity,
            months,
            renews: purchase.renews,
            created: given.now,
            ends: given.now.plus_months(months),
            status: Status::Enabled,
            since: given.now,
        };
        self.subscriptions.insert(id, bought);
        Ok(Outcome::Created(id))
    }

    /// Subscriptions that are deleted by a time if nobody does anything.
    pub(super) fn ends_by(&self, now: Timestamp) -> BTreeSet<Uuid> {
        let ends = |bought: &Subscription| {
            let mut aged = bought.clone();
            aged.age(now);
            aged.status == Status::Deleted && bought.status != Status::Deleted
        };
        let all = self.subscriptions.iter();
        all.filter(|(_, bought)| ends(bought))
            .map(|(id, _)| *id)
            .collect()
    }

    pub(super) fn tick(&mut self, now: Timestamp, held: &BTreeSet<Uuid>) {
        for (id, bought) in &mut self.subscriptions {
            if !held.contains(id) {
                bought.age(now);
            }
        }
        let products: Vec<Uuid> = self.products.keys().copied().collect();
        for sku_id in products {
            if !self.owns(sku_id) {
                self.forget_product(sku_id, now);
            }
        }
        let is_over = |deleted: Option<Timestamp>| {
            deleted.is_some_and(|deleted| deleted.plus_days(30) <= now)
        };
        for place in 0..self.users.len() {
            let user = &self.users[place];
            if user.state == UserState::Deleted && is_over(user.deleted) {
                self.purge(place);
            }
        }
        for place in 0..self.groups.len() {
            let group = &self.groups[place];
            if group.state == GroupState::Deleted && is_over(group.deleted) {
                self.purge_group(place);
            }
        }
        self.forget_old_devices(now);
    }

    /// Nobody has what is no longer owned; groups go on meaning to give it.
    fn forget_product(&mut self, sku_id: Uuid, now: Timestamp) {
        for user in &mut self.users {
            user.licenses.remove(&sku_id);
            user.kept.retain(|(product, _), _| *product != sku_id);
            user.ending.retain(|(product, _), _| *product != sku_id);
        }
        for (key, verdict) in self.decisions.clone() {
            let (place, group, intended) = key;
            let given = match verdict {
                Verdict::Active => intended,
                Verdict::Fallback(given) => given,
                Verdict::Failed(_) => continue,
            };
            if given == sku_id {
                self.decisions
                    .insert(key, Verdict::Failed(Violation::Count));
                self.note_decided(place, group, intended, now);
            }
        }
    }

    /// The catalog is the only memory of what it says, so what was ever bought stays in it.
    pub(super) fn judge_catalog(&self, next: &Catalog) -> Result<(), Rejection> {
        let known = |catalog: &Catalog| {
            let products: BTreeSet<Uuid> = catalog.products.keys().copied().collect();
            let plans: BTreeSet<Uuid> = catalog.plans.keys().copied().collect();
            (products, plans)
        };
        let (old, new) = (known(&self.catalog), known(next));
        let (lost_products, lost_plans) = (&old.0 - &new.0, &old.1 - &new.1);
        let forgotten = self.products.iter().find(|(sku_id, product)| {
            let is_lost = |plan| lost_plans.contains(plan);
            lost_products.contains(*sku_id) || product.plans.keys().any(is_lost)
        });
        match forgotten {
            Some((sku_id, _)) => Err(Rejection::CatalogForgets { sku_id: *sku_id }),
            None => Ok(()),
        }
    }

    pub(super) fn adopt(&mut self, catalog: &Arc<Catalog>, digest: [u8; 32]) {
        self.catalog = Arc::clone(catalog);
        self.digest = digest;
        let switches_off = self.is_on(self.policy.new_plans_off);
        for (sku_id, product) in &mut self.products {
            let known: BTreeSet<Uuid> = product.plans.keys().copied().collect();
            product.adopt(*sku_id, catalog);
            let new = product.plans.keys().filter(|plan| !known.contains(*plan));
            let new: BTreeSet<Uuid> = new.copied().collect();
            if !switches_off {
                continue;
            }
            for user in &mut self.users {
                let direct = user
                    .licenses
                    .get_mut(sku_id)
                    .map(|license| &mut license.disabled);
                let kept = user
                    .kept
                    .iter_mut()
                    .filter(|((product, _), _)| product == sku_id);
                let ending = user
                    .ending
                    .iter_mut()
                    .filter(|((product, _), _)| product == sku_id);
                let masks = direct
                    .into_iter()
                    .chain(kept.map(|(_, kept)| &mut kept.disabled))
                    .chain(ending.map(|(_, license)| &mut license.disabled));
                masks.for_each(|disabled| disabled.extend(&new));
            }
            let licenses = self
                .groups
                .iter_mut()
                .filter_map(|group| group.licenses.get_mut(sku_id));
            licenses.for_each(|license| license.disabled.extend(&new));
        }
    }
}
