//! Devices on real databases: many register at once, on one node and on two, and nobody gets more than there is; an
//! accident with many users is undone by one command.

use std::sync::{Arc, Barrier};

use tokio::sync::Semaphore;
use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::Catalog,
    command::{NewSubscription, RestoreScope},
    device::{
        DEFAULT_LIMIT_ID, DeviceSettings, Enrollment, EnrollmentType, LimitPolicyChange, Platform,
        PoolPolicy, Reason,
    },
    directory::Profile,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::UserKey,
};
use zetel_engine::{Engine, EngineError, Submission};
use zetel_store::catalog_digest;

use crate::{
    digest::digest,
    fleet::{new_user, user_id},
    support::{Place, TENANT, TestClock, in_both, open, snapshot, submit},
};

const INTUNE: Uuid = Uuid::from_u128(0x061f_9ace_7d42_4136_88ac_31dc_755f_143f);
const INTUNE_DEVICE: Uuid = Uuid::from_u128(0x2b31_7a4a_77a6_4188_9437_b68a_77b4_e2c6);
const AT_ONCE: u32 = 64;
const LIMIT: u32 = 15;

fn purchase(sku_id: Uuid, quantity: u32) -> Command {
    Command::AddSubscription(NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: "INTUNE".to_owned(),
            name: "Intune".to_owned(),
            per_device: false,
            plans: Vec::new(),
        },
        channel: Channel::EnterpriseAgreement,
        quantity,
        term: Term { months: 12 },
        renews: true,
        owner_id: None,
    })
}

fn licensing(users: u32, add: &[Uuid], remove: &[Uuid]) -> Command {
    let wanted = |sku_id: &Uuid| ProductRequest {
        sku_id: *sku_id,
        disabled_plans: Vec::new(),
    };
    Command::AssignLicensesInBulk {
        users: (0..users).map(user_id).map(UserKey::Id).collect(),
        request: AssignmentRequest {
            add: add.iter().map(wanted).collect(),
            remove: remove.to_vec(),
        },
    }
}

/// A tenant on the built-in catalog with some licensed users and device licenses.
fn prepare(engine: &Engine, users: u32, device_licenses: u32) {
    let profile = Profile {
        display_name: "Contoso".to_owned(),
        ..Profile::default()
    };
    engine
        .create_tenant(Some(TENANT), profile, "contoso.example".to_owned())
        .unwrap();
    let catalog = Catalog::builtin();
    let digest = catalog_digest(&catalog.to_text());
    for command in [
        Command::AdoptCatalog { catalog, digest },
        purchase(INTUNE, users),
        purchase(INTUNE_DEVICE, device_licenses),
        Command::CreateUsers((0..users).map(new_user).collect()),
        licensing(users, &[INTUNE], &[]),
    ] {
        submit(engine, command).unwrap();
    }
}

fn device(number: u32) -> Enrollment {
    let mut enrollment = Enrollment {
        id: Uuid::from_u128(0x00de_0000 + u128::from(number)),
        platform: Platform::Android,
        enrollment_type: EnrollmentType::AndroidDedicated,
        ..Enrollment::default()
    };
    enrollment.details.serial = format!("SERIAL-{number}");
    enrollment
}

fn of(user: u32, number: u32) -> Enrollment {
    Enrollment {
        user: Some(UserKey::Id(user_id(user))),
        enrollment_type: EnrollmentType::UserEnrollment,
        ..device(number)
    }
}

fn enroll(engine: &Engine, enrollment: Enrollment) -> Result<Outcome, EngineError> {
    submit(engine, Command::EnrollDevice(Box::new(enrollment)))
}

fn reasons(answer: &Result<Outcome, EngineError>) -> &[Reason] {
    match answer {
        Err(EngineError::Rejected(Rejection::EnrollmentDenied { reasons })) => reasons,
        other => panic!("not denied: {other:?}"),
    }
}

/// Registers devices, all at the same time, each on one of some engines in turn.
fn at_once(engines: &[Engine], wanted: Vec<Enrollment>) -> Vec<Result<Outcome, EngineError>> {
    let start = Barrier::new(wanted.len());
    std::thread::scope(|scope| {
        let clients: Vec<_> = wanted
            .into_iter()
            .zip(engines.iter().cycle())
            .map(|(enrollment, engine)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    enroll(engine, enrollment)
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .collect()
    })
}

/// Two nodes that both know the tenant; they learn of each other by conflicts only.
fn two_nodes(place: &Place, device_licenses: u32) -> [Engine; 2] {
    let nodes = [0, 1].map(|_| open(&place.target(), &TestClock::new()));
    prepare(&nodes[0], 1, device_licenses);
    snapshot(&nodes[1]);
    nodes
}

/// After a command of its own a node knows of everything before it.
fn catch_up(nodes: &[Engine; 2]) {
    for (number, node) in (1..).zip(nodes) {
        let mut profile = snapshot(node).profile().clone();
        profile.display_name = format!("Contoso {number}");
        submit(node, Command::ChangeProfile { profile }).unwrap();
    }
}

fn enrolled(engine: &Engine) -> u32 {
    snapshot(engine).devices().live().len()
}

fn block(engine: &Engine) {
    let settings = DeviceSettings {
        pool_policy: PoolPolicy::Block,
        ..DeviceSettings::default()
    };
    submit(engine, Command::ChangeDeviceSettings { settings }).unwrap();
}

#[test]
fn of_64_registrations_at_once_for_the_last_slot_one_succeeds() {
    in_both(|place| {
        let engine = open(&place.target(), &TestClock::new());
        prepare(&engine, 1, 1);
        for number in 1..LIMIT {
            enroll(&engine, of(0, number)).unwrap();
        }
        let wanted = (0..AT_ONCE).map(|number| of(0, 100 + number)).collect();
        let answers = at_once(std::slice::from_ref(&engine), wanted);
        let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.is_ok());
        assert_eq!(taken.len(), 1);
        let state = snapshot(&engine);
        let user = state.users().find_id(user_id(0)).unwrap().ordinal;
        let reached = Reason::LimitReached {
            user,
            policy: DEFAULT_LIMIT_ID,
            limit: 15,
            used: 15,
        };
        for answer in refused {
            assert_eq!(reasons(answer), std::slice::from_ref(&reached));
        }
        assert_eq!(enrolled(&engine), LIMIT);
    });
}

#[test]
fn two_nodes_together_never_exceed_the_limit() {
    in_both(|place| {
        let nodes = two_nodes(place, 1);
        let wanted = (0..AT_ONCE).map(|number| of(0, number)).collect();
        let answers = at_once(&nodes, wanted);
        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(taken, LIMIT as usize);
        for answer in answers.iter().filter(|answer| answer.is_err()) {
            assert!(matches!(
                reasons(answer),
                [Reason::LimitReached {
                    limit: 15,
                    used: 15,
                    ..
                }]
            ));
        }
        catch_up(&nodes);
        for node in &nodes {
            assert_eq!(enrolled(node), LIMIT);
        }
    });
}

#[test]
fn a_registration_that_is_repeated_takes_one_slot() {
    in_both(|place| {
        let nodes = two_nodes(place, 1);
        let wanted = (0..AT_ONCE).map(|_| of(0, 7)).collect();
        let answers = at_once(&nodes, wanted);
        let is_new = |answer: &&Result<Outcome, EngineError>| match answer {
            Ok(Outcome::Device { is_new, .. }) => *is_new,
            other => panic!("not enrolled: {other:?}"),
        };
        assert_eq!(answers.iter().filter(is_new).count(), 1);
        catch_up(&nodes);
        for node in &nodes {
            assert_eq!(enrolled(node), 1);
            let state = snapshot(node);
            let user = state.users().find_id(user_id(0)).unwrap().ordinal;
            assert_eq!(state.devices().enrolled_by(user), 1);
        }
    });
}

#[test]
fn where_the_pool_blocks_there_is_never_one_device_too_many() {
    const BOUGHT: u32 = 10;
    in_both(|place| {
        let nodes = two_nodes(place, BOUGHT);
        block(&nodes[0]);
        catch_up(&nodes);
        let answers = at_once(&nodes, (0..AT_ONCE).map(device).collect());
        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(taken, BOUGHT as usize);
        for answer in answers.iter().filter(|answer| answer.is_err()) {
            let (bought, used) = (BOUGHT, BOUGHT);
            let reason = Reason::NoDeviceLicense { bought, used };
            assert_eq!(reasons(answer), [reason]);
        }
        catch_up(&nodes);
        for node in &nodes {
            let pool = snapshot(node).device_pool();
            assert_eq!((pool.bought, pool.used), (BOUGHT, BOUGHT));
        }
    });
}

/// 450 hosts of 40 users, who may have ten each, register at the same time: 400 do.
#[test]
fn a_fleet_fills_every_slot_and_none_twice() {
    const USERS: u32 = 40;
    const HOSTS: u32 = 450;
    const EACH: u16 = 10;
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    prepare(&engine, USERS, 1);
    let update = LimitPolicyChange::Update {
        id: DEFAULT_LIMIT_ID,
        display_name: None,
        description: None,
        limit: Some(EACH),
    };
    submit(&engine, Command::ChangeLimitPolicies(update)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let taken = runtime.block_on(async {
        let places = Arc::new(Semaphore::new(200));
        let mut clients = tokio::task::JoinSet::new();
        for number in 0..HOSTS {
            let place = Arc::clone(&places).acquire_owned().await.unwrap();
            let engine = engine.clone();
            clients.spawn(async move {
                let command = Command::EnrollDevice(Box::new(of(number % USERS, number)));
                let submission = Submission::of_system("test", command);
                let answer = engine.submit(TENANT, submission).await;
                drop(place);
                match answer {
                    Ok(_) => 1,
                    Err(EngineError::Rejected(Rejection::EnrollmentDenied { .. })) => 0,
                    Err(error) => panic!("{error}"),
                }
            });
        }
        let mut taken = 0;
        while let Some(ended) = clients.join_next().await {
            taken += ended.unwrap();
        }
        taken
    });
    assert_eq!(taken, USERS * u32::from(EACH));
    let state = snapshot(&engine);
    for user in state.users().iter() {
        assert_eq!(u16::from(state.devices().enrolled_by(user.ordinal)), EACH);
    }
}

// ---- Restore after an accident --------------------------------------------------------------------------------------

const PEOPLE: u32 = 200;

/// People with three devices each who are unlicensed by mistake, and a digest of how everything was.
fn accident(clock: &TestClock) -> (Place, Engine, u64) {
    let place = Place::folder();
    let engine = open(&place.target(), clock);
    prepare(&engine, PEOPLE, 1);
    for number in 0..3 * PEOPLE {
        enroll(&engine, of(number / 3, number)).unwrap();
    }
    clock.advance(60);
    let before = judge(&engine, clock);
    let command = licensing(PEOPLE, &[], &[INTUNE]);
    let Err(EngineError::Rejected(Rejection::Guarded { token, users, .. })) =
        submit(&engine, command.clone())
    else {
        panic!("the guard stops it");
    };
    assert_eq!(users, PEOPLE);
    clock.advance(60);
    let submission = Submission {
        confirmation: Some(token),
        ..Submission::of_system("test", command)
    };
    engine.submit_blocking(TENANT, submission).unwrap();
    assert!(snapshot(&engine).enrollers().is_empty());
    assert_ne!(judge(&engine, clock), before);
    clock.advance(60);
    (place, engine, before)
}

fn judge(engine: &Engine, clock: &TestClock) -> u64 {
    digest(&snapshot(engine), clock.clock()())
}

#[test]
fn one_undo_restores_users_seats_and_devices() {
    let clock = TestClock::new();
    let (_place, engine, before) = accident(&clock);
    let undo = Command::Undo {
        generation: snapshot(&engine).generation(),
        events: Arc::default(),
        earlier: Arc::default(),
    };
    let left = submit(&engine, undo).unwrap();
    assert_eq!(left, Outcome::Reverted(Vec::new()));
    assert_eq!(judge(&engine, &clock), before);
}

#[test]
fn licenses_as_they_were_restore_users_seats_and_devices() {
    let clock = TestClock::new();
    let (_place, engine, before) = accident(&clock);
    let mut at = clock.clock()();
    at.0 -= 120;
    let restore = Command::RestoreLicenses {
        at,
        events: Arc::default(),
        scope: RestoreScope::Tenant,
    };
    let left = submit(&engine, restore).unwrap();
    assert_eq!(left, Outcome::Reverted(Vec::new()));
    assert_eq!(judge(&engine, &clock), before);
}
