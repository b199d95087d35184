//! A token service on a new database, with a directory and a clock that a test controls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use serde_json::Value;
use uuid::Uuid;
use zetel_identity::{
    ApplicationAccount, BasicCredentials, Directory, Environment, KNOWN_CLIENTS, MasterKey, Origin,
    Parameters, PasswordHash, TokenError, TokenRequest, TokenResponse, TokenService, TokenSettings,
    UserAccount,
};
use zetel_store::sql::{Database, Target};

pub const CONTOSO: Uuid = Uuid::from_u128(0xc0);
pub const FABRIKAM: Uuid = Uuid::from_u128(0xfa);
pub const SYNC_TOOL: Uuid = Uuid::from_u128(0xa1);
pub const PUBLIC_TOOL: Uuid = Uuid::from_u128(0xa2);
pub const ADELE: Uuid = Uuid::from_u128(0xad);
pub const UPN: &str = "adele@contoso.example";
pub const PASSWORD: &str = "Correct-Horse-1";
pub const GRAPH: &str = "https://graph.microsoft.com/.default";
pub const ALL: &str = "https://graph.microsoft.com/.default openid profile offline_access";
pub const START: i64 = 1_800_000_000;

/// Defines each test twice: on SQLite and on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&$crate::harness::Harness::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&$crate::harness::Harness::postgres()); })*
        }
    };
}
pub(crate) use on_both_engines;

#[derive(Default)]
pub struct FakeDirectory {
    pub users: Mutex<Vec<(Uuid, UserAccount)>>,
    pub applications: Mutex<BTreeMap<(Uuid, Uuid), ApplicationAccount>>,
}

impl Directory for FakeDirectory {
    fn tenant(&self, id_or_domain: &str) -> Option<Uuid> {
        let known = [(CONTOSO, "contoso.example"), (FABRIKAM, "fabrikam.example")];
        let id = Uuid::try_parse(id_or_domain).ok();
        let same = |(tenant, domain): &(Uuid, &str)| {
            id == Some(*tenant) || domain.eq_ignore_ascii_case(id_or_domain)
        };
        known
            .iter()
            .find(|entry| same(entry))
            .map(|(tenant, _)| *tenant)
    }

    fn tenant_of_upn(&self, upn: &str) -> Option<Uuid> {
        self.tenant(upn.rsplit_once('@')?.1)
    }

    fn user(&self, tenant: Uuid, upn: &str) -> Option<UserAccount> {
        let users = self.users.lock();
        let same = |(owner, user): &&(Uuid, UserAccount)| {
            *owner == tenant && user.user_principal_name.eq_ignore_ascii_case(upn)
        };
        users.iter().find(same).map(|(_, user)| user.clone())
    }

    fn user_by_id(&self, tenant: Uuid, id: Uuid) -> Option<UserAccount> {
        let users = self.users.lock();
        users
            .iter()
            .find(|(owner, user)| *owner == tenant && user.id == id)
            .map(|(_, user)| user.clone())
    }

    fn application(&self, tenant: Uuid, client_id: Uuid) -> Option<ApplicationAccount> {
        self.applications.lock().get(&(tenant, client_id)).cloned()
    }
}

pub struct Harness {
    pub service: TokenService,
    pub directory: Arc<FakeDirectory>,
    pub database: Database,
    pub clock: Arc<AtomicI64>,
    pub origin: Origin,
    /// Keeps the database while the test runs.
    _storage: Box<dyn std::any::Any>,
}

impl Harness {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&Target::Sqlite(folder.path().to_owned())).unwrap();
        Self::on(database, TokenSettings::default(), Box::new(folder))
    }

    pub fn postgres() -> Self {
        let server = zetel_testkit::Postgres::shared().database();
        let database = Database::open(&server.url().parse().unwrap()).unwrap();
        Self::on(database, TokenSettings::default(), Box::new(server))
    }

    pub fn with_settings(settings: TokenSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&Target::Sqlite(folder.path().to_owned())).unwrap();
        Self::on(database, settings, Box::new(folder))
    }

    fn on(database: Database, settings: TokenSettings, storage: Box<dyn std::any::Any>) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let directory = Arc::new(FakeDirectory::default());
        directory.users.lock().push((CONTOSO, adele()));
        directory
            .applications
            .lock()
            .insert((CONTOSO, SYNC_TOOL), application("Sync tool", false));
        directory
            .applications
            .lock()
            .insert((CONTOSO, PUBLIC_TOOL), application("Public tool", true));
        let service = open(&database, settings, &directory, &clock, [7; 32]).unwrap();
        let origin = Origin::new("https", "localhost:8443").unwrap();
        Self {
            service,
            directory,
            database,
            clock,
            origin,
            _storage: storage,
        }
    }

    /// Another node on the same database.
    pub fn second_node(&self) -> TokenService {
        open(
            &self.database,
            TokenSettings::default(),
            &self.directory,
            &self.clock,
            [7; 32],
        )
        .unwrap()
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn set_password(&self, password: &str, must_change: bool) {
        let hash = PasswordHash::new(password, &Environment::new(Arc::new(|| 0))).unwrap();
        self.service
            .set_password(CONTOSO, ADELE, &hash, must_change)
            .unwrap();
    }

    /// Posts a form to a token endpoint.
    pub fn post(
        &self,
        authority: &str,
        fields: &[(&str, &str)],
    ) -> Result<TokenResponse, TokenError> {
        self.post_with(authority, fields, None)
    }

    pub fn post_with(
        &self,
        authority: &str,
        fields: &[(&str, &str)],
        basic: Option<&BasicCredentials>,
    ) -> Result<TokenResponse, TokenError> {
        let form = form(fields);
        self.service.token(&TokenRequest {
            authority,
            origin: &self.origin,
            form: &form,
            basic,
        })
    }

    /// Azure's number of the refusal of a form.
    pub fn refusal(&self, authority: &str, fields: &[(&str, &str)]) -> u32 {
        self.post(authority, fields).unwrap_err().code()
    }

    pub fn add_secret(&self) -> String {
        let secret = self
            .service
            .add_secret(CONTOSO, SYNC_TOOL, "test", START + 1_000_000)
            .unwrap();
        secret.value.expose().to_owned()
    }
}

pub fn open(
    database: &Database,
    settings: TokenSettings,
    directory: &Arc<FakeDirectory>,
    clock: &Arc<AtomicI64>,
    master_key: [u8; 32],
) -> Result<TokenService, zetel_identity::IdentityError> {
    let clock = Arc::clone(clock);
    let environment = Environment::new(Arc::new(move || clock.load(Ordering::Relaxed)));
    let directory: Arc<dyn Directory> = Arc::<FakeDirectory>::clone(directory);
    let master_key = MasterKey::from_bytes(&master_key).unwrap();
    TokenService::open(
        settings,
        database.clone(),
        master_key,
        directory,
        environment,
    )
}

pub fn adele() -> UserAccount {
    UserAccount {
        id: ADELE,
        user_principal_name: UPN.to_owned(),
        display_name: "Adele Vance".to_owned(),
        enabled: true,
        role_template_ids: vec![Uuid::from_u128(0x62e9)],
    }
}

pub fn application(name: &str, public_client: bool) -> ApplicationAccount {
    ApplicationAccount {
        application_id: Uuid::from_u128(0x0b),
        service_principal_id: Uuid::from_u128(0x5b),
        display_name: name.to_owned(),
        permissions: vec![
            "User.ReadWrite.All".to_owned(),
            "Organization.Read.All".to_owned(),
        ],
        public_client,
        redirect_uris: vec!["https://app.example/back".to_owned()],
    }
}

pub fn azure_cli() -> String {
    KNOWN_CLIENTS[0].client_id.to_string()
}

pub fn form(fields: &[(&str, &str)]) -> Parameters {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    Parameters::parse(text.finish().as_bytes()).unwrap()
}

/// The claims of a token, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// Header (0) or claims (1) of a token.
pub fn part(token: &str, index: usize) -> Value {
    let encoded = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap()
}

/// A secret grant's form.
pub fn secret_form<'a>(
    client_id: &'a str,
    secret: &'a str,
    scope: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret),
        ("scope", scope),
        ("client_info", "1"),
        (
            "claims",
            "{\"access_token\":{\"xms_cc\":{\"values\":[\"CP1\"]}}}",
        ),
        ("x-client-SKU", "MSAL.Python"),
    ]
}

/// A password grant's form.
pub fn password_form<'a>(
    client_id: &'a str,
    upn: &'a str,
    password: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "password"),
        ("client_id", client_id),
        ("username", upn),
        ("password", password),
        ("scope", ALL),
        ("client_info", "1"),
    ]
}
