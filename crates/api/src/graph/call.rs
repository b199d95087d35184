//! One request, as handlers see it.

use std::sync::OnceLock;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue},
};
use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::{Action, Caller},
    user::{UserKey, UserView},
};
use zetel_engine::{Also, Applied, Engine, EngineError, Snapshot, Submission};

use super::{
    accept::Metadata,
    body,
    error::GraphError,
    json,
    origin::Origin,
    plan::{self, PLAN, Preview},
    query::Options,
    refusals::{self, CONFIRMATION, Stopped},
    render::{license::LicenseBook, strip::Strip, user::UserRow},
    routes::Keys,
    schema::UserSelection,
    service::Graph,
};

/// One request, authenticated and taken apart.
pub(crate) struct Call<'r> {
    /// What all requests share.
    pub graph: &'r Graph,
    /// The caller's tenant.
    pub tenant_id: Uuid,
    /// The caller.
    pub caller: Caller,
    /// The keys in the path.
    pub keys: Keys<'r>,
    /// The query options.
    pub options: Options<'r>,
    /// The path as it stands.
    pub path: &'r str,
    /// The query as it stands.
    pub query: &'r str,
    /// Where the client reached us.
    pub origin: Origin<'r>,
    /// The id of the request.
    pub request_id: Uuid,
    /// The client's own id of it.
    pub client_request_id: Option<&'r HeaderValue>,
    /// How much the answer says about itself.
    pub metadata: Metadata,
    /// Whether it came in a batch.
    pub is_in_batch: bool,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The body, or why it cannot be read.
    pub body: Result<Bytes, GraphError>,
    /// The plan that answers the request instead of a change, once there is one.
    pub planned: OnceLock<Vec<u8>>,
}

impl Call<'_> {
    /// A key of the path.
    pub fn key(&self, place: usize) -> &str {
        self.keys.get(place).unwrap_or_default()
    }

    /// Whether the client said `ConsistencyLevel: eventual`.
    pub fn is_eventual(&self) -> bool {
        self.headers
            .get("consistencylevel")
            .is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
    }

    /// Whether the query may ask what needs `ConsistencyLevel: eventual` and `$count=true`; for `$search` the header is
    /// enough (licensing.md 7.2).
    pub fn is_advanced(&self) -> bool {
        self.is_eventual() && (self.options.count || self.options.search.is_some())
    }

    /// The value of a preference in the `Prefer` headers, such as `zetel.confirm=7f…`; empty if it has none.
    pub fn preference(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split([',', ';']))
            .map(|preference| preference.split_once('=').unwrap_or((preference, "")))
            .find(|(known, _)| known.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().trim_matches('"'))
    }

    /// The token by which the client confirms what the guard would stop.
    fn confirmation(&self) -> Option<String> {
        let header = self.headers.get("zetel-confirm");
        let header = header
            .and_then(|header| header.to_str().ok())
            .map(str::trim);
        header
            .or_else(|| self.preference(CONFIRMATION))
            .map(str::to_owned)
    }

    /// The caller's own object id.
    pub fn own_id(&self) -> Result<Uuid, GraphError> {
        match self.caller {
            Caller::User { id, .. } => Ok(id),
            _ => Err(GraphError::unreadable(
                "/me request is only valid with delegated authentication flow.",
            )),
        }
    }

    /// The members of the body, which must be an object.
    pub fn members(&self) -> Result<Map<String, Value>, GraphError> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        if body.is_empty() {
            return Err(GraphError::unreadable(
                "Empty Payload. JSON content expected.",
            ));
        }
        body::object(body)
    }

    /// The user whom the path names: by key, or the caller on `/me`.
    pub fn user_key(&self) -> Result<UserKey, GraphError> {
        match self.keys.get(0) {
            Some(key) => Ok(UserKey::parse(key)),
            None => self.own_id().map(UserKey::Id),
        }
    }

    /// The tenant's state, if the caller may do this.
    pub fn read(&self, action: Action, target: Option<Uuid>) -> Result<Snapshot, GraphError> {
        self.graph
            .engine
            .read(self.tenant_id, &self.caller, action, target)
            .map_err(|error| self.failure(error))
    }

    /// The tenant's state, if the caller may read this user. Everybody may read their own account, so a user principal
    /// name is looked up first; nothing is said of others before the right was checked.
    pub fn read_user(&self, key: &UserKey) -> Result<Snapshot, GraphError> {
        self.read_of(Action::ReadUser, key)
    }

    /// The same for something of the user's that everybody may read of themselves.
    pub fn read_of(&self, action: Action, key: &UserKey) -> Result<Snapshot, GraphError> {
        let own_id = match self.caller {
            Caller::User { id, .. } => Some(id),
            _ => None,
        };
        match key {
            UserKey::Id(id) => self.read(action, Some(*id)),
            UserKey::PrincipalName(_) => {
                let snapshot = self.read(action, own_id)?;
                let found = snapshot.find_user(key).map(|user| user.id);
                if own_id.is_some() && found != own_id {
                    return self.read(action, found);
                }
                Ok(snapshot)
            }
        }
    }

    /// Carries out a command. With `Prefer: zetel.plan` its plan is the answer instead: nothing is changed, and the
    /// error that this returns is never seen.
    pub async fn submit(
        &self,
        command: Command,
        also: Option<Also>,
    ) -> Result<Applied, GraphError> {
        let resource = refusals::resource_of(&command);
        match self.attempt(command, also).await {
            Ok(Some(applied)) => Ok(applied),
            Ok(None) => Err(GraphError::planned()),
            Err(error) => Err(self.failure_on(error, resource)),
        }
    }

    /// The same for handlers with words of their own for what refuses it. Nothing if it was planned instead.
    pub async fn attempt(
        &self,
        command: Command,
        also: Option<Also>,
    ) -> Result<Option<Applied>, EngineError> {
        if self.preference(PLAN).is_some() {
            let planned = self.preview(command).await?;
            // A command after the first rests on what the first would do.
            let _ = self.planned.set(plan::body(self, &planned));
            return Ok(None);
        }
        let submission = Submission {
            caller: self.caller.clone(),
            command,
            request_id: self.request_id,
            confirmation: self.confirmation(),
            also,
        };
        self.graph
            .engine
            .submit(self.tenant_id, submission)
            .await
            .map(Some)
    }

    /// What a command would do, computed where it may take its time.
    async fn preview(&self, command: Command) -> Result<Preview, EngineError> {
        self.apart(move |engine, tenant, caller| {
            let planned = engine.preview(tenant, caller, &command)?;
            Ok(Preview::new(planned, command, engine.now()))
        })
        .await
    }

    /// Works on a thread that may wait for the database.
    pub async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine, Uuid, &Caller) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (engine, tenant) = (self.graph.engine.clone(), self.tenant_id);
        let caller = self.caller.clone();
        let done = tokio::task::spawn_blocking(move || work(&engine, tenant, &caller)).await;
        done.unwrap_or_else(|_| {
            Err(EngineError::Unavailable(
                "the work on a request ended".to_owned(),
            ))
        })
    }

    /// What a command would lead to.
    pub fn plan(&self, command: &Command) -> Result<(), GraphError> {
        self.graph
            .engine
            .plan(self.tenant_id, &self.caller, command)
            .map(|_| ())
            .map_err(|error| self.failure_on(error, refusals::resource_of(command)))
    }

    /// What the client is told; what it is not told goes to the log.
    pub fn failure(&self, error: EngineError) -> GraphError {
        self.failure_on(error, refusals::USER)
    }

    /// The same of a command on a resource of this type.
    fn failure_on(&self, error: EngineError, resource: &str) -> GraphError {
        if let EngineError::Unavailable(reason) = &error {
            tracing::error!(request_id = %self.request_id, tenant = %self.tenant_id, reason, "the storage failed");
        }
        let EngineError::Rejected(rejection) = &error else {
            return error.into();
        };
        let refused = refusals::refuse(rejection, resource);
        match &refused.stopped {
            Some(stopped) => self.named(stopped),
            None => refused,
        }
    }

    /// A change that the guard stopped, with the names of products.
    fn named(&self, stopped: &Stopped) -> GraphError {
        let caller = Caller::System("api");
        let tenant =
            self.graph
                .engine
                .read(self.tenant_id, &caller, Action::ReadSubscriptions, None);
        let stopped = stopped.clone();
        match tenant {
            Ok(tenant) => stopped.name(&tenant).into_error(),
            Err(_) => stopped.into_error(),
        }
    }

    /// Appends `,"@odata.context":"…/$metadata#` with what follows, unless the client wants none.
    pub fn write_context(&self, out: &mut Vec<u8>, fragments: &[&str]) {
        if self.metadata == Metadata::None {
            return;
        }
        json::key(out, "@odata.context");
        out.push(b'"');
        self.origin.write(out);
        out.extend_from_slice(b"/v1.0/$metadata#");
        for fragment in fragments {
            out.extend_from_slice(fragment.as_bytes());
        }
        out.push(b'"');
    }

    /// A single user as JSON.
    pub fn user_body(
        &self,
        tenant: &Tenant,
        user: UserView<'_>,
        selection: &UserSelection,
    ) -> Vec<u8> {
        self.single_user(tenant, user, selection, "users", None)
    }

    /// The same as a directory object, which says that it is a user.
    pub fn directory_object_body(
        &self,
        tenant: &Tenant,
        user: UserView<'_>,
        selection: &UserSelection,
    ) -> Vec<u8> {
        let type_name = Some("#microsoft.graph.user");
        self.single_user(tenant, user, selection, "directoryObjects", type_name)
    }

    fn single_user(
        &self,
        tenant: &Tenant,
        user: UserView<'_>,
        selection: &UserSelection,
        entity_set: &str,
        type_name: Option<&str>,
    ) -> Vec<u8> {
        let book = LicenseBook::new(&self.graph.texts);
        let row = UserRow {
            tenant,
            user,
            book: &book,
        };
        let mut out = Vec::with_capacity(1024);
        json::object(&mut out, |out| {
            self.write_context(out, &[entity_set, &selection.context, "/$entity"]);
            if let Some(type_name) = type_name {
                json::key(out, "@odata.type");
                json::string(out, type_name);
            }
            row.write(out, selection, &mut Strip::new());
        });
        out
    }
}
