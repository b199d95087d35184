//! Refusals to enroll a device: kept for a while, beside the journal.

use uuid::Uuid;
use zetel_domain::{
    Command, Timestamp,
    device::{EnrollmentType, Platform},
    user::UserKey,
};
use zetel_store::{EnrollmentFailure, MAX_FAILURES};

use crate::{
    drive::{Drive, TENANT},
    support::in_both,
};

const DAY: i64 = 86_400;

/// A refusal of somebody unknown.
pub fn failure(number: u128, at: Timestamp) -> EnrollmentFailure {
    EnrollmentFailure {
        id: Uuid::from_u128(number),
        at,
        user: None,
        user_named: "ada@contoso.example".to_owned(),
        people: Vec::new(),
        device: None,
        serial: String::new(),
        platform: Platform::Ios,
        os_version: String::new(),
        enrollment_type: EnrollmentType::UserEnrollment,
        category: "userValidation".to_owned(),
        codes: vec!["UserNotFound".to_owned()],
        reason: "There is no user.".to_owned(),
    }
}

fn ids(failures: &[EnrollmentFailure]) -> Vec<u128> {
    failures
        .iter()
        .map(|failure| failure.id.as_u128())
        .collect()
}

#[test]
fn the_newest_comes_first_and_whole() {
    in_both(|place| {
        let drive = Drive::begun(place, TENANT);
        let (key, now) = (drive.head.key, drive.now);
        let whole = EnrollmentFailure {
            user: Some(Uuid::from_u128(0xad)),
            people: vec![Uuid::from_u128(0xad), Uuid::from_u128(0xae)],
            device: Some(Uuid::from_u128(0xde)),
            serial: "5CG0123ABC".to_owned(),
            os_version: "18.1".to_owned(),
            codes: vec!["UserDisabled".to_owned(), "UserNotLicensed".to_owned()],
            ..failure(2, now)
        };
        let earlier = failure(3, now.plus_days(-1));
        let same_time = failure(1, now);
        let elsewhere = (key + 1, failure(4, now));
        let all = [same_time.clone(), whole.clone(), earlier.clone()].map(|one| (key, one));
        drive.store.keep_failures(&all, now).unwrap();
        drive.store.keep_failures(&[elsewhere], now).unwrap();
        let expected = vec![whole, same_time, earlier];
        assert_eq!(drive.store.failures(key, now).unwrap(), expected);
        // The same again, as after an answer that was lost, is the same.
        drive.store.keep_failures(&all, now).unwrap();
        assert_eq!(drive.store.failures(key, now).unwrap(), expected);
    });
}

#[test]
fn old_ones_go() {
    in_both(|place| {
        let drive = Drive::begun(place, TENANT);
        let (key, now) = (drive.head.key, drive.now);
        let keep = |number, at| {
            let failures = [(key, failure(number, at))];
            drive.store.keep_failures(&failures, at).unwrap();
        };
        keep(1, now);
        keep(2, Timestamp(now.0 + 1));
        let later = Timestamp(now.0 + 30 * DAY);
        // Nothing was removed yet, but what is too old is not shown.
        assert_eq!(ids(&drive.store.failures(key, later).unwrap()), [2]);
        assert_eq!(ids(&drive.store.failures(key, now).unwrap()), [2, 1]);
        drive.store.prune_failures(key, later).unwrap();
        assert_eq!(ids(&drive.store.failures(key, now).unwrap()), [2]);
        keep(3, Timestamp(later.0 + 1));
        assert_eq!(ids(&drive.store.failures(key, now).unwrap()), [3]);
    });
}

#[test]
fn no_more_than_ten_thousand_are_kept() {
    in_both(|place| {
        let drive = Drive::begun(place, TENANT);
        let (key, now) = (drive.head.key, drive.now);
        let many: Vec<_> = (0..u128::from(MAX_FAILURES) + 5)
            .map(|number| (key, failure(number, now)))
            .collect();
        drive.store.keep_failures(&many, now).unwrap();
        let kept = ids(&drive.store.failures(key, now.plus_days(-1)).unwrap());
        assert_eq!(kept.len(), MAX_FAILURES as usize);
        // Of those of the same second the ids decide.
        assert_eq!(kept.last(), Some(&5));
    });
}

#[test]
fn a_purge_erases_what_names_the_user() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let (key, now) = (drive.head.key, drive.now);
        let [ada, ben] = [0x3002, 0x3005].map(Uuid::from_u128);
        let of = |number, user: Uuid, people: &[Uuid]| EnrollmentFailure {
            user: Some(user),
            people: people.to_vec(),
            ..failure(number, now)
        };
        let all = [
            of(1, ada, &[ada]),
            of(2, ben, &[ben]),
            of(3, ben, &[ben, ada]),
        ];
        drive
            .store
            .keep_failures(&all.map(|one| (key, one)), now)
            .unwrap();
        let user = UserKey::Id(ada);
        drive.take(&Command::DeleteUser { user }).unwrap();
        assert_eq!(drive.store.failures(key, now).unwrap().len(), 3);
        drive.take(&Command::PurgeUser { id: ada }).unwrap();
        assert_eq!(ids(&drive.store.failures(key, now).unwrap()), [2]);
    });
}
