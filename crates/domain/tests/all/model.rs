//! The reference model: a tenant as plain maps, every rule written as naively as licensing.md states it, everything
//! derived computed anew each time. It shares commands, refusals, ids and catalog data with the real code and nothing
//! else. Slow and simple on purpose: where the two disagree, one of them is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    access::{Permission, Role},
    assignment::AssignmentRequest,
    catalog::{AppliesTo, Catalog, LicenseBase, ProhibitedSubject},
    command::NewSubscription,
    directory::Profile,
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, ManagedBy, SeatTotals, Status},
    user::{
        NewUser, Properties, PropertyValue, UserKey, UserOrdinal, UserPatch, UserProperty,
        UserState, UserType,
        property::{PropertyKind, Writable},
    },
};

use crate::picture::{
    ApplicationPicture, LicensePicture, Picture, ProductPicture, SubscriptionPicture, UserPicture,
};

/// What a decision is given besides the command.
pub struct Given<'a> {
    pub now: Timestamp,
    pub is_system: bool,
    pub new_id: &'a mut dyn FnMut() -> Uuid,
}

#[derive(Clone, Default)]
pub struct Model {
    id: Uuid,
    created: Timestamp,
    profile: Profile,
    /// Name and whether it is the default; the first is the initial one.
    domains: Vec<(String, bool)>,
    catalog: Arc<Catalog>,
    digest: [u8; 32],
    products: BTreeMap<Uuid, Product>,
    subscriptions: BTreeMap<Uuid, Subscription>,
    users: Vec<User>,
    applications: BTreeMap<Uuid, ApplicationPicture>,
    roles: BTreeMap<Uuid, BTreeSet<Role>>,
}

/// A product ever bought.
#[derive(Clone)]
struct Product {
    is_device: bool,
    is_company: bool,
    plans: BTreeMap<Uuid, Plan>,
}

/// A plan that a product has or once had.
#[derive(Clone)]
struct Plan {
    is_current: bool,
    gives_mailbox: bool,
}

#[derive(Clone)]
struct Subscription {
    sku_id: Uuid,
    channel: Channel,
    quantity: u32,
    months: u16,
    renews: bool,
    created: Timestamp,
    ends: Timestamp,
    status: Status,
    since: Timestamp,
}

#[derive(Clone)]
struct User {
    id: Uuid,
    state: UserState,
    account_enabled: bool,
    kind: UserType,
    usage_location: Option<Location>,
    created: Timestamp,
    deleted: Option<Timestamp>,
    properties: Properties,
    /// The intents: by product what was asked for last, and when.
    licenses: BTreeMap<Uuid, License>,
}

#[derive(Clone, PartialEq)]
struct License {
    disabled: BTreeSet<Uuid>,
    at: Timestamp,
}

// ---- Commands -------------------------------------------------------------------------------------------------------

impl Model {
    /// Does a command or refuses it; a refused command changes nothing.
    pub fn run(&mut self, command: &Command, given: &mut Given<'_>) -> Result<Outcome, Rejection> {
        let mut next = self.clone();
        let outcome = next.attempt(command, given)?;
        *self = next;
        Ok(outcome)
    }

    fn attempt(&mut self, command: &Command, given: &mut Given<'_>) -> Result<Outcome, Rejection> {
        let is_creation = matches!(command, Command::CreateTenant { .. });
        if self.id.is_nil() && !is_creation {
            return Err(Rejection::TenantNotFound);
        }
        match command {
            Command::CreateTenant { .. }
            | Command::ChangeProfile { .. }
            | Command::AddDomain { .. }
            | Command::AdoptCatalog { .. } => self.on_directory(command, given),
            Command::AddSubscription(_)
            | Command::ChangeQuantity { .. }
            | Command::Reactivate { .. }
            | Command::SetRenewal { .. }
            | Command::Cancel { .. } => self.on_subscriptions(command, given),
            Command::Tick => {
                self.tick(given.now);
                Ok(Outcome::Done)
            }
            Command::AssignLicenses { user, request } => {
                let user = self.live(user)?;
                self.judge_request(request)?;
                self.assign(user, request, given.now)?;
                Ok(user_outcome(user))
            }
            Command::AssignLicensesInBulk { users, request } => {
                self.assign_in_bulk(users, request, given.now)
            }
            Command::CreateUsers(users) => {
                let first = self.users.len();
                for user in users {
                    self.create_user(user, given)?;
                }
                let created = (first..self.users.len()).map(ordinal).collect();
                Ok(Outcome::Users(created))
            }
            Command::UpdateUser { .. }
            | Command::DeleteUser { .. }
            | Command::RestoreUser { .. }
            | Command::PurgeUser { .. }
            | Command::NotePasswordChange { .. } => self.on_user(command, given),
            Command::AddApplication { .. }
            | Command::RemoveApplication { .. }
            | Command::SetPermissions { .. }
            | Command::AssignRole { .. }
            | Command::RemoveRole { .. } => self.on_access(command, given),
        }
    }

    fn on_directory(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::CreateTenant {
                id,
                profile,
                domain,
            } => {
                if !self.id.is_nil() {
                    return Err(Rejection::TenantExists);
                }
                judge_profile(profile)?;
                self.domains.push((judge_domain(domain)?, true));
                self.id = id.unwrap_or_else(|| (given.new_id)());
                self.created = given.now;
                self.profile = profile.clone();
                Ok(Outcome::Created(self.id))
            }
            Command::ChangeProfile { profile } => {
                judge_profile(profile)?;
                self.profile = profile.clone();
                Ok(Outcome::Done)
            }
            Command::AddDomain { name, is_default } => {
                let domain = judge_domain(name)?;
                if self.domains.iter().any(|(other, _)| *other == domain) {
                    return Err(Rejection::DomainExists { domain });
                }
                if *is_default {
                    self.domains.iter_mut().for_each(|other| other.1 = false);
                }
                self.domains.push((domain, *is_default));
                Ok(Outcome::Done)
            }
            Command::AdoptCatalog { catalog, digest } => {
                if *digest != self.digest {
                    self.judge_catalog(catalog)?;
                    self.catalog = Arc::clone(catalog);
                    self.digest = *digest;
                    for (sku_id, product) in &mut self.products {
                        product.adopt(*sku_id, catalog);
                    }
                }
                Ok(Outcome::Done)
            }
            _ => unreachable!(),
        }
    }
}

impl Model {
    /// The catalog is the only memory of what it says, so what was ever bought stays in it.
    fn judge_catalog(&self, next: &Catalog) -> Result<(), Rejection> {
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
}

fn ordinal(place: usize) -> UserOrdinal {
    UserOrdinal(u32::try_from(place).unwrap())
}

fn user_outcome(place: usize) -> Outcome {
    Outcome::User(ordinal(place))
}

fn judge_profile(profile: &Profile) -> Result<(), Rejection> {
    if profile.display_name.is_empty() {
        return Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        });
    }
    Ok(())
}

fn judge_domain(name: &str) -> Result<String, Rejection> {
    if name.contains('.') && !name.starts_with('-') {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(Rejection::InvalidDomain {
            domain: name.to_owned(),
        })
    }
}

// ---- Products and subscriptions (licensing.md 6) --------------------------------------------------------------------

impl Product {
    /// A product at its first purchase: the catalog's word goes before the purchase's.
    fn new(definition: &ProductDefinition, catalog: &Catalog) -> Self {
        let mut product = Self {
            is_device: definition.per_device,
            is_company: false,
            plans: BTreeMap::new(),
        };
        if !catalog.products.contains_key(&definition.sku_id) {
            for plan in &definition.plans {
                let plain = Plan {
                    is_current: true,
                    gives_mailbox: false,
                };
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
                let plain = Plan {
                    is_current: true,
                    gives_mailbox: false,
                };
                self.plans.entry(*id).or_insert(plain).is_current = true;
            }
        }
        for (id, plan) in &mut self.plans {
            if let Some(known) = catalog.plans.get(id) {
                plan.gives_mailbox =
                    known.service == "exchange" && known.applies_to == AppliesTo::User;
            }
        }
    }

    fn current_plans(&self) -> BTreeSet<Uuid> {
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
    fn next(&self) -> Option<(Timestamp, Status)> {
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
    fn seats(&self, sku_id: Uuid) -> SeatTotals {
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
        let holders = self
            .users
            .iter()
            .filter(|user| user.state == UserState::Live && user.licenses.contains_key(&sku_id));
        SeatTotals {
            enabled: sum(Status::Enabled),
            warning: sum(Status::Warning),
            suspended: sum(Status::Suspended),
            locked_out: sum(Status::LockedOut),
            consumed: u32::try_from(holders.count()).unwrap(),
        }
    }

    fn owns(&self, sku_id: Uuid) -> bool {
        let mut bought = self.subscriptions.values();
        bought.any(|bought| bought.sku_id == sku_id && bought.status != Status::Deleted)
    }

    fn on_subscriptions(
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
        let new = Product::new(&purchase.product, &self.catalog);
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

    fn tick(&mut self, now: Timestamp) {
        for bought in self.subscriptions.values_mut() {
            bought.age(now);
        }
        let gone: Vec<Uuid> = self
            .products
            .keys()
            .copied()
            .filter(|sku_id| !self.owns(*sku_id))
            .collect();
        for user in &mut self.users {
            user.licenses.retain(|sku_id, _| !gone.contains(sku_id));
            let kept_until = user.deleted.map(|deleted| deleted.plus_days(30));
            if user.state == UserState::Deleted && kept_until <= Some(now) {
                user.purge();
                self.roles.remove(&user.id);
            }
        }
    }
}

// ---- Assignment (licensing.md 2.1 and 2.2) --------------------------------------------------------------------------

impl Model {
    /// What can be said without knowing the user.
    fn judge_request(&self, request: &AssignmentRequest) -> Result<(), Rejection> {
        if request.add.is_empty() && request.remove.is_empty() {
            return Err(Rejection::NoLicenseChanges);
        }
        let mut named: Vec<Uuid> = request.add.iter().map(|add| add.sku_id).collect();
        named.extend(&request.remove);
        if let Some(sku_id) = named.iter().copied().find(|sku_id| !self.owns(*sku_id)) {
            return Err(Rejection::ProductNotOwned { sku_id });
        }
        for (place, sku_id) in named.iter().copied().enumerate() {
            if named[..place].contains(&sku_id) {
                return Err(Rejection::ProductNamedTwice { sku_id });
            }
        }
        for add in &request.add {
            let product = &self.products[&add.sku_id];
            if product.is_company || product.is_device {
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
    fn assign(
        &mut self,
        place: usize,
        request: &AssignmentRequest,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let user = &self.users[place];
        if let Some(missing) = request
            .remove
            .iter()
            .find(|id| !user.licenses.contains_key(id))
        {
            return Err(Rejection::LicenseNotHeld { sku_id: *missing });
        }
        let mut after = user.licenses.clone();
        after.retain(|sku_id, _| !request.remove.contains(sku_id));
        for add in &request.add {
            let disabled: BTreeSet<Uuid> = add.disabled_plans.iter().copied().collect();
            let is_same = after
                .get(&add.sku_id)
                .is_some_and(|old| old.disabled == disabled);
            if !is_same {
                after.insert(add.sku_id, License { disabled, at: now });
            }
        }
        self.judge_locations(user, request, &after)?;
        self.judge_plan_rules(&user.licenses, &after)?;
        for add in &request.add {
            let seats = self.seats(add.sku_id);
            let is_new = !user.licenses.contains_key(&add.sku_id);
            if is_new && seats.consumed >= seats.enabled + seats.warning {
                return Err(Rejection::NoSeats { sku_id: add.sku_id });
            }
        }
        self.judge_addresses(place, request, &after)?;
        self.users[place].licenses = after;
        Ok(())
    }

    fn judge_locations(
        &self,
        user: &User,
        request: &AssignmentRequest,
        after: &BTreeMap<Uuid, License>,
    ) -> Result<(), Rejection> {
        for add in &request.add {
            let location = user.usage_location.ok_or(Rejection::UsageLocationMissing)?;
            let sku_id = add.sku_id;
            let enabled = self.enabled_plans(sku_id, &after[&sku_id]);
            for rule in &self.catalog.rules.prohibited_locations {
                let concerns = match rule.subject {
                    ProhibitedSubject::Product(id) => id == sku_id,
                    ProhibitedSubject::Plan(id) => enabled.contains(&id),
                };
                let here = rule
                    .locations
                    .iter()
                    .any(|code| code == location.as_str().as_bytes());
                if concerns && here {
                    return Err(Rejection::ProhibitedInLocation { sku_id, location });
                }
            }
        }
        Ok(())
    }

    /// Exclusions, then dependencies (licensing.md 4). What was broken before in the same way is no reason to refuse.
    fn judge_plan_rules(
        &self,
        before: &BTreeMap<Uuid, License>,
        after: &BTreeMap<Uuid, License>,
    ) -> Result<(), Rejection> {
        let (before, after) = (
            self.all_enabled_plans(before),
            self.all_enabled_plans(after),
        );
        for rule in &self.catalog.rules.exclusions {
            let set: BTreeSet<Uuid> = rule.plans.iter().copied().collect();
            let on: BTreeSet<Uuid> = set.intersection(&after).copied().collect();
            if on.len() > 1 && !on.is_subset(&before) {
                return Err(Rejection::MutuallyExclusive {
                    plan_ids: on.into_iter().collect(),
                });
            }
        }
        for rule in &self.catalog.rules.dependencies {
            let is_broken = |on: &BTreeSet<Uuid>| {
                on.contains(&rule.plan) && !rule.requires_any.iter().any(|plan| on.contains(plan))
            };
            if is_broken(&after) && !is_broken(&before) {
                let requires: BTreeSet<Uuid> = rule.requires_any.iter().copied().collect();
                return Err(Rejection::DependencyMissing {
                    plan_id: rule.plan,
                    requires: requires.into_iter().collect(),
                });
            }
        }
        Ok(())
    }

    fn judge_addresses(
        &self,
        place: usize,
        request: &AssignmentRequest,
        after: &BTreeMap<Uuid, License>,
    ) -> Result<(), Rejection> {
        let gives_mailbox = request.add.iter().any(|add| {
            let enabled = self.enabled_plans(add.sku_id, &after[&add.sku_id]);
            let plans = &self.products[&add.sku_id].plans;
            enabled.iter().any(|plan| plans[plan].gives_mailbox)
        });
        let others = self
            .users
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place);
        let taken: BTreeSet<String> = others
            .filter(|(_, user)| user.state == UserState::Live)
            .flat_map(|(_, user)| user.addresses())
            .map(|address| address.to_ascii_lowercase())
            .collect();
        let own = self.users[place].addresses();
        let clash = own
            .into_iter()
            .find(|own| taken.contains(&own.to_ascii_lowercase()));
        match clash {
            Some(address) if gives_mailbox => Err(Rejection::AddressNotUnique { address }),
            _ => Ok(()),
        }
    }

    /// One user after the other, each as if alone; a user named again after a success is passed over.
    fn assign_in_bulk(
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

    fn enabled_plans(&self, sku_id: Uuid, license: &License) -> BTreeSet<Uuid> {
        &self.products[&sku_id].current_plans() - &license.disabled
    }

    fn all_enabled_plans(&self, licenses: &BTreeMap<Uuid, License>) -> BTreeSet<Uuid> {
        let each = licenses
            .iter()
            .map(|(sku_id, license)| self.enabled_plans(*sku_id, license));
        each.flatten().collect()
    }
}

// ---- Users (licensing.md 1.3, 3.8) ----------------------------------------------------------------------------------

impl User {
    fn principal_name(&self) -> &str {
        principal_name(&self.properties)
    }

    /// `mail`, then the SMTP addresses among `proxyAddresses`.
    fn addresses(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(PropertyValue::Text(mail)) = self.properties.get(&UserProperty::Mail) {
            all.push(mail.clone());
        }
        if let Some(PropertyValue::Texts(list)) = self.properties.get(&UserProperty::ProxyAddresses)
        {
            let smtp = list
                .iter()
                .filter(|proxy| proxy.to_ascii_lowercase().starts_with("smtp:"));
            all.extend(smtp.map(|proxy| proxy[5..].to_owned()));
        }
        all
    }

    fn purge(&mut self) {
        self.state = UserState::Purged;
        self.account_enabled = false;
        self.usage_location = None;
        self.properties.clear();
        self.licenses.clear();
    }
}

fn principal_name(properties: &Properties) -> &str {
    match properties.get(&UserProperty::UserPrincipalName) {
        Some(PropertyValue::Text(name)) => name,
        _ => "",
    }
}

fn judge_value(
    property: UserProperty,
    value: Option<&PropertyValue>,
    is_system: bool,
) -> Result<(), Rejection> {
    let schema = property.schema();
    let name = schema.name;
    if schema.writable == Writable::No && !is_system {
        return Err(Rejection::ReadOnlyProperty { name });
    }
    let (texts, max_length) = match (schema.kind, value) {
        (_, None) => return Ok(()),
        (PropertyKind::Text { max_length }, Some(PropertyValue::Text(text))) => {
            (vec![text], max_length)
        }
        (PropertyKind::Texts { max_items }, Some(PropertyValue::Texts(texts)))
            if texts.len() <= max_items =>
        {
            (texts.iter().collect(), 1024)
        }
        _ => return Err(Rejection::InvalidProperty { name }),
    };
    for text in texts {
        if text.chars().count() > max_length {
            return Err(Rejection::PropertyTooLong { name, max_length });
        }
        if text.is_empty() || text.contains('\0') {
            return Err(Rejection::InvalidProperty { name });
        }
    }
    Ok(())
}

fn judge_required(properties: &Properties) -> Result<(), Rejection> {
    let required = [
        UserProperty::DisplayName,
        UserProperty::MailNickname,
        UserProperty::UserPrincipalName,
    ];
    match required
        .iter()
        .find(|property| !properties.contains_key(property))
    {
        Some(missing) => Err(Rejection::RequiredPropertyMissing {
            name: missing.schema().name,
        }),
        None => Ok(()),
    }
}

impl Model {
    /// The place of the live user that a caller names.
    fn live(&self, key: &UserKey) -> Result<usize, Rejection> {
        let mut users = self.users.iter();
        let found = users.position(|user| {
            let is_named = match key {
                UserKey::Id(id) => user.id == *id,
                UserKey::PrincipalName(name) => user.principal_name().eq_ignore_ascii_case(name),
            };
            is_named && user.state == UserState::Live
        });
        found.ok_or_else(|| Rejection::UserNotFound {
            key: match key {
                UserKey::Id(id) => id.to_string(),
                UserKey::PrincipalName(name) => name.clone(),
            },
        })
    }

    fn deleted(&self, id: Uuid) -> Result<usize, Rejection> {
        let mut users = self.users.iter();
        users
            .position(|user| user.id == id && user.state == UserState::Deleted)
            .ok_or(Rejection::DeletedUserNotFound { id })
    }

    fn judge_name(&self, name: &str, except: Option<usize>) -> Result<(), Rejection> {
        let domain = match name.split_once('@') {
            Some((alias, domain)) if !alias.contains(' ') => domain.to_ascii_lowercase(),
            _ => {
                return Err(Rejection::InvalidProperty {
                    name: "userPrincipalName",
                });
            }
        };
        if !self.domains.iter().any(|(verified, _)| *verified == domain) {
            return Err(Rejection::DomainNotVerified { domain });
        }
        match self.live(&UserKey::PrincipalName(name.to_owned())) {
            Ok(other) if Some(other) != except => Err(Rejection::PrincipalNameTaken {
                principal_name: name.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Of users in whatever state, applications, clients and service principals.
    fn all_ids(&self) -> BTreeSet<Uuid> {
        let mut ids: BTreeSet<Uuid> = self.users.iter().map(|user| user.id).collect();
        for (id, application) in &self.applications {
            ids.extend([*id, application.client_id, application.service_principal_id]);
        }
        ids
    }

    fn create_user(&mut self, user: &NewUser, given: &mut Given<'_>) -> Result<(), Rejection> {
        judge_required(&user.properties)?;
        for (property, value) in &user.properties {
            judge_value(*property, Some(value), given.is_system)?;
        }
        self.judge_name(principal_name(&user.properties), None)?;
        let id = user.id.unwrap_or_else(|| (given.new_id)());
        if self.all_ids().contains(&id) {
            return Err(Rejection::IdTaken { id });
        }
        self.users.push(User {
            id,
            state: UserState::Live,
            account_enabled: user.account_enabled,
            kind: user.user_type,
            usage_location: user.usage_location,
            created: given.now,
            deleted: None,
            properties: user.properties.clone(),
            licenses: BTreeMap::new(),
        });
        Ok(())
    }

    fn update_user(
        &mut self,
        place: usize,
        patch: &UserPatch,
        is_system: bool,
    ) -> Result<(), Rejection> {
        let mut user = self.users[place].clone();
        for (property, value) in &patch.properties {
            judge_value(*property, value.as_ref(), is_system)?;
            user.properties.remove(property);
            user.properties
                .extend(value.clone().map(|value| (*property, value)));
        }
        judge_required(&user.properties)?;
        if user.principal_name() != self.users[place].principal_name() {
            self.judge_name(user.principal_name(), Some(place))?;
        }
        let is_disabled = user.account_enabled && patch.account_enabled == Some(false);
        if is_disabled && self.is_the_global_administrator(user.id) {
            return Err(Rejection::LastGlobalAdministrator);
        }
        user.account_enabled = patch.account_enabled.unwrap_or(user.account_enabled);
        user.kind = patch.user_type.unwrap_or(user.kind);
        user.usage_location = patch.usage_location.unwrap_or(user.usage_location);
        self.users[place] = user;
        Ok(())
    }

    fn on_user(&mut self, command: &Command, given: &mut Given<'_>) -> Result<Outcome, Rejection> {
        match command {
            Command::UpdateUser { user, patch } => {
                let place = self.live(user)?;
                self.update_user(place, patch, given.is_system)?;
                Ok(user_outcome(place))
            }
            Command::DeleteUser { user } => {
                let place = self.live(user)?;
                let id = self.users[place].id;
                if self.is_the_global_administrator(id) {
                    return Err(Rejection::LastGlobalAdministrator);
                }
                self.users[place].state = UserState::Deleted;
                self.users[place].deleted = Some(given.now);
                Ok(user_outcome(place))
            }
            Command::RestoreUser { id } => {
                let place = self.deleted(*id)?;
                let principal_name = self.users[place].principal_name().to_owned();
                if self
                    .live(&UserKey::PrincipalName(principal_name.clone()))
                    .is_ok()
                {
                    return Err(Rejection::PrincipalNameTaken { principal_name });
                }
                self.users[place].state = UserState::Live;
                self.users[place].deleted = None;
                Ok(user_outcome(place))
            }
            Command::PurgeUser { id } => {
                let place = self.deleted(*id)?;
                self.users[place].purge();
                self.roles.remove(id);
                Ok(Outcome::Done)
            }
            Command::NotePasswordChange { user } => {
                let place = self.live(user)?;
                let properties = &mut self.users[place].properties;
                let property = UserProperty::LastPasswordChangeDateTime;
                properties.insert(property, PropertyValue::Time(given.now));
                Ok(user_outcome(place))
            }
            _ => unreachable!(),
        }
    }
}

// ---- Applications and roles -----------------------------------------------------------------------------------------

impl Model {
    fn is_global_administrator(&self, id: Uuid) -> bool {
        self.roles
            .get(&id)
            .is_some_and(|roles| roles.contains(&Role::GlobalAdministrator))
    }

    /// Whether it is one and no other can act.
    fn is_the_global_administrator(&self, id: Uuid) -> bool {
        self.is_global_administrator(id) && !self.has_other_global_administrator(id)
    }

    fn has_other_global_administrator(&self, id: Uuid) -> bool {
        let mut able = self
            .users
            .iter()
            .filter(|user| user.state == UserState::Live && user.account_enabled);
        able.any(|user| user.id != id && self.is_global_administrator(user.id))
    }

    fn on_access(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        let set = |permissions: &[Permission]| permissions.iter().copied().collect();
        match command {
            Command::AddApplication {
                client_id,
                display_name,
                permissions,
                ..
            } => {
                if display_name.is_empty() {
                    return Err(Rejection::RequiredPropertyMissing {
                        name: "displayName",
                    });
                }
                let client_id = client_id.unwrap_or_else(|| (given.new_id)());
                let mut known = self.applications.values();
                if known.any(|application| application.client_id == client_id) {
                    return Err(Rejection::ApplicationExists { client_id });
                }
                let (id, service_principal_id) = ((given.new_id)(), (given.new_id)());
                let known = self.all_ids();
                let mut new = [client_id, id, service_principal_id].into_iter();
                if let Some(id) = new.find(|id| known.contains(id)) {
                    return Err(Rejection::IdTaken { id });
                }
                let application = ApplicationPicture {
                    client_id,
                    service_principal_id,
                    display_name: display_name.clone(),
                    permissions: set(permissions),
                };
                self.applications.insert(id, application);
                return Ok(Outcome::Created(id));
            }
            Command::RemoveApplication { id } => {
                let removed = self.applications.remove(id);
                let removed = removed.ok_or(Rejection::ApplicationNotFound { id: *id })?;
                self.roles.remove(&removed.service_principal_id);
            }
            Command::SetPermissions { id, permissions } => {
                let application = self.applications.get_mut(id);
                let application = application.ok_or(Rejection::ApplicationNotFound { id: *id })?;
                application.permissions = set(permissions);
            }
            Command::AssignRole { principal, role } => {
                let is_user = self.live(&UserKey::Id(*principal)).is_ok();
                let mut applications = self.applications.values();
                if !is_user && !applications.any(|known| known.service_principal_id == *principal) {
                    return Err(Rejection::PrincipalNotFound { id: *principal });
                }
                self.roles.entry(*principal).or_default().insert(*role);
            }
            Command::RemoveRole { principal, role } => {
                let Some(held) = self.roles.get(principal).filter(|held| held.contains(role))
                else {
                    return Ok(Outcome::Done);
                };
                let is_global = *role == Role::GlobalAdministrator;
                if is_global && !self.has_other_global_administrator(*principal) {
                    return Err(Rejection::LastGlobalAdministrator);
                }
                let rest: BTreeSet<Role> =
                    held.iter().copied().filter(|other| other != role).collect();
                self.roles.insert(*principal, rest);
                self.roles.retain(|_, roles| !roles.is_empty());
            }
            _ => unreachable!(),
        }
        Ok(Outcome::Done)
    }
}

// ---- What can be observed -------------------------------------------------------------------------------------------

impl Model {
    pub fn picture(&self) -> Picture {
        Picture {
            id: self.id,
            created: self.created,
            profile: self.profile.clone(),
            domains: self
                .domains
                .iter()
                .enumerate()
                .map(|(place, (name, is_default))| (name.clone(), place == 0, *is_default))
                .collect(),
            products: self
                .products
                .keys()
                .map(|sku_id| (*sku_id, self.product(*sku_id)))
                .collect(),
            subscriptions: self
                .subscriptions
                .iter()
                .map(|(id, bought)| (*id, bought.picture()))
                .collect(),
            users: self.users.iter().map(|user| self.user(user)).collect(),
            applications: self.applications.clone(),
            roles: self.roles.clone(),
        }
    }

    fn product(&self, sku_id: Uuid) -> ProductPicture {
        let product = &self.products[&sku_id];
        let seats = self.seats(sku_id);
        let status = match seats {
            SeatTotals { enabled: 1.., .. } => Status::Enabled,
            SeatTotals { warning: 1.., .. } => Status::Warning,
            SeatTotals { suspended: 1.., .. } => Status::Suspended,
            SeatTotals {
                locked_out: 1.., ..
            } => Status::LockedOut,
            _ => Status::Deleted,
        };
        ProductPicture {
            is_device: product.is_device,
            is_company: product.is_company,
            is_owned: self.owns(sku_id),
            plans: product.current_plans(),
            seats,
            status,
        }
    }

    fn user(&self, user: &User) -> UserPicture {
        let license = |(sku_id, license): (&Uuid, &License)| {
            let current = self.products[sku_id].current_plans();
            let disabled = &license.disabled & &current;
            (
                *sku_id,
                LicensePicture {
                    disabled,
                    at: license.at,
                },
            )
        };
        UserPicture {
            id: user.id,
            state: user.state,
            account_enabled: user.account_enabled,
            user_type: user.kind,
            usage_location: user.usage_location,
            created: user.created,
            deleted: user.deleted,
            properties: user.properties.clone(),
            licenses: user.licenses.iter().map(license).collect(),
            entitlements: self.all_enabled_plans(&user.licenses),
        }
    }
}

impl Subscription {
    fn picture(&self) -> SubscriptionPicture {
        SubscriptionPicture {
            sku_id: self.sku_id,
            channel: self.channel,
            quantity: self.quantity,
            months: self.months,
            renews: self.renews,
            created: self.created,
            ends: self.ends,
            status: self.status,
            since: self.since,
            next_change: self.next().map(|(at, _)| at),
        }
    }
}
