//! Random histories from a seed: two engines on one store, commands, crashes, failing commits, jumps of the clock.

use std::future::Future;

use uuid::Uuid;
use zetel_domain::{Command, Context, Timestamp, decide};
use zetel_engine::{Also, DatabaseError, Engine, EngineError, Submission};
use zetel_store::state_hash;
use zetel_testkit::{Random, World};

use crate::support::{Place, TENANT, TestClock, assert_seats, assert_sound, begin, open, snapshot};

const STEPS: u32 = 60;

struct Simulation<'p> {
    place: &'p Place,
    random: Random,
    clock: TestClock,
    world: World,
    /// Two nodes. They learn of each other by conflicts only, which is the hardest case.
    engines: [Engine; 2],
    /// The last generation that each has shown.
    seen: [u64; 2],
    accepted: u32,
    refused: u32,
}

impl<'p> Simulation<'p> {
    fn new(place: &'p Place, seed: u64) -> Self {
        let clock = TestClock::new();
        let engines = [0, 1].map(|_| open(&place.target(), &clock));
        let world = begin(&engines[0]);
        Self {
            place,
            random: Random::new(seed),
            clock,
            world,
            engines,
            seen: [0; 2],
            accepted: 0,
            refused: 0,
        }
    }

    fn submission(&mut self, node: usize) -> Submission {
        let command = self
            .world
            .command(self.random.step(), &snapshot(&self.engines[node]));
        self.assert_decided_twice_alike(node, &command);
        Submission::of_system("simulator", command)
    }

    /// The same command on the same state, with the same time and ids, is the same plan.
    fn assert_decided_twice_alike(&self, node: usize, command: &Command) {
        let state = snapshot(&self.engines[node]);
        let decided = || {
            let mut last = 0;
            let mut context = Context {
                now: Timestamp(1_900_000_000),
                new_id: &mut || {
                    last += 1;
                    Uuid::from_u128(last)
                },
                is_system: true,
            };
            decide(&state, command, &mut context)
        };
        assert_eq!(decided(), decided());
    }

    fn step(&mut self) {
        let node = usize::from(self.random.below(2) == 1);
        match self.random.below(100) {
            0..65 => self.submit(node),
            65..75 => self.submit_everywhere(),
            75..82 => self.crash(node),
            82..89 => self.fail(node),
            89..94 => self
                .clock
                .advance(i64::try_from(self.random.below(40)).unwrap() * 86_400),
            _ => self.engines[node].keep_house(),
        }
        self.clock.advance(17);
        for node in 0..2 {
            self.assert_invariants(node);
        }
    }

    fn submit(&mut self, node: usize) {
        let submission = self.submission(node);
        match self.engines[node].submit_blocking(TENANT, submission) {
            Ok(_) => self.accepted += 1,
            Err(EngineError::Rejected(_)) => self.refused += 1,
            Err(error) => panic!("{error}"),
        }
    }

    /// Several clients on both nodes at the same time.
    fn submit_everywhere(&mut self) {
        let submissions: Vec<_> = (0..6)
            .map(|client| (client % 2, self.submission(client % 2)))
            .collect();
        let engines = &self.engines;
        std::thread::scope(|scope| {
            for (node, submission) in submissions {
                scope.spawn(move || {
                    let result = engines[node].submit_blocking(TENANT, submission);
                    assert!(
                        matches!(result, Ok(_) | Err(EngineError::Rejected(_))),
                        "{:?}",
                        result.err()
                    );
                });
            }
        });
    }

    /// The node goes between taking a command and answering it, and comes back.
    fn crash(&mut self, node: usize) {
        let submissions: Vec<_> = (0..3).map(|_| self.submission(node)).collect();
        let engine = self.engines[node].clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            for submission in submissions {
                let mut answer = Box::pin(engine.submit(TENANT, submission));
                // Asking once queues the command; then the client is gone.
                std::future::poll_fn(|context| {
                    let _ = answer.as_mut().poll(context);
                    std::task::Poll::Ready(())
                })
                .await;
            }
        });
        drop(engine);
        self.engines[node] = open(&self.place.target(), &self.clock);
        self.seen[node] = 0;
    }

    /// The transaction fails at its end: nothing of it may stay.
    fn fail(&mut self, node: usize) {
        let failing: Also =
            Box::new(|_, _| Err(DatabaseError::Damaged("as the test wants it".to_owned())));
        let submission = Submission {
            also: Some(failing),
            ..self.submission(node)
        };
        let before = self.stored();
        let result = self.engines[node].submit_blocking(TENANT, submission);
        assert!(matches!(
            result,
            Err(EngineError::Unavailable(_) | EngineError::Rejected(_))
        ));
        assert_eq!(self.stored(), before);
    }

    fn stored(&self) -> (u64, [u8; 32]) {
        let (head, tenant) = self.engines[0].store().load(TENANT).unwrap().unwrap();
        (head.generation, state_hash(&tenant).unwrap())
    }

    /// What a node shows is durable, is what its generation says, and never goes back.
    fn assert_invariants(&mut self, node: usize) {
        let state = snapshot(&self.engines[node]);
        let (generation, hash) = self.stored();
        assert!(state.generation() >= self.seen[node]);
        assert!(state.generation() <= generation);
        self.seen[node] = state.generation();
        if state.generation() == generation {
            assert_eq!(state_hash(&state).unwrap(), hash);
        }
        assert_seats(&state);
    }

    /// At rest both nodes have everything, as soon as somebody asks them for anything.
    fn rest(&mut self) {
        for node in 0..2 {
            let nothing = Submission::of_system("simulator", Command::Tick);
            self.engines[node].submit_blocking(TENANT, nothing).unwrap();
        }
        for engine in &self.engines {
            assert_sound(&self.place.target(), Some(&snapshot(engine)));
        }
        assert!(
            snapshot(&self.engines[0]).generation() > 20 && self.accepted > 5 && self.refused > 1,
            "{} {}",
            self.accepted,
            self.refused
        );
    }
}

fn simulate(place: &Place, seed: u64) {
    eprintln!("seed {seed} in {}", place.target());
    let mut simulation = Simulation::new(place, seed);
    for _ in 0..STEPS {
        simulation.step();
    }
    simulation.rest();
}

#[test]
fn histories_on_sqlite() {
    (1..=8).for_each(|seed| simulate(&Place::folder(), seed));
}

#[test]
fn histories_on_postgres() {
    (101..=104).for_each(|seed| simulate(&Place::server(), seed));
}
