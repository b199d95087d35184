//! Two processes write to one tenant at the same time: nothing is lost, nothing happens twice, no seat is given twice.

use std::{
    collections::BTreeSet,
    io::BufRead,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Rejection,
    assignment::{AssignmentRequest, ProductRequest},
    command::NewSubscription,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Engine, EngineError, Options, Submission};
use zetel_store::{Store, Target, state_hash};

use crate::{
    child::{Process, say},
    support::{
        Place, TENANT, TestClock, assert_seats, assert_sound, begin, open, open_with, snapshot,
        submit,
    },
};

const SKU: Uuid = Uuid::from_u128(0x5c);
const SEATS: u32 = 600;
const USERS: u32 = 900;
const EACH: u32 = 500;
const CLIENTS: u32 = 8;

/// Follow-up of another process may take so long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn user_id(number: u32) -> Uuid {
    Uuid::from_u128(0x9000 + u128::from(number))
}

fn prepare(engine: &Engine) {
    begin(engine);
    let product = ProductDefinition {
        sku_id: SKU,
        part_number: "SCARCE".to_owned(),
        name: "Scarce".to_owned(),
        per_device: false,
        plans: Vec::new(),
    };
    let purchase = NewSubscription {
        id: None,
        product,
        channel: Channel::Card,
        quantity: SEATS,
        term: Term { months: 12 },
        renews: true,
        owner_id: None,
    };
    submit(engine, Command::AddSubscription(purchase)).unwrap();
    let new_user = |number: u32| NewUser {
        id: Some(user_id(number)),
        account_enabled: true,
        usage_location: zetel_domain::location::Location::parse("NL"),
        properties: [
            (UserProperty::DisplayName, format!("Node user {number}")),
            (UserProperty::MailNickname, format!("node{number}")),
            (
                UserProperty::UserPrincipalName,
                format!("node{number}@contoso.example"),
            ),
        ]
        .map(|(property, text)| (property, text.as_str().into()))
        .into(),
        ..NewUser::default()
    };
    submit(
        engine,
        Command::CreateUsers((0..USERS).map(new_user).collect()),
    )
    .unwrap();
}

fn assign(engine: &Engine, user: u32, request_id: Uuid) -> Result<(), EngineError> {
    let add = vec![ProductRequest {
        sku_id: SKU,
        disabled_plans: Vec::new(),
    }];
    let command = Command::AssignLicenses {
        user: UserKey::Id(user_id(user)),
        request: AssignmentRequest {
            add,
            remove: Vec::new(),
        },
    };
    let submission = Submission {
        request_id,
        ..Submission::of_system("test", command)
    };
    engine.submit_blocking(TENANT, submission).map(drop)
}

/// One of the two: assigns to its users from several clients at once, then follows the other one to the end.
pub fn be_node(target: &Target, number: u64) {
    let engine = open_with(target, &TestClock::new(), Options::default());
    snapshot(&engine);
    say("ready");
    let mut orders = std::io::stdin().lock().lines().map(Result::unwrap);
    assert_eq!(orders.next().as_deref(), Some("go"));

    // Of the 900 users 100 are of both.
    let first = u32::try_from(number).unwrap() * (USERS - EACH);
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (engine, next) = (&engine, &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    if place >= EACH {
                        return;
                    }
                    let user = first + place;
                    match assign(engine, user, Uuid::from_u64_pair(number + 1, user.into())) {
                        Ok(()) => say(&format!("assigned {user}")),
                        Err(EngineError::Rejected(Rejection::NoSeats { .. })) => {
                            say(&format!("refused {user}"));
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    say("done");
    let last: u64 = orders.next().unwrap().parse().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while snapshot(&engine).generation() < last {
        assert!(Instant::now() < deadline, "the other node was not followed");
        std::thread::yield_now();
    }
    let conflicts = engine.metrics().conflicts;
    say(&format!("conflicts {conflicts}"));
    let hash = Uuid::from_slice(&state_hash(&snapshot(&engine)).unwrap()[..16]).unwrap();
    say(&format!("hash {hash}"));
}

fn write_together(place: &Place) {
    let target = place.target();
    prepare(&open(&target, &TestClock::new()));
    let mut nodes = [0, 1].map(|number| Process::start("node", &place.argument(), number));
    for node in &mut nodes {
        assert_eq!(node.hear().as_deref(), Some("ready"));
    }
    for node in &mut nodes {
        node.tell("go");
    }

    let (mut assigned, mut refused) = (BTreeSet::new(), 0);
    for node in &mut nodes {
        loop {
            let line = node.hear().expect("the node ends when it is told");
            match line.split_once(' ') {
                Some(("assigned", user)) => drop(assigned.insert(user.parse::<u32>().unwrap())),
                Some(("refused", _)) => refused += 1,
                _ => break assert_eq!(line, "done"),
            }
        }
    }
    // Whom both assigned to, the second found assigned.
    assert_eq!(assigned.len(), SEATS as usize);
    assert!(
        (2 * EACH - SEATS - 100..=2 * EACH - SEATS).contains(&refused),
        "{refused}"
    );

    let store = Store::open(&target).unwrap();
    let (head, tenant) = store.load(TENANT).unwrap().unwrap();
    let product = tenant.find_product(SKU).unwrap();
    assert_eq!(tenant.seats(product).consumed, SEATS);
    assert_seats(&tenant);
    let holds = |user: &u32| {
        let view = tenant.users().find_id(user_id(*user)).unwrap();
        tenant.direct_license(&view, product).is_some()
    };
    assert!(assigned.iter().all(holds), "what was acknowledged is there");
    let changes = store.journal(head.key, 0, u32::MAX).unwrap();
    let events = changes.iter().flat_map(|change| &change.events);
    let given = events
        .filter(|event| matches!(event, Event::AssignmentsChanged { .. }))
        .count();
    assert_eq!(given, SEATS as usize, "nothing happened twice");

    let hash = Uuid::from_slice(&state_hash(&tenant).unwrap()[..16]).unwrap();
    for node in &mut nodes {
        node.tell(&head.generation.to_string());
        let conflicts = node.hear().unwrap();
        eprintln!("{conflicts}");
        assert_eq!(node.hear(), Some(format!("hash {hash}")));
    }
    assert_sound(&target, None);
}

#[test]
fn two_processes_write_to_one_tenant_on_postgres() {
    write_together(&Place::server());
}

#[test]
fn two_processes_write_to_one_tenant_on_sqlite() {
    write_together(&Place::folder());
}
