//! A tenant in a store, moved by commands as the engine moves it.

use std::{cell::Cell, collections::BTreeSet, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Rejection, Tenant, Timestamp, command::RestoreScope, decide,
    device::Devices,
};
use zetel_store::sql::{DatabaseError, Transaction};
use zetel_store::{AppendError, Batch, Change, Finding, Head, Store, catalog_digest, state_hash};
use zetel_testkit::{Random, World};

use crate::support::Place;

const ACTOR: &str = "system:test";
pub const TENANT: Uuid = Uuid::from_u128(0xc0);

pub struct Drive {
    pub store: Store,
    pub world: World,
    pub head: Head,
    pub tenant: Tenant,
    pub now: Timestamp,
    last_id: Cell<u128>,
}

impl Drive {
    /// A tenant before its first event.
    pub fn new(place: &Place, id: Uuid) -> Self {
        Self {
            store: Store::open(&place.target()).unwrap(),
            world: World::new(catalog_digest),
            head: Head::new(id),
            tenant: Tenant::default(),
            now: Timestamp(1_800_000_000),
            last_id: Cell::new(id.as_u128() << 64),
        }
    }

    /// A tenant with users and seats.
    pub fn begun(place: &Place, id: Uuid) -> Self {
        let mut drive = Self::new(place, id);
        for command in drive.world.beginning(id) {
            drive.take(&command).unwrap();
        }
        drive
    }

    /// What a command would change after some others, with the state that would follow.
    fn decide(
        &self,
        tenant: &mut Tenant,
        generation: u64,
        command: &Command,
    ) -> Result<Option<Change>, Rejection> {
        let mut context = Context {
            now: self.now,
            new_id: &mut || {
                self.last_id.set(self.last_id.get() + 1);
                Uuid::from_u128(self.last_id.get())
            },
            is_system: true,
            actor: ACTOR.to_owned(),
            confirmation: None,
        };
        let events = decide(tenant, command, &mut context)?.events;
        if events.is_empty() {
            return Ok(None);
        }
        for event in &events {
            tenant.apply(event);
        }
        Ok(Some(self.change(generation, command.name(), events)))
    }

    fn change(&self, generation: u64, command: &str, events: Vec<Event>) -> Change {
        Change {
            generation,
            at: self.now,
            actor: ACTOR.to_owned(),
            command: command.to_owned(),
            request_id: Uuid::from_u128(generation.into()),
            events,
        }
    }

    /// Appends one command and whatever `also` writes.
    pub fn append(
        &mut self,
        command: &Command,
        also: impl FnOnce(&mut Transaction<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), AppendError> {
        let mut after = self.tenant.clone();
        let change = self
            .decide(&mut after, self.head.generation + 1, command)
            .unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        self.store_batch(&Vec::from_iter(change), after, also)
    }

    pub fn take(&mut self, command: &Command) -> Result<(), AppendError> {
        self.append(command, |_| Ok(()))
    }

    /// Appends some commands in one batch.
    pub fn take_together(&mut self, commands: &[Command]) {
        let mut after = self.tenant.clone();
        let mut changes = Vec::new();
        for command in commands {
            let generation = self.head.generation + 1 + changes.len() as u64;
            changes.extend(self.decide(&mut after, generation, command).unwrap());
        }
        self.store_batch(&changes, after, |_| Ok(())).unwrap();
    }

    /// Appends a change of some events that no command caused.
    pub fn store_events(&mut self, events: Vec<Event>) {
        let mut after = self.tenant.clone();
        for event in &events {
            after.apply(event);
        }
        let change = self.change(self.head.generation + 1, "test", events);
        self.store_batch(&[change], after, |_| Ok(())).unwrap();
    }

    /// Appends so many small changes in one batch that the journal has a full block.
    pub fn fill_block(&mut self) {
        let rename = |number: u32| {
            let mut profile = self.tenant.profile().clone();
            profile.display_name = format!("Contoso {number}");
            Command::ChangeProfile { profile }
        };
        let commands: Vec<Command> = (0..1_100).map(rename).collect();
        self.take_together(&commands);
    }

    /// Takes random steps, some of them in one batch. Commands that are refused are left out.
    pub fn walk(&mut self, random: &mut Random, steps: u32) -> Vec<Change> {
        let mut all = Vec::new();
        for _ in 0..steps {
            let days = i64::from(random.below(8) == 0) * 20;
            self.now = Timestamp(self.now.plus_days(days).0 + 13);
            let mut after = self.tenant.clone();
            let mut changes: Vec<Change> = Vec::new();
            for step in 0..=random.below(4) {
                let command = if step == 0 && random.below(8) == 0 {
                    self.way_back(random)
                } else {
                    self.world.command(random.step(), &after)
                };
                let generation = self.head.generation + 1 + changes.len() as u64;
                if let Ok(Some(change)) = self.decide(&mut after, generation, &command) {
                    changes.push(change);
                }
            }
            if !changes.is_empty() {
                self.store_batch(&changes, after, |_| Ok(())).unwrap();
            }
            all.extend(changes);
        }
        all
    }

    /// A command that undoes a change, or puts licenses back as they were.
    fn way_back(&self, random: &mut Random) -> Command {
        let last = self.head.generation;
        let generation = last - random.below(last.min(10));
        let key = self.head.key;
        if random.below(3) > 0 {
            let change = self.store.change(key, generation).unwrap().unwrap();
            return Command::Undo {
                generation,
                events: Arc::new(change.events),
                earlier: Arc::default(),
            };
        }
        let changes = self.store.journal(key, generation, u32::MAX).unwrap();
        let change = self.store.change(key, generation).unwrap().unwrap();
        Command::RestoreLicenses {
            at: change.at,
            events: Arc::new(
                changes
                    .into_iter()
                    .flat_map(|change| change.events)
                    .collect(),
            ),
            scope: RestoreScope::Tenant,
        }
    }

    fn store_batch(
        &mut self,
        changes: &[Change],
        after: Tenant,
        also: impl FnOnce(&mut Transaction<'_>) -> Result<(), DatabaseError>,
    ) -> Result<(), AppendError> {
        let batch = Batch {
            head: self.head,
            changes,
            before: &self.tenant,
            after: &after,
        };
        self.head = self.store.append(&batch, also)?;
        self.tenant = after;
        Ok(())
    }

    pub fn hash(&self) -> [u8; 32] {
        state_hash(&self.tenant).unwrap()
    }

    /// Tables, journal and memory say the same.
    pub fn assert_sound(&self) {
        let (head, loaded) = self.store.load(self.tenant.id()).unwrap().unwrap();
        assert_eq!(head, self.head);
        assert_eq!(state_hash(&loaded).unwrap(), self.hash(), "tables");
        let mut replayed = Tenant::default();
        for change in self.store.journal(head.key, 0, u32::MAX).unwrap() {
            change.events.iter().for_each(|event| replayed.apply(event));
        }
        assert_eq!(state_hash(&replayed).unwrap(), self.hash(), "journal");
        assert_same(&loaded, &self.tenant, "tables");
        assert_same(&replayed, &self.tenant, "journal");
        assert_eq!(findings(&self.store), []);
    }
}

/// What is in memory but not a fact of its own is the same in two states.
fn assert_same(found: &Tenant, expected: &Tenant, what: &str) {
    for (ordinal, product) in expected.products() {
        assert_eq!(found.seats(ordinal), expected.seats(ordinal), "{what}");
        let (found, expected) = (found.holders(ordinal), expected.holders(ordinal));
        assert_eq!(found, expected, "{what}: {}", product.name);
    }
    assert_eq!(found.kept(), expected.kept(), "{what}");
    assert_eq!(found.ending(), expected.ending(), "{what}");
    let (groups, others) = (found.groups(), expected.groups());
    assert_eq!(groups.live_count(), others.live_count(), "{what}");
    for ((_, found), (ordinal, expected)) in groups.iter().zip(others.iter()) {
        assert_eq!(found.members, expected.members, "{what}: {ordinal:?}");
        assert_eq!(found.parents, expected.parents, "{what}: {ordinal:?}");
        assert_eq!(found.rule, expected.rule, "{what}: {ordinal:?}");
        assert_eq!(found.decisions, expected.decisions, "{what}: {ordinal:?}");
    }
    let rules = |tenant: &Tenant| -> Vec<_> {
        let dynamic = tenant.groups().dynamic();
        dynamic.map(|(ordinal, _)| ordinal).collect()
    };
    assert_eq!(rules(found), rules(expected), "{what}");
    for (found, expected) in found.users().iter().zip(expected.users().iter()) {
        assert_eq!(found.memberships, expected.memberships, "{what}");
    }
    assert_same_devices(found, expected, what);
}

fn assert_same_devices(found: &Tenant, expected: &Tenant, what: &str) {
    assert_eq!(found.enrollers(), expected.enrollers(), "{what}");
    assert_eq!(found.device_pool(), expected.device_pool(), "{what}");
    assert_eq!(
        found.device_settings(),
        expected.device_settings(),
        "{what}"
    );
    assert_eq!(found.limit_policies(), expected.limit_policies(), "{what}");
    let managers = expected.enrollment_managers();
    assert_eq!(found.enrollment_managers(), managers, "{what}");
    let (devices, others) = (found.devices(), expected.devices());
    assert_eq!(devices.len(), others.len(), "{what}");
    assert_eq!(devices.live(), others.live(), "{what}");
    assert_eq!(devices.needing(), others.needing(), "{what}");
    for user in expected.users().iter().map(|user| user.ordinal) {
        let (count, other) = (devices.enrolled_by(user), others.enrolled_by(user));
        assert_eq!(count, other, "{what}");
        let of_user = |devices: &Devices| -> Vec<_> {
            let devices = devices.of_user(user);
            devices.map(|device| device.ordinal).collect()
        };
        assert_eq!(of_user(devices), of_user(others), "{what}");
    }
    for (device, other) in devices.iter().zip(others.iter()) {
        assert_eq!((device.id, device.head()), (other.id, other.head()));
        assert_eq!(device.details(), other.details(), "{what}");
        assert_eq!(device.build(), other.build(), "{what}");
        let twins = |devices: &Devices| -> BTreeSet<_> {
            let twins = devices.find_serial(other.platform(), other.serial());
            twins.map(|device| device.ordinal).collect()
        };
        assert_eq!(twins(devices), twins(others), "{what}");
    }
}

/// Everything that is wrong with a database.
pub fn findings(store: &Store) -> Vec<Finding> {
    let mut findings = Vec::new();
    let examined = store
        .examine(&mut |finding| findings.push(finding))
        .unwrap();
    assert_eq!(examined.findings == 0, findings.is_empty());
    findings
}
