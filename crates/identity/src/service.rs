//! The token service: what it is made of, and the parts that its flows share.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;
use zetel_store::sql::Database;

use crate::cache::TokenCache;
use crate::encoding::base64url;
use crate::jws::TOKEN_TYPE;
use crate::keys::{JsonWebKeySet, KeyRing};
use crate::limiter::{Limiter, RateLimit};
use crate::scope::{Resource, ScopeRequest};
use crate::token::{self, ClientProof, Subject};
use crate::{
    AccessTokenError, Claims, Directory, Environment, IdentityError, MasterKey, Origin,
    PasswordHash, TokenError, sql,
};

/// Settings of the token service.
#[derive(Clone, Debug, Default)]
pub struct TokenSettings {
    /// Public URL such as `https://zetel.example`. Without it URLs are made from the host that each client used.
    pub public_url: Option<String>,
    /// Host names, without port, for which tokens for Graph may be asked besides the one that the client used.
    pub own_hosts: Vec<String>,
    /// Failed attempts allowed per account and per client.
    pub rate_limit: RateLimit,
    /// Whether a client assertion may be used once only. Off by default: MSAL for Python reuses an assertion for
    /// nine minutes. A `jti` in two different assertions is refused in any case.
    pub single_use_assertions: bool,
}

/// Issues and verifies tokens for all tenants of a database.
pub struct TokenService {
    pub(crate) settings: TokenSettings,
    pub(crate) database: Database,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) environment: Environment,
    pub(crate) keys: KeyRing,
    pub(crate) limiter: Limiter,
    /// Compared with the password of a user that does not exist, so that the answer takes as long.
    pub(crate) nobody: PasswordHash,
    cache: TokenCache,
}

/// The tenant that an endpoint names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// One tenant, by id or verified domain.
    Tenant(Uuid),
    /// `organizations`, `common`: the request itself tells.
    Any,
}

impl Authority {
    pub(crate) fn tenant(self) -> Option<Uuid> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Any => None,
        }
    }
}

impl TokenService {
    /// Opens the service on a migrated database. At the first start it makes a signing key.
    ///
    /// # Errors
    /// [`IdentityError::WrongMasterKey`] if the keys in the database were sealed with another master key,
    /// [`IdentityError::Setting`] for a public URL with a path or without host, database errors.
    pub fn open(
        settings: TokenSettings,
        database: Database,
        master_key: MasterKey,
        directory: Arc<dyn Directory>,
        environment: Environment,
    ) -> Result<Self, IdentityError> {
        if let Some(url) = settings
            .public_url
            .as_deref()
            .filter(|url| Origin::from_url(url).is_none())
        {
            let reason = format!("`{url}` is not of the form https://host or https://host:port");
            return Err(IdentityError::Setting {
                name: "public_url",
                reason,
            });
        }
        let keys = KeyRing::open(database.clone(), master_key, environment.now())?;
        Ok(Self {
            limiter: Limiter::new(settings.rate_limit),
            nobody: PasswordHash::of_nobody(&environment)?,
            cache: TokenCache::new(),
            settings,
            database,
            directory,
            environment,
            keys,
        })
    }

    /// The service's time, in seconds since 1970-01-01 UTC.
    pub fn now(&self) -> i64 {
        self.environment.now()
    }

    /// A new random GUID, for naming requests.
    pub fn new_id(&self) -> Result<Uuid, IdentityError> {
        self.environment.new_id()
    }

    /// A text that nobody can guess: 32 random bytes in base64url.
    pub fn unguessable(&self) -> Result<String, IdentityError> {
        Ok(base64url(self.environment.random::<32>()?))
    }

    /// The public URL of the settings.
    pub fn public_origin(&self) -> Option<Origin> {
        self.settings
            .public_url
            .as_deref()
            .and_then(Origin::from_url)
    }

    /// Whether a host name is this service: the one that the client used, or one of the settings.
    pub fn is_own_host(&self, host: &str, origin: &Origin) -> bool {
        let public = self.public_origin();
        host == origin.host_name()
            || public.is_some_and(|public| public.host_name() == host)
            || self
                .settings
                .own_hosts
                .iter()
                .any(|own| own.eq_ignore_ascii_case(host))
    }

    /// Makes a new signing key. The earlier ones are published until their tokens have expired.
    pub fn rotate_signing_key(&self) -> Result<(), IdentityError> {
        self.keys.rotate(self.now())
    }

    /// As [`rotate_signing_key`](Self::rotate_signing_key), if the key is so many seconds old; whether it was. When two
    /// nodes do it at once there are two new keys, which does no harm.
    pub fn rotate_old_signing_key(&self, seconds: i64) -> Result<bool, IdentityError> {
        self.keys.rotate_old(self.now(), seconds)
    }

    /// The public keys that verify tokens.
    pub fn key_set(&self) -> Result<JsonWebKeySet, IdentityError> {
        self.keys.published(self.now())
    }

    /// What a token says that was verified before and has not expired. Takes well under a microsecond, never blocks.
    pub fn verified(&self, token: &str, now: i64) -> Option<Arc<Claims>> {
        self.cache.get(token, now)
    }

    /// Verifies an access token for Graph and remembers it until it expires. `now` is in seconds since 1970-01-01.
    ///
    /// Says nothing about whether the tenant, the user or the application still exists: the caller asks its directory.
    /// Reads the database when the token is signed by a key that this node does not know.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Claims>, AccessTokenError> {
        if let Some(claims) = self.cache.get(token, now) {
            return Ok(claims);
        }
        let claims = Arc::new(token::verify(token, Resource::Graph, &self.keys, now)?);
        self.cache.insert(token, &claims, now);
        Ok(claims)
    }

    /// The tenant of an access token for Azure Resource Manager, of which there is no more here than Azure CLI asks for
    /// when it signs in.
    pub fn tenant_of_azure_token(&self, token: &str, now: i64) -> Result<Uuid, AccessTokenError> {
        let claims = token::verify(token, Resource::ResourceManager, &self.keys, now)?;
        Ok(claims.tenant_id)
    }

    /// Deletes expired refresh tokens, codes and used assertions. Call it from time to time.
    pub fn purge_expired(&self) -> Result<(), IdentityError> {
        let now = self.now();
        Ok(self
            .database
            .transaction(|transaction| sql::purge_expired(transaction, now))?)
    }

    /// The tenant that the first path segment names.
    pub(crate) fn authority(&self, segment: &str) -> Result<Authority, TokenError> {
        if let Some(tenant) = self.directory.tenant(segment) {
            return Ok(Authority::Tenant(tenant));
        }
        match segment.to_ascii_lowercase().as_str() {
            "organizations" | "common" | "adfs" => Ok(Authority::Any),
            _ => Err(TokenError::TenantNotFound(segment.to_owned())),
        }
    }

    /// The tenant of a path segment: its id, or nothing for `organizations`, `common` and `adfs`.
    ///
    /// # Errors
    /// [`TokenError::TenantNotFound`]
    pub fn tenant_of(&self, segment: &str) -> Result<Option<Uuid>, TokenError> {
        self.authority(segment).map(Authority::tenant)
    }

    /// Whether the domain of a user principal name belongs to a tenant.
    pub fn tenant_of_upn(&self, user_principal_name: &str) -> Option<Uuid> {
        self.directory.tenant_of_upn(user_principal_name)
    }

    pub(crate) fn scope(&self, text: &str, origin: &Origin) -> Result<ScopeRequest, TokenError> {
        ScopeRequest::parse(text, |host| self.is_own_host(host, origin))
    }

    /// What the tokens of one answer have in common.
    pub(crate) fn subject<'a>(
        &self,
        issuer: &'a str,
        tenant_id: Uuid,
        client_id: Uuid,
    ) -> Result<Subject<'a>, IdentityError> {
        let token_id = base64url(self.environment.random::<16>()?);
        Ok(Subject {
            issuer,
            tenant_id,
            client_id,
            now: self.now(),
            token_id,
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> Result<String, IdentityError> {
        self.keys.sign(TOKEN_TYPE, claims, self.now())
    }
}

/// `iss` of the tokens of a tenant.
pub(crate) fn issuer(origin: &Origin, tenant_id: Uuid) -> String {
    format!("{}/{tenant_id}/v2.0", origin.base())
}

/// A client that was recognized, and how it proved itself.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub id: Uuid,
    pub display_name: String,
    /// Absent for the clients that every tenant knows.
    pub account: Option<crate::ApplicationAccount>,
    pub proof: ClientProof,
}

impl std::fmt::Debug for TokenService {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TokenService on {:?}", self.database)
    }
}
