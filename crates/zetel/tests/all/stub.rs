//! A small Graph server in the test: enough of it to see what the command line sends and how it takes answers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::stub_devices;

pub const E3: &str = "00000000-0000-0000-0000-0000000000e3";
pub const E5: &str = "00000000-0000-0000-0000-0000000000e5";
pub const MAIL: &str = "00000000-0000-0000-0000-00000000000a";
pub const CHAT: &str = "00000000-0000-0000-0000-00000000000b";
const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

/// The tenant of the stub and what it was asked.
#[derive(Default)]
pub struct Tenant {
    /// By user principal name.
    pub users: BTreeMap<String, StubUser>,
    pub deleted: BTreeMap<String, StubUser>,
    /// Seats by product.
    pub seats: BTreeMap<&'static str, usize>,
    /// `METHOD path?query` of every request, tokens included.
    pub log: Vec<String>,
    /// Answers to give to the next requests to Graph, whatever they ask.
    pub next: VecDeque<(u16, &'static str)>,
    /// Requests of `assignLicense` that are answered; later ones wait for ever.
    pub answered_limit: Option<usize>,
    /// Requests of `assignLicense` before which no token is valid any more.
    pub revoked_after: Option<usize>,
    /// Whether it has Zetel's own endpoints and makes plans.
    pub is_zetel: bool,
    /// The token without which the guard stops every change.
    pub guard: Option<&'static str>,
    /// What links to the next page begin with.
    pub link_base: String,
    assigns: usize,
    tokens: usize,
    /// The only token accepted; empty accepts any.
    pub accepted: String,
}

/// Why a user's licenses are not changed.
enum Refusal {
    NoUser,
    Rule(String),
}

#[derive(Default, Clone)]
pub struct StubUser {
    pub location: Option<&'static str>,
    pub direct: BTreeMap<String, Vec<String>>,
    pub groups: Vec<String>,
    pub body: Value,
}

/// A running stub.
pub struct Stub {
    pub url: String,
    pub tenant: Arc<Mutex<Tenant>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Stub {
    /// Starts a tenant with ann (NL), ben (no location) and two products, of which `E5` has one seat.
    pub fn start() -> Self {
        let person = |location| StubUser {
            location,
            ..StubUser::default()
        };
        let tenant = Tenant {
            users: BTreeMap::from([
                ("ann@contoso.com".to_owned(), person(Some("NL"))),
                ("ben@contoso.com".to_owned(), person(None)),
            ]),
            seats: BTreeMap::from([(E3, 100_000), (E5, 1)]),
            ..Tenant::default()
        };
        let tenant = Arc::new(Mutex::new(tenant));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&tenant));
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await });
        tenant.lock().unwrap().link_base.clone_from(&url);
        Self {
            url,
            tenant,
            runtime: Some(runtime),
        }
    }

    /// Ends the server and closes its connections.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Tenant) -> T) -> T {
        look(&mut self.tenant.lock().unwrap())
    }

    /// The requests whose line begins so.
    pub fn count(&self, start: &str) -> usize {
        self.with(|tenant| {
            tenant
                .log
                .iter()
                .filter(|line| line.starts_with(start))
                .count()
        })
    }
}

async fn answer(
    State(tenant): State<Arc<Mutex<Tenant>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let is_plan = header("prefer") == "zetel.plan";
    let must_wait = {
        let mut tenant = tenant.lock().unwrap();
        let plan = if is_plan { "PLAN " } else { "" };
        tenant.log.push(format!("{plan}{method} {uri}"));
        tenant.assigns += usize::from(uri.path().ends_with("/assignLicense"));
        tenant
            .answered_limit
            .is_some_and(|limit| tenant.assigns > limit)
    };
    if must_wait {
        std::future::pending::<()>().await;
    }
    let mut tenant = tenant.lock().unwrap();
    if uri.path().ends_with("/oauth2/v2.0/token") {
        return token(&mut tenant, &body);
    }
    let bearer = header("authorization");
    let is_revoked = tenant
        .revoked_after
        .is_some_and(|limit| tenant.assigns > limit);
    if is_revoked || !tenant.accepted.is_empty() && bearer != format!("Bearer {}", tenant.accepted)
    {
        return error(
            401,
            "InvalidAuthenticationToken",
            "Access token has expired or is not yet valid.",
        );
    }
    if let Some((status, retry_after)) = tenant.next.pop_front() {
        let mut response = error(status, "TooManyRequests", "Slow down.");
        response
            .headers_mut()
            .insert("retry-after", retry_after.parse().unwrap());
        return response;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = uri
        .path()
        .trim_start_matches("/v1.0/")
        .replace("%40", "@")
        .replace("%23", "#");
    let parts: Vec<&str> = path.split('/').collect();
    let is_stopped = tenant
        .guard
        .is_some_and(|token| header("zetel-confirm") != token);
    if is_stopped && method != Method::GET && !is_plan {
        return stopped(tenant.guard.unwrap_or_default());
    }
    let before = is_plan.then(|| (tenant.users.clone(), tenant.deleted.clone()));
    let query = uri.query().unwrap_or_default();
    let done = graph(&mut tenant, &method, &parts, query, &body);
    match before {
        Some(before) => {
            (tenant.users, tenant.deleted) = before;
            tenant.planned(done)
        }
        None => done.into_response(),
    }
}

/// What a request leads to.
enum Done {
    /// An answer.
    Answer(Response),
    /// A change of several users, and those for whom it is not made, with the reason.
    Several(Vec<(String, String)>),
}

impl Done {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(response) => response,
            Self::Several(left) => {
                axum_json(&json!({ "change": 7, "notDone": not_done(&left) })).into_response()
            }
        }
    }
}

fn not_done(left: &[(String, String)]) -> Vec<Value> {
    let entry = |(user, reason): &(String, String)| json!({ "user": { "userPrincipalName": user }, "reason": reason });
    left.iter().map(entry).collect()
}

/// What the guard answers to a change without its token.
fn stopped(token: &str) -> Response {
    let confirmation = json!({ "token": token, "needsApproval": false });
    let error = json!({
        "code": "zetel_confirmationRequired", "message": "The guard stopped this change.",
        "innerError": { "request-id": REQUEST_ID, "zetel.confirmation": confirmation },
    });
    let status = StatusCode::PRECONDITION_REQUIRED;
    (status, axum_json(&json!({ "error": error }))).into_response()
}

fn token(tenant: &mut Tenant, body: &[u8]) -> Response {
    let form = String::from_utf8_lossy(body);
    if !form.contains("client_secret=right") {
        let description = "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x";
        let body = json!({ "error": "invalid_client", "error_description": description, "trace_id": REQUEST_ID });
        return (StatusCode::UNAUTHORIZED, axum_json(&body)).into_response();
    }
    tenant.tokens += 1;
    let token = format!("token-{}", tenant.tokens);
    axum_json(&json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" }))
        .into_response()
}

fn graph(tenant: &mut Tenant, method: &Method, parts: &[&str], query: &str, body: &Value) -> Done {
    if let ("POST", ["zetel", "bulkAssignLicense"]) = (method.as_str(), parts) {
        return Done::Several(tenant.assign_together(body));
    }
    Done::Answer(answer_of(tenant, method, parts, query, body))
}

fn answer_of(
    tenant: &mut Tenant,
    method: &Method,
    parts: &[&str],
    query: &str,
    body: &Value,
) -> Response {
    if let Some((status, answer)) = stub_devices::answer(method, parts, query, body) {
        return match answer {
            Value::Null => status.into_response(),
            answer => (status, axum_json(&answer)).into_response(),
        };
    }
    match (method.as_str(), parts) {
        ("GET", ["zetel", "licensingPolicy"]) if tenant.is_zetel => {
            axum_json(&json!({ "semantics": "entra" })).into_response()
        }
        ("GET", ["subscribedSkus"]) => list(&tenant.products()),
        ("GET", ["organization"]) => {
            list(&[json!({ "verifiedDomains": [{ "name": "contoso.com" }] })])
        }
        ("GET", ["users"]) => tenant.page(query),
        ("POST", ["users"]) => tenant.create(body),
        ("POST", ["users", user, "assignLicense"]) => match tenant.assign(user, body) {
            Ok(answer) => axum_json(&answer).into_response(),
            Err(Refusal::NoUser) => missing(user),
            Err(Refusal::Rule(text)) => error(400, "Request_BadRequest", &text),
        },
        ("GET", ["users", user, "licenseDetails"]) => tenant.details(user),
        ("GET", ["users", user]) => match tenant.users.get(*user) {
            Some(found) => axum_json(&found.json(user)).into_response(),
            None => missing(user),
        },
        ("PATCH", ["users", user]) if tenant.users.contains_key(*user) => {
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", ["users", user]) => match tenant.users.remove(*user) {
            Some(found) => {
                tenant.deleted.insert((*user).to_owned(), found);
                StatusCode::NO_CONTENT.into_response()
            }
            None => missing(user),
        },
        ("GET", ["directory", "deletedItems", "microsoft.graph.user"]) => {
            let deleted: Vec<Value> = tenant
                .deleted
                .iter()
                .map(|(name, user)| user.json(name))
                .collect();
            list(&deleted)
        }
        ("POST", ["directory", "deletedItems", id, "restore"]) => {
            let name = tenant
                .deleted
                .keys()
                .find(|name| id_of(name) == **id)
                .cloned()
                .unwrap_or_default();
            match tenant.deleted.remove_entry(&name) {
                Some((name, user)) => {
                    tenant.users.insert(name, user);
                    axum_json(&json!({})).into_response()
                }
                None => missing(id),
            }
        }
        _ => missing(parts.last().unwrap_or(&"")),
    }
}

impl Tenant {
    fn products(&self) -> Vec<Value> {
        let plans = json!([
            { "servicePlanId": MAIL, "servicePlanName": "MAIL", "provisioningStatus": "Success", "appliesTo": "User" },
            { "servicePlanId": CHAT, "servicePlanName": "CHAT", "provisioningStatus": "Success", "appliesTo": "User" },
        ]);
        let product = |(id, seats): (&&str, &usize)| {
            json!({
                "skuId": id, "skuPartNumber": name_of(id), "capabilityStatus": "Enabled", "appliesTo": "User",
                "consumedUnits": self.used(id), "servicePlans": plans,
                "prepaidUnits": { "enabled": seats, "warning": 0, "suspended": 0, "lockedOut": 0 },
            })
        };
        self.seats.iter().map(product).collect()
    }

    fn used(&self, product: &str) -> usize {
        self.users.values().filter(|user| user.has(product)).count()
    }

    fn page(&self, query: &str) -> Response {
        let skip: usize = query
            .split("skip=")
            .nth(1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let users: Vec<Value> = self
            .users
            .iter()
            .skip(skip)
            .take(2)
            .map(|(name, user)| user.json(name))
            .collect();
        let mut answer = json!({ "value": users });
        if skip + 2 < self.users.len() {
            let base = &self.link_base;
            answer["@odata.nextLink"] = json!(format!("{base}/v1.0/users?skip={}", skip + 2));
        }
        axum_json(&answer).into_response()
    }

    fn create(&mut self, body: &Value) -> Response {
        let name = body["userPrincipalName"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if self.users.contains_key(&name) {
            let text =
                "Another object with the same value for property userPrincipalName already exists.";
            return error(400, "Request_BadRequest", text);
        }
        let user = StubUser {
            body: body.clone(),
            ..StubUser::default()
        };
        let answer = user.json(&name);
        self.users.insert(name, user);
        (StatusCode::CREATED, axum_json(&answer)).into_response()
    }

    /// A plan, or the refusal of what was to be planned.
    fn planned(&self, done: Done) -> Response {
        let left = match done {
            Done::Answer(refused) if refused.status().as_u16() >= 400 => return refused,
            Done::Answer(_) => Vec::new(),
            Done::Several(left) => left,
        };
        let reason = self.guard.map(|_| "12 users would lose a service");
        let plan = json!({
            "token": self.guard.unwrap_or("t-0"), "semantics": { "name": "entra", "switches": [] },
            "products": [], "services": [], "errors": [], "userCount": 0, "losers": 0,
            "guard": { "stops": self.guard.is_some(), "reason": reason, "needsApproval": false },
            "notDone": not_done(&left),
        });
        axum_json(&plan).into_response()
    }

    fn assign_together(&mut self, body: &Value) -> Vec<(String, String)> {
        let users = body["userIds"].as_array().unwrap();
        let mut left = Vec::new();
        for user in users.iter().map(|user| user.as_str().unwrap()) {
            let reason = match self.assign(user, body) {
                Ok(_) => continue,
                Err(Refusal::NoUser) => missing_text(user),
                Err(Refusal::Rule(text)) => text,
            };
            left.push((user.to_owned(), reason));
        }
        left
    }

    fn assign(&mut self, name: &str, body: &Value) -> Result<Value, Refusal> {
        let refuse = |text: &str| Err(Refusal::Rule(text.to_owned()));
        let user = self.users.get(name).ok_or(Refusal::NoUser)?;
        let mut user = user.clone();
        for product in body["removeLicenses"].as_array().unwrap() {
            if user.direct.remove(product.as_str().unwrap()).is_none() {
                return refuse("User does not have a corresponding license.");
            }
        }
        for added in body["addLicenses"].as_array().unwrap() {
            let product = added["skuId"].as_str().unwrap();
            if user.location.is_none() {
                return refuse(
                    "License assignment cannot be done for user with invalid usage location.",
                );
            }
            if !user.has(product)
                && self.used(product) >= self.seats.get(product).copied().unwrap_or(0)
            {
                return refuse(&format!(
                    "Subscription with SKU {product} does not have any available licenses."
                ));
            }
            let off = added["disabledPlans"].as_array().unwrap();
            let off = off
                .iter()
                .map(|plan| plan.as_str().unwrap().to_owned())
                .collect();
            user.direct.insert(product.to_owned(), off);
        }
        let answer = user.json(name);
        self.users.insert(name.to_owned(), user);
        Ok(answer)
    }

    fn details(&self, name: &str) -> Response {
        let Some(user) = self.users.get(name) else {
            return missing(name);
        };
        let plan = |id: &str, name: &str, off: &[String]| {
            let status = if off.iter().any(|plan| plan == id) {
                "Disabled"
            } else {
                "Success"
            };
            json!({ "servicePlanId": id, "servicePlanName": name, "provisioningStatus": status })
        };
        let details: Vec<Value> = user
            .effective()
            .iter()
            .map(|(id, off)| {
                let plans = [plan(MAIL, "MAIL", off), plan(CHAT, "CHAT", off)];
                json!({ "skuId": id, "skuPartNumber": name_of(id), "servicePlans": plans })
            })
            .collect();
        list(&details)
    }
}

impl StubUser {
    fn has(&self, product: &str) -> bool {
        self.direct.contains_key(product) || self.groups.iter().any(|id| id == product)
    }

    fn effective(&self) -> Vec<(String, Vec<String>)> {
        let groups = self.groups.iter().map(|id| (id.clone(), Vec::new()));
        let direct = self
            .direct
            .iter()
            .filter(|(id, _)| !self.groups.contains(id));
        groups
            .chain(direct.map(|(id, off)| (id.clone(), off.clone())))
            .collect()
    }

    fn json(&self, name: &str) -> Value {
        let license =
            |(id, off): &(String, Vec<String>)| json!({ "skuId": id, "disabledPlans": off });
        let state = |id: &str, group: Option<&str>, off: &[String]| json!({ "skuId": id, "assignedByGroup": group, "disabledPlans": off, "state": "Active", "error": "None" });
        let groups = self
            .groups
            .iter()
            .map(|id| state(id, Some("99999999-9999-9999-9999-999999999999"), &[]));
        let direct = self.direct.iter().map(|(id, off)| state(id, None, off));
        json!({
            "id": id_of(name), "userPrincipalName": name, "usageLocation": self.location, "accountEnabled": true,
            "displayName": self.body["displayName"].as_str().unwrap_or(name), "userType": "Member",
            "assignedLicenses": self.effective().iter().map(license).collect::<Vec<_>>(),
            "licenseAssignmentStates": groups.chain(direct).collect::<Vec<_>>(),
        })
    }
}

/// An id that follows from the name.
pub fn id_of(name: &str) -> String {
    let sum = name.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    format!("aaaaaaaa-0000-0000-0000-{:012x}", sum & 0xffff_ffff_ffff)
}

fn name_of(product: &str) -> &'static str {
    if product == E3 {
        "ENTERPRISEPACK"
    } else {
        "ENTERPRISEPREMIUM"
    }
}

fn list(items: &[Value]) -> Response {
    axum_json(&json!({ "value": items })).into_response()
}

fn missing(id: &str) -> Response {
    error(404, "Request_ResourceNotFound", &missing_text(id))
}

fn missing_text(id: &str) -> String {
    format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    )
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message, "innerError": { "request-id": REQUEST_ID } } });
    (StatusCode::from_u16(status).unwrap(), axum_json(&body)).into_response()
}

fn axum_json(body: &Value) -> impl IntoResponse {
    ([("content-type", "application/json")], body.to_string())
}
