//! Reading the journal in either direction, by time, and verifying it.

use zetel_domain::{Command, Event, Timestamp};
use zetel_store::{
    Change, Store, Verified, VerifyError,
    sql::{DatabaseError, Statement, Value},
};
use zetel_testkit::Random;

use crate::{
    drive::{Drive, TENANT},
    support::in_both,
};

const REWRITE: Statement = Statement::new(
    "rewrite a generation in a test",
    "UPDATE generation SET actor = 'user:mallory' WHERE generation = $1",
);
const FORGET: Statement = Statement::new(
    "forget a generation in a test",
    "DELETE FROM generation WHERE generation = $1",
);
const MOVE_HEAD: Statement = Statement::new(
    "move a head in a test",
    "UPDATE tenant_head SET generation = generation - 1, hash = \
     (SELECT g.hash FROM generation g WHERE g.tenant_key = tenant_head.tenant_key \
      AND g.generation = tenant_head.generation - 1)",
);

fn numbers(changes: &[Change]) -> Vec<u64> {
    changes.iter().map(|change| change.generation).collect()
}

fn damage(drive: &Drive, statement: &Statement, values: &[Value]) {
    drive.store.database().execute(statement, values).unwrap();
}

fn damaged<T: std::fmt::Debug>(result: Result<T, DatabaseError>) -> String {
    match result {
        Err(DatabaseError::Damaged(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn changes_are_read_forwards_backwards_and_one_by_one() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        drive.walk(&mut Random::new(5), 20);
        let (store, key, last) = (&drive.store, drive.head.key, drive.head.generation);
        let all = store.journal(key, 0, u32::MAX).unwrap();
        assert_eq!(numbers(&all), (1..=last).collect::<Vec<_>>());

        let mut backwards = store.changes_before(key, None, u32::MAX).unwrap();
        backwards.reverse();
        assert_eq!(backwards, all);
        let page = store.changes_before(key, Some(last), 3).unwrap();
        assert_eq!(numbers(&page), [last - 1, last - 2, last - 3]);
        let page = store.changes_before(key, Some(3), 5).unwrap();
        assert_eq!(numbers(&page), [2, 1]);
        let page = store.changes_before(key, Some(last + 9), 1).unwrap();
        assert_eq!(numbers(&page), [last]);
        for (before, limit) in [(Some(0), 5), (Some(1), 5), (None, 0)] {
            assert_eq!(store.changes_before(key, before, limit).unwrap(), []);
        }
        assert_eq!(store.changes_before(key + 1, None, 5).unwrap(), []);

        for change in &all {
            let read = store.change(key, change.generation).unwrap();
            assert_eq!(read.as_ref(), Some(change));
        }
        for generation in [0, last + 1, last + 2, u64::MAX] {
            assert_eq!(store.change(key, generation).unwrap(), None);
        }
    });
}

#[test]
fn a_change_that_was_rewritten_or_is_missing_is_not_read() {
    in_both(|place| {
        let drive = Drive::begun(place, TENANT);
        let (store, key) = (&drive.store, drive.head.key);
        damage(&drive, &REWRITE, &[3.into()]);
        let text = "generation 3 of the journal was changed";
        assert_eq!(damaged(store.change(key, 3)), text);
        assert_eq!(damaged(store.changes_before(key, None, 9)), text);
        assert_eq!(damaged(store.journal(key, 0, 9)), text);
        assert!(store.change(key, 4).unwrap().is_some());
        damage(&drive, &FORGET, &[3.into()]);
        let text = "generation 3 is missing from the journal";
        assert_eq!(damaged(store.change(key, 3)), text);
        // Nobody can tell whether it followed what is gone.
        assert_eq!(damaged(store.change(key, 4)), text);
        assert_eq!(damaged(store.changes_before(key, Some(4), 9)), text);
        assert_eq!(damaged(store.changes_before(key, Some(6), 9)), text);
        assert_eq!(damaged(store.journal(key, 0, 9)), text);
        assert!(store.change(key, 2).unwrap().is_some());
    });
}

#[test]
fn the_generation_at_a_time_is_the_last_one_until_then() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let first = drive.head.generation;
        let start = drive.now.0;
        let rename = |drive: &mut Drive, after: i64| {
            drive.now = Timestamp(start + after);
            let mut profile = drive.tenant.profile().clone();
            profile.display_name = format!("Contoso {}", drive.head.generation);
            drive.take(&Command::ChangeProfile { profile }).unwrap();
        };
        // The clock of the node that made the third one was slow.
        for after in [10, 30, 20, 40, 40] {
            rename(&mut drive, after);
        }
        let at = |after: i64| {
            let time = Timestamp(start + after);
            drive.store.generation_at(drive.head.key, time).unwrap()
        };
        assert_eq!(at(-1), 0);
        assert_eq!(at(0), first);
        assert_eq!(at(9), first);
        assert_eq!([10, 19].map(at), [first + 1; 2]);
        assert_eq!([20, 30, 39].map(at), [first + 3; 3]);
        assert_eq!([40, 1_000].map(at), [first + 5; 2]);
        let elsewhere = drive.store.generation_at(drive.head.key + 1, drive.now);
        assert_eq!(elsewhere.unwrap(), 0);
    });
}

fn verify(store: &Store) -> Result<Option<Verified>, VerifyError> {
    store.verify(TENANT, &mut |_, _| {})
}

fn broken(store: &Store) -> String {
    match verify(store) {
        Err(VerifyError::Broken(finding)) => finding.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_journal_is_verified_without_its_tables() {
    in_both(|place| {
        let store = Store::open(&place.target()).unwrap();
        assert_eq!(verify(&store).unwrap(), None);
        let mut drive = Drive::begun(place, TENANT);
        drive.walk(&mut Random::new(6), 20);
        let mut seen = Vec::new();
        let verified = drive
            .store
            .verify(TENANT, &mut |done, of| seen.push((done, of)))
            .unwrap();
        let last = drive.head.generation;
        let expected = Verified {
            generations: last,
            head_hash: drive.head.hash,
        };
        assert_eq!(verified, Some(expected));
        let steps: Vec<_> = (1..=last).map(|done| (done, last)).collect();
        assert_eq!(seen, steps);

        damage(&drive, &MOVE_HEAD, &[]);
        assert!(
            broken(&store).contains("but it ends with"),
            "{}",
            broken(&store)
        );
        damage(&drive, &REWRITE, &[4.into()]);
        let text = broken(&store);
        let tenant = "tenant 00000000-0000-0000-0000-0000000000c0: generation 4 was changed";
        assert!(text.starts_with(tenant), "{text}");
        assert!(text.contains("restore a backup"), "{text}");
        damage(&drive, &FORGET, &[2.into()]);
        let text = broken(&store);
        assert!(text.contains("jumps from generation 1 to 3"), "{text}");
    });
}

#[test]
fn what_was_read_can_be_applied() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        drive.walk(&mut Random::new(7), 10);
        let mut pages: Vec<Change> = Vec::new();
        loop {
            let before = pages.last().map(|change| change.generation);
            let page = drive
                .store
                .changes_before(drive.head.key, before, 7)
                .unwrap();
            if page.is_empty() {
                break;
            }
            pages.extend(page);
        }
        let mut replayed = zetel_domain::Tenant::default();
        let events = pages.iter().rev().flat_map(|change| &change.events);
        events.for_each(|event: &Event| replayed.apply(event));
        assert_eq!(zetel_store::state_hash(&replayed).unwrap(), drive.hash());
    });
}
