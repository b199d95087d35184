//! Temporary measurement.
#![allow(clippy::all, clippy::pedantic)]
use std::{sync::Arc, time::Instant};
use axum::{Router, body::Body, http::Request, routing::get};
use tower::ServiceExt as _;
use uuid::Uuid;
use zetel_api::{ApiState, Authenticate, Principal, Settings, graph_router, health::Metrics};
use zetel_domain::{Command, Timestamp, access::{Caller, Permission}, assignment::*, catalog::Catalog, command::NewSubscription, directory::Profile, location::Location, product::ProductDefinition, subscription::{Channel, Term}, user::{NewUser, UserKey, UserProperty}};
use zetel_engine::{Engine, Options, Submission};
use zetel_identity::{AccessTokenError, Environment};
use zetel_store::{Store, Target, catalog_digest};
const T: Uuid = Uuid::from_u128(7);
const C: Uuid = Uuid::from_u128(8);
const EMS: Uuid = Uuid::from_u128(0xefccb6f7_5641_4e0e_bd10_b4976e1bf68e);
const E5: Uuid = Uuid::from_u128(0x06ebc4ee_1bb5_47dd_8120_11324bc54e06);
struct Tokens;
impl Authenticate for Tokens {
    fn known(&self, _: &str, _: Timestamp) -> Option<Principal> { Some(Principal { tenant_id: T, caller: Caller::Application { client_id: C } }) }
    fn judge(&self, _: &str, _: Timestamp) -> Result<Principal, AccessTokenError> { Err(AccessTokenError::Expired) }
}
fn main() {
    let folder = zetel_testkit::folder();
    let store = Store::open(&Target::Sqlite(folder.path().to_owned())).unwrap();
    let engine = Engine::new(store, zetel_engine::system_clock(), Options { background: false, ..Options::default() }).unwrap();
    engine.create_tenant(Some(T), Profile { display_name: "C".into(), ..Profile::default() }, "contoso.example".into()).unwrap();
    let submit = |c| engine.submit_blocking(T, Submission::of_system("t", c)).unwrap();
    let catalog = Catalog::builtin();
    let digest = catalog_digest(&catalog.to_text());
    submit(Command::AdoptCatalog { catalog, digest });
    for sku in [EMS, E5] {
        submit(Command::AddSubscription(NewSubscription { id: None, product: ProductDefinition { sku_id: sku, part_number: "X".into(), name: "X".into(), per_device: false, plans: vec![] }, channel: Channel::EnterpriseAgreement, quantity: 1000000, term: Term { months: 12 }, renews: true, owner_id: None }));
    }
    let n = 100_000u32;
    let user = |i: u32| { let name = format!("user.name{i}"); NewUser { id: Some(Uuid::from_u128(0x11111111222233334444555566660000 + i as u128)), account_enabled: true, usage_location: Location::parse("NL"), properties: [
        (UserProperty::DisplayName, format!("Firstname Lastname {i}").as_str().into()), (UserProperty::GivenName, "Firstname".into()), (UserProperty::Surname, "Lastname".into()), (UserProperty::JobTitle, "Engineer".into()), (UserProperty::Mail, format!("{name}@contoso.example").as_str().into()),
        (UserProperty::MailNickname, name.as_str().into()), (UserProperty::Department, "Sales".into()), (UserProperty::UserPrincipalName, format!("{name}@contoso.example").as_str().into())].into(), ..NewUser::default() } };
    submit(Command::CreateUsers((0..n).map(user).collect()));
    submit(Command::AddApplication { client_id: Some(C), display_name: "a".into(), permissions: vec![Permission::DirectoryReadWriteAll], public_client: false, redirect_uris: vec![] });
    submit(Command::AssignLicensesInBulk { users: (0..n).map(|i| UserKey::Id(Uuid::from_u128(0x11111111222233334444555566660000 + i as u128))).collect(), request: AssignmentRequest { add: vec![ProductRequest { sku_id: EMS, disabled_plans: vec![] }, ProductRequest { sku_id: E5, disabled_plans: vec![] }], remove: vec![] } });
    let metrics = Arc::new(Metrics::new(engine.clone()));
    let graph = graph_router(ApiState { engine: engine.clone(), authenticator: Arc::new(Tokens), environment: Environment::new(Arc::new(|| 0)), metrics, settings: Settings::default() });
    let hello = Router::new().route("/hello", get(async || "hello"));
    let rt = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let id = |i: u32| Uuid::from_u128(0x11111111222233334444555566660000 + (i.wrapping_mul(2654435761) % n) as u128);
    let run = |name: &str, router: &Router, rounds: u32, path: &dyn Fn(u32) -> String| {
        let mut best = f64::MAX; let mut len = 0;
        for _ in 0..5 {
            let requests: Vec<_> = (0..rounds).map(|i| Request::builder().uri(path(i)).header("host", "localhost:8443").header("authorization", "Bearer abc").body(Body::empty()).unwrap()).collect();
            let took = rt.block_on(async { let s = Instant::now(); for r in requests { let a = router.clone().oneshot(r).await.unwrap(); use axum::body::HttpBody; len = a.body().size_hint().lower(); assert_eq!(a.status(), 200); } s.elapsed() });
            best = best.min(took.as_nanos() as f64 / rounds as f64);
        }
        println!("{name}: {:.2} us, {len} bytes", best / 1000.0);
    };
    run("hello", &hello, 20000, &|_| "/hello".into());
    run("user", &graph, 20000, &|i| format!("/v1.0/users/{}", id(i)));
    run("licenseDetails", &graph, 20000, &|i| format!("/v1.0/users/{}/licenseDetails", id(i)));
    run("page", &graph, 2000, &|_| "/v1.0/users?$top=100".into());
    let body = rt.block_on(async { let r = graph.clone().oneshot(Request::builder().uri("/v1.0/users?$top=100").header("host", "localhost:8443").header("authorization", "Bearer abc").body(Body::empty()).unwrap()).await.unwrap(); axum::body::to_bytes(r.into_body(), 10000000).await.unwrap() });
    let v: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let link = v["@odata.nextLink"].as_str().unwrap().to_owned();
    run("page with token", &graph, 2000, &|_| link.clone());
    run("page licenses", &graph, 1000, &|_| "/v1.0/users?$top=100&$select=id,assignedLicenses,licenseAssignmentStates".into());
    run("page plans", &graph, 500, &|_| "/v1.0/users?$top=100&$select=id,assignedPlans".into());
}
