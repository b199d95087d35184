//! Refusals to enroll a device: noted without waiting, read as soon as they were noted, and kept over a restart.

use uuid::Uuid;
use zetel_domain::{
    Timestamp,
    access::{Action, Caller},
    device::{EnrollmentType, Platform},
};
use zetel_engine::{Engine, EngineError, EnrollmentFailure};

use crate::support::{SYSTEM, TENANT, TestClock, begin, in_both, open, snapshot};

const DAY: i64 = 86_400;

fn failure(number: u128, at: Timestamp) -> EnrollmentFailure {
    EnrollmentFailure {
        id: Uuid::from_u128(number),
        at,
        user: None,
        user_named: "nobody@contoso.example".to_owned(),
        people: Vec::new(),
        device: None,
        serial: format!("SERIAL{number}"),
        platform: Platform::Windows,
        os_version: String::new(),
        enrollment_type: EnrollmentType::UserEnrollment,
        category: "userValidation".to_owned(),
        codes: vec!["UserNotFound".to_owned()],
        reason: "There is no user.".to_owned(),
    }
}

fn note(engine: &Engine, number: u128) {
    let failure = failure(number, engine.now());
    engine.note_failure(TENANT, failure).unwrap();
}

fn ids(engine: &Engine) -> Vec<u128> {
    let failures = engine.failures(TENANT, &SYSTEM).unwrap();
    failures
        .iter()
        .map(|failure| failure.id.as_u128())
        .collect()
}

#[test]
fn what_was_noted_can_be_read_at_once_and_changes_nothing() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        let generation = snapshot(&engine).generation();
        for number in 1..=50 {
            note(&engine, number);
            assert_eq!(ids(&engine).first(), Some(&number));
        }
        for number in 51..=2_000 {
            note(&engine, number);
        }
        let expected: Vec<u128> = (1..=2_000).rev().collect();
        assert_eq!(ids(&engine), expected);
        assert_eq!(snapshot(&engine).generation(), generation);
        assert_eq!(
            engine.failures(TENANT, &SYSTEM).unwrap()[0],
            failure(2_000, engine.now())
        );
    });
}

#[test]
fn the_last_refusals_are_written_before_the_engine_ends() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        for number in 1..=100 {
            note(&engine, number);
        }
        drop(engine);
        let engine = open(&place.target(), &clock);
        assert_eq!(ids(&engine).len(), 100);
    });
}

#[test]
fn old_refusals_go_even_if_no_new_one_comes() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        note(&engine, 1);
        assert_eq!(ids(&engine), [1]);
        let stored = || {
            let at = Timestamp(engine.now().0 - 31 * DAY);
            let key = snapshot(&engine).head().key;
            engine.store().failures(key, at).unwrap().len()
        };
        clock.advance(29 * DAY);
        engine.keep_house();
        assert_eq!(ids(&engine), [1]);
        clock.advance(DAY);
        assert_eq!((ids(&engine).len(), stored()), (0, 1));
        // The tenant was loaded again, and is asked once a day.
        snapshot(&engine);
        clock.advance(DAY);
        engine.keep_house();
        assert_eq!(stored(), 0);
    });
}

#[test]
fn who_may_read_them() {
    let place = crate::support::Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let stranger = Caller::Application {
        client_id: Uuid::from_u128(0xbad),
    };
    assert!(matches!(
        engine.failures(TENANT, &stranger),
        Err(EngineError::UnknownCaller | EngineError::Forbidden(Action::ReadDevices))
    ));
    let elsewhere = Uuid::from_u128(0xe15e);
    assert_eq!(
        engine.failures(elsewhere, &SYSTEM).unwrap_err(),
        EngineError::TenantNotFound
    );
    assert_eq!(
        engine
            .note_failure(elsewhere, failure(1, engine.now()))
            .unwrap_err(),
        EngineError::TenantNotFound
    );
}
