//! Tenants come to memory when needed and leave it when idle; time does what is due.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use tracing::{Event, Level, Metadata, Subscriber, span, subscriber::with_default};
use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    access::Action,
    assignment::{AssignmentRequest, ProductRequest},
    directory::Profile,
    subscription::Status,
    user::UserKey,
};
use zetel_engine::{EngineError, Options, Submission};
use zetel_store::state_hash;

use crate::support::{
    SYSTEM, TENANT, TestClock, assert_sound, begin, in_both, open, open_with, snapshot, submit,
};

const DAY: i64 = 86_400;

const fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

#[test]
fn what_is_due_is_done_by_the_clock() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        submit(
            &engine,
            Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            },
        )
        .unwrap();
        let before = snapshot(&engine).generation();
        engine.keep_house();
        assert_eq!(snapshot(&engine).generation(), before, "nothing is due yet");

        clock.advance(31 * DAY);
        engine.keep_house();
        let after = snapshot(&engine);
        assert_eq!(after.generation(), before + 1);
        assert!(after.users().find_id(user_id(1)).is_none());
        clock.advance(5 * 365 * DAY);
        engine.keep_house();
        let is_over = |status: Status| status != Status::Enabled;
        let after = snapshot(&engine);
        assert!(
            after
                .subscriptions()
                .values()
                .any(|one| is_over(one.status))
        );
        assert_sound(&place.target(), Some(&after));
    });
}

#[test]
fn idle_tenants_leave_memory_and_come_back_as_they_were() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        let before = state_hash(&snapshot(&engine)).unwrap();
        engine.keep_house();
        assert_eq!(engine.metrics().tenants, 1);
        clock.advance(3_601);
        engine.keep_house();
        assert_eq!(engine.metrics().tenants, 0);
        assert_eq!(state_hash(&snapshot(&engine)).unwrap(), before);
        submit(
            &engine,
            Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            },
        )
        .unwrap();
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn commands_and_idle_tenants_meet_without_loss() {
    const EACH: u64 = 100;
    in_both(|place| {
        let options = Options {
            idle_seconds: -1,
            background: false,
        };
        let engine = open_with(&place.target(), &TestClock::new(), options);
        begin(&engine);
        let before = snapshot(&engine).generation();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    engine.keep_house();
                }
            });
            let clients: Vec<_> = (1..=3)
                .map(|user| {
                    let engine = &engine;
                    scope.spawn(move || {
                        for _ in 0..EACH {
                            let user = UserKey::Id(user_id(user));
                            let command = Command::NotePasswordChange { user };
                            let submission = Submission::of_system("test", command);
                            let applied = engine.submit_blocking(TENANT, submission).unwrap();
                            let read = snapshot(engine).generation();
                            assert!(
                                read >= applied.after.generation(),
                                "one reads what one wrote"
                            );
                        }
                    })
                })
                .collect();
            for client in clients {
                client.join().unwrap();
            }
            stop.store(true, Ordering::SeqCst);
        });
        assert_eq!(snapshot(&engine).generation(), before + 3 * EACH);
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn a_tenant_that_was_refused_or_never_made_does_not_exist() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        let missing = engine.read(TENANT, &SYSTEM, Action::ListUsers, None);
        assert_eq!(missing.map(drop), Err(EngineError::TenantNotFound));
        let refused = engine.create_tenant(
            Some(TENANT),
            Profile::default(),
            "contoso.example".to_owned(),
        );
        assert!(
            matches!(refused, Err(EngineError::Rejected(_))),
            "{refused:?}"
        );
        assert_eq!(engine.metrics().tenants, 0);
        assert_eq!(
            submit(&engine, Command::Tick),
            Err(EngineError::TenantNotFound)
        );

        let world = begin(&engine);
        let Command::CreateTenant {
            id,
            profile,
            domain,
        } = world.beginning(TENANT).remove(0)
        else {
            panic!("the first command makes the tenant")
        };
        let again = engine.create_tenant(id, profile, domain);
        assert_eq!(again, Err(EngineError::Rejected(Rejection::TenantExists)));
        assert_eq!(engine.tenant_ids().unwrap(), [TENANT]);
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn a_defect_in_one_command_does_not_end_the_tenant() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let panicking = Submission {
            also: Some(Box::new(|_, _| panic!("as the test wants it"))),
            ..Submission::of_system("test", Command::Tick)
        };
        let failed = engine.submit_blocking(TENANT, panicking);
        assert!(
            matches!(failed, Err(EngineError::Unavailable(_))),
            "{failed:?}"
        );
        submit(
            &engine,
            Command::DeleteUser {
                user: UserKey::Id(user_id(1)),
            },
        )
        .unwrap();
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

/// Counts warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicU32>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == &Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn what_the_guard_holds_back_is_told_once_and_done_when_confirmed() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        let state = snapshot(&engine);
        let (product, owned) = state.products().next().unwrap();
        let request = AssignmentRequest {
            add: vec![ProductRequest {
                sku_id: owned.sku_id,
                disabled_plans: Vec::new(),
            }],
            remove: Vec::new(),
        };
        let users = (0..6).map(|number| UserKey::Id(user_id(number))).collect();
        submit(&engine, Command::AssignLicensesInBulk { users, request }).unwrap();
        clock.advance(5 * 365 * DAY);
        let _used = snapshot(&engine);
        let warnings = Warnings::default();
        let keep_house = || {
            with_default(warnings.clone(), || engine.keep_house());
            let state = snapshot(&engine);
            (state.generation(), state.seats(product).consumed)
        };
        let first = keep_house();
        assert_eq!(first.1, 6);
        for _ in 0..3 {
            clock.advance(60);
            assert_eq!(keep_house(), first, "nothing is appended at every tick");
        }
        assert_eq!(warnings.0.load(Ordering::SeqCst), 1);

        let planned = engine.preview(TENANT, &SYSTEM, &Command::Tick).unwrap();
        let Outcome::Held(held) = planned.plan.outcome else {
            panic!("{:?}", planned.plan.outcome)
        };
        let [(_, Rejection::Guarded { token, .. })] = held.as_slice() else {
            panic!("{held:?}")
        };
        let confirmed = Submission {
            confirmation: Some(token.clone()),
            ..Submission::of_system("test", Command::Tick)
        };
        engine.submit_blocking(TENANT, confirmed).unwrap();
        let state = snapshot(&engine);
        assert!(!state.owns(product));
        assert_eq!(keep_house(), (state.generation(), 0));
        assert_eq!(warnings.0.load(Ordering::SeqCst), 1);
        assert_sound(&place.target(), Some(&state));
    });
}
