//! The main job on both engines: what was answered is durable, and loading gives the same state.

use std::sync::Arc;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    access::{Action, Caller},
    assignment::{AssignmentRequest, ProductRequest},
    catalog::Catalog,
    command::NewSubscription,
    directory::Profile,
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Engine, EngineError, Options, Submission};
use zetel_store::{Store, Target, catalog_digest, state_hash};

const EMS: Uuid = Uuid::from_u128(0xefccb6f7_5641_4e0e_bd10_b4976e1bf68e);
const INTUNE_A: Uuid = Uuid::from_u128(0xc1ec4a95_1f05_45b3_a911_aa3fa01094f5);
const SYSTEM: Caller = Caller::System("test");

fn open(target: &Target) -> Engine {
    let options = Options {
        background: false,
        ..Options::default()
    };
    Engine::new(
        Store::open(target).unwrap(),
        Arc::new(|| Timestamp(1_800_000_000)),
        options,
    )
    .unwrap()
}

fn submit(engine: &Engine, tenant: Uuid, command: Command) -> Result<Outcome, EngineError> {
    engine
        .submit_blocking(tenant, Submission::of_system("test", command))
        .map(|applied| applied.outcome)
}

fn tenant_with_users(engine: &Engine, users: u32) -> Uuid {
    let profile = Profile {
        display_name: "Contoso".to_owned(),
        ..Profile::default()
    };
    let tenant = engine
        .create_tenant(None, profile, "contoso.example".to_owned())
        .unwrap();
    let catalog = Catalog::builtin();
    let digest = catalog_digest(&catalog.to_text());
    submit(engine, tenant, Command::AdoptCatalog { catalog, digest }).unwrap();
    let product = ProductDefinition {
        sku_id: EMS,
        part_number: "EMS".to_owned(),
        name: "EMS".to_owned(),
        per_device: false,
        plans: Vec::new(),
    };
    let purchase = NewSubscription {
        id: None,
        product,
        channel: Channel::Card,
        quantity: 3,
        term: Term { months: 12 },
        renews: true,
        owner_id: None,
    };
    submit(engine, tenant, Command::AddSubscription(purchase)).unwrap();
    let new_user = |number: u32| NewUser {
        account_enabled: true,
        usage_location: Location::parse("NL"),
        properties: [
            (
                UserProperty::DisplayName,
                format!("User {number}").as_str().into(),
            ),
            (
                UserProperty::MailNickname,
                format!("user{number}").as_str().into(),
            ),
            (
                UserProperty::UserPrincipalName,
                format!("user{number}@contoso.example").as_str().into(),
            ),
            (UserProperty::City, "Delft".into()),
        ]
        .into(),
        ..NewUser::default()
    };
    submit(
        engine,
        tenant,
        Command::CreateUsers((0..users).map(new_user).collect()),
    )
    .unwrap();
    tenant
}

fn assign(engine: &Engine, tenant: Uuid, user: u32) -> Result<Outcome, EngineError> {
    let request = AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: EMS,
            disabled_plans: vec![INTUNE_A],
        }],
        remove: vec![],
    };
    let user = UserKey::PrincipalName(format!("user{user}@contoso.example"));
    submit(engine, tenant, Command::AssignLicenses { user, request })
}

fn main_job(target: &Target) {
    let (tenant, before) = {
        let engine = open(target);
        let tenant = tenant_with_users(&engine, 5);
        for user in 0..3 {
            assign(&engine, tenant, user).unwrap();
        }
        assert_eq!(
            assign(&engine, tenant, 3),
            Err(EngineError::Rejected(Rejection::NoSeats { sku_id: EMS }))
        );
        let deleted = UserKey::PrincipalName("user0@contoso.example".to_owned());
        let id = engine
            .read(tenant, &SYSTEM, Action::ListUsers, None)
            .unwrap()
            .find_user(&deleted)
            .map(|user| user.id)
            .unwrap();
        submit(&engine, tenant, Command::DeleteUser { user: deleted }).unwrap();
        assign(&engine, tenant, 3).unwrap();
        submit(&engine, tenant, Command::RestoreUser { id }).unwrap();
        let state = engine
            .read(tenant, &SYSTEM, Action::ListUsers, None)
            .unwrap();
        let product = state.find_product(EMS).unwrap();
        assert_eq!(
            (state.seats(product).consumed, state.seats(product).enabled),
            (4, 3)
        );
        (tenant, (state.generation(), state_hash(&state).unwrap()))
    };
    let engine = open(target);
    let state = engine
        .read(tenant, &SYSTEM, Action::ListUsers, None)
        .unwrap();
    assert_eq!((state.generation(), state_hash(&state).unwrap()), before);
    assert_eq!(state.seats(state.find_product(EMS).unwrap()).consumed, 4);

    let head = state.head();
    let mut replayed = zetel_domain::Tenant::default();
    for change in engine.store().journal(head.key, 0, 1_000).unwrap() {
        change.events.iter().for_each(|event| replayed.apply(event));
    }
    assert_eq!(state_hash(&replayed).unwrap(), before.1);
}

#[test]
fn main_job_on_sqlite() {
    let folder = zetel_testkit::folder();
    main_job(&Target::Sqlite(folder.path().to_owned()));
}

#[test]
fn main_job_on_postgres() {
    let database = zetel_testkit::Postgres::shared().database();
    main_job(&database.url().parse().unwrap());
}
