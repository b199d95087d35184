//! Engines on databases of both kinds, with a clock of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Tenant, Timestamp,
    access::{Action, Caller},
    product::ProductOrdinal,
    user::UserState,
};
use zetel_engine::{Engine, EngineError, Options, Snapshot, Submission};
use zetel_store::{Store, Target, catalog_digest, state_hash};
use zetel_testkit::{Postgres, TestDatabase, World};

pub const TENANT: Uuid = Uuid::from_u128(0xc0);
pub const SYSTEM: Caller = Caller::System("test");

pub enum Place {
    Folder(tempfile::TempDir),
    Server(TestDatabase),
}

impl Place {
    pub fn folder() -> Self {
        Self::Folder(zetel_testkit::folder())
    }

    pub fn server() -> Self {
        Self::Server(Postgres::shared().database())
    }

    pub fn target(&self) -> Target {
        match self {
            Self::Folder(folder) => Target::Sqlite(PathBuf::from(folder.path())),
            Self::Server(database) => Target::Postgres(database.url().to_owned()),
        }
    }

    /// As a child process takes it.
    pub fn argument(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().to_str().unwrap().to_owned(),
            Self::Server(database) => database.url().to_owned(),
        }
    }
}

/// Runs a test in an empty place of each engine.
pub fn in_both(test: impl Fn(&Place)) {
    for place in [Place::folder(), Place::server()] {
        eprintln!("in {}", place.target());
        test(&place);
    }
}

/// A clock that stands until it is moved.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn clock(&self) -> zetel_engine::Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || Timestamp(seconds.load(Ordering::SeqCst)))
    }
}

/// An engine without background work.
pub fn open(target: &Target, clock: &TestClock) -> Engine {
    open_with(
        target,
        clock,
        Options {
            background: false,
            ..Options::default()
        },
    )
}

pub fn open_with(target: &Target, clock: &TestClock, options: Options) -> Engine {
    Engine::new(Store::open(target).unwrap(), clock.clock(), options).unwrap()
}

pub fn world() -> World {
    World::new(catalog_digest)
}

/// Makes the tenant of these tests.
pub fn begin(engine: &Engine) -> World {
    let world = world();
    for command in world.beginning(TENANT) {
        match command {
            Command::CreateTenant {
                id,
                profile,
                domain,
            } => {
                engine.create_tenant(id, profile, domain).unwrap();
            }
            other => {
                submit(engine, other).unwrap();
            }
        }
    }
    world
}

pub fn submit(engine: &Engine, command: Command) -> Result<Outcome, EngineError> {
    let submission = Submission::of_system("test", command);
    engine
        .submit_blocking(TENANT, submission)
        .map(|applied| applied.outcome)
}

pub fn snapshot(engine: &Engine) -> Snapshot {
    engine
        .read(TENANT, &SYSTEM, Action::ListUsers, None)
        .unwrap()
}

/// Every seat is counted once, for live users, however many sources give the product.
pub fn assert_seats(tenant: &Tenant) {
    let mut holders: BTreeMap<ProductOrdinal, BTreeSet<Uuid>> = BTreeMap::new();
    for user in tenant
        .users()
        .iter()
        .filter(|user| user.head.state() == UserState::Live)
    {
        for source in tenant.sources(&user) {
            if source.state.is_applied() {
                holders.entry(source.product).or_default().insert(user.id);
            }
        }
    }
    for (product, _) in tenant.products() {
        let expected = holders.get(&product).map_or(0, BTreeSet::len);
        assert_eq!(tenant.seats(product).consumed as usize, expected);
    }
}

/// Tables, journal and, if it is up to date, memory say the same; the doctor finds nothing.
pub fn assert_sound(target: &Target, memory: Option<&Snapshot>) {
    let store = Store::open(target).unwrap();
    let (head, loaded) = store.load(TENANT).unwrap().unwrap();
    if let Some(memory) = memory {
        assert_eq!(memory.generation(), head.generation);
        assert_eq!(state_hash(memory).unwrap(), state_hash(&loaded).unwrap());
        assert_eq!(memory.enrollers(), loaded.enrollers());
        assert_eq!(memory.devices().needing(), loaded.devices().needing());
    }
    let mut findings = Vec::new();
    store
        .examine(&mut |finding| findings.push(finding.to_string()))
        .unwrap();
    assert_eq!(findings, Vec::<String>::new());
}

/// The request ids in the journal, in order.
pub fn journal_requests(target: &Target) -> Vec<Uuid> {
    let store = Store::open(target).unwrap();
    let Some(head) = store.head(TENANT).unwrap() else {
        return Vec::new();
    };
    let changes = store.journal(head.key, 0, u32::MAX).unwrap();
    changes.iter().map(|change| change.request_id).collect()
}
