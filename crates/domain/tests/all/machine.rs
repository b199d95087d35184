//! Runs a command on the real tenant and on the model side by side and asserts everything that must hold after it.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Outcome, Plan, Rejection, Tenant, TenantBuilder, Timestamp,
    catalog::Catalog, decide, event::Apart, group::Group, user::UserState,
};

use crate::{
    device_picture::Judged,
    invariants::{assert_devices, assert_invariants},
    model::{Given, Model},
    picture::{Picture, assert_indexes, assert_same},
    query_sets::assert_query_sets,
    world::Step,
};

/// Addresses and names that are looked for after each step, whether or not somebody has them.
const PROBES: &[&str] = &[
    "ada@contoso.test",
    "shared@contoso.test",
    "other@contoso.test",
    "cn=shared",
    "",
];

/// No plan has this token.
const WRONG_TOKEN: &str = "another token";

pub struct Machine {
    pub tenant: Tenant,
    model: Model,
    pub now: Timestamp,
    last_id: u128,
    catalogs: [Arc<Catalog>; 3],
    /// Every event so far, encoded, decoded, and made whole again.
    journal: Vec<Event>,
    /// Whether the model follows. It does not where products are decided each alone or have others in their place, in
    /// random company with everything else: what is right there is said by examples and by the invariants.
    follows: bool,
    /// Whether the model follows there, too.
    always_follows: bool,
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
            follows: true,
            always_follows: false,
            refusals: BTreeMap::new(),
        };
        machine.run(&Command::Tick, true);
        machine.take(&Step::CreateTenant, true);
        machine.take(&Step::Adopt(0), true);
        machine
    }

    /// The same, with a model that follows everywhere.
    pub fn followed(catalogs: [Arc<Catalog>; 3]) -> Self {
        Self {
            always_follows: true,
            ..Self::new(catalogs)
        }
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

    /// Runs a command; what the guard stops is run again with the token of the refusal every other time.
    fn run(&mut self, command: &Command, is_system: bool) {
        let Some(token) = self.run_as(command, is_system, None) else {
            return;
        };
        let again = self.run_as(command, is_system, Some(WRONG_TOKEN.to_owned()));
        assert_eq!(
            again.as_ref(),
            Some(&token),
            "only the right token confirms"
        );
        if self.now.0 % 2 == 0 {
            let held = self.run_as(command, is_system, Some(token));
            assert_eq!(held, None, "the token of the refusal confirms");
        }
    }

    /// Runs a command on both sides; gives the token if the guard stopped it.
    fn run_as(
        &mut self,
        command: &Command,
        is_system: bool,
        confirmation: Option<String>,
    ) -> Option<String> {
        let before = Picture::of(&self.tenant);
        let is_confirmed = confirmation
            .as_deref()
            .is_some_and(|token| token != WRONG_TOKEN);
        let told = format!("{command:?} confirmed with {confirmation:?}");
        let decided = self.decide(command, is_system, confirmation.clone());
        assert_eq!(
            decided,
            self.decide(command, is_system, confirmation),
            "a decision is pure"
        );

        if let Command::ChangePolicy { policy } = command
            && policy.is_extended()
            && (policy.partial_success || !policy.fallback.is_empty())
            && !self.always_follows
        {
            self.follows = false;
        }
        let last_id = self.last_id;
        if self.follows {
            let mut given = Given {
                now: self.now,
                is_system,
                is_confirmed,
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
            assert_eq!(normal(outcome), normal(expected), "{told}");
        } else {
            self.last_id += 64; // more than a command takes
        }
        let mut token = None;
        match decided {
            Ok(plan) => self.follow(command, &before, &plan),
            Err(rejection) => {
                self.last_id = last_id;
                self.note(&rejection);
                if let Rejection::Guarded { token: stopped, .. } = rejection {
                    token = Some(stopped);
                }
            }
        }
        let after = Picture::of(&self.tenant);
        if self.follows {
            assert_same(&after, &self.model.picture(), command);
            let judged = Judged::of(&self.tenant, self.now);
            assert_eq!(judged, self.model.judged(self.now), "after {command:?}");
        }
        assert_indexes(&self.tenant, &after, PROBES);
        assert_invariants(command, &self.tenant, &before, &after);
        assert_devices(&self.tenant, self.now);
        // Asked now and then, so that more or less has changed since the last time.
        if self.now.0 % 17 == 0 {
            assert_query_sets(&self.tenant, &after);
        }
        token
    }

    fn decide(
        &self,
        command: &Command,
        is_system: bool,
        confirmation: Option<String>,
    ) -> Result<Plan, Rejection> {
        let mut last_id = self.last_id;
        let mut new_id = || {
            last_id += 1;
            Uuid::from_u128(last_id)
        };
        let mut context = Context {
            now: self.now,
            new_id: &mut new_id,
            is_system,
            actor: "somebody".to_owned(),
            confirmation,
        };
        decide(&self.tenant, command, &mut context)
    }

    pub fn catalog(&self, which: usize) -> Arc<Catalog> {
        Arc::clone(&self.catalogs[which])
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
        if self.now.0 % 19 == 0 {
            assert_query_sets(&self.tenant, before);
        }
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
        if let Rejection::EnrollmentDenied { reasons } = rejection {
            for reason in reasons {
                *self.refusals.entry(reason.code().to_owned()).or_default() += 1;
            }
        }
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
            assert_devices(&tenant, self.now);
            assert_query_sets(&tenant, &picture);
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
    builder.policy(tenant.policy().clone());
    for approval in tenant.approvals() {
        builder.approval(approval.clone());
    }
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
            builder.license(user.ordinal, *shape, holding.at());
        }
    }
    groups_from_facts(tenant, &mut builder);
    devices_from_facts(tenant, &mut builder);
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

fn devices_from_facts(tenant: &Tenant, builder: &mut TenantBuilder) {
    builder.device_settings(tenant.device_settings().clone());
    for policy in tenant.limit_policies() {
        builder.limit_policy(policy.clone());
    }
    for user in tenant.enrollment_managers() {
        builder.enrollment_manager(*user);
    }
    for device in tenant.devices().iter() {
        let details = device.details().pack();
        builder.device(device.id, &device.head(), device.build(), &details);
    }
}

fn groups_from_facts(tenant: &Tenant, builder: &mut TenantBuilder) {
    for (_, group) in tenant.groups().iter() {
        builder.group(Group {
            id: group.id,
            created: group.created,
            deleted: group.deleted,
            purged: group.purged,
            definition: Arc::clone(&group.definition),
            rule: group.rule.clone(),
            had_licenses: group.had_licenses,
            ..Group::default()
        });
    }
    for (ordinal, group) in tenant.groups().iter() {
        for license in &group.licenses {
            builder.group_license(ordinal, *license);
        }
        for member in &group.subgroups {
            builder.subgroup(ordinal, *member);
        }
        for owner in &group.owners {
            builder.owner(ordinal, *owner);
        }
    }
    for user in tenant.users().iter() {
        for membership in user.memberships {
            builder.membership(user.ordinal, *membership);
        }
    }
    for (ordinal, group) in tenant.groups().iter() {
        for ((product, verdict), users) in &group.decisions {
            for (chunk, bytes) in users.chunks() {
                assert!(builder.decision(ordinal, *product, *verdict, chunk, &bytes));
            }
        }
    }
}

/// What has no meaningful order or text of its own.
fn normal(outcome: Result<Outcome, Rejection>) -> Result<Outcome, Rejection> {
    match outcome {
        Ok(Outcome::Bulk(refused)) => {
            let refused = refused
                .into_iter()
                .map(|(place, rejection)| (place, normal_rejection(rejection)));
            Ok(Outcome::Bulk(refused.collect()))
        }
        Ok(Outcome::Held(held)) => {
            let held = held
                .into_iter()
                .map(|(id, rejection)| (id, normal_rejection(rejection)));
            Ok(Outcome::Held(held.collect()))
        }
        Ok(Outcome::Reprocessed { user, .. }) => Ok(Outcome::User(user)),
        Ok(Outcome::Group(_)) => Ok(Outcome::Done),
        other => other.map_err(normal_rejection),
    }
}

fn normal_rejection(rejection: Rejection) -> Rejection {
    match rejection {
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
        Rejection::GroupCannotBeMember { id, .. } => {
            Rejection::GroupCannotBeMember { id, reason: "" }
        }
        Rejection::GroupNotLicensable { group, .. } => {
            Rejection::GroupNotLicensable { group, reason: "" }
        }
        Rejection::InvalidGroupProperty { name, .. } => {
            Rejection::InvalidGroupProperty { name, reason: "" }
        }
        Rejection::InvalidDeviceSetting { name, .. } => {
            Rejection::InvalidDeviceSetting { name, reason: "" }
        }
        Rejection::DefaultLimitPolicy { .. } => Rejection::DefaultLimitPolicy { reason: "" },
        Rejection::Guarded {
            users,
            mut products,
            needs_approval,
            ..
        } => {
            products.sort();
            let token = String::new();
            Rejection::Guarded {
                token,
                users,
                products,
                needs_approval,
            }
        }
        other => other,
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
