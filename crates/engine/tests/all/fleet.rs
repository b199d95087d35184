//! Many more requests than seats, at the same time.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::sync::Semaphore;
use uuid::Uuid;
use zetel_domain::{
    Command, Rejection,
    assignment::{AssignmentRequest, LicenseState, ProductRequest, Violation},
    command::NewSubscription,
    group::{GroupDefinition, NewGroup},
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Engine, EngineError, Submission};

use crate::support::{
    Place, TENANT, TestClock, assert_seats, assert_sound, begin, open, snapshot, submit,
};

const REQUESTS: u32 = 45_000;
const SEATS: u32 = 40_000;
/// Requests that wait for their answer at the same time; the tenant's queue takes a few more.
const AT_ONCE: usize = 8_000;
const SKU: Uuid = Uuid::from_u128(0x5520);
const GROUP: Uuid = Uuid::from_u128(0x65520);

pub const fn user_id(number: u32) -> Uuid {
    Uuid::from_u128(0x000f_0000 + number as u128)
}

pub fn new_user(number: u32) -> NewUser {
    NewUser {
        id: Some(user_id(number)),
        account_enabled: true,
        usage_location: Location::parse("NL"),
        properties: [
            (UserProperty::DisplayName, format!("Host {number}")),
            (UserProperty::MailNickname, format!("host{number}")),
            (
                UserProperty::UserPrincipalName,
                format!("host{number}@contoso.example"),
            ),
        ]
        .map(|(property, text)| (property, text.as_str().into()))
        .into(),
        ..NewUser::default()
    }
}

/// Buys seats of a product of its own.
pub fn purchase(sku_id: Uuid, quantity: u32) -> Command {
    Command::AddSubscription(NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: "FLEET".to_owned(),
            name: "Fleet".to_owned(),
            per_device: false,
            plans: Vec::new(),
        },
        channel: Channel::Card,
        quantity,
        term: Term { months: 12 },
        renews: true,
        owner_id: None,
    })
}

fn gives() -> AssignmentRequest {
    AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: SKU,
            disabled_plans: Vec::new(),
        }],
        remove: Vec::new(),
    }
}

fn prepare(engine: &Engine) {
    begin(engine);
    submit(engine, purchase(SKU, SEATS)).unwrap();
    let users = (0..REQUESTS).map(new_user).collect();
    submit(engine, Command::CreateUsers(users)).unwrap();
    let group = NewGroup {
        id: Some(GROUP),
        definition: GroupDefinition {
            display_name: "Fleet".to_owned(),
            mail_nickname: "fleet".to_owned(),
            security_enabled: true,
            ..GroupDefinition::default()
        },
        ..NewGroup::default()
    };
    submit(engine, Command::CreateGroup(group)).unwrap();
    let request = gives();
    submit(
        engine,
        Command::AssignGroupLicenses {
            group: GROUP,
            request,
        },
    )
    .unwrap();
}

/// A license for a user: of its own, or through the group.
fn wish(number: u32) -> Command {
    if number.is_multiple_of(2) {
        return Command::AssignLicenses {
            user: UserKey::Id(user_id(number)),
            request: gives(),
        };
    }
    Command::AddMembers {
        group: GROUP,
        members: vec![user_id(number)],
    }
}

/// What became of the requests: refused for want of a seat, or carried out.
#[derive(Default)]
struct Answers {
    refused: AtomicU32,
    done: AtomicU32,
}

async fn ask_for_all(engine: &Engine) -> Arc<Answers> {
    let answers = Arc::new(Answers::default());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..REQUESTS {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let (engine, answers) = (engine.clone(), Arc::clone(&answers));
        clients.spawn(async move {
            let submission = Submission::of_system("test", wish(number));
            let answer = match engine.submit(TENANT, submission).await {
                Ok(_) => &answers.done,
                Err(EngineError::Rejected(Rejection::NoSeats { .. })) => &answers.refused,
                Err(error) => panic!("{error}"),
            };
            answer.fetch_add(1, Ordering::Relaxed);
            drop(place);
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    answers
}

/// 45,000 hosts ask for 40,000 seats at the same time, half of them directly and half by joining a licensed group:
/// 40,000 get one.
#[test]
fn fleet_5520() {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    prepare(&engine);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let answers = runtime.block_on(ask_for_all(&engine));

    let state = snapshot(&engine);
    let product = state.find_product(SKU).unwrap();
    let seats = state.seats(product);
    assert_eq!((seats.consumed, seats.enabled), (SEATS, SEATS));
    assert_seats(&state);
    let waiting = state.users().iter().filter(|user| {
        let mut sources = state.sources(user).into_iter();
        sources.any(|source| source.state == LicenseState::Error(Violation::Count))
    });
    let refused = answers.refused.load(Ordering::Relaxed);
    assert_eq!(
        u32::try_from(waiting.count()).unwrap() + refused,
        REQUESTS - SEATS,
        "who has no seat was told so, or waits in the group"
    );
    assert_eq!(answers.done.load(Ordering::Relaxed) + refused, REQUESTS);
    assert_sound(&place.target(), Some(&state));
}
