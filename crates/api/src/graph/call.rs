//! One request, as handlers see it.

use axum::{body::Bytes, http::HeaderMap};
use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::{Action, Caller},
    user::{UserKey, UserView},
};
use zetel_engine::{Also, Applied, EngineError, Snapshot, Submission};

use super::{
    error::GraphError,
    json,
    origin::Origin,
    query::Options,
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
    /// The query as it stands.
    pub query: &'r str,
    /// Where the client reached us.
    pub origin: Origin<'r>,
    /// The id of the request.
    pub request_id: Uuid,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The body, or why it cannot be read.
    pub body: Result<Bytes, GraphError>,
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

    /// The caller's own object id.
    pub fn own_id(&self) -> Result<Uuid, GraphError> {
        match self.caller {
            Caller::User { id, .. } => Ok(id),
            _ => Err(GraphError::unreadable(
                "/me request is only valid with delegated authentication flow.",
            )),
        }
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
        let own_id = match self.caller {
            Caller::User { id, .. } => Some(id),
            _ => None,
        };
        match key {
            UserKey::Id(id) => self.read(Action::ReadUser, Some(*id)),
            UserKey::PrincipalName(_) => {
                let snapshot = self.read(Action::ReadUser, own_id)?;
                let found = snapshot.find_user(key).map(|user| user.id);
                if own_id.is_some() && found != own_id {
                    return self.read(Action::ReadUser, found);
                }
                Ok(snapshot)
            }
        }
    }

    /// Carries out a command.
    pub async fn submit(
        &self,
        command: Command,
        also: Option<Also>,
    ) -> Result<Applied, GraphError> {
        let submission = Submission {
            caller: self.caller.clone(),
            command,
            request_id: self.request_id,
            also,
        };
        self.graph
            .engine
            .submit(self.tenant_id, submission)
            .await
            .map_err(|error| self.failure(error))
    }

    /// What a command would lead to.
    pub fn plan(&self, command: &Command) -> Result<(), GraphError> {
        self.graph
            .engine
            .plan(self.tenant_id, &self.caller, command)
            .map(|_| ())
            .map_err(|error| self.failure(error))
    }

    /// What the client is told; what it is not told goes to the log.
    fn failure(&self, error: EngineError) -> GraphError {
        if let EngineError::Unavailable(reason) = &error {
            tracing::error!(request_id = %self.request_id, tenant = %self.tenant_id, reason, "the storage failed");
        }
        error.into()
    }

    /// Appends `,"@odata.context":"…/$metadata#` with what follows.
    pub fn write_context(&self, out: &mut Vec<u8>, fragments: &[&str]) {
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
