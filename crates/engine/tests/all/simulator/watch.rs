//! Follows the journal of a simulated tenant, generation by generation, and asserts what must hold after each.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Tenant,
    event::{Grant, UserSet},
    preview,
    state::Bits,
    user::{UserOrdinal, UserState},
};
use zetel_store::{Change, Store, state_hash};

use crate::support::{TENANT, assert_seats};

/// All that was ever asked for, by request.
pub type Asked = BTreeMap<Uuid, Command>;

/// The tenant as the journal tells it.
#[derive(Default)]
pub struct Watch {
    state: Tenant,
    generation: u64,
    requests: BTreeSet<Uuid>,
    /// Names of the commands that changed anything.
    pub done: BTreeSet<String>,
}

impl Watch {
    /// Reads what happened, and asserts that it led to what the tables say. Returns generation and hash of the state.
    pub fn follow(&mut self, store: &Store, asked: &Asked) -> (u64, [u8; 32]) {
        let (head, stored) = store.load(TENANT).unwrap().unwrap();
        for change in store.journal(head.key, self.generation, u32::MAX).unwrap() {
            self.step(&change, asked);
        }
        assert_eq!(self.generation, head.generation);
        let hash = state_hash(&stored).unwrap();
        assert_eq!(
            state_hash(&self.state).unwrap(),
            hash,
            "the journal tells what the tables say"
        );
        (head.generation, hash)
    }

    /// The newest generation.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    fn step(&mut self, change: &Change, asked: &Asked) {
        assert!(
            change.request_id.is_nil() || self.requests.insert(change.request_id),
            "nothing happens twice: {change:?}"
        );
        let before = self.state.clone();
        if let Some(command) = asked.get(&change.request_id) {
            assert_follows(&before, command, change);
        }
        for event in &change.events {
            assert_fits(&self.state, event);
            self.state.apply(event);
        }
        self.generation = change.generation;
        self.done.insert(change.command.clone());
        assert_seats(&self.state);
        assert_cap(&before, &self.state, change);
        assert_decided(&self.state, change);
    }
}

/// A change is what its command leads to on the state that the journal tells, whatever the node that decided it knew.
fn assert_follows(before: &Tenant, command: &Command, change: &Change) {
    if matches!(
        command,
        Command::Undo { .. } | Command::RestoreLicenses { .. }
    ) {
        return; // they rest on more than the state
    }
    let mut ids = ids_given(command, change).into_iter();
    let mut context = Context {
        now: change.at,
        new_id: &mut || ids.next().unwrap(),
        is_system: true,
        actor: change.actor.clone(),
        confirmation: None,
    };
    let plan = preview(before, command, &mut context).unwrap().plan;
    assert_eq!(plan.events, change.events, "{command:?}");
}

/// The ids that were made for what a command made, in their order.
pub fn ids_given(command: &Command, change: &Change) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let mut created = 0;
    for event in &change.events {
        match (event, command) {
            (Event::UserCreated { id, .. }, Command::CreateUsers(users)) => {
                ids.extend(users[created].id.is_none().then_some(*id));
                created += 1;
            }
            (Event::GroupCreated { id, .. }, Command::CreateGroup(new)) => {
                ids.extend(new.id.is_none().then_some(*id));
            }
            (Event::SubscriptionAdded { subscription }, Command::AddSubscription(purchase)) => {
                ids.extend(purchase.id.is_none().then_some(subscription.id));
                ids.push(subscription.commerce_id);
            }
            (
                Event::ApplicationAdded { application },
                Command::AddApplication { client_id, .. },
            ) => {
                ids.extend(client_id.is_none().then_some(application.client_id));
                ids.extend([application.id, application.service_principal_id]);
            }
            _ => {}
        }
    }
    ids
}

/// Only a restored user takes a product over its seats.
fn assert_cap(before: &Tenant, after: &Tenant, change: &Change) {
    let restores = |event: &Event| matches!(event, Event::UserRestored { .. });
    if change.events.iter().any(restores) {
        return;
    }
    for (product, owned) in after.products() {
        let (old, new) = (before.seats(product), after.seats(product));
        assert!(
            new.consumed <= old.consumed || new.consumed <= new.enabled + new.warning,
            "more seats of {} than were bought: {change:?}",
            owned.part_number
        );
    }
}

/// Each license of a group shows for each member, and for nobody else: applied, failed, or kept as it was before.
fn assert_decided(tenant: &Tenant, change: &Change) {
    for user in tenant.users().iter() {
        if user.head.state() != UserState::Live {
            continue;
        }
        let units: BTreeSet<_> = tenant.units(&user).iter().map(|unit| unit.group).collect();
        let sources = tenant.sources(&user);
        for (ordinal, group) in tenant.groups().iter() {
            let shown = |product| {
                let mut sources = sources.iter();
                sources.any(|source| source.group == Some(ordinal) && source.product == product)
            };
            let is_decided = |product| group.verdict(user.ordinal, product).is_some();
            for (product, _) in tenant.products() {
                let is_meant = group.license(product).is_some() && units.contains(&ordinal);
                assert!(
                    if is_meant {
                        shown(product)
                    } else {
                        !is_decided(product)
                    },
                    "{product:?} of {:?} for user {:?}, who is in {units:?}: {change:?}",
                    ordinal,
                    user.ordinal
                );
            }
        }
    }
}

/// What an event replaces is there, so that it can be put back.
fn assert_fits(tenant: &Tenant, event: &Event) {
    match event {
        Event::Decided {
            group,
            product,
            users,
            before,
            ..
        } => {
            let group = tenant.groups().get(*group).unwrap();
            for user in users.iter() {
                assert_eq!(group.verdict(user, *product), *before, "{event:?}");
            }
        }
        Event::AssignmentsChanged { users, removed, .. } => {
            for user in users.iter() {
                assert!(has_all(tenant, user, removed), "{event:?}");
            }
        }
        Event::MembersAdded { group, users, .. } => {
            let members = &tenant.groups().get(*group).unwrap().members;
            assert!(is_disjoint(users, members), "{event:?}");
        }
        Event::MembersRemoved { group, users, .. } => {
            let members = &tenant.groups().get(*group).unwrap().members;
            assert!(users.to_bits().difference(members).is_empty(), "{event:?}");
        }
        Event::GroupLicensesChanged { group, removed, .. } => {
            let group = tenant.groups().get(*group).unwrap();
            for grant in removed {
                let license = group.license(grant.product).unwrap();
                assert_eq!(license.disabled, grant.disabled, "{event:?}");
            }
        }
        Event::GroupUpdated { group, before, .. } => {
            let group = tenant.groups().get(*group).unwrap();
            assert_eq!(group.definition.as_ref(), before);
        }
        Event::PolicyChanged { before, .. } => assert_eq!(tenant.policy(), before),
        Event::DeviceChanged { device, before, .. } => {
            let device = tenant.devices().view(*device).unwrap();
            assert_eq!(device.head(), *before, "{event:?}");
        }
        Event::DeviceContacted { device, before, .. } => {
            let device = tenant.devices().view(*device).unwrap();
            assert_eq!(device.contacted(), *before, "{event:?}");
        }
        Event::DeviceSettingsChanged { before, .. } => {
            assert_eq!(tenant.device_settings(), before);
        }
        Event::LimitPoliciesChanged { before, .. } => {
            assert_eq!(tenant.limit_policies(), before);
        }
        _ => {}
    }
}

fn has_all(tenant: &Tenant, user: UserOrdinal, grants: &[Grant]) -> bool {
    let view = tenant.users().view(user).unwrap();
    let own: BTreeSet<Grant> = tenant
        .licenses(&view)
        .map(|(_, shape, _)| Grant {
            product: shape.product,
            disabled: shape.disabled,
            source: shape.source,
        })
        .collect();
    grants.iter().all(|grant| own.contains(grant))
}

fn is_disjoint(users: &UserSet, members: &Bits) -> bool {
    users.to_bits().intersection(members).is_empty()
}
