//! A group of some thousand users is licensed while the process is killed: afterwards all of them are licensed or none,
//! nothing happened twice, and asking again does no harm.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command,
    assignment::{AssignmentRequest, ProductRequest, Verdict},
    group::{GroupDefinition, NewGroup},
    policy::{Guard, Policy},
    user::NewUser,
};
use zetel_engine::{Engine, Submission};
use zetel_store::{Store, Target};
use zetel_testkit::Random;

use crate::{
    child::{Process, say},
    fleet,
    support::{
        Place, TENANT, TestClock, assert_seats, assert_sound, begin, journal_requests, open,
        snapshot, submit,
    },
};

const MEMBERS: u32 = 3_000;
/// So many processes are killed at most until one was in the middle of something.
const LIMIT: u64 = 100;
const GROUP: Uuid = Uuid::from_u128(0x6a55);
const SKU: Uuid = Uuid::from_u128(0x5d);

fn change(adds: bool) -> Command {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    if adds {
        add.push(ProductRequest {
            sku_id: SKU,
            disabled_plans: Vec::new(),
        });
    } else {
        remove.push(SKU);
    }
    Command::AssignGroupLicenses {
        group: GROUP,
        request: AssignmentRequest { add, remove },
    }
}

fn prepare(engine: &Engine) {
    begin(engine);
    let policy = Policy {
        guard: Guard {
            enabled: false,
            ..Guard::default()
        },
        ..Policy::default()
    };
    submit(engine, Command::ChangePolicy { policy }).unwrap();
    submit(engine, fleet::purchase(SKU, MEMBERS)).unwrap();
    let users: Vec<NewUser> = (0..MEMBERS).map(fleet::new_user).collect();
    let members = (0..MEMBERS).map(fleet::user_id).collect();
    submit(engine, Command::CreateUsers(users)).unwrap();
    let group = NewGroup {
        id: Some(GROUP),
        definition: GroupDefinition {
            display_name: "Everybody".to_owned(),
            mail_nickname: "everybody".to_owned(),
            security_enabled: true,
            ..GroupDefinition::default()
        },
        members,
        owners: Vec::new(),
    };
    submit(engine, Command::CreateGroup(group)).unwrap();
}

fn request_id(run: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(run, number)
}

/// Licenses the group and takes its license again without end.
pub fn license_until_killed(target: &Target, run: u64) {
    let engine = open(target, &TestClock::new());
    for number in 1.. {
        let id = request_id(run, number);
        let submission = Submission {
            request_id: id,
            ..Submission::of_system("test", change(number % 2 == 1))
        };
        say(&format!("try {id}"));
        engine.submit_blocking(TENANT, submission).unwrap();
        say(&format!("ack {id}"));
    }
}

/// How many members have the license; all or none.
fn licensed(target: &Target) -> u32 {
    let (_, tenant) = Store::open(target).unwrap().load(TENANT).unwrap().unwrap();
    let product = tenant.find_product(SKU).unwrap();
    let consumed = tenant.seats(product).consumed;
    assert_seats(&tenant);
    assert!(consumed == 0 || consumed == MEMBERS, "{consumed}");
    let (_, group) = tenant.find_group(GROUP).unwrap();
    let decided = group.decisions.get(&(product, Verdict::Active));
    assert_eq!(decided.map_or(0, zetel_domain::state::Bits::len), consumed);
    assert_eq!(group.license(product).is_some(), consumed > 0);
    consumed
}

fn kill_while_licensing(place: &Place, rounds: u64) {
    let target = place.target();
    let clock = TestClock::new();
    prepare(&open(&target, &clock));
    let mut random = Random::new(rounds);
    let mut met = BTreeSet::new();
    for run in 1..LIMIT {
        if run > rounds && met.iter().any(|(_, is_interrupted)| *is_interrupted) {
            return;
        }
        let mut process = Process::start("licenser", &place.argument(), run);
        let (mut tried, mut acknowledged) = (Vec::new(), Vec::new());
        let mut note = |line: String| match line.split_once(' ') {
            Some(("try", id)) => tried.push(id.parse::<Uuid>().unwrap()),
            Some(("ack", id)) => acknowledged.push(id.parse::<Uuid>().unwrap()),
            _ => panic!("{line}"),
        };
        for _ in 0..=random.below(4) {
            note(
                process
                    .hear()
                    .expect("the child goes on until it is killed"),
            );
        }
        // Anywhere between the last word and the next one.
        for _ in 0..random.below(500) {
            std::thread::yield_now();
        }
        process.kill();
        while let Some(line) = process.hear() {
            note(line);
        }

        let mut stored = journal_requests(&target);
        stored.retain(|id| id.as_u64_pair().0 == run);
        assert!(
            tried.starts_with(&stored),
            "each once, in order: {stored:?}"
        );
        assert!(stored.starts_with(&acknowledged));
        let is_licensed = licensed(&target) > 0;
        assert_eq!(is_licensed, stored.len() % 2 == 1, "all or none");
        assert_sound(&target, None);
        met.insert((is_licensed, stored.len() < tried.len()));

        repeat(&target, &clock, is_licensed);
        assert_eq!(licensed(&target), 0);
    }
    panic!("no command was interrupted: {met:?}");
}

/// Asks again for what may or may not have happened, and then for the opposite.
fn repeat(target: &Target, clock: &TestClock, is_licensed: bool) {
    let engine = open(target, clock);
    let before = snapshot(&engine).generation();
    submit(&engine, change(true)).unwrap();
    assert_eq!(
        snapshot(&engine).generation(),
        before + u64::from(!is_licensed),
        "what is as asked for is left as it is"
    );
    assert_eq!(licensed(target), MEMBERS);
    submit(&engine, change(false)).unwrap();
    assert_sound(target, Some(&snapshot(&engine)));
}

#[test]
fn a_killed_process_licenses_all_or_nobody_on_sqlite() {
    kill_while_licensing(&Place::folder(), 8);
}

#[test]
fn a_killed_process_licenses_all_or_nobody_on_postgres() {
    kill_while_licensing(&Place::server(), 6);
}
