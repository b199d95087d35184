//! Rows that are written with a command: in its transaction, and gone with it. Batches in which one command fails.

use std::sync::mpsc;

use uuid::Uuid;
use zetel_domain::{Command, user::UserKey};
use zetel_engine::{Also, DatabaseError, Engine, EngineError, Submission};
use zetel_store::sql::Statement;

use crate::support::{
    SYSTEM, TENANT, TestClock, assert_sound, begin, in_both, open, snapshot, submit,
};

const ADD: Statement = Statement::new(
    "add password in a test",
    "INSERT INTO user_password (tenant_id, user_id, hash, must_change, changed_at) VALUES ($1, $2, '$argon2id$x', 0, 0)",
);
const COUNT: Statement = Statement::new(
    "count passwords in a test",
    "SELECT count(*) FROM user_password",
);

const fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

fn passwords(engine: &Engine) -> i64 {
    engine.store().database().query(&COUNT, &[]).unwrap()[0]
        .int(0)
        .unwrap()
}

fn add(id: Uuid) -> Also {
    Box::new(move |transaction, applied| {
        transaction
            .execute(&ADD, &[applied.tenant_id.into(), id.into()])
            .map(drop)
    })
}

fn with(command: Command, also: Also) -> Submission {
    Submission {
        also: Some(also),
        ..Submission::of_system("test", command)
    }
}

fn note(user: u128) -> Command {
    Command::NotePasswordChange {
        user: UserKey::Id(user_id(user)),
    }
}

/// Holds the writer until the result is dropped; everything queued meanwhile becomes one batch.
fn hold(engine: &Engine) -> (mpsc::Sender<()>, std::thread::JoinHandle<()>) {
    let (release, released) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let wait: Also = Box::new(move |_, _| {
        begun.send(()).unwrap();
        // Ends when the other end is dropped.
        let _ = released.lock().unwrap().recv();
        Ok(())
    });
    let engine = engine.clone();
    let holder = std::thread::spawn(move || {
        engine.submit_blocking(TENANT, with(note(0), wait)).unwrap();
    });
    has_begun.recv().unwrap();
    (release, holder)
}

#[test]
fn rows_are_written_with_the_command_and_undone_with_it() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        engine
            .submit_blocking(TENANT, with(note(1), add(user_id(1))))
            .unwrap();
        assert_eq!(passwords(&engine), 1);

        let before = snapshot(&engine).generation();
        let twice = engine.submit_blocking(TENANT, with(note(1), add(user_id(1))));
        assert!(
            matches!(twice, Err(EngineError::Unavailable(_))),
            "{twice:?}"
        );
        let failing: Also = Box::new(|transaction, applied| {
            transaction.execute(&ADD, &[applied.tenant_id.into(), user_id(2).into()])?;
            Err(DatabaseError::Damaged("as the test wants it".to_owned()))
        });
        let failed = engine.submit_blocking(TENANT, with(note(2), failing));
        assert!(
            matches!(failed, Err(EngineError::Unavailable(_))),
            "{failed:?}"
        );
        let unknown = note(99);
        let refused = engine.submit_blocking(TENANT, with(unknown, add(user_id(2))));
        assert!(
            matches!(refused, Err(EngineError::Rejected(_))),
            "{refused:?}"
        );
        assert_eq!(
            (passwords(&engine), snapshot(&engine).generation()),
            (1, before)
        );
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn rows_are_written_with_a_command_that_changes_nothing() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let before = snapshot(&engine).generation();
        engine
            .submit_blocking(TENANT, with(Command::Tick, add(user_id(1))))
            .unwrap();
        assert_eq!(
            (passwords(&engine), snapshot(&engine).generation()),
            (1, before)
        );
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn a_command_that_cannot_be_stored_does_not_hurt_its_neighbors() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let (release, holder) = hold(&engine);
        let failing: Also =
            Box::new(|_, _| Err(DatabaseError::Damaged("as the test wants it".to_owned())));
        let submissions = [
            with(note(1), add(user_id(1))),
            with(note(2), failing),
            with(note(3), add(user_id(3))),
        ];
        std::thread::scope(|scope| {
            let mut answers = Vec::new();
            for (queued, submission) in (1..).zip(submissions) {
                let submitting = &engine;
                answers.push(scope.spawn(move || submitting.submit_blocking(TENANT, submission)));
                while engine.metrics().waiting < queued {
                    std::thread::yield_now();
                }
            }
            let batches = engine.metrics().batches;
            drop(release);
            let results: Vec<_> = answers
                .into_iter()
                .map(|answer| answer.join().unwrap().is_ok())
                .collect();
            assert_eq!(results, [true, false, true]);
            // The one that held the writer, and then each of the three alone.
            assert_eq!(engine.metrics().batches, batches + 3);
        });
        holder.join().unwrap();
        assert_eq!(passwords(&engine), 2);
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn too_many_waiting_commands_are_refused_and_the_others_are_carried_out() {
    const MANY: usize = 8_192;
    let place = crate::support::Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let before = snapshot(&engine).generation();
    let (release, holder) = hold(&engine);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut waiting = Vec::new();
        for _ in 0..MANY {
            let mut answer =
                Box::pin(engine.submit(TENANT, Submission::of_system("test", note(1))));
            // Asking once queues the command.
            let asked = std::future::poll_fn(|context| {
                std::task::Poll::Ready(answer.as_mut().poll(context))
            })
            .await;
            assert!(asked.is_pending());
            waiting.push(answer);
        }
        assert_eq!(engine.metrics().waiting, MANY);
        let refused = engine
            .submit(TENANT, Submission::of_system("test", note(1)))
            .await;
        assert_eq!(refused.map(drop), Err(EngineError::Overloaded));
        drop(release);
        for answer in waiting {
            answer.await.unwrap();
        }
    });
    holder.join().unwrap();
    assert_eq!(snapshot(&engine).generation(), before + 1 + MANY as u64);
    assert!(engine.metrics().batches < 100, "{:?}", engine.metrics());
}

#[test]
fn a_plan_changes_nothing() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let before = snapshot(&engine);
        let command = Command::DeleteUser {
            user: UserKey::Id(user_id(1)),
        };
        let (plan, after) = engine.plan(TENANT, &SYSTEM, &command).unwrap();
        assert_eq!(plan.events.len(), 1);
        let live = |state: &zetel_domain::Tenant| state.users().live_count();
        assert_eq!(live(&after), live(&before) - 1);
        assert_eq!(live(&snapshot(&engine)), live(&before));
        assert_sound(&place.target(), Some(&before));
        submit(&engine, command).unwrap();
        assert_eq!(
            live(&before),
            live(&after) + 1,
            "a snapshot stays as it was"
        );
    });
}
