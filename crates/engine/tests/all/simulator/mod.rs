//! Random histories from a seed: two engines on one store, commands, crashes, failing commits, jumps of the clock.

mod reference;
mod watch;
mod wishes;

use std::{collections::BTreeSet, future::Future};

use uuid::Uuid;
use zetel_domain::{Command, Context, Outcome, Timestamp, decide, policy::Policy};
use zetel_engine::{Also, DatabaseError, Engine, EngineError, Submission};
use zetel_store::state_hash;
use zetel_testkit::{Random, World};

use self::{
    watch::{Asked, Watch},
    wishes::{Wish, licensing, recently, scope},
};
use crate::support::{
    Place, TENANT, TestClock, assert_seats, assert_sound, begin, open, snapshot, submit,
};

const STEPS: u32 = 80;
const DAY: i64 = 86_400;

/// The world's kinds of commands about groups, their licenses and the policy.
const FIRST_ON_GROUPS: u8 = 28;
const LAST_ON_GROUPS: u8 = 48;

/// The last of the kinds of commands about devices, which come next.
const LAST_ON_DEVICES: u8 = 65;

/// Commands about one group: its licenses and its members.
const ON_A_GROUP: [u8; 6] = [39, 40, 41, 34, 37, 42];

/// What clients may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vocabulary {
    /// Everything.
    All,
    /// What the reference model knows, without a guard.
    Model,
}

struct Simulation<'p> {
    place: &'p Place,
    random: Random,
    clock: TestClock,
    world: World,
    vocabulary: Vocabulary,
    /// Two nodes. They learn of each other by conflicts only, which is the hardest case.
    engines: [Engine; 2],
    /// The last generation that each has shown.
    seen: [u64; 2],
    watch: Watch,
    asked: Asked,
    accepted: u32,
    refused: u32,
}

impl<'p> Simulation<'p> {
    fn new(place: &'p Place, seed: u64, vocabulary: Vocabulary) -> Self {
        let clock = TestClock::new();
        let engines = [0, 1].map(|_| open(&place.target(), &clock));
        let world = begin(&engines[0]);
        Self {
            place,
            random: Random::new(seed),
            clock,
            world,
            vocabulary,
            engines,
            seen: [0; 2],
            watch: Watch::default(),
            asked: Asked::new(),
            accepted: 0,
            refused: 0,
        }
    }

    /// A wish for a command; half of all clients confirm what the guard stops.
    fn wish(&mut self, node: usize, mut command: Command) -> Wish {
        let request_id = Uuid::from_u128(self.asked.len() as u128 + 1);
        if self.vocabulary == Vocabulary::Model {
            reference::simplify(&mut command);
        }
        self.asked.insert(request_id, command.clone());
        Wish {
            node,
            command,
            request_id,
            confirms: self.random.below(2) == 0,
        }
    }

    /// Bytes of a command; of none about devices, which the model does not know, if it is to be asked.
    const fn known_step(&mut self) -> [u8; 4] {
        let mut bytes = self.random.step();
        if matches!(self.vocabulary, Vocabulary::Model) {
            bytes[0] %= LAST_ON_GROUPS + 1;
        }
        bytes
    }

    /// Half of all wishes concern groups, and a quarter devices, if they may.
    fn any_wish(&mut self, node: usize) -> Wish {
        let mut bytes = self.known_step();
        match (self.random.below(4), self.vocabulary) {
            (0 | 2, _) => {
                bytes[0] = FIRST_ON_GROUPS + bytes[0] % (LAST_ON_GROUPS - FIRST_ON_GROUPS + 1);
            }
            (1, Vocabulary::All) => {
                bytes[0] = LAST_ON_GROUPS + 1 + bytes[0] % (LAST_ON_DEVICES - LAST_ON_GROUPS);
            }
            _ => {}
        }
        self.wish_of(node, bytes)
    }

    /// Some groups with members and licenses, so that there is something to change.
    fn open(&mut self) {
        for _ in 0..3 {
            for kind in [28, 34, 35, 39, 40] {
                let [_, who, what, how] = self.random.step();
                let wish = self.wish_of(0, [kind, who, what, how]);
                self.fulfil(&wish);
            }
        }
    }

    /// The wish for what four bytes mean on a node.
    fn wish_of(&mut self, node: usize, mut bytes: [u8; 4]) -> Wish {
        let state = snapshot(&self.engines[node]);
        let mut command = self.world.command(bytes, &state);
        if self.vocabulary == Vocabulary::Model {
            while !reference::knows(&command) {
                bytes = self.known_step();
                command = self.world.command(bytes, &state);
            }
        }
        self.assert_decided_twice_alike(node, &command);
        self.wish(node, command)
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
                actor: "system:simulator".to_owned(),
                confirmation: None,
            };
            decide(&state, command, &mut context)
        };
        assert_eq!(decided(), decided());
    }

    fn step(&mut self) {
        let node = usize::from(self.random.below(2) == 1);
        let what = self.random.below(100);
        match what {
            66..76 if self.vocabulary == Vocabulary::Model => self.submit(node),
            0..45 => self.submit(node),
            45..55 => self.submit_everywhere(),
            55..61 => self.relicense(),
            61..66 => self.cut(),
            66..69 => self.undo(node),
            69..72 => self.undo_at_once(node),
            72..76 => self.restore(node),
            76..81 => self.crash(node),
            81..86 => self.fail(node),
            86..91 => {
                let days = i64::try_from(self.random.below(40)).unwrap();
                self.clock.advance(days * DAY);
            }
            91..94 => self.end_a_product(node),
            _ => self.engines[node].keep_house(),
        }
        self.clock.advance(17);
        self.assert_invariants();
    }

    fn submit(&mut self, node: usize) {
        let wish = self.any_wish(node);
        self.fulfil(&wish);
    }

    fn fulfil(&mut self, wish: &Wish) {
        match wish.fulfil(&self.engines[wish.node]) {
            Ok(_) => self.accepted += 1,
            Err(_) => self.refused += 1,
        }
    }

    /// Several clients at the same time.
    fn fulfil_together(&self, wishes: &[Wish]) {
        std::thread::scope(|scope| {
            for wish in wishes {
                scope.spawn(move || drop(wish.fulfil(&self.engines[wish.node])));
            }
        });
    }

    fn submit_everywhere(&mut self) {
        let wishes: Vec<Wish> = (0..6).map(|client| self.any_wish(client % 2)).collect();
        self.fulfil_together(&wishes);
    }

    /// Both nodes change what one group gives, and to whom, at the same time.
    fn relicense(&mut self) {
        let [who, ..] = self.random.step();
        let wishes: Vec<Wish> = (0..6)
            .map(|client| {
                let [kind, _, what, how] = self.random.step();
                let kind = ON_A_GROUP[usize::from(kind) % ON_A_GROUP.len()];
                self.wish_of(client % 2, [kind, who, what, how])
            })
            .collect();
        self.fulfil_together(&wishes);
    }

    /// Seats are cut while groups are licensed.
    fn cut(&mut self) {
        let wishes: Vec<Wish> = (0..6)
            .map(|client| {
                let [_, who, what, how] = self.random.step();
                let kind = if client % 3 == 0 { 16 } else { 39 };
                let how = if kind == 16 { how % 3 } else { how };
                self.wish_of(client % 2, [kind, who, what, how])
            })
            .collect();
        self.fulfil_together(&wishes);
    }

    /// All that was bought of a product is given up, and after some time it is gone, under whatever group gives it.
    fn end_a_product(&mut self, node: usize) {
        let state = snapshot(&self.engines[node]);
        let count = state.products().count() as u64;
        let place = usize::try_from(self.random.below(count)).unwrap();
        let (product, _) = state.products().nth(place).unwrap();
        let ids: Vec<Uuid> = state
            .subscriptions_of(product)
            .map(|subscription| subscription.id)
            .collect();
        for id in ids {
            let wish = self.wish(node, Command::Cancel { id });
            self.fulfil(&wish);
        }
        self.clock.advance(200 * DAY);
        self.engines[node].keep_house();
    }

    fn undo(&mut self, node: usize) {
        let newest = self.watch.generation();
        let generation = newest.saturating_sub(self.random.below(8));
        if let Ok(command) = self.engines[node].undo_command(TENANT, generation) {
            let wish = self.wish(node, command);
            self.fulfil(&wish);
        }
    }

    /// What is undone at once, and of which nothing is told that could not be put back, is as it was.
    fn undo_at_once(&mut self, node: usize) {
        let mut wish = self.any_wish(node);
        wish.confirms = true;
        submit(&self.engines[node], Command::Tick).unwrap();
        let before = snapshot(&self.engines[node]);
        if wish.fulfil(&self.engines[node]).is_err() {
            return;
        }
        let generation = snapshot(&self.engines[node]).generation();
        if let Ok(command) = self.engines[node].undo_command(TENANT, generation) {
            let mut undo = self.wish(node, command);
            undo.confirms = true;
            let outcome = undo.fulfil(&self.engines[node]);
            if generation > before.generation() && outcome == Ok(Outcome::Reverted(Vec::new())) {
                let after = snapshot(&self.engines[node]);
                assert_eq!(
                    licensing(&after),
                    licensing(&before),
                    "{:?} is undone",
                    wish.command
                );
            }
        }
    }

    /// Puts licenses back while the other node goes on.
    fn restore(&mut self, node: usize) {
        let state = snapshot(&self.engines[node]);
        let now = self.engines[node].now();
        let at = recently(&mut self.random, now);
        let scope = scope(&mut self.random, &state);
        let mut wishes = vec![self.wish(node, Engine::restore_command(at, scope))];
        wishes.extend((0..3).map(|client| self.any_wish(client % 2)));
        self.fulfil_together(&wishes);
    }

    /// The node goes between taking a command and answering it, and comes back.
    fn crash(&mut self, node: usize) {
        let wishes: Vec<Wish> = (0..3).map(|_| self.any_wish(node)).collect();
        let engine = self.engines[node].clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            for wish in &wishes {
                let mut answer = Box::pin(engine.submit(TENANT, wish.submission()));
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
            ..self.any_wish(node).submission()
        };
        let before = self.watch.follow(self.engines[node].store(), &self.asked);
        let result = self.engines[node].submit_blocking(TENANT, submission);
        assert!(matches!(
            result,
            Err(EngineError::Unavailable(_) | EngineError::Rejected(_))
        ));
        assert_eq!(
            self.watch.follow(self.engines[node].store(), &self.asked),
            before
        );
    }

    /// What a node shows is durable, is what its generation says, and never goes back.
    fn assert_invariants(&mut self) {
        let (generation, hash) = self.watch.follow(self.engines[0].store(), &self.asked);
        for (engine, seen) in self.engines.iter().zip(&mut self.seen) {
            let state = snapshot(engine);
            assert!(state.generation() >= *seen);
            assert!(state.generation() <= generation);
            *seen = state.generation();
            if state.generation() == generation {
                assert_eq!(state_hash(&state).unwrap(), hash);
            }
            assert_seats(&state);
        }
    }

    /// At rest both nodes have everything, as soon as somebody asks them for anything.
    fn rest(&mut self) {
        for engine in &self.engines {
            submit(engine, Command::Tick).unwrap();
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
        if self.vocabulary == Vocabulary::Model {
            reference::assert_same(self.engines[0].store(), &self.world, &self.asked);
        }
    }
}

/// Plays a history. Returns the names of the commands that changed anything.
fn simulate(place: &Place, seed: u64, vocabulary: Vocabulary) -> BTreeSet<String> {
    eprintln!("seed {seed} of {vocabulary:?} in {}", place.target());
    let mut simulation = Simulation::new(place, seed, vocabulary);
    if vocabulary == Vocabulary::Model {
        let policy = Policy::default();
        let wish = simulation.wish(0, Command::ChangePolicy { policy });
        simulation.fulfil(&wish);
    }
    simulation.open();
    for _ in 0..STEPS {
        simulation.step();
    }
    simulation.rest();
    simulation.watch.done
}

/// Seeds whose histories once went wrong, with what was wrong.
const FAILED: [(u64, Vocabulary, &str); 3] = [
    (
        216,
        Vocabulary::Model,
        "what a fallback gave, after a policy without fallbacks",
    ),
    (
        221,
        Vocabulary::Model,
        "a seat for whoever joins a group without licenses",
    ),
    (
        222,
        Vocabulary::Model,
        "a rule on plans that was not asked again after a direct assignment",
    ),
];

/// The seeds to play: those named by `ZETEL_SIMULATOR_SEEDS` as `FIRST..LAST`, for long runs, or these.
fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("ZETEL_SIMULATOR_SEEDS") else {
        return usual;
    };
    let (first, last) = text.split_once("..").unwrap();
    first.parse().unwrap()..last.parse().unwrap()
}

fn assert_meets_everything(done: &BTreeSet<String>) {
    let all = [
        "createGroup",
        "updateGroup",
        "deleteGroup",
        "addMembers",
        "removeMembers",
        "assignGroupLicense",
        "reprocessGroup",
        "changePolicy",
        "changeQuantity",
        "undo",
        "restoreLicenses",
        "tick",
        "enrollDevice",
        "checkIn",
        "removeDevice",
        "changeDeviceSettings",
        "changeLimitPolicies",
    ];
    for name in all {
        assert!(done.contains(name), "{name} is not in {done:?}");
    }
}

#[test]
fn histories_on_sqlite() {
    let play = |seed| simulate(&Place::folder(), seed, Vocabulary::All);
    assert_meets_everything(&seeds(1..9).flat_map(play).collect());
}

#[test]
fn histories_on_postgres() {
    let play = |seed| simulate(&Place::server(), seed, Vocabulary::All);
    assert_meets_everything(&seeds(101..107).flat_map(play).collect());
}

#[test]
fn histories_are_what_the_model_says() {
    for seed in seeds(201..209) {
        simulate(&Place::folder(), seed, Vocabulary::Model);
    }
}

#[test]
fn histories_that_once_went_wrong() {
    for (seed, vocabulary, what) in FAILED {
        eprintln!("{what}");
        simulate(&Place::folder(), seed, vocabulary);
    }
}
