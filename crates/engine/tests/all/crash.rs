//! Processes and servers that are killed lose nothing that was acknowledged and show nothing that was not asked for.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use uuid::Uuid;
use zetel_domain::{
    Command,
    user::{UserKey, UserPatch, UserProperty},
};
use zetel_engine::{EngineError, Submission};
use zetel_store::{Store, Target};
use zetel_testkit::{Postgres, Random};

use crate::{
    child::{Process, say},
    support::{Place, TENANT, TestClock, assert_sound, begin, journal_requests, open, snapshot},
};

const CLIENTS: u64 = 4;

fn request_id(run: u64, client: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(run << 8 | client, number)
}

/// A command that is accepted at any time and leaves a generation that tells apart from every other.
fn command(id: Uuid, number: u64) -> Command {
    let user = UserKey::Id(Uuid::from_u128(0x3000 + u128::from(number % 8)));
    match number % 3 {
        0 => Command::NotePasswordChange { user },
        1 => Command::AddApplication {
            client_id: Some(id),
            display_name: "Application".to_owned(),
            permissions: Vec::new(),
            public_client: true,
            redirect_uris: Vec::new(),
            dormant: false,
            properties: std::collections::BTreeMap::new(),
            owners: Vec::new(),
        },
        _ => Command::UpdateUser {
            user,
            patch: UserPatch {
                properties: [(UserProperty::City, Some(id.to_string().as_str().into()))].into(),
                ..UserPatch::default()
            },
        },
    }
}

/// Submits commands from several clients without end, and tells the parent what is tried and what was acknowledged.
pub fn write_until_killed(target: &Target, run: u64) {
    let clock = TestClock::new();
    clock.advance(i64::try_from(run).unwrap() * 1000);
    let engine = open(target, &clock);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let engine = &engine;
            scope.spawn(move || {
                for number in 1.. {
                    let id = request_id(run, client, number);
                    let submission = Submission {
                        request_id: id,
                        ..Submission::of_system("test", command(id, number))
                    };
                    say(&format!("try {id}"));
                    if let Ok(applied) = engine.submit_blocking(TENANT, submission) {
                        say(&format!("ack {id} {}", applied.after.generation()));
                    }
                }
            });
        }
    });
}

/// What the children said.
#[derive(Default)]
struct Told {
    tried: BTreeSet<Uuid>,
    acknowledged: BTreeSet<Uuid>,
    generation: u64,
}

impl Told {
    fn note(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (what, id) = (
            words.next().unwrap(),
            words.next().unwrap().parse().unwrap(),
        );
        if what == "try" {
            self.tried.insert(id);
        } else {
            self.acknowledged.insert(id);
            let generation = words.next().unwrap().parse().unwrap();
            self.generation = self.generation.max(generation);
        }
    }
}

fn kill_again_and_again(place: &Place, rounds: u64) {
    let target = place.target();
    begin(&open(&target, &TestClock::new()));
    let mut random = Random::new(rounds);
    let (mut told, mut written, mut beyond) = (Told::default(), BTreeSet::new(), 0);
    for run in 1..=rounds {
        let mut process = Process::start("writer", &place.argument(), run);
        for _ in 0..=random.below(120) {
            told.note(&process.hear().expect("the child writes until it is killed"));
        }
        process.kill();
        while let Some(line) = process.hear() {
            told.note(&line);
        }
        let stored: Vec<Uuid> = journal_requests(&target)
            .into_iter()
            .filter(|id| !id.is_nil())
            .collect();
        written = stored.iter().copied().collect();
        assert_eq!(written.len(), stored.len(), "nothing is stored twice");
        assert!(
            written.is_subset(&told.tried),
            "nothing appears that nobody asked for"
        );
        let head = Store::open(&target).unwrap().head(TENANT).unwrap().unwrap();
        assert!(head.generation >= told.generation);
        assert!(
            told.acknowledged.is_subset(&written),
            "what was acknowledged is there"
        );
        let in_flight = written.difference(&told.acknowledged).count() as u64;
        assert!(
            in_flight - beyond <= CLIENTS,
            "at most what was in flight is there besides"
        );
        beyond = in_flight;
        assert_sound(&target, None);
    }
    assert!(!written.is_empty());
}

#[test]
fn a_killed_process_loses_nothing_on_sqlite() {
    kill_again_and_again(&Place::folder(), 25);
}

#[test]
fn a_killed_process_loses_nothing_on_postgres() {
    kill_again_and_again(&Place::server(), 15);
}

/// A server is killed under several clients; the engine finds its way back by itself.
#[test]
fn a_killed_postgres_loses_nothing() {
    const ROUNDS: u64 = 4;
    let server = Postgres::durable();
    let database = server.database();
    let target = Target::Postgres(database.url().to_owned());
    let clock = TestClock::new();
    let engine = open(&target, &clock);
    begin(&engine);
    let (stop, acknowledgements) = (AtomicBool::new(false), AtomicU64::new(0));
    let (tried, acknowledged) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (engine, stop, acknowledgements) = (&engine, &stop, &acknowledgements);
            let (tried, acknowledged) = (&tried, &acknowledged);
            scope.spawn(move || {
                for number in 1.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let id = request_id(1, client, number);
                    tried.lock().unwrap().insert(id);
                    let submission = Submission {
                        request_id: id,
                        ..Submission::of_system("test", command(id, number))
                    };
                    match engine.submit_blocking(TENANT, submission) {
                        Ok(_) => {
                            acknowledged.lock().unwrap().insert(id);
                            acknowledgements.fetch_add(1, Ordering::SeqCst);
                        }
                        // Nobody knows what became of it; it is not tried again.
                        Err(EngineError::Unavailable(_)) => std::thread::yield_now(),
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
        let mut random = Random::new(5);
        for _ in 0..ROUNDS {
            let enough = acknowledgements.load(Ordering::SeqCst) + 20 + random.below(60);
            while acknowledgements.load(Ordering::SeqCst) < enough {
                std::thread::yield_now();
            }
            server.kill();
            server.restart();
        }
        let enough = acknowledgements.load(Ordering::SeqCst) + 20;
        while acknowledgements.load(Ordering::SeqCst) < enough {
            std::thread::yield_now();
        }
        stop.store(true, Ordering::SeqCst);
    });
    let (tried, acknowledged) = (
        tried.into_inner().unwrap(),
        acknowledged.into_inner().unwrap(),
    );
    let stored: Vec<Uuid> = journal_requests(&target)
        .into_iter()
        .filter(|id| !id.is_nil())
        .collect();
    let written: BTreeSet<Uuid> = stored.iter().copied().collect();
    assert_eq!(written.len(), stored.len(), "nothing is stored twice");
    assert!(
        acknowledged.is_subset(&written),
        "what was acknowledged is there"
    );
    assert!(written.is_subset(&tried));
    let beyond = written.difference(&acknowledged).count() as u64;
    assert!(beyond <= CLIENTS * ROUNDS, "{beyond}");
    assert_sound(&target, Some(&snapshot(&engine)));
}
