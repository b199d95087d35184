//! A small tenant on SQLite, and a client that sends it requests.

use std::{
    fmt::Write as _,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use uuid::Uuid;
use zetel_api::{
    ApiState, Authenticate, ListCredentials, Principal, Principals, Settings, SignDecisions,
    graph_router, health::Metrics,
};
use zetel_domain::{
    Command, Timestamp,
    access::{Permission, Role},
    catalog::{Catalog, ProhibitedSubject, Prohibition},
    command::NewSubscription,
    directory::Profile,
    group::{GroupDefinition, NewGroup},
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, Properties, PropertyValue, UserProperty, UserType},
};
use zetel_engine::{Engine, Options, Submission};
use zetel_identity::{
    AccessTokenError, ApplicationAccount, Caller, CertificateCredential, Claims, Decision,
    DecisionError, Directory, Environment, IdentityError, MasterKey, Origin, SecretCredential,
    TokenService, TokenSettings, UserAccount,
};
use zetel_store::{Store, Target, catalog_digest};

pub const TENANT: Uuid = Uuid::from_u128(0xdcd219dd_bc68_4b9b_bf0b_4a33a796be35);
/// Three seats, by Enterprise Agreement.
pub const EMS: Uuid = Uuid::from_u128(0xefccb6f7_5641_4e0e_bd10_b4976e1bf68e);
/// Ten seats, from a partner.
pub const OFFICE_E3: Uuid = Uuid::from_u128(0x6fd2c87f_b296_42f0_b197_1e91e994b900);
/// One seat, a trial; it excludes `OFFICE_E3`.
pub const OFFICE_E1: Uuid = Uuid::from_u128(0x18181a46_0d4e_45cd_891e_60aabd171b4e);
/// Needs Teams or Skype for Business.
pub const TEAMS_PHONE: Uuid = Uuid::from_u128(0xe43b5b99_8dfb_405f_9987_dc307f34bcbd);
/// Licensed per device.
pub const INTUNE_DEVICE: Uuid = Uuid::from_u128(0x2b317a4a_77a6_4188_9437_b68a77b4e2c6);
/// A product that no catalog knows.
pub const UNKNOWN_PRODUCT: Uuid = Uuid::from_u128(0xabc);
pub const UNOWNED_PRODUCT: Uuid = Uuid::from_u128(0x078d2b04_f1bd_4111_bbd4_b4b1b354cef4);
pub const INTUNE_PLAN: Uuid = Uuid::from_u128(0xc1ec4a95_1f05_45b3_a911_aa3fa01094f5);

pub const ADMIN: Uuid = Uuid::from_u128(0xa1);
/// In the Netherlands, with EMS but for Intune.
pub const ANNA: Uuid = Uuid::from_u128(0xa2);
/// In Germany, without licenses.
pub const BEN: Uuid = Uuid::from_u128(0xa3);
/// Without usage location; every property has a value.
pub const CARLA: Uuid = Uuid::from_u128(0xa4);
/// Deleted.
pub const DAAN: Uuid = Uuid::from_u128(0xa5);
/// Where `TEAMS_PHONE` is prohibited; has the mail address of the administrator.
pub const ELIF: Uuid = Uuid::from_u128(0xa6);
pub const NOBODY: Uuid = Uuid::from_u128(0xdead);

const CLIENT: Uuid = Uuid::from_u128(0xc1);
const WEAK_CLIENT: Uuid = Uuid::from_u128(0xc2);
const REMOVED_CLIENT: Uuid = Uuid::from_u128(0xc3);
/// An MDM server, which a test must register.
pub const MDM_CLIENT: Uuid = Uuid::from_u128(0xc4);

/// 2026-11-21T08:43:34Z
pub const NOW: i64 = 1_795_250_614;

/// Tokens are names. Those of users are through Microsoft's own tools, or through an application with the scopes that
/// follow the name: `admin+User.Read.All`.
#[derive(Default)]
struct Tokens {
    principals: Principals,
}

/// What a token says.
fn claims(tenant_id: Uuid, id: Uuid, caller: Caller) -> Claims {
    Claims {
        tenant_id,
        object_id: id,
        client_id: id,
        audience: "https://graph.microsoft.com".to_owned(),
        caller,
        issued_at: NOW,
        expires_at: NOW + 3599,
        token_id: String::new(),
    }
}

impl Authenticate for Tokens {
    fn known(&self, token: &str, _: Timestamp) -> Option<Principal> {
        let application = |client_id| (client_id, Caller::Application { roles: Vec::new() });
        let (name, scopes) = match token.split_once('+') {
            Some((name, scopes)) => (name, scopes),
            None => (token, "Directory.AccessAsUser.All"),
        };
        let user = |id| {
            let caller = Caller::User {
                user_principal_name: String::new(),
                scopes: scopes.split('+').map(str::to_owned).collect(),
                role_template_ids: Vec::new(),
            };
            (id, caller)
        };
        let tenant_id = if name == "elsewhere" { NOBODY } else { TENANT };
        let (id, caller) = match name {
            "app" | "elsewhere" => application(CLIENT),
            "weak" => application(WEAK_CLIENT),
            "mdm" => application(MDM_CLIENT),
            "removed" => application(REMOVED_CLIENT),
            "admin" => user(ADMIN),
            "anna" => user(ANNA),
            "daan" => user(DAAN),
            _ => return None,
        };
        Some(self.principals.of(&claims(tenant_id, id, caller)))
    }

    fn judge(&self, token: &str, _: Timestamp) -> Result<Principal, AccessTokenError> {
        Err(match token {
            "expired" => AccessTokenError::Expired,
            "unsigned" => AccessTokenError::Signature,
            _ => AccessTokenError::Malformed,
        })
    }
}

/// Signs decisions as the server does, with a key that is made when it is first needed.
struct Signer {
    store: Store,
    service: OnceLock<TokenService>,
}

impl Signer {
    fn service(&self) -> &TokenService {
        self.service.get_or_init(|| {
            TokenService::open(
                TokenSettings::default(),
                self.store.database().clone(),
                MasterKey::from_bytes(&[7; 32]).unwrap(),
                Arc::new(Nobody),
                Environment::new(Arc::new(|| NOW)),
            )
            .unwrap()
        })
    }
}

impl ListCredentials for Signer {
    fn secrets(&self, tenant: Uuid, client: Uuid) -> Result<Vec<SecretCredential>, IdentityError> {
        self.service().secrets(tenant, client)
    }

    fn certificates(
        &self,
        tenant: Uuid,
        client: Uuid,
    ) -> Result<Vec<CertificateCredential>, IdentityError> {
        self.service().certificates(tenant, client)
    }
}

impl SignDecisions for Signer {
    fn sign(
        &self,
        tenant: Uuid,
        origin: &Origin,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<String, IdentityError> {
        self.service().sign(tenant, origin, decision, now)
    }

    fn read(
        &self,
        tenant: Uuid,
        decision: &str,
        now: Timestamp,
    ) -> Result<Decision, DecisionError> {
        self.service().read(tenant, decision, now)
    }
}

/// A directory that nobody asks.
struct Nobody;

impl Directory for Nobody {
    fn tenant(&self, _: &str) -> Option<Uuid> {
        None
    }

    fn tenant_of_upn(&self, _: &str) -> Option<Uuid> {
        None
    }

    fn user(&self, _: Uuid, _: &str) -> Option<UserAccount> {
        None
    }

    fn user_by_id(&self, _: Uuid, _: Uuid) -> Option<UserAccount> {
        None
    }

    fn application(&self, _: Uuid, _: Uuid) -> Option<ApplicationAccount> {
        None
    }
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// `error.code` and `error.message`.
    pub fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), text("code"), text("message"))
    }

    /// The ids in `value`.
    pub fn ids(&self) -> Vec<String> {
        let items = self.json()["value"].as_array().cloned().unwrap_or_default();
        let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
        items.iter().map(id).collect()
    }

    /// The whole response as text.
    pub fn shown(&self) -> String {
        let mut text = format!("{}\n", self.status);
        for (name, value) in &self.headers {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
        text.push('\n');
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => text.push_str(&serde_json::to_string_pretty(&body).unwrap()),
            Err(_) => text.push_str(std::str::from_utf8(&self.body).unwrap()),
        }
        text
    }
}

/// The tenant, and the router in front of it.
pub struct World {
    pub engine: Engine,
    pub metrics: Arc<Metrics>,
    /// Signs decisions, and reads them.
    pub signer: Arc<dyn SignDecisions>,
    clock: Arc<AtomicI64>,
    router: Router,
    runtime: Runtime,
    folder: TempDir,
}

/// A server without its transport.
struct Served {
    engine: Engine,
    metrics: Arc<Metrics>,
    signer: Arc<dyn SignDecisions>,
    router: Router,
}

impl Served {
    fn start(folder: &Path, clock: &Arc<AtomicI64>) -> Self {
        let options = Options {
            background: false,
            ..Options::default()
        };
        let store = Store::open(&Target::Sqlite(folder.to_owned())).unwrap();
        let time = Arc::clone(clock);
        let now = Arc::new(move || Timestamp(time.load(Ordering::Relaxed)));
        let engine = Engine::new(store, now, options).unwrap();
        let metrics = Arc::new(Metrics::new(engine.clone()));
        let next = AtomicU8::new(0);
        let environment = Environment::new(Arc::new(|| NOW)).with_randomness(Arc::new(
            move |buffer: &mut [u8]| {
                buffer.fill(next.fetch_add(1, Ordering::Relaxed));
                Ok(())
            },
        ));
        let tokens = Arc::new(Signer {
            store: engine.store().clone(),
            service: OnceLock::new(),
        });
        let signer: Arc<dyn SignDecisions> = Arc::clone(&tokens) as Arc<_>;
        let router = graph_router(ApiState {
            engine: engine.clone(),
            authenticator: Arc::new(Tokens::default()),
            signer: Arc::clone(&signer),
            credentials: tokens,
            environment,
            metrics: Arc::clone(&metrics),
            settings: Settings::default(),
        });
        Self {
            engine,
            metrics,
            signer,
            router,
        }
    }
}

impl World {
    pub fn new() -> Self {
        let folder = zetel_testkit::folder();
        let clock = Arc::new(AtomicI64::new(NOW));
        let served = Served::start(folder.path(), &clock);
        fill(&served.engine);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        Self {
            engine: served.engine,
            metrics: served.metrics,
            signer: served.signer,
            clock,
            router: served.router,
            runtime,
            folder,
        }
    }

    /// Goes on with another server on the same database.
    pub fn restart(&mut self) {
        let served = Served::start(self.folder.path(), &self.clock);
        self.engine = served.engine;
        self.metrics = served.metrics;
        self.signer = served.signer;
        self.router = served.router;
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.engine.now()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Sends a request as it stands.
    pub fn send(&self, request: Request<Body>) -> Answer {
        self.send_to(&self.router, request)
    }

    /// Sends a request to another router.
    pub fn send_to(&self, router: &Router, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = router.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            Answer {
                status: head.status,
                headers: head.headers,
                body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
            }
        })
    }

    /// Sends a request with a token and a body. The path starts after `/v1.0`.
    pub fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("/v1.0{path}"))
            .header("host", "localhost:8443")
            .header("authorization", format!("Bearer {token}"))
            .header("ConsistencyLevel", "eventual");
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json; charset=utf-8");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap())
    }

    /// GET as the application.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "app", None)
    }

    /// POST as the application.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, "app", Some(body))
    }

    /// PATCH as the application.
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, "app", Some(body))
    }

    /// `assignLicense`, every product with all plans on.
    pub fn assign(&self, user: Uuid, add: &[Uuid], remove: &[Uuid]) -> Answer {
        self.post(
            &format!("/users/{user}/assignLicense"),
            &changes(add, remove),
        )
    }

    /// Makes a security group with a fixed id.
    pub fn group(&self, id: u128, name: &str) -> Uuid {
        self.group_with(id, name, |_| {})
    }

    /// The same, changed before it is made.
    pub fn group_with(&self, id: u128, name: &str, change: impl FnOnce(&mut NewGroup)) -> Uuid {
        let id = Uuid::from_u128(id);
        let mut group = NewGroup {
            id: Some(id),
            definition: GroupDefinition {
                display_name: format!("{name} group"),
                mail_nickname: name.to_owned(),
                security_enabled: true,
                ..GroupDefinition::default()
            },
            ..NewGroup::default()
        };
        change(&mut group);
        self.command(Command::CreateGroup(group));
        id
    }

    /// Adds members to a group.
    pub fn join(&self, group: Uuid, members: &[Uuid]) {
        let members = members.to_vec();
        self.command(Command::AddMembers { group, members });
    }

    /// `assignLicense` on a group, every product with all plans on.
    pub fn license(&self, group: Uuid, add: &[Uuid], remove: &[Uuid]) -> Answer {
        self.post(
            &format!("/groups/{group}/assignLicense"),
            &changes(add, remove),
        )
    }

    /// The products of a user.
    pub fn products_of(&self, user: Uuid) -> Vec<String> {
        let answer = self.get(&format!("/users/{user}?$select=assignedLicenses"));
        let licenses = answer.json()["assignedLicenses"]
            .as_array()
            .cloned()
            .unwrap();
        let sku = |license: &Value| license["skuId"].as_str().unwrap().to_owned();
        licenses.iter().map(sku).collect()
    }

    /// Lets the application manage devices, too.
    pub fn grant_devices(&self) {
        let caller = zetel_domain::access::Caller::System("test");
        let action = zetel_domain::access::Action::ReadApplications;
        let tenant = self.engine.read(TENANT, &caller, action, None).unwrap();
        let application = tenant.find_application(CLIENT).unwrap();
        let mut permissions: Vec<Permission> = application.permissions.iter().copied().collect();
        permissions.extend([
            Permission::DeviceReadAll,
            Permission::DeviceManagementManagedDevicesReadWriteAll,
            Permission::DeviceManagementServiceConfigReadWriteAll,
        ]);
        let id = application.id;
        drop(tenant);
        self.command(Command::SetPermissions { id, permissions });
    }

    /// Gives a command as the system.
    pub fn command(&self, command: Command) {
        submit(&self.engine, command);
    }
}

/// A text as a value of a query: spaces are `+`, and what is not plain is encoded.
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-_.~/$(),:".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").unwrap(),
        }
    }
    out
}

/// The body of `assignLicense`.
fn changes(add: &[Uuid], remove: &[Uuid]) -> Value {
    let add: Vec<Value> = add
        .iter()
        .map(|sku| json!({"skuId": sku.to_string(), "disabledPlans": []}))
        .collect();
    let remove: Vec<String> = remove.iter().map(Uuid::to_string).collect();
    json!({"addLicenses": add, "removeLicenses": remove})
}

fn submit(engine: &Engine, command: Command) {
    engine
        .submit_blocking(TENANT, Submission::of_system("test", command))
        .unwrap();
}

fn fill(engine: &Engine) {
    let profile = Profile {
        display_name: "Contoso \"Ltd\"".to_owned(),
        default_usage_location: Location::parse("NL"),
        preferred_language: Some("nl".to_owned()),
        technical_notification_mails: vec!["it@contoso.example".to_owned()],
    };
    engine
        .create_tenant(Some(TENANT), profile, "contoso.example".to_owned())
        .unwrap();
    let mut catalog = Catalog::clone(&Catalog::builtin());
    catalog.rules.prohibited_locations.push(Prohibition {
        subject: ProhibitedSubject::Product(TEAMS_PHONE),
        locations: [*b"AE"].into(),
    });
    let digest = catalog_digest(&catalog.to_text());
    submit(
        engine,
        Command::AdoptCatalog {
            catalog: Arc::new(catalog),
            digest,
        },
    );
    submit(
        engine,
        Command::AddDomain {
            name: "contoso.nl".to_owned(),
            is_default: false,
        },
    );
    buy(engine);
    submit(engine, Command::CreateUsers(users()));
    for (client_id, permissions) in [
        (
            CLIENT,
            vec![
                Permission::DirectoryReadWriteAll,
                Permission::UserDeleteRestoreAll,
            ],
        ),
        (WEAK_CLIENT, vec![Permission::LicenseAssignmentReadAll]),
    ] {
        submit(
            engine,
            Command::AddApplication {
                client_id: Some(client_id),
                display_name: "Test".to_owned(),
                permissions,
                public_client: false,
                redirect_uris: Vec::new(),
                dormant: false,
                properties: std::collections::BTreeMap::new(),
                owners: Vec::new(),
            },
        );
    }
    let role = Role::GlobalAdministrator;
    submit(
        engine,
        Command::AssignRole {
            principal: ADMIN,
            role,
        },
    );
    submit(
        engine,
        Command::AssignLicenses {
            user: zetel_domain::user::UserKey::Id(ANNA),
            request: zetel_domain::assignment::AssignmentRequest {
                add: vec![zetel_domain::assignment::ProductRequest {
                    sku_id: EMS,
                    disabled_plans: vec![INTUNE_PLAN],
                }],
                remove: Vec::new(),
            },
        },
    );
    submit(
        engine,
        Command::DeleteUser {
            user: zetel_domain::user::UserKey::Id(DAAN),
        },
    );
}

fn buy(engine: &Engine) {
    let partner_tenant_id = Uuid::from_u128(0x9a);
    let partner = Channel::CloudSolutionProvider { partner_tenant_id };
    for (number, sku_id, channel, quantity) in [
        (1, EMS, Channel::EnterpriseAgreement, 3),
        (2, OFFICE_E3, partner, 10),
        (3, OFFICE_E1, Channel::Trial, 1),
        (4, TEAMS_PHONE, Channel::Card, 5),
        (5, INTUNE_DEVICE, Channel::EnterpriseAgreement, 5),
        (6, UNKNOWN_PRODUCT, Channel::Invoice, 5),
    ] {
        let product = ProductDefinition {
            sku_id,
            part_number: "OWN".to_owned(),
            name: "Own".to_owned(),
            per_device: false,
            plans: vec![zetel_domain::product::PlanDefinition {
                id: Uuid::from_u128(0xabd),
                name: "OWN_PLAN".to_owned(),
            }],
        };
        submit(
            engine,
            Command::AddSubscription(NewSubscription {
                id: Some(Uuid::from_u128(0x50 + number)),
                product,
                channel,
                quantity,
                term: Term { months: 12 },
                renews: number % 2 == 0,
                owner_id: (number == 4).then_some(ADMIN),
            }),
        );
    }
}

fn user(id: Uuid, name: &str, location: &str, more: Properties) -> NewUser {
    let mut properties = more;
    for (property, value) in [
        (UserProperty::DisplayName, format!("{name} de Vries")),
        (UserProperty::MailNickname, name.to_owned()),
        (
            UserProperty::UserPrincipalName,
            format!("{name}@contoso.example"),
        ),
    ] {
        properties.insert(property, PropertyValue::Text(value));
    }
    NewUser {
        id: Some(id),
        account_enabled: true,
        user_type: UserType::Member,
        usage_location: Location::parse(location),
        properties,
    }
}

fn users() -> Vec<NewUser> {
    let mail = |address: &str| Properties::from([(UserProperty::Mail, address.into())]);
    vec![
        user(ADMIN, "admin", "NL", mail("admin@contoso.example")),
        user(ANNA, "anna", "NL", mail("anna@contoso.example")),
        user(BEN, "ben", "DE", mail("ben@contoso.example")),
        user(CARLA, "carla", "", every_property()),
        user(DAAN, "daan", "NL", Properties::new()),
        user(ELIF, "elif", "AE", mail("admin@contoso.example")),
    ]
}

/// A value for every property.
fn every_property() -> Properties {
    use zetel_domain::user::property::{PropertyKind, SCHEMA};
    let value = |schema: &zetel_domain::user::property::PropertySchema| match schema.kind {
        PropertyKind::Text { .. } => PropertyValue::Text(format!("\"{}\"\t", &schema.name[..3])),
        PropertyKind::Texts { .. } => PropertyValue::Texts(vec!["smtp:é\\".to_owned()]),
        PropertyKind::Flag => PropertyValue::Flag(true),
        PropertyKind::Time => PropertyValue::Time(Timestamp(1_767_323_045)),
        PropertyKind::Number => PropertyValue::Number(15),
        PropertyKind::Json => PropertyValue::Json(match schema.property {
            UserProperty::Identities => {
                r#"[{"issuer":"i","issuerAssignedId":"7","signInType":"federated"}]"#.to_owned()
            }
            UserProperty::OnPremisesProvisioningErrors => {
                r#"[{"category":"PropertyConflict"}]"#.to_owned()
            }
            UserProperty::EmployeeOrgData => r#"{"costCenter":"7"}"#.to_owned(),
            _ => r#"{"extensionAttribute1":"x"}"#.to_owned(),
        }),
    };
    SCHEMA
        .iter()
        .map(|schema| (schema.property, value(schema)))
        .collect()
}
