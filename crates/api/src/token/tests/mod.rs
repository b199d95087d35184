//! The token service over HTTP, as clients use it.

mod pages;
mod protocol;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;
use zetel_identity::{
    ApplicationAccount, Directory, Environment, MasterKey, PasswordHash, TokenService,
    TokenSettings, UserAccount,
};
use zetel_store::sql::{Database, Target};

use super::router;

const TENANT: Uuid = Uuid::from_u128(0xc0);
const CLIENT: Uuid = Uuid::from_u128(0xa1);
const UPN: &str = "adele@contoso.example";
const PASSWORD: &str = "Correct-Horse-1";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const NOW: i64 = 1_800_000_000;

struct OneTenant;

impl Directory for OneTenant {
    fn tenant(&self, id_or_domain: &str) -> Option<Uuid> {
        let known = [&*TENANT.to_string(), "contoso.example", "adfs"].contains(&id_or_domain);
        known.then_some(TENANT)
    }

    fn tenant_of_upn(&self, upn: &str) -> Option<Uuid> {
        upn.ends_with("@contoso.example").then_some(TENANT)
    }

    fn user(&self, _: Uuid, upn: &str) -> Option<UserAccount> {
        (upn == UPN).then(|| UserAccount {
            id: Uuid::from_u128(0xad),
            user_principal_name: UPN.to_owned(),
            display_name: "Adele Vance".to_owned(),
            enabled: true,
            role_template_ids: Vec::new(),
        })
    }

    fn user_by_id(&self, tenant: Uuid, _: Uuid) -> Option<UserAccount> {
        self.user(tenant, UPN)
    }

    fn application(&self, _: Uuid, client_id: Uuid) -> Option<ApplicationAccount> {
        (client_id == CLIENT).then(|| ApplicationAccount {
            application_id: Uuid::from_u128(1),
            service_principal_id: Uuid::from_u128(2),
            display_name: "Sync <tool>".to_owned(),
            permissions: vec!["User.Read.All".to_owned()],
            public_client: false,
            redirect_uris: vec!["https://app.example/back".to_owned()],
        })
    }
}

struct Client {
    router: Router,
    service: Arc<TokenService>,
    secret: String,
    /// Keeps the database while the test runs.
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that the answer set, as a browser sends it back.
    fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }
}

impl Client {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&Target::Sqlite(folder.path().to_owned())).unwrap();
        let environment = Environment::new(Arc::new(|| NOW));
        let hash = PasswordHash::new(PASSWORD, &environment).unwrap();
        let master_key = MasterKey::from_bytes(&[1; 32]).unwrap();
        let settings = TokenSettings::default();
        let service = TokenService::open(
            settings,
            database,
            master_key,
            Arc::new(OneTenant),
            environment,
        )
        .unwrap();
        service
            .set_password(TENANT, Uuid::from_u128(0xad), &hash, false)
            .unwrap();
        let secret = service
            .add_secret(TENANT, CLIENT, "test", NOW + 1000)
            .unwrap()
            .value
            .expose()
            .to_owned();
        let service = Arc::new(service);
        Self {
            router: router(Arc::clone(&service)),
            service,
            secret,
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header("host", "localhost:8443")
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, &[]).await
    }

    async fn post_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = Request::post(path)
            .header("host", "localhost:8443")
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form.finish())).unwrap())
            .await
    }
}
