//! Appending, loading and reading the journal of tenants.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;
use zetel_domain::{Command, Event, user::UserKey};
use zetel_store::sql::{DatabaseError, Statement};
use zetel_store::{AppendError, Head, Store};
use zetel_testkit::{EVENT_KINDS, Random, event_kind};

use crate::{
    drive::{Drive, TENANT, findings},
    support::{Place, in_both},
};

const ADD_PASSWORD: Statement = Statement::new(
    "add password in a test",
    "INSERT INTO user_password (tenant_id, user_id, hash, must_change, changed_at) VALUES ($1, $2, '$argon2id$x', 0, 0)",
);
const PASSWORDS: Statement =
    Statement::new("passwords in a test", "SELECT count(*) FROM user_password");
const DETAILS: Statement = Statement::new(
    "details in a test",
    "SELECT body FROM generation_detail ORDER BY generation",
);

fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

fn walk_and_check(place: &Place, seed: u64) -> BTreeSet<usize> {
    let id = Uuid::from_u128(u128::from(seed).max(1));
    let mut drive = Drive::begun(place, id);
    let mut random = Random::new(seed);
    let mut kinds = BTreeSet::new();
    for _ in 0..3 {
        let changes = drive.walk(&mut random, 40);
        kinds.extend(
            changes
                .iter()
                .flat_map(|change| &change.events)
                .map(event_kind),
        );
    }
    drive.assert_sound();
    kinds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn tables_journal_and_memory_agree_after_anything(seed in any::<u64>()) {
        in_both(|place| { walk_and_check(place, seed); });
    }
}

#[test]
fn every_kind_of_event_is_stored() {
    in_both(|place| {
        let mut kinds: BTreeSet<usize> = BTreeSet::from([0, 3, 4, 5, 9]);
        for seed in 1..=12 {
            kinds.extend(walk_and_check(place, seed));
        }
        // A walk does not always find something to undo.
        let mut drive = Drive::begun(place, TENANT);
        let note = Event::Reverted {
            generation: Some(1),
            to: None,
        };
        kinds.insert(event_kind(&note));
        drive.store_events(vec![note]);
        drive.assert_sound();
        assert_eq!(kinds, (0..EVENT_KINDS).collect());
    });
}

#[test]
fn whoever_appends_second_meets_a_conflict() {
    in_both(|place| {
        let mut first = Drive::begun(place, TENANT);
        let mut second = Drive::new(place, TENANT);
        let conflict = second.take(&second.world.beginning(TENANT)[0]);
        assert!(
            matches!(conflict, Err(AppendError::Conflict)),
            "{conflict:?}"
        );

        (second.head, second.tenant) = second.store.load(TENANT).unwrap().unwrap();
        first
            .take(&Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            })
            .unwrap();
        let command = Command::DeleteUser {
            user: UserKey::Id(user_id(2)),
        };
        let conflict = second.take(&command);
        assert!(
            matches!(conflict, Err(AppendError::Conflict)),
            "{conflict:?}"
        );
        assert_eq!(second.store.head(TENANT).unwrap(), Some(first.head));

        let missed = second
            .store
            .journal(second.head.key, second.head.generation, 10)
            .unwrap();
        missed
            .iter()
            .flat_map(|change| &change.events)
            .for_each(|event| second.tenant.apply(event));
        second.head = first.head;
        second.take(&command).unwrap();
        second.assert_sound();
    });
}

#[test]
fn the_same_generation_with_another_past_is_a_conflict() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let sound = drive.head;
        drive.head.hash = [7; 32];
        let conflict = drive.take(&Command::DeleteUser {
            user: UserKey::Id(user_id(1)),
        });
        assert!(
            matches!(conflict, Err(AppendError::Conflict)),
            "{conflict:?}"
        );
        assert_eq!(drive.store.head(TENANT).unwrap(), Some(sound));
    });
}

#[test]
fn a_batch_that_is_refused_changes_nothing() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let (head, hash) = (drive.head, drive.hash());
        let refused = drive.append(
            &Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            },
            |_| Err(DatabaseError::Damaged("as the test wants it".to_owned())),
        );
        assert!(matches!(
            refused,
            Err(AppendError::Database(DatabaseError::Damaged(_)))
        ));
        assert_eq!((drive.head, drive.hash()), (head, hash));
        drive.assert_sound();
    });
}

#[test]
fn tenants_that_begin_together_get_keys_of_their_own() {
    in_both(|place| {
        std::thread::scope(|scope| {
            for number in 1..=4 {
                scope.spawn(move || {
                    let id = Uuid::from_u128(number);
                    let mut drive = Drive::new(place, id);
                    let commands = drive.world.beginning(id);
                    // Another tenant may take the key that this one was about to have.
                    while let Err(error) = drive.take(&commands[0]) {
                        assert!(matches!(error, AppendError::Conflict), "{error}");
                    }
                    commands[1..]
                        .iter()
                        .for_each(|command| drive.take(command).unwrap());
                });
            }
        });
        let store = Store::open(&place.target()).unwrap();
        let keys: BTreeSet<i64> = store.heads().unwrap().iter().map(|head| head.key).collect();
        assert_eq!(keys.len(), 4);
        assert_eq!(findings(&store), []);
    });
}

#[test]
fn a_purge_erases_details_and_credentials_and_the_chain_still_verifies() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        for user in [1, 2] {
            let id = user_id(user);
            let command = Command::NotePasswordChange {
                user: UserKey::Id(id),
            };
            drive
                .append(&command, |transaction| {
                    transaction
                        .execute(&ADD_PASSWORD, &[TENANT.into(), id.into()])
                        .map(drop)
                })
                .unwrap();
        }
        let details = |drive: &Drive| -> Vec<u8> {
            let rows = drive.store.database().query(&DETAILS, &[]).unwrap();
            rows.iter()
                .flat_map(|row| row.bytes(0).unwrap().to_vec())
                .collect()
        };
        let knows = |drive: &Drive, name: &str| {
            details(drive)
                .windows(name.len())
                .any(|part| part == name.as_bytes())
        };
        // A single change is not compressed, so the name can be looked for.
        let patch = drive.world.command([2, 1, 3, 4], &drive.tenant);
        drive.take(&patch).unwrap();
        assert!(knows(&drive, "user1@contoso.example"));

        drive
            .take(&Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            })
            .unwrap();
        drive.take(&Command::PurgeUser { id: user_id(1) }).unwrap();
        assert!(!knows(&drive, "user1"));
        let passwords = drive.store.database().query(&PASSWORDS, &[]).unwrap();
        assert_eq!(passwords[0].int(0).unwrap(), 1);
        drive.assert_sound();

        let changes = drive.store.journal(drive.head.key, 0, 1000).unwrap();
        let away = changes
            .iter()
            .flat_map(|change| &change.events)
            .filter(|event| {
                event
                    .personal()
                    .is_some_and(|personal| personal.get().is_none())
            });
        assert_eq!(away.count(), 2);
    });
}

#[test]
fn two_catalogs_adopted_in_one_batch_are_both_kept() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let adopt = |which: usize| {
            let (catalog, digest) = drive.world.catalogs[which].clone();
            Command::AdoptCatalog { catalog, digest }
        };
        let commands = [adopt(1), adopt(0), adopt(1)];
        drive.take_together(&commands);
        // Another process has nothing in memory.
        let mut other = Drive::new(place, TENANT);
        (other.head, other.tenant) = other.store.load(TENANT).unwrap().unwrap();
        other.assert_sound();
    });
}

#[test]
fn a_catalog_with_a_wrong_digest_is_not_stored() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let command = Command::AdoptCatalog {
            catalog: drive.world.catalogs[1].0.clone(),
            digest: [9; 32],
        };
        let refused = drive.take(&command);
        assert!(matches!(
            refused,
            Err(AppendError::Database(DatabaseError::Values { .. }))
        ));
        drive.assert_sound();
    });
}

#[test]
fn generations_of_a_user_are_found_however_many_others_they_concern() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let crowd = drive.world.command([1, 0, 0, 0], &drive.tenant);
        drive.take(&crowd).unwrap();
        let bulk = drive.world.command([13, 0, 0, 1], &drive.tenant);
        drive.now = zetel_domain::Timestamp(drive.now.0 + 1);
        drive.take(&bulk).unwrap();
        let view_ordinal = drive.tenant.users().find_id(user_id(3)).unwrap().ordinal;
        let found = drive
            .store
            .generations_of(drive.head.key, view_ordinal)
            .unwrap();
        let changes = drive.store.journal(drive.head.key, 0, 1000).unwrap();
        let concerned: Vec<u64> = changes
            .iter()
            .filter(|change| {
                let mut sets = change.events.iter().filter_map(Event::users);
                sets.any(|set| set.contains(view_ordinal))
            })
            .map(|change| change.generation)
            .collect();
        assert!(concerned.len() >= 2, "{concerned:?}");
        assert_eq!(found, concerned);
        // The same once the block is full, and found through its set.
        drive.fill_block();
        let found = drive
            .store
            .generations_of(drive.head.key, view_ordinal)
            .unwrap();
        assert_eq!(found, concerned);
        drive.assert_sound();
    });
}

#[test]
fn an_unknown_tenant_is_nothing() {
    in_both(|place| {
        let store = Store::open(&place.target()).unwrap();
        assert_eq!(store.load(TENANT).unwrap().map(|(head, _)| head), None);
        assert_eq!(store.head(TENANT).unwrap(), None);
        assert_eq!(store.heads().unwrap(), Vec::<Head>::new());
    });
}
