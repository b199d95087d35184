//! What happened can be read, undone and put back, by whoever may; and nobody can make the past up.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc},
};

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Outcome, Rejection, Tenant, Timestamp,
    access::{Action, Caller, Role, Scopes},
    assignment::{AssignmentRequest, ProductRequest},
    command::RestoreScope,
    event::UserSet,
    user::{UserKey, UserPatch, UserProperty},
};
use zetel_engine::{Also, Change, Engine, EngineError, Submission};

use crate::support::{
    SYSTEM, TENANT, TestClock, assert_seats, assert_sound, begin, in_both, open, snapshot, submit,
};

const DAY: i64 = 86_400;

const fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

const fn key(number: u128) -> UserKey {
    UserKey::Id(user_id(number))
}

/// The first product that the world buys.
fn sku_id(engine: &Engine) -> Uuid {
    let state = snapshot(engine);
    let (_, product) = state.products().next().unwrap();
    product.sku_id
}

fn assign(engine: &Engine, users: impl IntoIterator<Item = u128>) -> Command {
    Command::AssignLicensesInBulk {
        users: users.into_iter().map(key).collect(),
        request: AssignmentRequest {
            add: vec![ProductRequest {
                sku_id: sku_id(engine),
                disabled_plans: Vec::new(),
            }],
            remove: Vec::new(),
        },
    }
}

/// Who has any license, by the numbers of the users.
fn holders(state: &Tenant) -> BTreeSet<u128> {
    let users = state.users().iter();
    let users = users.filter(|user| user.is_live() && !state.sources(user).is_empty());
    users.map(|user| user.id.as_u128() - 0x3000).collect()
}

fn administrator(engine: &Engine, number: u128, role: Role) -> Caller {
    let id = user_id(number);
    let patch = UserPatch {
        account_enabled: Some(true),
        ..UserPatch::default()
    };
    let user = key(number);
    submit(engine, Command::UpdateUser { user, patch }).unwrap();
    submit(
        engine,
        Command::AssignRole {
            principal: id,
            role,
        },
    )
    .unwrap();
    Caller::User {
        id,
        scopes: Scopes::All,
    }
}

fn submit_as(engine: &Engine, caller: &Caller, command: Command) -> Result<Outcome, EngineError> {
    let submission = Submission {
        caller: caller.clone(),
        ..Submission::of_system("test", command)
    };
    engine
        .submit_blocking(TENANT, submission)
        .map(|applied| applied.outcome)
}

fn generations(changes: &[Change]) -> Vec<u64> {
    changes.iter().map(|change| change.generation).collect()
}

#[test]
fn changes_are_read_newest_first_by_whoever_may() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let reader = administrator(&engine, 1, Role::GlobalReader);
        let stranger = administrator(&engine, 2, Role::GroupsAdministrator);
        let last = snapshot(&engine).generation();

        let newest = engine.changes(TENANT, &reader, None, 3).unwrap();
        assert_eq!(generations(&newest), [last, last - 1, last - 2]);
        let older = engine.changes(TENANT, &reader, Some(3), 10).unwrap();
        assert_eq!(generations(&older), [2, 1]);
        let one = engine.change(TENANT, &reader, last).unwrap();
        assert_eq!(one.as_ref(), newest.first());
        assert_eq!(engine.change(TENANT, &reader, last + 1), Ok(None));

        let forbidden = Err(EngineError::Forbidden(Action::ReadHistory));
        assert_eq!(
            engine.changes(TENANT, &stranger, None, 3).map(drop),
            forbidden
        );
        assert_eq!(engine.change(TENANT, &stranger, 1).map(drop), forbidden);
        let history = engine.history_of(TENANT, &stranger, user_id(1));
        assert_eq!(history.map(drop), forbidden);
    });
}

#[test]
fn the_history_of_a_user_names_nobody_else() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        submit(&engine, assign(&engine, 0..4)).unwrap();
        submit(&engine, assign(&engine, [5])).unwrap();
        submit(&engine, Command::DeleteUser { user: key(1) }).unwrap();
        let history = engine.history_of(TENANT, &SYSTEM, user_id(1)).unwrap();
        let commands: Vec<&str> = history
            .iter()
            .map(|change| change.command.as_str())
            .collect();
        assert_eq!(
            commands,
            ["createUsers", "assignLicensesInBulk", "deleteUser"]
        );
        let state = snapshot(&engine);
        let user = state.users().find_id(user_id(1)).unwrap().ordinal;
        for event in history.iter().flat_map(|change| &change.events) {
            assert_eq!(event.users(), Some(UserSet::One(user)), "{event:?}");
        }
        let unknown = engine.history_of(TENANT, &SYSTEM, user_id(99));
        assert!(
            matches!(
                unknown,
                Err(EngineError::Rejected(Rejection::UserNotFound { .. }))
            ),
            "{unknown:?}"
        );
    });
}

#[test]
fn a_change_is_undone_once() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        submit(&engine, assign(&engine, 0..3)).unwrap();
        let generation = snapshot(&engine).generation();
        submit(&engine, Command::NotePasswordChange { user: key(7) }).unwrap();

        let undo = engine.undo_command(TENANT, generation).unwrap();
        let planned = engine.preview(TENANT, &SYSTEM, &undo).unwrap();
        assert_eq!(planned.guarded, None);
        assert_eq!(holders(&planned.before), BTreeSet::from([0, 1, 2]));
        assert_eq!(holders(&planned.after), BTreeSet::new());
        assert_eq!(holders(&snapshot(&engine)), BTreeSet::from([0, 1, 2]));

        submit(&engine, undo.clone()).unwrap();
        assert_eq!(holders(&snapshot(&engine)), BTreeSet::new());
        let again = submit(&engine, undo);
        assert_eq!(
            again,
            Err(EngineError::Rejected(Rejection::NothingToUndo {
                generation
            }))
        );
        let nothing = engine.undo_command(TENANT, 1_000).map(drop);
        let refusal = Rejection::NothingToUndo { generation: 1_000 };
        assert_eq!(nothing, Err(EngineError::Rejected(refusal)));
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn an_update_is_undone_by_what_the_journal_says_of_before() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let move_to = |city: &str| {
            let mut patch = UserPatch::default();
            let city = Some(city.into());
            patch.properties.insert(UserProperty::City, city);
            let user = key(1);
            submit(&engine, Command::UpdateUser { user, patch }).unwrap();
            snapshot(&engine).generation()
        };
        let city = || {
            let state = snapshot(&engine);
            let user = state.find_user(&key(1)).unwrap();
            user.record.properties().remove(&UserProperty::City)
        };
        let first = move_to("Delft");
        let second = move_to("Gouda");
        for (generation, before) in [(second, Some("Delft".into())), (first, None)] {
            let undo = engine.undo_command(TENANT, generation).unwrap();
            submit(&engine, undo).unwrap();
            assert_eq!(city(), before);
        }
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

#[test]
fn whoever_undoes_needs_the_right_to_what_is_put_back() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let licenser = administrator(&engine, 1, Role::LicenseAdministrator);
        let manager = administrator(&engine, 2, Role::UserAdministrator);
        administrator(&engine, 3, Role::GroupsAdministrator);
        let after = |command| {
            submit(&engine, command).unwrap();
            snapshot(&engine).generation()
        };
        let role = Role::UserAdministrator;
        let principal = user_id(1);
        let given = after(Command::AssignRole { principal, role });
        submit(&engine, Command::RemoveRole { principal, role }).unwrap();
        let taken = snapshot(&engine).generation();
        let deleted = after(Command::DeleteUser { user: key(3) });
        let plain = after(Command::DeleteUser { user: key(4) });
        let assigned = after(assign(&engine, [5]));

        let undo = |caller: &Caller, generation| {
            let command = engine.undo_command(TENANT, generation).unwrap();
            let planned = engine.preview(TENANT, caller, &command).map(drop);
            let done = submit_as(&engine, caller, command).map(drop);
            assert_eq!(planned, done);
            done
        };
        let forbidden = |action| Err(EngineError::Forbidden(action));
        for generation in [given, taken] {
            assert_eq!(undo(&licenser, generation), forbidden(Action::AssignRoles));
        }
        assert_eq!(undo(&licenser, deleted), forbidden(Action::DeleteUsers));
        assert_eq!(undo(&licenser, plain), forbidden(Action::DeleteUsers));
        assert_eq!(
            undo(&manager, deleted),
            forbidden(Action::WriteAdministrators)
        );
        assert_eq!(undo(&manager, plain), Ok(()));
        assert_eq!(undo(&licenser, assigned), Ok(()));
        assert_eq!(holders(&snapshot(&engine)), BTreeSet::new());
    });
}

#[test]
fn nobody_can_make_the_past_up() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        begin(&engine);
        let licenser = administrator(&engine, 1, Role::LicenseAdministrator);
        submit(&engine, assign(&engine, [5])).unwrap();
        let generation = snapshot(&engine).generation();
        let mut forged = engine.undo_command(TENANT, generation).unwrap();
        if let Command::Undo { events, .. } = &mut forged {
            *events = Arc::new(vec![Event::RoleRemoved {
                principal: user_id(1),
                role: Role::GlobalAdministrator,
            }]);
        }
        submit_as(&engine, &licenser, forged).unwrap();
        let state = snapshot(&engine);
        assert_eq!(holders(&state), BTreeSet::new());
        let roles: Vec<Role> = state.roles_of(user_id(1)).collect();
        assert_eq!(roles, [Role::LicenseAdministrator]);
    });
}

/// Holds the writer in the transaction of a command until the result is dropped.
fn hold(engine: &Engine, command: Command) -> (mpsc::Sender<()>, std::thread::JoinHandle<()>) {
    let (release, released) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let wait: Also = Box::new(move |_, _| {
        begun.send(()).unwrap();
        // Ends when the other end is dropped.
        let _ = released.lock().unwrap().recv();
        Ok(())
    });
    let submission = Submission {
        also: Some(wait),
        ..Submission::of_system("test", command)
    };
    let engine = engine.clone();
    let holder = std::thread::spawn(move || {
        engine.submit_blocking(TENANT, submission).unwrap();
    });
    has_begun.recv().unwrap();
    (release, holder)
}

/// What happens between the question and the decision is put back, too: here one change is being stored while the
/// journal is read, and one waits in the same batch.
#[test]
fn licenses_are_put_back_whatever_comes_in_between() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        submit(&engine, assign(&engine, [0])).unwrap();
        let at = engine.now();
        clock.advance(10);
        submit(&engine, assign(&engine, [1])).unwrap();
        let (release, holder) = hold(&engine, assign(&engine, [2]));
        let restore = Engine::restore_command(at, RestoreScope::Tenant);
        let commands = [assign(&engine, [3]), restore];
        std::thread::scope(|scope| {
            let mut answers = Vec::new();
            for (queued, command) in (1..).zip(commands) {
                let submitting = &engine;
                answers.push(scope.spawn(move || submit(submitting, command)));
                while engine.metrics().waiting < queued {
                    std::thread::yield_now();
                }
            }
            drop(release);
            for answer in answers {
                answer.join().unwrap().unwrap();
            }
        });
        holder.join().unwrap();
        assert_eq!(holders(&snapshot(&engine)), BTreeSet::from([0]));
        assert_seats(&snapshot(&engine));
        assert_sound(&place.target(), Some(&snapshot(&engine)));
    });
}

/// A node that has not heard of another one's changes puts them back nevertheless, and plans to.
#[test]
fn licenses_are_put_back_whatever_another_node_did() {
    in_both(|place| {
        let clock = TestClock::new();
        let [one, other] = [0, 1].map(|_| open(&place.target(), &clock));
        begin(&one);
        submit(&one, assign(&one, [0])).unwrap();
        let at = one.now();
        clock.advance(10);
        assert_eq!(holders(&snapshot(&other)), BTreeSet::from([0]));
        submit(&one, assign(&one, [1])).unwrap();
        assert_eq!(holders(&snapshot(&other)), BTreeSet::from([0]));
        let restore = Engine::restore_command(at, RestoreScope::Tenant);
        let planned = other.preview(TENANT, &SYSTEM, &restore).unwrap();
        assert_eq!(holders(&planned.after), BTreeSet::from([0]));
        submit(&one, assign(&one, [2])).unwrap();
        submit(&other, restore).unwrap();
        assert_eq!(holders(&snapshot(&other)), BTreeSet::from([0]));
        assert_sound(&place.target(), Some(&snapshot(&other)));
    });
}

#[test]
fn the_past_can_be_looked_at() {
    in_both(|place| {
        let clock = TestClock::new();
        let engine = open(&place.target(), &clock);
        begin(&engine);
        let mut times = Vec::new();
        for user in 0..3 {
            times.push(engine.now());
            clock.advance(DAY);
            submit(&engine, assign(&engine, [user])).unwrap();
        }
        for (count, at) in (0..).zip(times) {
            for seconds in [0, DAY - 1] {
                let at = Timestamp(at.0 + seconds);
                let past = engine.as_of(TENANT, &SYSTEM, at).unwrap();
                assert_eq!(holders(&past), (0..count).collect());
            }
        }
        let now = engine.as_of(TENANT, &SYSTEM, engine.now()).unwrap();
        assert_eq!(holders(&now), BTreeSet::from([0, 1, 2]));
        let stranger = administrator(&engine, 2, Role::GroupsAdministrator);
        let forbidden = engine.as_of(TENANT, &stranger, engine.now()).map(drop);
        assert_eq!(forbidden, Err(EngineError::Forbidden(Action::ReadHistory)));
    });
}
