//! What changes touch: whoever is not as it was is named, in memory and after a restart, on this node and on another.

mod looks;

use uuid::Uuid;
use zetel_domain::{
    Command,
    access::Action,
    assignment::{AssignmentRequest, ProductRequest},
    command::NewSubscription,
    delta::{Parts, Touched, of_group, of_user},
    group::{GroupDefinition, NewGroup},
    policy::{Guard, Policy},
    product::ProductDefinition,
    state::Bits,
    subscription::{Channel, Term},
    user::{PropertyValue, UserKey, UserPatch, UserProperty},
};
use zetel_engine::{Engine, EngineError, Feed, Mark, Snapshot, Submission};
use zetel_testkit::Random;

use crate::support::{Place, SYSTEM, TENANT, TestClock, begin, in_both, open, snapshot, submit};

const DAY: i64 = 86_400;

const fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

const fn key(number: u128) -> UserKey {
    UserKey::Id(user_id(number))
}

/// What was touched since a mark, with the state; the journal is read where memory does not tell.
fn touched_since(engine: &Engine, mark: Mark) -> (Snapshot, Touched) {
    let found = match engine.delta(TENANT, &SYSTEM, Action::ListUsers, mark) {
        Ok((_, Feed::Unread)) => engine.recall_delta(TENANT, &SYSTEM, Action::ListUsers, mark),
        found => found,
    };
    match found.unwrap() {
        (state, Feed::Touched(touched)) => (state, touched),
        (_, feed) => panic!("{feed:?}"),
    }
}

fn is_unread(engine: &Engine, mark: Mark) -> bool {
    let found = engine.delta(TENANT, &SYSTEM, Action::ListUsers, mark);
    matches!(found, Ok((_, Feed::Unread)))
}

fn set(ordinals: impl IntoIterator<Item = u32>) -> Bits {
    ordinals.into_iter().collect()
}

fn department(number: u128, name: &str) -> Command {
    let value = PropertyValue::Text(name.to_owned());
    Command::UpdateUser {
        user: key(number),
        patch: UserPatch {
            properties: [(UserProperty::Department, Some(value))].into(),
            ..UserPatch::default()
        },
    }
}

fn new_group(id: u128, members: &[u128]) -> Command {
    Command::CreateGroup(NewGroup {
        id: Some(Uuid::from_u128(id)),
        definition: GroupDefinition {
            display_name: format!("Group {id}"),
            mail_nickname: format!("delta{id}"),
            security_enabled: true,
            ..GroupDefinition::default()
        },
        members: members.iter().map(|number| user_id(*number)).collect(),
        owners: Vec::new(),
    })
}

/// Random commands, with several who ask from time to time, restarts, and another node that follows.
fn walk(place: &Place, seed: u64, steps: u32) {
    let clock = TestClock::new();
    let target = place.target();
    let mut engine = open(&target, &clock);
    let world = begin(&engine);
    // The guard would stop half of what makes a difference.
    let policy = Policy {
        guard: Guard {
            enabled: false,
            ..Guard::default()
        },
        ..Policy::default()
    };
    submit(&engine, Command::ChangePolicy { policy }).unwrap();
    let mut other = open(&target, &clock);
    let mut random = Random::new(seed);
    let mut known = vec![snapshot(&engine)];
    for step in 0..steps {
        let mut state = snapshot(&engine);
        let command = world.command(random.step(), &state);
        if random.below(20) == 0 {
            clock.advance(DAY * i64::try_from(random.below(40)).unwrap());
        }
        // Refusals are as good as anything.
        let _ = submit(&engine, command);
        match random.below(24) {
            0 => engine = open(&target, &clock),
            1 => other = open(&target, &clock),
            2..8 => known.push(snapshot(&engine)),
            8..12 => {
                let from = known[usize::try_from(random.next()).unwrap_or(0) % known.len()].clone();
                for node in [&engine, &other] {
                    state = snapshot(&engine);
                    // The other node learns of a newer mark, and catches up.
                    touched_since(node, state.mark());
                    let (now, touched) = touched_since(node, from.mark());
                    assert_eq!(now.generation(), state.generation());
                    looks::assert_named(
                        &from,
                        &now,
                        &touched,
                        &format!("seed {seed}, step {step}"),
                    );
                }
            }
            _ => {}
        }
        if known.len() > 40 {
            let place = usize::try_from(random.below(40)).unwrap();
            known.swap_remove(place);
        }
    }
}

#[test]
fn whoever_is_not_as_it_was_is_named() {
    for seed in 0..8 {
        walk(&Place::folder(), seed, 300);
    }
    walk(&Place::server(), 100, 150);
}

#[test]
fn a_small_change_touches_what_it_changes_and_nothing_else() {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    submit(&engine, new_group(1, &[1, 2])).unwrap();
    submit(&engine, new_group(2, &[3])).unwrap();
    let ordinal = |number: u128| {
        let state = snapshot(&engine);
        state.users().find_id(user_id(number)).unwrap().ordinal.0
    };
    let after = |command: Command| {
        let mark = snapshot(&engine).mark();
        submit(&engine, command).unwrap();
        touched_since(&engine, mark).1
    };

    let touched = after(department(1, "Sales"));
    assert_eq!(touched.users.meeting(Parts::ALL), set([ordinal(1)]));
    assert_eq!(
        touched.users.parts_of(ordinal(1)),
        Parts::of(UserProperty::Department)
    );
    assert!(touched.groups.meeting(Parts::ALL).is_empty());

    let touched = after(Command::UpdateUser {
        user: key(2),
        patch: UserPatch {
            account_enabled: Some(
                !snapshot(&engine)
                    .users()
                    .find_id(user_id(2))
                    .unwrap()
                    .head
                    .account_enabled,
            ),
            ..UserPatch::default()
        },
    });
    assert_eq!(touched.users.parts_of(ordinal(2)), of_user::ACCOUNT_ENABLED);

    let sku_id = snapshot(&engine).products().next().unwrap().1.sku_id;
    let more = NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: "MORE".to_owned(),
            name: "More".to_owned(),
            per_device: false,
            plans: Vec::new(),
        },
        channel: Channel::Card,
        quantity: 5,
        term: Term { months: 12 },
        renews: true,
        owner_id: None,
    };
    let touched = after(Command::AddSubscription(more));
    assert!(
        touched.users.meeting(Parts::ALL).is_empty(),
        "a product in good state stays so"
    );

    let touched = after(Command::AddMembers {
        group: Uuid::from_u128(2),
        members: vec![user_id(1)],
    });
    assert!(touched.users.meeting(Parts::ALL).is_empty());
    assert_eq!(touched.groups.meeting(Parts::ALL).len(), 1);
    assert_eq!(touched.groups.meeting(of_group::MEMBERS).len(), 1);
    let [members] = touched.members.values().collect::<Vec<_>>()[..] else {
        panic!("one group: {touched:?}");
    };
    assert_eq!((members.all, &members.users), (false, &set([ordinal(1)])));

    let touched = after(Command::DeleteUser { user: key(1) });
    assert_eq!(touched.users.meeting(Parts::ALL), set([ordinal(1)]));
    assert_eq!(
        touched.members.len(),
        2,
        "both of its groups list it no longer"
    );
}

#[test]
fn whatever_a_group_gives_otherwise_touches_its_members() {
    let place = Place::folder();
    let clock = TestClock::new();
    let engine = open(&place.target(), &clock);
    begin(&engine);
    submit(&engine, new_group(1, &[2, 3])).unwrap();
    let (sku_id, plan) = {
        let state = snapshot(&engine);
        let (_, product) = state.products().next().unwrap();
        (product.sku_id, product.plans[0].plan.id)
    };
    let give = |disabled_plans: Vec<Uuid>| {
        clock.advance(60);
        let add = vec![ProductRequest {
            sku_id,
            disabled_plans,
        }];
        let request = AssignmentRequest {
            add,
            remove: Vec::new(),
        };
        let group = Uuid::from_u128(1);
        let mark = snapshot(&engine).mark();
        submit(&engine, Command::AssignGroupLicenses { group, request }).unwrap();
        mark
    };
    let members: Bits = {
        let state = snapshot(&engine);
        let (_, group) = state.find_group(Uuid::from_u128(1)).unwrap();
        group.members.clone()
    };
    let marks = [give(Vec::new()), give(vec![plan]), give(Vec::new())];
    // In memory, and by the journal after a restart.
    for engine in [&engine, &open(&place.target(), &clock)] {
        for mark in marks {
            let (_, touched) = touched_since(engine, mark);
            assert_eq!(touched.users.meeting(of_user::LICENSES), members);
            assert_eq!(touched.groups.meeting(of_group::LICENSES).len(), 1);
        }
    }
}

#[test]
fn marks_of_another_history_are_known_for_what_they_are() {
    in_both(|place| {
        let target = place.target();
        let engine = open(&target, &TestClock::new());
        begin(&engine);
        let mark = snapshot(&engine).mark();
        submit(&engine, department(1, "Sales")).unwrap();
        let later = snapshot(&engine).mark();
        let ask = |engine: &Engine, mark| {
            engine
                .recall_delta(TENANT, &SYSTEM, Action::ListUsers, mark)
                .unwrap()
                .1
        };
        let foreign = [
            Mark {
                check: mark.check ^ 1,
                ..mark
            },
            Mark {
                check: later.check ^ 1,
                ..later
            },
            Mark {
                generation: 2,
                ..mark
            },
            Mark {
                generation: later.generation + 1,
                ..later
            },
            Mark {
                generation: u64::MAX,
                ..later
            },
        ];
        for engine in [&engine, &open(&target, &TestClock::new())] {
            for mark in foreign {
                assert!(matches!(ask(engine, mark), Feed::Foreign), "{mark:?}");
            }
            assert!(matches!(ask(engine, mark), Feed::Touched(_)));
            assert!(matches!(ask(engine, later), Feed::Touched(_)));
        }
    });
}

#[test]
fn the_journal_is_read_once_after_a_restart() {
    let place = Place::folder();
    let target = place.target();
    let engine = open(&target, &TestClock::new());
    begin(&engine);
    let first = snapshot(&engine).mark();
    submit(&engine, department(1, "Sales")).unwrap();
    let second = snapshot(&engine).mark();
    submit(&engine, department(2, "Sales")).unwrap();
    drop(engine);

    let engine = open(&target, &TestClock::new());
    assert!(is_unread(&engine, first) && is_unread(&engine, second));
    let both = touched_since(&engine, first).1.users.meeting(Parts::ALL);
    assert_eq!(both.len(), 2);
    assert!(!is_unread(&engine, first));
    // The mark within is confirmed once; it may be told too much.
    assert!(is_unread(&engine, second));
    assert_eq!(
        touched_since(&engine, second).1.users.meeting(Parts::ALL),
        both
    );
    assert!(!is_unread(&engine, second));
}

#[test]
fn thousands_of_changes_are_told_and_take_little_room() {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let begun = snapshot(&engine).mark();
    let change = |numbers: std::ops::Range<u32>| {
        let commands = numbers.map(|number| {
            let user = u128::from(number % 7);
            department(user, &format!("Department {number}"))
        });
        let all = commands.map(|command| Submission::of_system("test", command));
        engine.submit_all_blocking(TENANT, all).unwrap();
        snapshot(&engine).mark()
    };
    let middle = change(0..5_000);
    change(5_000..10_000);
    let changed: Bits = (0..7).collect();
    // Spans of old generations are joined: the creation of the users with what came after it.
    let (_, touched) = touched_since(&engine, begun);
    assert!(changed.is_subset(&touched.users.meeting(Parts::ALL)));
    let (_, touched) = touched_since(&engine, middle);
    assert_eq!(touched.users.meeting(Parts::ALL), changed);
    let part = Parts::of(UserProperty::Department);
    assert!(
        changed
            .iter()
            .all(|user| touched.users.parts_of(user) == part)
    );
}

#[test]
fn who_may_not_list_is_not_told() {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let mark = snapshot(&engine).mark();
    let stranger = zetel_domain::access::Caller::User {
        id: user_id(2),
        scopes: zetel_domain::access::Scopes::All,
    };
    let enable = UserPatch {
        account_enabled: Some(true),
        ..UserPatch::default()
    };
    submit(
        &engine,
        Command::UpdateUser {
            user: key(2),
            patch: enable,
        },
    )
    .unwrap();
    let action = Action::ReadHistory;
    let forbidden = EngineError::Forbidden(action);
    let asked = engine.delta(TENANT, &stranger, action, mark);
    assert_eq!(asked.map(drop), Err(forbidden.clone()));
    let asked = engine.recall_delta(TENANT, &stranger, action, mark);
    assert_eq!(asked.map(drop), Err(forbidden));
}
