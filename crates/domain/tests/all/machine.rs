//! Runs a command on the real tenant and on the model side by side and asserts everything that must hold after it.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Outcome, Plan, Rejection, Tenant, TenantBuilder, Timestamp,
    access::Permission,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::Catalog,
    command::NewSubscription,
    decide,
    directory::Profile,
    event::Apart,
    location::Location,
    product::{PlanDefinition, ProductDefinition},
    subscription::Term,
    user::{NewUser, UserKey, UserProperty, UserState, UserType},
};

use crate::{
    model::{Given, Model},
    picture::{Picture, assert_indexes},
    world::{
        PurchaseSpec, RequestSpec, Step, UserRef, UserSpec, plan_id, plans_of, sku_id,
        subscription_id, texts, user_id,
    },
};

/// Addresses and names that are looked for after each step, whether or not somebody has them.
const PROBES: &[&str] = &[
    "ada@contoso.test",
    "shared@contoso.test",
    "other@contoso.test",
    "cn=shared",
    "",
];

pub struct Machine {
    pub tenant: Tenant,
    model: Model,
    now: Timestamp,
    last_id: u128,
    catalogs: [Arc<Catalog>; 3],
    /// Every event so far, encoded, decoded, and made whole again.
    journal: Vec<Event>,
    /// How often each refusal was met.
    pub refusals: BTreeMap<String, u32>,
}

impl Machine {
    pub fn new(catalogs: [Arc<Catalog>; 3]) -> Self {
        let mut machine = Self {
            tenant: Tenant::default(),
            model: Model::default(),
            now: Timestamp(1_769_817_600), // 31 January 2026
            last_id: 0xffff_0000,
            catalogs,
            journal: Vec::new(),
            refusals: BTreeMap::new(),
        };
        machine.run(&Command::Tick, true);
        machine.take(&Step::CreateTenant, true);
        machine.take(&Step::Adopt(0), true);
        machine
    }

    /// Takes a step; time passes a little before each, and as long as a tick says.
    pub fn take(&mut self, step: &Step, is_system: bool) {
        let days = if let Step::Tick(days) = step {
            *days
        } else {
            0
        };
        self.now = Timestamp(self.now.plus_days(days).0 + 7);
        let command = self.command(step);
        self.run(&command, is_system);
    }

    fn run(&mut self, command: &Command, is_system: bool) {
        let before = Picture::of(&self.tenant);
        let decided = self.decide(command, is_system);
        assert_eq!(
            decided,
            self.decide(command, is_system),
            "a decision is pure"
        );

        let last_id = self.last_id;
        let mut given = Given {
            now: self.now,
            is_system,
            new_id: &mut || {
                self.last_id += 1;
                Uuid::from_u128(self.last_id)
            },
        };
        let expected = self.model.run(command, &mut given);
        let outcome = decided
            .as_ref()
            .map(|plan| plan.outcome.clone())
            .map_err(Clone::clone);
        assert_eq!(normal(outcome), normal(expected), "{command:?}");
        match decided {
            Ok(plan) => self.follow(command, &before, &plan),
            Err(rejection) => {
                self.last_id = last_id;
                self.note(&rejection);
            }
        }
        let after = Picture::of(&self.tenant);
        assert_eq!(after, self.model.picture(), "{command:?}");
        assert_indexes(&self.tenant, &after, PROBES);
        assert_seats(command, &before, &after);
    }

    fn decide(&self, command: &Command, is_system: bool) -> Result<Plan, Rejection> {
        let mut last_id = self.last_id;
        let mut new_id = || {
            last_id += 1;
            Uuid::from_u128(last_id)
        };
        let mut context = Context {
            now: self.now,
            new_id: &mut new_id,
            is_system,
        };
        decide(&self.tenant, command, &mut context)
    }

    fn follow(&mut self, command: &Command, before: &Picture, plan: &Plan) {
        if let Outcome::Bulk(refused) = &plan.outcome {
            for (_, rejection) in refused {
                self.note(rejection);
            }
        }
        let mut next = self.tenant.clone();
        for event in &plan.events {
            next.apply(event);
            let stored = stored_and_read(event);
            assert_eq!(stored, *event, "an event survives the journal");
            self.journal.push(stored);
        }
        assert_eq!(
            Picture::of(&self.tenant),
            *before,
            "a clone shares no changes"
        );
        assert_indexes(&self.tenant, before, PROBES);
        // A license can change unseen: what a retired plan was set to is remembered.
        let is_quiet = matches!(
            command,
            Command::UpdateUser { .. } | Command::ChangeProfile { .. } | Command::Tick
        );
        if is_quiet && Picture::of(&next) == *before {
            assert_eq!(plan.events, [], "what changes nothing leaves no trace");
        }
        self.tenant = next;
    }

    fn note(&mut self, rejection: &Rejection) {
        let text = format!("{rejection:?}");
        let name = text.split([' ', '{']).next().unwrap_or_default();
        *self.refusals.entry(name.to_owned()).or_default() += 1;
    }

    /// The journal makes the tenant again, also after the details of purged people were erased from it; and so do the
    /// facts.
    pub fn assert_replayable(&self) {
        let picture = Picture::of(&self.tenant);
        let mut replayed = Tenant::default();
        let mut from_erased = Tenant::default();
        for event in &self.journal {
            replayed.apply(event);
            let mut erased = event.clone();
            let is_purged = |user| {
                self.tenant
                    .users()
                    .view(user)
                    .is_some_and(|view| view.head.state() == UserState::Purged)
            };
            if event
                .users()
                .is_some_and(|users| users.iter().all(is_purged))
                && let Some(personal) = erased.personal_mut()
            {
                *personal = Apart::Away;
            }
            from_erased.apply(&erased);
        }
        // Also what shows only in decisions: names, services, places of plans.
        let products = |tenant: &Tenant| format!("{:?}", tenant.products().collect::<Vec<_>>());
        for tenant in [replayed, from_erased, built_from_facts(&self.tenant)] {
            assert_eq!(Picture::of(&tenant), picture);
            assert_eq!(products(&tenant), products(&self.tenant));
            assert_indexes(&tenant, &picture, PROBES);
        }
    }

    fn command(&self, step: &Step) -> Command {
        match step {
            Step::Create(users) => {
                Command::CreateUsers(users.iter().map(|spec| self.new_user(spec)).collect())
            }
            Step::Update(user, patch) => Command::UpdateUser {
                user: key(*user),
                patch: patch.clone(),
            },
            Step::Delete(user) => Command::DeleteUser { user: key(*user) },
            Step::Restore(user) => Command::RestoreUser { id: user_id(*user) },
            Step::Purge(user) => Command::PurgeUser { id: user_id(*user) },
            Step::NotePassword(user) => Command::NotePasswordChange { user: key(*user) },
            Step::Assign(user, request) => Command::AssignLicenses {
                user: key(*user),
                request: self.request(request),
            },
            Step::AssignInBulk(users, request) => Command::AssignLicensesInBulk {
                users: users.iter().copied().map(key).collect(),
                request: self.request(request),
            },
            Step::Buy(purchase) => Command::AddSubscription(new_subscription(purchase)),
            Step::ChangeQuantity(id, quantity, on_behalf_of_manager) => Command::ChangeQuantity {
                id: subscription_id(*id),
                quantity: *quantity,
                on_behalf_of_manager: *on_behalf_of_manager,
            },
            Step::Reactivate(id, renews) => Command::Reactivate {
                id: subscription_id(*id),
                renews: *renews,
            },
            Step::SetRenewal(id, renews) => Command::SetRenewal {
                id: subscription_id(*id),
                renews: *renews,
            },
            Step::Cancel(id) => Command::Cancel {
                id: subscription_id(*id),
            },
            Step::Tick(_) => Command::Tick,
            _ => self.other_command(step),
        }
    }

    fn other_command(&self, step: &Step) -> Command {
        match step {
            Step::Adopt(which) => Command::AdoptCatalog {
                catalog: Arc::clone(&self.catalogs[*which]),
                digest: [u8::try_from(*which).unwrap() + 1; 32],
            },
            Step::AddDomain(name, is_default) => Command::AddDomain {
                name: (*name).to_owned(),
                is_default: *is_default,
            },
            Step::ChangeProfile(name) => Command::ChangeProfile {
                profile: profile(name),
            },
            Step::AddApplication(client, name) => Command::AddApplication {
                client_id: client.map(|number| match number {
                    0..=3 => Uuid::from_u128(0x5000 + u128::from(number)),
                    _ => self.object_id(number - 4),
                }),
                display_name: (*name).to_owned(),
                permissions: vec![Permission::UserReadAll, Permission::UserReadAll],
                public_client: false,
                redirect_uris: Vec::new(),
            },
            Step::RemoveApplication(place) => Command::RemoveApplication {
                id: self.application(*place).0,
            },
            Step::SetPermissions(place, mask) => Command::SetPermissions {
                id: self.application(*place).0,
                permissions: (0..8)
                    .filter(|bit| mask & (1 << bit) != 0)
                    .map(|bit| Permission::ALL[bit])
                    .collect(),
            },
            Step::AssignRole(principal, role) => Command::AssignRole {
                principal: self.principal(*principal),
                role: *role,
            },
            Step::RemoveRole(principal, role) => Command::RemoveRole {
                principal: self.principal(*principal),
                role: *role,
            },
            _ => Command::CreateTenant {
                id: Some(Uuid::from_u128(1)),
                profile: profile("Contoso"),
                domain: "Contoso.test".to_owned(),
            },
        }
    }

    /// Object id and service principal of the application at a place, or ids of nobody.
    fn application(&self, place: u8) -> (Uuid, Uuid) {
        let nobody = Uuid::from_u128(0x5fff);
        let application = self.tenant.applications().values().nth(usize::from(place));
        application.map_or((nobody, nobody), |known| {
            (known.id, known.service_principal_id)
        })
    }

    /// The id of a user from the small numbers, or one of an application.
    fn object_id(&self, number: u8) -> Uuid {
        match number {
            0..=7 => user_id(number),
            8 => self.application(0).0,
            9 => self.application(0).1,
            _ => Uuid::from_u128(0x5000),
        }
    }

    fn new_user(&self, spec: &UserSpec) -> NewUser {
        NewUser {
            id: spec.id.map(|number| self.object_id(number)),
            ..new_user(spec)
        }
    }

    fn principal(&self, number: u8) -> Uuid {
        if number < 8 {
            user_id(number)
        } else {
            self.application(number - 8).1
        }
    }

    fn request(&self, spec: &RequestSpec) -> AssignmentRequest {
        let wanted = |(number, mask, any_plan): &(u8, u8, bool)| {
            let product = self.tenant.find_product(sku_id(*number));
            let product = product.and_then(|product| self.tenant.product(product));
            let is_own =
                |plan: &Uuid| product.is_some_and(|product| product.plan_bit(*plan).is_some());
            ProductRequest {
                sku_id: sku_id(*number),
                disabled_plans: plans_of(*mask)
                    .filter(|plan| *any_plan || is_own(plan))
                    .collect(),
            }
        };
        AssignmentRequest {
            add: spec.add.iter().map(wanted).collect(),
            remove: spec.remove.iter().copied().map(sku_id).collect(),
        }
    }
}

/// The tenant that its facts, as a store keeps them, make again.
fn built_from_facts(tenant: &Tenant) -> Tenant {
    let mut builder = TenantBuilder::default();
    builder.organization(
        tenant.id(),
        tenant.created(),
        tenant.profile().clone(),
        tenant.catalog(),
        tenant.catalog_digest(),
    );
    for domain in tenant.domains() {
        builder.domain(domain.clone());
    }
    for (_, product) in tenant.products() {
        builder.product(&product.definition());
    }
    for subscription in tenant.subscriptions().values() {
        builder.subscription(subscription.clone());
    }
    for user in tenant.users().iter() {
        builder.user(user.id, user.head, user.record.bytes());
    }
    for user in tenant.users().iter() {
        for (holding, shape, _) in tenant.licenses(&user) {
            builder.license(user.ordinal, shape.product, shape.disabled, holding.at());
        }
    }
    for application in tenant.applications().values() {
        builder.application(application.clone());
    }
    for (principal, roles) in tenant.role_assignments() {
        for role in roles {
            builder.role(*principal, *role);
        }
    }
    builder.finish()
}

/// Lists of plans in refusals have no meaningful order.
fn normal(outcome: Result<Outcome, Rejection>) -> Result<Outcome, Rejection> {
    let sorted = |rejection| match rejection {
        Rejection::MutuallyExclusive { mut plan_ids } => {
            plan_ids.sort();
            Rejection::MutuallyExclusive { plan_ids }
        }
        Rejection::DependencyMissing {
            plan_id,
            mut requires,
        } => {
            requires.sort();
            Rejection::DependencyMissing { plan_id, requires }
        }
        other => other,
    };
    match outcome {
        Ok(Outcome::Bulk(refused)) => {
            let refused = refused
                .into_iter()
                .map(|(place, rejection)| (place, sorted(rejection)));
            Ok(Outcome::Bulk(refused.collect()))
        }
        other => other.map_err(sorted),
    }
}

/// Encodes an event, decodes it, and puts back what is kept apart from it.
fn stored_and_read(event: &Event) -> Event {
    let bytes = minicbor::to_vec(event).unwrap();
    let mut read: Event = minicbor::decode(&bytes).unwrap();
    if let Some(kept) = event.personal() {
        assert_eq!(
            read.personal(),
            Some(&Apart::Away),
            "personal details stay out of the journal"
        );
        *read.personal_mut().unwrap() = kept.clone();
    }
    if let (Event::CatalogAdopted { catalog, .. }, Event::CatalogAdopted { catalog: kept, .. }) =
        (&mut read, event)
    {
        assert_eq!(*catalog, Apart::Away);
        catalog.clone_from(kept);
    }
    read
}

/// A seat is counted once per holder, and only a restore or a smaller purchase takes a product over its seats.
fn assert_seats(command: &Command, before: &Picture, after: &Picture) {
    for (sku_id, product) in &after.products {
        let holders = after
            .live_users()
            .filter(|user| user.licenses.contains_key(sku_id))
            .count();
        assert_eq!(
            product.seats.consumed as usize, holders,
            "seats of {sku_id}"
        );
        assert!(
            product.is_owned || holders == 0,
            "nobody holds what is not owned"
        );
        let consumed_before = before
            .products
            .get(sku_id)
            .map_or(0, |old| old.seats.consumed);
        if product.seats.consumed > consumed_before
            && !matches!(command, Command::RestoreUser { .. })
        {
            assert!(product.seats.consumed <= product.seats.enabled + product.seats.warning);
        }
    }
}

fn profile(name: &str) -> Profile {
    Profile {
        display_name: name.to_owned(),
        default_usage_location: Location::parse("NL"),
        preferred_language: Some("nl".to_owned()),
        technical_notification_mails: vec!["it@contoso.test".to_owned()],
    }
}

fn key(user: UserRef) -> UserKey {
    match user {
        UserRef::Id(number) => UserKey::Id(user_id(number)),
        UserRef::Name(name) => UserKey::PrincipalName(name.to_ascii_uppercase()),
    }
}

fn new_user(spec: &UserSpec) -> NewUser {
    let mut user = NewUser {
        account_enabled: spec.account_enabled,
        user_type: if spec.is_guest {
            UserType::Guest
        } else {
            UserType::Member
        },
        usage_location: spec.location.and_then(Location::parse),
        ..NewUser::default()
    };
    user.properties
        .insert(UserProperty::DisplayName, "Ada".into());
    user.properties
        .insert(UserProperty::UserPrincipalName, spec.name.into());
    let optional = [
        (
            UserProperty::MailNickname,
            spec.has_nickname.then(|| "nick".into()),
        ),
        (UserProperty::Mail, spec.mail.map(Into::into)),
        (
            UserProperty::ProxyAddresses,
            spec.proxies.clone().map(texts),
        ),
        (
            UserProperty::Department,
            spec.department.as_deref().map(Into::into),
        ),
    ];
    let present = optional
        .into_iter()
        .filter_map(|(property, value)| Some((property, value?)));
    user.properties.extend(present);
    user
}

fn new_subscription(spec: &PurchaseSpec) -> NewSubscription {
    let mut plans: Vec<PlanDefinition> = plans_of(spec.plans)
        .map(|id| PlanDefinition {
            id,
            name: format!("PLAN {id}"),
        })
        .collect();
    plans.extend(plans.first().cloned()); // named twice, it is still one plan
    NewSubscription {
        id: spec.id.map(subscription_id),
        product: ProductDefinition {
            sku_id: sku_id(spec.product),
            part_number: "OWN".to_owned(),
            name: "Own product".to_owned(),
            per_device: spec.per_device,
            plans,
        },
        channel: spec.channel,
        quantity: spec.quantity,
        term: Term {
            months: spec.months,
        },
        renews: spec.renews,
        owner_id: spec.id.map(|_| plan_id(0)),
    }
}
